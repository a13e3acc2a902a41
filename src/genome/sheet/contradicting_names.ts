/**
 * Warns of files whose names say another mark or cell type than their rows, as after a slip in a column of paths. Names are a
 * convention, so a file is never refused for its name, and only whole words of it count.
 */

import { isDerived } from "./_derived_names.ts";
import { isOfOtherModification } from "./_modifications.ts";
import { isCalled, type OwnedSteps, spell, type Spelling, stepsOf } from "./_spelling.ts";
import type { ArrangeOptions, SheetRow } from "./types.ts";

/** How many files a warning shows. */
const MOST_SHOWN = 3;
/** A shorter name, such as a mark `H3` or a cell type `B`, is a word of many names of files without being meant. */
const FEWEST_LETTERS = { mark: 3, cellType: 2 } as const;
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
  const names = sheet.map((row) => row[field]);
  const owned = files(sheet).map(({ row, path }) => ({ path, own: row[field] }));
  const find = contradictionFinder(names, { owned, fewestLetters: FEWEST_LETTERS[field] });
  return files(rows).flatMap(({ row, path }) => {
    const called = find(path, row[field]);
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

/** Shows the part of a path that has another name than the path's own, unless a nearer part has its own. */
export type ContradictionFinder = (path: string, own: string) => string | undefined;

/** A path, and the name that it should have. */
interface OwnedPath {
  readonly path: string;
  readonly own: string;
}

/** The names that are looked for, and all paths. */
interface Known {
  readonly names: readonly Spelling[];
  readonly owned: readonly OwnedSteps[];
}

/**
 * Makes a function that compares paths with names.
 *
 * @param owned All paths. What all of them have, such as the name of a study, tells none apart.
 */
export function contradictionFinder(
  names: readonly string[],
  { owned: paths, fewestLetters = FEWEST_LETTERS.cellType }: {
    readonly owned: readonly OwnedPath[];
    readonly fewestLetters?: number;
  },
): ContradictionFinder {
  const owned = paths.map(({ path, own }) => ({ steps: stepsOf(path), own: spell(own) }));
  const telling = [...new Set(names)].map(spell).filter((name) =>
    isTelling(name, fewestLetters) &&
    !owned.every(({ steps }) => steps.some((step, i) => isCalled(step, name, { isFolder: i > 0 })))
  );
  const known = { names: telling, owned };
  return (path, own) => findOther({ steps: stepsOf(path), own: spell(own) }, known);
}

function findOther({ steps, own }: OwnedSteps, { names, owned }: Known): string | undefined {
  if (own.joined === "") return undefined;
  for (const [i, step] of steps.entries()) {
    // In any writing: H3K4me3 may be H3-K4me3 in the name of its file.
    if (step.joined.includes(own.joined)) return undefined;
    const other = names.find((name) =>
      isCalled(step, name, { isFolder: i > 0 }) &&
      // "liver" in the name of a file of "adult liver" is a part of its own name.
      !name.words.every((word) => own.words.includes(word)) &&
      !(i === 0 && isDerived(step, { own, other: name, owned }))
    );
    if (other !== undefined || (i === 0 && isOfOtherModification(step, own))) {
      return steps.slice(0, i + 1).map(({ text }) => text).toReversed().join("/");
    }
  }
  return undefined;
}

/** Whether a name is so long, and of such letters, that it does not stand in the names of files by chance. */
function isTelling({ joined }: Spelling, fewestLetters: number): boolean {
  return joined.length >= fewestLetters && /\p{L}/u.test(joined) && !OF_CONTROLS.has(joined);
}
