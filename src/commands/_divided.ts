/** The commands whose work `plan` divides. They are loaded only when they are needed. */

import type { CommandDefinition } from "./flags.ts";
import type { UnitKind } from "./_units.ts";

/** The commands that say how they are divided. */
const LOADERS: Readonly<Record<string, () => Promise<{ readonly command: unknown }>>> = {
  crossval: () => import("./crossval.ts"),
  experiments: () => import("./experiments.ts"),
  explain: () => import("./explain.ts"),
  search: () => import("./search.ts"),
  predict: () => import("./predict.ts"),
  forecast: () => import("./forecast.ts"),
  prepare: () => import("./prepare.ts"),
  train: () => import("./train.ts"),
};

/** Names of the commands whose work is divided. */
export const DIVIDED_NAMES: readonly string[] = Object.keys(LOADERS);

/** Loads a command whose work is divided; `undefined` for any other. */
export async function loadDivided<Flags>(
  name: string | undefined,
): Promise<{ definition: CommandDefinition<Flags>; units: UnitKind<Flags> } | undefined> {
  if (name === undefined || !Object.hasOwn(LOADERS, name)) return undefined;
  const definition = (await LOADERS[name]!()).command as CommandDefinition<Flags>;
  return definition.units && { definition, units: definition.units };
}
