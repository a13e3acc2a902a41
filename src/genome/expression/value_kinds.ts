/** What the numbers of a table of expression measure. */

/**
 * Kinds of values: transcripts per million; reads or fragments; and these per kilobase and million, whether of reads
 * (RPKM) or of fragments.
 */
export type ValueKind = "tpm" | "count" | "fpkm";

/** Every {@linkcode ValueKind}; where a file has several, the first of them that it has is taken. */
export const VALUE_KINDS: readonly ValueKind[] = ["tpm", "fpkm", "count"];

/** Kinds of values as messages call them. */
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

/** The kind of values that a column is named after, such as `TPM` or `expected_count`. */
export function kindOfTitle(title: string): ValueKind | undefined {
  return TITLES.find(([, pattern]) => pattern.test(title))?.[0];
}

/** The kind of values that the end of a sample's name tells, such as that of `liver_TPM`. */
export function kindOfEnding(name: string): ValueKind | undefined {
  const ending = /[._ -](tpm|fpkm|rpkm|counts?|numreads)$/i.exec(name)?.[1];
  return ending === undefined ? undefined : kindOfTitle(ending);
}
