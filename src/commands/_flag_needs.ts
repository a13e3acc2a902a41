/** Flags that say how another one works: alone they would do nothing, and nobody would notice. */

import { type CommandCall, FlagsError } from "./flags.ts";

/** A flag, and those of which it needs one. */
interface Need {
  /** The flag as users type it. */
  readonly flag: string;
  /** The name by which a command knows the flag. */
  readonly name: string;
  /** The flags as users type them, by the names by which a command knows them. */
  readonly oneOf: Readonly<Record<string, string>>;
}

const FROM = { from: "--from" };

/** The flags of the commands that train which need another. */
const NEEDS: readonly Need[] = [
  {
    flag: "--no-restore-best",
    name: "restoreBest",
    oneOf: { earlyStopping: "--early-stopping" },
  },
  { flag: "--calibration-folds", name: "calibrationFolds", oneOf: { calibrate: "--calibrate" } },
  { flag: "--own-panel", name: "ownPanel", oneOf: FROM },
  {
    flag: "--accept-assembly",
    name: "acceptAssembly",
    // A panel takes samples of another build, too.
    oneOf: { ...FROM, panel: "--panel", validation: "--validation" },
  },
  // Without a model to start from, layers would keep their random weights.
  { flag: "--freeze", name: "freeze", oneOf: FROM },
  { flag: "--other-arithmetic", name: "otherArithmetic", oneOf: { resume: "--resume" } },
];

/**
 * Refuses flags without the flag that they need. Call it before flags of a resumed run replace those that were given.
 *
 * @param flags The flags of the call.
 * @throws {FlagsError} Naming the first of them.
 */
export function checkFlagNeeds(
  flags: object,
  { given, share }: Pick<CommandCall, "given" | "share">,
): void {
  for (const { flag, name, oneOf } of NEEDS) {
    if (!given.has(name) || Object.keys(oneOf).some((other) => isOn(flags, other))) continue;
    // The units of a plan are resumed with the plan's flags.
    if (share !== undefined && "resume" in oneOf) continue;
    throw new FlagsError(
      `Cannot use ${flag}: found no ${
        Object.values(oneOf).join(" or ")
      }, without which it does nothing`,
    );
  }
}

function isOn(flags: object, name: string): boolean {
  const value: unknown = Reflect.get(flags, name);
  return value !== undefined && value !== false;
}
