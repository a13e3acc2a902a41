import { groupBy } from "../base/group_by.ts";
import {
  countSequences,
  NO_SEQUENCE,
  packedBytes,
  type PackedSequences,
  unpackSequence,
  visitRuns,
} from "../base/sequences.ts";
import type { SampleColumns } from "../io/columns.ts";

/** What the sequences of a data set are made of. */
export interface SequenceStatistics {
  /** Bases of each sequence. */
  readonly bases: number;
  /** Number of genes. */
  readonly genes: number;
  /** Genes that have no sequence. */
  readonly masked: number;
  /** Share of C and G among the letters that are known; NaN if all are unknown. */
  readonly gcShare: number;
  /** Share of bases whose letters are not known. */
  readonly unknownShare: number;
  /** Share of bases in lower case, which mark repeats. */
  readonly softMaskedShare: number;
  /**
   * Genes that have the same letters as another gene, in groups of places of `genes`. Those of which no letter is known
   * are in none.
   */
  readonly identical: readonly (readonly number[])[];
}

/**
 * Measures the sequences of a data set. Each sequence counts once for each gene that has it.
 *
 * @param columns The data.
 * @returns The statistics; `undefined` if the data have no sequences.
 *
 * @example Two genes with the same letters, and one without
 * ```ts
 * import { attachSequences, Dataset, measureSequences } from "@waka/histone/data";
 * import { packSequences } from "@waka/histone/io";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 3, newGenes: 1, bins: 4 }).train);
 * const named = { genes: data.columns.genes.slice(1), sequences: packSequences(["ACgN", "ACGN"]) };
 * const { columns } = attachSequences(data, named, { orientation: "genomic", unknownAs: "none" });
 * const { masked, gcShare, unknownShare, identical } = measureSequences(columns)!;
 * strictEqual(masked, 1);
 * strictEqual(gcShare, 2 / 3);
 * strictEqual(unknownShare, 1 / 4);
 * deepStrictEqual(identical, [[1, 2]]);
 * ```
 */
export function measureSequences(
  { genes: { length: genes }, sequences }: Pick<SampleColumns, "genes" | "sequences">,
): SequenceStatistics | undefined {
  if (sequences === undefined) return undefined;
  const { bases, entryOf } = sequences;
  const uses = new Uint32Array(countSequences(sequences));
  let masked = 0;
  for (const entry of entryOf) {
    if (entry === NO_SEQUENCE) masked++;
    else uses[entry]!++;
  }
  const codes = new Uint8Array(bases);
  let [gc, unknown, softMasked] = [0, 0, 0];
  for (const [entry, count] of uses.entries()) {
    if (count === 0) continue;
    unpackSequence(sequences, entry, codes);
    for (const code of codes) if (code === 1 || code === 2) gc += count;
    visitRuns(sequences.unknown, entry, (start, end) => unknown += count * (end - start));
    visitRuns(sequences.softMasked, entry, (start, end) => softMasked += count * (end - start));
  }
  const all = bases * (genes - masked);
  return {
    bases,
    genes,
    masked,
    gcShare: gc / (all - unknown),
    unknownShare: all === 0 ? 0 : unknown / all,
    softMaskedShare: all === 0 ? 0 : softMasked / all,
    identical: groupIdentical(sequences, entryOf),
  };
}

/** Genes with the same letters, whether they share an entry or have entries of the same content. */
function groupIdentical(sequences: PackedSequences, entryOf: Uint32Array): number[][] {
  const keys = new Map<number, string>();
  const keyOf = (entry: number) => {
    const key = keys.get(entry) ?? keyOfEntry(sequences, entry);
    keys.set(entry, key);
    return key;
  };
  const present = [...entryOf.keys()].filter((gene) => entryOf[gene] !== NO_SEQUENCE);
  const groups = groupBy(present, (gene) => keyOf(entryOf[gene]!));
  const found: number[][] = [];
  for (const group of groups.values()) {
    // Sequences with one key are compared, since different letters may have it too.
    for (const alike of splitByContent(group, sequences, entryOf)) {
      if (alike.length > 1 && hasLetters(sequences, entryOf[alike[0]!]!)) found.push(alike);
    }
  }
  return found;
}

/** Some bytes of a sequence, by which most that differ are told apart. */
function keyOfEntry({ bases, packed }: PackedSequences, entry: number): string {
  const bytes = packedBytes(bases);
  let hash = 0;
  for (let at = entry * bytes; at < (entry + 1) * bytes; at++) {
    hash = Math.imul(hash ^ packed[at]!, 0x01000193);
  }
  return String(hash);
}

function splitByContent(
  genes: readonly number[],
  sequences: PackedSequences,
  entryOf: Uint32Array,
): number[][] {
  const groups: number[][] = [];
  for (const gene of genes) {
    const own = groups.find(([first]) => areSame(sequences, entryOf[first!]!, entryOf[gene]!));
    if (own === undefined) groups.push([gene]);
    else own.push(gene);
  }
  return groups;
}

function hasLetters({ bases, unknown }: PackedSequences, entry: number): boolean {
  let left = bases;
  visitRuns(unknown, entry, (start, end) => left -= end - start);
  return left > 0;
}

function areSame(sequences: PackedSequences, one: number, other: number): boolean {
  if (one === other) return true;
  const [a, b] = [new Uint8Array(sequences.bases), new Uint8Array(sequences.bases)];
  unpackSequence(sequences, one, a);
  unpackSequence(sequences, other, b);
  return a.every((code, base) => code === b[base]);
}
