/** Names of options as programs without types give them: a misspelt one would be left at its default, and nobody would know. */

import { editDistance } from "./edit_distance.ts";
import { isSignal, tagOf } from "./kinds.ts";

/** Longer names are no misspellings of one that there is. */
const LONGEST_NAME = 40;

/** What an option takes, as far as that tells a misspelt one from a field of a program's own record. */
export type OptionKind =
  | "boolean"
  | "data"
  | "function"
  | "list"
  | "number"
  | "object"
  /** An object of further options, of which some may be `null`. */
  | "options"
  | "signal"
  | "string"
  | "any";

/**
 * What programs have beside the options of a function, near as the names are: numbers of one of several, as `fold` is no
 * misspelt `folds`; the version of a record; and options of training and of explanations, which may be one object.
 */
const OTHERS: readonly string[] = ["fold", "member", "repeat", "schema", "batchBy", "matchBy"];

/** What {@linkcode refuseUnknownNames} must know. */
export interface NameRules {
  /** What is refused, such as `train`. */
  readonly action: string;
  /** The names that there are. */
  readonly known: readonly string[];
  /** Whether the object may have more, as rows of JSON have: then only misspellings of the names are refused. */
  readonly mayHaveMore?: boolean | undefined;
  /** Whether a value may be meant for one of the names; by default any may. */
  readonly canMean?: ((value: unknown, name: string) => boolean) | undefined;
  /** What the names take, by which a value may be meant for them where an object may have more. */
  readonly kinds?: Readonly<Record<string, OptionKind>> | undefined;
  /** What has the name, where that is no option. */
  readonly what?: string | undefined;
}

/**
 * Throws if an object has a value under a name that nothing reads. Those of a class may have what is its own affair. Values that
 * are `null` or `undefined` say nothing, whatever their name is.
 *
 * @throws {TypeError} With the name, and the nearest one that there is.
 */
export function refuseUnknownNames(options: object, rules: NameRules): void {
  const { action, known, mayHaveMore = false, kinds, what = "option" } = rules;
  const { canMean = (value, name) => !mayHaveMore || isOfKind(value, kinds?.[name]) } = rules;
  // Mostly there is nothing to find, and predictors ask for each call.
  if (Object.getPrototypeOf(options) === Object.prototype) {
    if (Object.keys(options).every((name) => known.includes(name))) return;
  }
  const { names, isOfClass } = namesOf(options);
  if (isOfClass) return;
  for (const name of names) {
    const value = Reflect.get(options, name);
    if (known.includes(name) || !isGiven(value)) continue;
    if (mayHaveMore && OTHERS.includes(name)) continue;
    const near = nearestNames(name, known).filter((other) => canMean(value, other));
    if (mayHaveMore && near.every((other) => names.includes(other))) continue;
    const advice = near.length > 0
      ? `did you mean ${near.join(" or ")}?`
      : `expected one of ${known.join(", ")}`;
    throw new TypeError(
      `Cannot ${action}: found ${what} ${JSON.stringify(name.slice(0, 60))}, ${advice}`,
    );
  }
}

/** Whether a value may be meant for an option. Numbers may be texts, as those of a command line are. */
function isOfKind(value: unknown, kind: OptionKind = "any"): boolean {
  if (kind === "any") return true;
  if (kind === "number" && typeof value === "string") return /^\s*[-+.\d]/.test(value);
  if (kind === "list") return Array.isArray(value) || ArrayBuffer.isView(value);
  if (kind === "signal") return isSignal(value);
  // A data set; results that were kept as `evaluation` are not meant for `validation`.
  if (kind === "data") return "columns" in Object(value);
  if (kind === "options") kind = "object";
  return typeof value === kind && !Array.isArray(value) && tagOf(value) !== "Date";
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/**
 * The names of options, those of a class too, whose getters belong to its prototype; and whether they are of one, which says so
 * by the constructor that its prototype has.
 */
export function namesOf(options: object): {
  readonly names: readonly string[];
  readonly isOfClass: boolean;
} {
  if (Object.getPrototypeOf(options) === Object.prototype) {
    return { names: Object.getOwnPropertyNames(options), isOfClass: false };
  }
  const names = new Set<string>();
  let isOfClass = false;
  for (let at = options, next; at !== null; at = next) {
    next = Object.getPrototypeOf(at);
    // The last one is that of all objects.
    if (next === null && at !== options) break;
    if (at !== options && Object.hasOwn(at, "constructor")) isOfClass = true;
    for (const name of Object.getOwnPropertyNames(at)) if (name !== "constructor") names.add(name);
  }
  return { names: [...names], isOfClass };
}

/** The names that one may be a misspelling of: the nearest ones, if they are near. */
function nearestNames(name: string, known: readonly string[]): readonly string[] {
  if (name.length > LONGEST_NAME) return [];
  // `label2` is a second label, not a misspelt one.
  if (known.includes(name.replace(/[-_]?\d+$/, ""))) return [];
  const plain = plainName(name);
  const distances = known.map((other) => distanceOf(plain, plainName(other)));
  const least = Math.min(...distances);
  return least === Infinity ? [] : known.filter((_, i) => distances[i] === least);
}

/** A name as other languages would write it: `batch_size` for `batchSize`. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, "");
}

/** How far two names are apart; infinite unless one may stand for the other. Of short names many are two letters apart. */
function distanceOf(one: string, other: string): number {
  const distance = editDistance(one, other);
  const isSwap = distance === 2 && sortLetters(one) === sortLetters(other);
  if (isSwap) return 1;
  const most = other.length < 7 ? 1 : other.length < 10 ? 2 : 3;
  return distance <= most ? distance : Infinity;
}

function sortLetters(text: string): string {
  return [...text].sort().join("");
}
