/** The writings in which names of marks and cell types are compared with those of files. */

import { showPlace } from "../../files/http_address.ts";

/** A name, or a step of a path, in the writings in which they are compared. */
export interface Spelling {
  readonly text: string;
  /** What stands between other characters than letters and digits, in small letters. */
  readonly words: readonly string[];
  /** The same, where capitals begin words, too, as in `wgEncodeBroadHistoneK562H3k4me3StdAlnRep1` of UCSC. */
  readonly parts: readonly string[];
  readonly joined: string;
}

/** A path in its steps, from the file upwards, and the name that it should have. */
export interface OwnedSteps {
  readonly steps: readonly Spelling[];
  readonly own: Spelling;
}

/** Whether a step of a path has a name: a folder no other words, and a file among others. */
export function isCalled(
  step: Spelling,
  name: Spelling,
  { isFolder }: { readonly isFolder: boolean },
): boolean {
  if (isFolder) return step.joined === name.joined;
  return [step.words, step.parts].some((words) =>
    placeOf(words, name.words) >= 0 || placeOf(words, name.parts) >= 0
  );
}

/** Finds where words stand one after another; -1 if they do not. */
export function placeOf(words: readonly string[], wanted: readonly string[]): number {
  return words.findIndex((_, at) => wanted.every((word, i) => words[at + i] === word));
}

/** Writes a name in all these ways. */
export function spell(text: string): Spelling {
  const words = wordsOf(text);
  const parts = wordsOf(text.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, " "));
  return { text, words, parts, joined: words.join("") };
}

function wordsOf(name: string): string[] {
  return name.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word !== "");
}

/** The steps of a path, from the file's own name upwards; of an address, without what may be secret. */
export function stepsOf(path: string): Spelling[] {
  return showPlace(path).split(/[\\/]/).filter((step) => step !== "").map(spell).toReversed();
}
