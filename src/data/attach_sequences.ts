import { type GeneSequences, NO_SEQUENCE, type PackedSequences } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { SequenceRecord } from "../record.ts";
import { Dataset } from "./dataset.ts";

/** Sequences by gene, as `readSequences` returns them. */
export interface NamedSequences {
  /** Identifiers of genes, `[gene]`, each gene once. */
  readonly genes: readonly string[];
  /**
   * The same as their file spells them, for data whose genes are bare numbers other than Ensembl's.
   *
   * @default {genes}
   */
  readonly names?: readonly string[] | undefined;
  /** The sequence of each, in the same order. */
  readonly sequences: PackedSequences;
}

/** Options of {@linkcode attachSequences}. */
export interface AttachSequencesOptions extends Omit<SequenceRecord, "bases"> {
  /**
   * Name of what the sequences come from, for messages.
   *
   * @default {"the sequences"}
   */
  readonly name?: string | undefined;
}

/**
 * Gives the genes of a data set their DNA. Genes are matched by `geneKey`; those without a sequence keep none.
 *
 * @param data The samples. Sequences that they have already are replaced.
 * @param named Sequences of some genes; not copied.
 * @param options What the sequences are, for the record.
 * @returns A view of the same samples with sequences.
 * @throws {ContractError} If no gene of the data has a sequence, or a gene is named twice.
 *
 * @example One of two genes has a sequence
 * ```ts
 * import { attachSequences, Dataset } from "@waka/histone/data";
 * import { packSequences } from "@waka/histone/io";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 2, newGenes: 1, bins: 4 }).train);
 * const named = { genes: [data.geneOf(1)], sequences: packSequences(["ACGTN"]) };
 * const joined = attachSequences(data, named, { orientation: "transcript", unknownAs: "none" });
 * strictEqual(joined.sequenceOf(0), undefined);
 * deepStrictEqual([...joined.sequenceOf(1)!], [0, 1, 2, 3, 4]);
 * strictEqual(joined.record.sequence?.bases, 5);
 * ```
 */
export function attachSequences(
  data: Dataset,
  { genes, names = genes, sequences }: NamedSequences,
  { name = "the sequences", ...described }: AttachSequencesOptions,
): Dataset {
  const entries = new Map(genes.map((id, entry) => [geneKey(id), entry]));
  if (entries.size !== genes.length) {
    const keys = genes.map(geneKey);
    const twice = genes.find((id, gene) => keys.indexOf(geneKey(id)) !== gene);
    throw new ContractError(
      `Cannot add sequences: ${name} have gene "${twice}" twice, expected once`,
    );
  }
  const { columns } = data;
  const entriesOfNumbers = new Map(
    names.flatMap((id, entry) => isNumber(id) ? [[id, entry] as const] : []),
  );
  const entryOf = Uint32Array.from(
    columns.genes,
    (id) => entries.get(geneKey(id)) ?? entriesOfNumbers.get(id) ?? NO_SEQUENCE,
  );
  if (entryOf.every((entry) => entry === NO_SEQUENCE)) {
    throw new ContractError(
      `Cannot add sequences: none of the ${columns.genes.length} genes of the data, such as "${
        columns.genes[0]
      }", is among the ${genes.length} of ${name}, such as "${genes[0]}"`,
    );
  }
  const own: GeneSequences = { ...sequences, entryOf };
  const sequence = { bases: sequences.bases, ...described };
  const record = { ...columns.record, sequence };
  return new Dataset({ ...columns, record, sequences: own }, data.rows);
}

/** Whether an identifier is a bare number, such as those of Entrez. */
function isNumber(id: string): boolean {
  return /^\d+$/.test(id);
}

/**
 * Counts the genes of a view that have no sequence.
 *
 * @param data The samples.
 * @returns Their number, and that of all genes of the view.
 *
 * @example Data without sequences
 * ```ts
 * import { countMaskedGenes, Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 2, newGenes: 1, bins: 4 }).train);
 * deepStrictEqual(countMaskedGenes(data), { masked: 2, genes: 2 });
 * ```
 */
export function countMaskedGenes(data: Dataset): { masked: number; genes: number } {
  const { sequences } = data.columns;
  const genes = new Set(data.geneIndices());
  let masked = 0;
  for (const gene of genes) {
    if ((sequences?.entryOf[gene] ?? NO_SEQUENCE) === NO_SEQUENCE) masked++;
  }
  return { masked, genes: genes.size };
}
