/**
 * Warns of files whose names say another mark or cell type than their rows, as after a slip in a column of paths. Names are a
 * convention, so a file is never refused for its name, and only whole words of it count.
 */

import { showPlace } from "../../files/http_address.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

/** How many files a warning shows. */
const MOST_SHOWN = 3;
/** A shorter name, such as a mark `H3` or a cell type `B`, is a word of many names of files without being meant. */
const FEWEST_LETTERS = { mark: 3, cellType: 2 } as const;
/** Words that tell what a mark was compared with. */
const OF_CONTROLS: ReadonlySet<string> = new Set(
  ["control", "controls", "ctrl", "igg", "input", "mock", "wce"],
);

/**
 * Warns of files whose own names hold a mark, or a cell type, of other rows and not that of theirs.
 *
 * @param rows The rows that are read.
 * @param sheet All rows of the sheet, which have the names that are looked for.
 */
export function warnOfContradictingNames(
  rows: readonly SheetRow[],
  sheet: readonly SheetRow[],
  { file, onWarning }: ArrangeOptions & { readonly file: string },
): void {
  if (onWarning === undefined) return;
  // What all names have, such as that of a study, tells no file apart.
  const files = sheet.map(({ path }) => wordsOf(ownName(path)));
  for (const [field, what] of [["mark", "mark"], ["cellType", "cell type"]] as const) {
    const names = [...new Set(sheet.map((row) => row[field]))];
    const words = new Map(
      names.map((name) => [name, wordsOf(name)] as const).filter(([, own]) =>
        isTelling(own, FEWEST_LETTERS[field]) && !files.every((file) => holdsInOrder(file, own))
      ),
    );
    const found = rows.flatMap((row) => {
      const name = ownName(row.path);
      const other = findOther(wordsOf(name), row[field], words);
      return other === undefined
        ? []
        : [`line ${row.line} says ${what} ${row[field]}, and its file is called ${name}`];
    });
    if (found.length === 0) continue;
    const more = found.length > MOST_SHOWN ? `; and ${found.length - MOST_SHOWN} more` : "";
    onWarning(
      `${file} may have files in wrong rows: ${
        found.slice(0, MOST_SHOWN).join("; ")
      }${more}. They are counted as ` +
        "the sheet says: compare its columns with the names of the files",
    );
  }
}

/** Finds a name of another row in the words of a file's name, unless they hold its own name too. */
function findOther(
  words: readonly string[],
  own: string,
  names: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const ownWords = wordsOf(own);
  // In any writing: H3K4me3 may be H3-K4me3 in the name of its file.
  if (ownWords.length === 0 || words.join("").includes(ownWords.join(""))) return undefined;
  for (const [other, otherWords] of names) {
    if (other === own) continue;
    // "liver" in the name of a file of "adult liver" is a part of its own name.
    if (otherWords.every((word) => ownWords.includes(word))) continue;
    if (holdsInOrder(words, otherWords)) return other;
  }
  return undefined;
}

/** Whether a name is so long, and of such letters, that it does not stand in the names of files by chance. */
function isTelling(words: readonly string[], fewestLetters: number): boolean {
  const text = words.join("");
  return text.length >= fewestLetters && /\p{L}/u.test(text) && !OF_CONTROLS.has(text);
}

function holdsInOrder(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((_, at) => wanted.every((word, i) => words[at + i] === word));
}

/** The words of a name: what stands between other characters than letters and digits, in small letters. */
function wordsOf(name: string): string[] {
  return name.toLowerCase().split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word !== "");
}

/** A file's name without its folders; of an address, without what may be secret. */
function ownName(path: string): string {
  return showPlace(path).replace(/^.*[\\/]/, "");
}
