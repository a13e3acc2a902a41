/** What the values in a table of expression measure. */

/**
 * Kinds of values: transcripts per million (`tpm`), counts of reads or fragments (`count`), and reads (RPKM) or
 * fragments per kilobase and million (`fpkm`).
 */
export type ValueKind = "tpm" | "count" | "fpkm";

/** Every {@linkcode ValueKind}. Of several kinds in a file, the first in this list is taken. */
export const VALUE_KINDS: readonly ValueKind[] = ["tpm", "fpkm", "count"];

/** Names of the kinds of values in messages. */
export const VALUE_KIND_NAMES: Readonly<Record<ValueKind, string>> = {
  tpm: "TPM",
  fpkm: "FPKM",
  count: "counts",
};

const TITLES: readonly (readonly [kind: ValueKind, title: RegExp])[] = [
  ["tpm", /^tpms?(?:_unstranded)?$/i],
  ["fpkm", /^[fr]pkms?(?:_unstranded)?$/i],
  [
    "count",
    /^(?:raw|read|est|expected|gene|unstranded)?[_. ]?(?:counts?|reads|numreads|unstranded)$/i,
  ],
];

/** Finds the kind of values that a column's title names, such as `TPM` or `expected_count`. */
export function kindOfTitle(title: string): ValueKind | undefined {
  return TITLES.find(([, pattern]) => pattern.test(title))?.[0];
}

/** Finds the kind of values that the end of a sample's name gives, as in `liver_TPM`; logarithms, as in `log2_TPM`, are of none. */
export function kindOfEnding(name: string): ValueKind | undefined {
  if (isTitleOfLogarithms(name)) return undefined;
  const ending = /[._ -](tpm|fpkm|rpkm|counts?|numreads)$/i.exec(name)?.[1];
  return ending === undefined ? undefined : kindOfTitle(ending);
}

/** Whether a column's name says that its values are logarithms, as `log2TPM`, `liver log2(TPM+1)` and `logCPM` do. */
export function isTitleOfLogarithms(title: string): boolean {
  return /(?:^|[^a-z])(?:log(?:2|10|1p)|log[ _.(]*(?:[tc]pm|[fr]pkm|counts?|expr)|rlog)/i.test(
    title,
  );
}
