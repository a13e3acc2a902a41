/** What is said about a file. */

import { listSome } from "../../base/wording.ts";

/** A value as JSON has it. */
export type FactValue = string | number | boolean | null | readonly FactValue[] | {
  readonly [name: string]: FactValue;
};

/** One fact about a file. */
export interface Fact {
  /** Its name in JSON. */
  readonly key: string;
  /** Its name for people. */
  readonly name: string;
  readonly value: FactValue;
  /** The value for people, if it differs. */
  readonly text?: string | undefined;
}

/** What a file or folder is, and what it holds. */
export interface Description {
  /** A word for programs, such as `data-set`; `unknown` if it is of no kind that this package reads or writes. */
  readonly kind: string;
  /** What it is, as the end of a sentence that begins with its name. */
  readonly what: string;
  readonly facts: readonly Fact[];
  /** What is wrong with it, in a sentence. */
  readonly problem?: string | undefined;
}

/** Facts of which those without a value are left out. */
export function listFacts(
  rows: readonly (readonly [
    key: string,
    name: string,
    value: FactValue | undefined,
    text?: string | undefined,
  ])[],
): Fact[] {
  return rows.flatMap(([key, name, value, text]) =>
    value === undefined ? [] : [{ key, name, value, text }]
  );
}

/** A count for people, and a few of what was counted. */
export function someOf(names: readonly string[]): string {
  const count = names.length.toLocaleString("en-US");
  return names.length === 0 ? count : `${count}: ${listSome(names, 6)}`;
}

/** A number for people. */
export function grouped(value: number | undefined): string | undefined {
  return value?.toLocaleString("en-US");
}
