/** Options as programs without types, or with options from JSON, give them. */

import { kindOfValue } from "./kind_of_value.ts";
import { isSignal } from "./kinds.ts";
import { namesOf, type OptionKind, refuseUnknownNames } from "./option_names.ts";
import { showValue } from "./show_value.ts";
import { withItsObject } from "./watched_hook.ts";

/** The options of some functions. */
export interface OptionRules {
  /** What is refused otherwise, such as `train`. */
  readonly action: string;
  /** The options, with what each takes. */
  readonly kinds: Readonly<Record<string, OptionKind>>;
}

/**
 * Leaves out options that are `null`, which is how JSON says that one was not given, and refuses those that would fail only
 * when they are used: a signal that cannot abort, or something else in the place of a function. Misspelt names are refused, too.
 *
 * @param options The options.
 * @param rules What is refused otherwise, and which options there are.
 * @returns The same options.
 * @throws {TypeError} Naming the option.
 */
export function plainOptions<Options extends object>(
  options: Options | null | undefined,
  { action, kinds }: OptionRules,
): Options {
  if (typeof (options ?? {}) !== "object") {
    throw new TypeError(`Cannot ${action}: options are ${showValue(options)}, expected an object`);
  }
  // Predictors ask for each call, so all is done in one pass, and what is seldom there is looked for only where it may be.
  const given = Object(options ?? {}) as Given;
  const plain: Record<string, unknown> = {};
  let hasOthers = false;
  for (const name of namesOf(given).names) {
    const value = given[name];
    if (value === undefined || value === null) continue;
    // What else a record or an object of a class has is its own affair.
    if (!Object.hasOwn(kinds, name)) {
      hasOthers = true;
      continue;
    }
    const wanted = wantedOf(name, value, kinds[name]);
    if (wanted !== undefined) {
      throw new TypeError(
        `Cannot ${action}: ${name} is ${kindOrValue(value)}, expected ${wanted}`,
      );
    }
    plain[name] = kinds[name] === "options" ? withoutNulls(value) : withItsObject(value, given);
  }
  // Records of a program's own, which have more than options, are given for options, and runs of `fitMany` are such records.
  if (hasOthers) {
    refuseUnknownNames(given, { action, known: Object.keys(kinds), kinds, mayHaveMore: true });
  }
  return plain as Options;
}

/** The same options without those that are `null`; unless there are some, the very same, which may be of a class. */
function withoutNulls(options: unknown): unknown {
  const entries = Object.entries(Object(options));
  if (!entries.some(([, value]) => value === null)) return options;
  return Object.fromEntries(entries.filter(([, value]) => value !== null));
}

type Given = Readonly<Record<string, unknown>>;

/** What an option should be, if it is something else that would count, or fail only when it is used. */
function wantedOf(name: string, value: unknown, kind: OptionKind | undefined): string | undefined {
  if (kind === "signal") return isSignal(value) ? undefined : "an AbortSignal";
  if (kind === "function") return typeof value === "function" ? undefined : "a function";
  // Whatever is not `false` would be taken for `true`, such as the text "false".
  if (kind === "boolean") return typeof value === "boolean" ? undefined : "true or false";
  if (name !== "geneEffects" || typeof value === "boolean") return undefined;
  return value === "leave-one-out" ? undefined : "true, false, or in predictions leave-one-out";
}

function kindOrValue(value: unknown): string {
  return typeof value === "object" ? kindOfValue(value) : showValue(value);
}
