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
/** A modification such as `h3k4me3`, in small letters. */
const MODIFICATION = /^h(?:2a|2b|3|4)k\d+(?:me\d?|ac|ub\d?)$/;
/** Words that tell what a mark was compared with. */
const OF_CONTROLS: ReadonlySet<string> = new Set(
  ["control", "controls", "ctrl", "igg", "input", "mock", "wce"],
);

/** A file of a row. */
interface NamedFile {
  readonly row: SheetRow;
  readonly path: string;
}

/** What is compared: a field of the rows, and the files that should have its name. */
interface Comparison {
  readonly field: "mark" | "cellType";
  readonly what: string;
  /** How messages name a file. */
  readonly whose: string;
  readonly files: (rows: readonly SheetRow[]) => readonly NamedFile[];
}

const COMPARISONS: readonly Comparison[] = [
  { field: "mark", what: "mark", whose: "its file", files: signalOf },
  { field: "cellType", what: "cell type", whose: "its file", files: signalOf },
  // Most programs that count transcripts give the column of values no name of a sample.
  { field: "cellType", what: "cell type", whose: "its expression", files: expressionOf },
];

/**
 * Warns of files whose own names hold a mark, or a cell type, of other rows and not that of theirs. A folder counts if it has
 * that name and no other words.
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
  for (const comparison of COMPARISONS) {
    const found = describeRows(rows, sheet, comparison);
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

function describeRows(
  rows: readonly SheetRow[],
  sheet: readonly SheetRow[],
  { field, what, whose, files }: Comparison,
): string[] {
  const all = files(sheet).map(({ path }) => stepsOf(path));
  const names = new Set(sheet.map((row) => row[field]));
  // What all files have, such as the name of a study, tells none apart.
  const telling = [...names].filter((name) =>
    isTelling(wordsOf(name), FEWEST_LETTERS[field]) &&
    !all.every((steps) => steps.some((step, i) => isCalled(step, name, { isFolder: i > 0 })))
  );
  return files(rows).flatMap(({ row, path }) => {
    const called = findOther(stepsOf(path), row[field], telling);
    return called === undefined
      ? []
      : [`line ${row.line} says ${what} ${row[field]}, and ${whose} is called ${called}`];
  });
}

function signalOf(rows: readonly SheetRow[]): NamedFile[] {
  return rows.map((row) => ({ row, path: row.path }));
}

/** The files of expression, each once, but for those that several cell types share. */
function expressionOf(rows: readonly SheetRow[]): NamedFile[] {
  const owners = new Map<string, Map<string, NamedFile>>();
  for (const row of rows) {
    for (const path of row.expression.split(",").map((one) => one.trim()).filter(Boolean)) {
      const own = owners.get(path) ?? new Map<string, NamedFile>();
      if (!own.has(row.cellType)) own.set(row.cellType, { row, path });
      owners.set(path, own);
    }
  }
  return [...owners.values()].filter(({ size }) => size === 1).flatMap((own) => [...own.values()]);
}

/** Shows the part of a path that has the name of another row, unless a nearer part has the row's own. */
function findOther(
  steps: readonly string[],
  own: string,
  names: readonly string[],
): string | undefined {
  const ownWords = wordsOf(own);
  if (ownWords.length === 0) return undefined;
  // "liver" in the name of a file of "adult liver" is a part of its own name.
  const others = names.filter((name) =>
    name !== own && !wordsOf(name).every((word) => ownWords.includes(word))
  );
  for (const [i, step] of steps.entries()) {
    // In any writing: H3K4me3 may be H3-K4me3 in the name of its file.
    if (wordsOf(step).join("").includes(ownWords.join(""))) return undefined;
    const isOther = others.some((name) => isCalled(step, name, { isFolder: i > 0 }));
    if (isOther || (i === 0 && isOfModification(step, own))) {
      return steps.slice(0, i + 1).toReversed().join("/");
    }
  }
  return undefined;
}

/** Whether a step of a path has a name: a folder no other words, and a file among others. */
function isCalled(
  step: string,
  name: string,
  { isFolder }: { readonly isFolder: boolean },
): boolean {
  const wanted = wordsOf(name);
  if (isFolder) return wordsOf(step).join("") === wanted.join("");
  return [step, apart(step)].some((text) =>
    holdsInOrder(wordsOf(text), wanted) || holdsInOrder(wordsOf(text), wordsOf(apart(name)))
  );
}

/** Whether a file's name has a modification that is not its mark's, though no row of the sheet may have that one. */
function isOfModification(name: string, mark: string): boolean {
  const own = wordsOf(mark);
  if (!own.some((word) => MODIFICATION.test(word))) return false;
  return [name, apart(name)].flatMap(wordsOf).some((word) =>
    MODIFICATION.test(word) && own.every((o) => !o.startsWith(word) && !word.startsWith(o))
  );
}

/** Puts blanks before capitals within words, as in `wgEncodeBroadHistoneK562H3k4me3StdAlnRep1` of UCSC. */
function apart(name: string): string {
  return name.replace(/(?<=[\p{Ll}\p{N}])(?=\p{Lu})/gu, " ");
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

/** The steps of a path, from the file's own name upwards; of an address, without what may be secret. */
function stepsOf(path: string): string[] {
  return showPlace(path).split(/[\\/]/).filter((step) => step !== "").toReversed();
}
