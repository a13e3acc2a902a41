/**
 * Names of files that begin with another cell type's name because theirs is made of it, such as `ESC_derived_NPC` of neural
 * progenitors beside `ESC`, or `CD4_CD25hi` of regulatory T cells beside `CD4`.
 */

import { isCalled, type OwnedSteps, placeOf, type Spelling } from "./_spelling.ts";

/** Words after, and before, the name of cells from which others come, or with which they are compared. */
const AFTER_ORIGIN: ReadonlySet<string> = new Set(["derived", "to"]);
const BEFORE_ORIGIN: ReadonlySet<string> = new Set(["from", "vs", "versus"]);
/** Words that tell files of one cell type apart, and not cell types: replicates, accessions, versions, steps of pipelines. */
const NO_CELL_TYPE =
  /^(?:(?:bio|tech)?(?:rep|replicate|rpl|r|lane|l|run|s|n|batch|donor|d|sample|v)\d+[a-z]?|enc[a-z]{2}\w*|(?:gs[em]|[sed]r[prsx]|sam[nde]+a?)\d+|h(?:2a|2b|3|4)\w*|k\d+(?:me|ac|ub)\d?|new|old|final|copy|redo|merged|pooled|sort(?:ed)?|md|(?:de)?dup\w*|nodup|filtered|clean|chip|chipseq|seq|cutandrun|cuttag|treat|signal|peaks?|bam|cram|bw|bigwig|bed|bedgraph|bdg|tagalign|(?:narrow|broad)peak|gz|hg\d+|mm\d+|grc\w+|\d+)$/;

/** A row's own name, another's that its file has, and all files. */
interface Names {
  readonly own: Spelling;
  readonly other: Spelling;
  readonly owned: readonly OwnedSteps[];
}

/** Whether the name of a file says by other words that it is not of the other cell type whose name it holds. */
export function isDerived(step: Spelling, names: Names): boolean {
  const around = wordsAround(step, names.other);
  if (around === undefined) return false;
  const { before, after } = around;
  if (AFTER_ORIGIN.has(after[0] ?? "") || BEFORE_ORIGIN.has(before.at(-1) ?? "")) return true;
  return hasItsOwnFiles(names) &&
    [...before, ...after].some((word) => !NO_CELL_TYPE.test(word) && isOfOwnAlone(word, names));
}

/** The words of a file's name before and after those of another name. */
function wordsAround(step: Spelling, other: Spelling) {
  for (const words of [step.words, step.parts]) {
    for (const wanted of [other.words, other.parts]) {
      const at = placeOf(words, wanted);
      if (at >= 0) return { before: words.slice(0, at), after: words.slice(at + wanted.length) };
    }
  }
  return undefined;
}

/** Whether all files of the other cell type have its name: those of rows that were exchanged have not. */
function hasItsOwnFiles({ other, owned }: Names): boolean {
  const own = owned.filter((one) => one.own.joined === other.joined);
  return own.length > 0 &&
    own.every(({ steps }) => steps.some((step, i) => isCalled(step, other, { isFolder: i > 0 })));
}

/** Whether a word, or one that differs in numbers alone, is in all names of files of a cell type and in none of others. */
function isOfOwnAlone(word: string, { own, owned }: Names): boolean {
  const plain = withoutNumbers(word);
  return owned.every((one) => {
    const { words = [], parts = [] } = one.steps[0] ?? {};
    const all = [...words, ...parts];
    return one.own.joined === own.joined
      ? all.includes(word)
      : !all.some((its) => withoutNumbers(its) === plain);
  });
}

/** Numbers of samples and donors tell files apart, such as `ab12` and `ab13`. */
function withoutNumbers(word: string): string {
  return word.replace(/\d+/g, "0");
}
