/** Differences between cell types as tables. */

import type { Dataset } from "../../data/dataset.ts";
import type { ParquetCell, ParquetColumn, ParquetTable } from "../../io/parquet.ts";
import { type RowFormat, writeRowTable } from "../../io/row_table.ts";
import type { Estimate } from "../../validation/regime_scores.ts";
import { carryingDistances } from "./carrying_distances.ts";
import type { GeneDifferences } from "./difference_types.ts";
import type { ExplainedSet } from "./explained_changes.ts";

/** Rows of a group of Parquet. */
const GROUP_ROWS = 16_384;

/** On which ends of a change a model was trained with the gene. */
export type TrainedEnds = "both" | "from" | "to" | "neither";

/** What a table of differences has besides them, and how it is written. */
export interface DifferenceTableOptions {
  /**
   * Symbols of the genes, `[place in the columns' genes]`.
   *
   * @default {Those that the data have}
   */
  readonly symbols?: readonly (string | undefined)[] | undefined;
  /** Logarithms to base 2 of measured fold changes, `[gene]`; NaN for genes without one. */
  readonly log2FoldChanges?: ArrayLike<number> | undefined;
  /** Their adjusted p-values, `[gene]`; NaN for genes without one. */
  readonly qValues?: ArrayLike<number> | undefined;
  /** On which ends the models were trained, `[gene]`. */
  readonly trained?: readonly TrainedEnds[] | undefined;
  /**
   * The format.
   *
   * @default {"tsv"}
   */
  readonly format?: RowFormat | undefined;
  /** Texts by name that are kept in the metadata of a Parquet file. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A column with the cell of each row. */
interface FilledColumn extends ParquetColumn {
  readonly cellAt: (row: number) => ParquetCell;
}

/**
 * Writes differences as a table with a row for each gene: what the data know of it; its predictions at both ends and the
 * predicted change, with the spread over models and its interval where there are several; the measured values and change;
 * the fold change; what each mark adds (`add_H3K4me3`, …) and the context of a panel, and the remainder; which mark carries
 * the change, and between which distances from the TSS half of what it adds lies; the samples at each end; and on which ends
 * the models were trained. What is not known is an empty cell.
 *
 * Distances count in base pairs from the TSS, the middle of the window, along transcription: the data's strand, or else that
 * of a known human gene, says how. The second one is not included.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param data The samples.
 * @param differences What `explainDifferences` returned for them.
 * @param options Other columns, and the format.
 * @throws {TypeError} If a name cannot be written in the table, or a number is not finite.
 *
 * @example Two genes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { explainDifferences, writeDifferences } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 2, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const [from = "", to = ""] = data.columns.cellTypes;
 * const differences = await explainDifferences([model], data, { from: [from], to: [to], engine: "wasm" });
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writeDifferences(writable, data, { differences });
 * ok((await text).startsWith("gene_id\tsymbol\tchrom\ttss\tstrand\tfrom_predicted\tto_predicted\t"));
 * ```
 */
export async function writeDifferences(
  sink: WritableStream<Uint8Array>,
  data: Dataset,
  { differences, format = "tsv", metadata, ...options }: DifferenceTableOptions & {
    readonly differences: GeneDifferences;
  },
): Promise<void> {
  const columns = [
    ...geneColumns(data, differences, options),
    ...changeColumns(differences),
    ...measuredColumns(differences, options),
    ...contributionColumns(differences),
    ...carrierColumns(data, differences),
    integers("from_samples", differences.fromSamples),
    integers("to_samples", differences.toSamples),
    ...(options.trained ? [texts("trained", options.trained)] : []),
  ];
  const table = tableOf(columns, differences.genes.length, metadata);
  await writeRowTable(sink, table, { format });
}

/**
 * Writes what predicted changes explain of sets of genes as a table with a row for each set, those with the least q-value
 * first.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param sets What `explainChanges` returned of them.
 * @param options The format.
 * @throws {TypeError} If a name holds a tab or a line end.
 *
 * @example One set
 * ```ts
 * import { explainChanges, writeExplainedSets } from "@waka/histone/explain";
 * import { strictEqual } from "node:assert";
 *
 * const sets = [{ name: "ALL", places: [0, 1, 2, 3] }];
 * const explained = explainChanges([1, 2, 3, 4], [1, 2, 3, 5], { sets, samples: 10, leastGenes: 4 });
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writeExplainedSets(writable, explained.sets, { format: "csv" });
 * strictEqual((await text).split("\n")[1]?.split(",")[0], "ALL");
 * ```
 */
export async function writeExplainedSets(
  sink: WritableStream<Uint8Array>,
  sets: readonly ExplainedSet[],
  { format = "tsv" }: Pick<DifferenceTableOptions, "format"> = {},
): Promise<void> {
  const rows = sets.toSorted((a, b) =>
    (a.q ?? 2) - (b.q ?? 2) || (a.p ?? 2) - (b.p ?? 2) || b.genes - a.genes
  );
  const of = (name: string, valueOf: (set: ExplainedSet) => number | null): FilledColumn => ({
    name,
    type: "float64",
    nullable: true,
    cellAt: (row) => valueOf(rows[row]!),
  });
  const estimate = (name: string, valueOf: (set: ExplainedSet) => Estimate) => [
    of(name, (set) => valueOf(set).value),
    of(`${name}_low`, (set) => valueOf(set).low),
    of(`${name}_high`, (set) => valueOf(set).high),
  ];
  const columns = [
    texts("gene_set", rows.map(({ name }) => name)),
    integers("listed", rows.map(({ listed }) => listed)),
    integers("genes", rows.map(({ genes }) => genes)),
    of("mean_measured", ({ meanMeasured }) => meanMeasured),
    of("mean_predicted", ({ meanPredicted }) => meanPredicted),
    ...estimate("pearson", ({ pearson }) => pearson),
    ...estimate("explained", ({ explained }) => explained),
    of("same_sign", ({ sameSign }) => sameSign.value),
    of("spearman", ({ spearman }) => spearman),
    of("p", ({ p }) => p),
    of("q", ({ q }) => q),
  ];
  await writeRowTable(sink, tableOf(columns, rows.length, undefined), { format });
}

function geneColumns(
  data: Dataset,
  { genes }: GeneDifferences,
  { symbols }: Pick<DifferenceTableOptions, "symbols">,
): FilledColumn[] {
  const { genes: ids, geneDetails } = data.columns;
  const details = Array.from(genes, (gene) => geneDetails?.[gene]);
  const symbolOf = (row: number) => symbols?.[genes[row]!] ?? details[row]?.symbol;
  const tss = details.map((each) => each?.tss ?? NaN);
  return [
    texts("gene_id", Array.from(genes, (gene) => ids[gene]!)),
    texts("symbol", Array.from(genes, (_, row) => symbolOf(row))),
    texts("chrom", details.map((each) => each?.chromosome)),
    integers("tss", tss),
    texts("strand", details.map((each) => each?.strand)),
    ...(details.some((each) => each?.gene !== undefined)
      ? [texts("gene", details.map((each) => each?.gene))]
      : []),
  ];
}

function changeColumns(differences: GeneDifferences): FilledColumn[] {
  const { fromPredictions, toPredictions, changes, spread, low, high } = differences;
  return [
    numbers("from_predicted", fromPredictions),
    numbers("to_predicted", toPredictions),
    numbers("predicted_change", changes),
    ...(spread && low && high
      ? [numbers("spread", spread), numbers("low", low), numbers("high", high)]
      : []),
  ];
}

function measuredColumns(
  { measured }: GeneDifferences,
  { log2FoldChanges, qValues }: Pick<DifferenceTableOptions, "log2FoldChanges" | "qValues">,
): FilledColumn[] {
  const exact = "float64" as const;
  return [
    ...(measured
      ? [
        numbers("from_measured", measured.from, exact),
        numbers("to_measured", measured.to, exact),
        numbers("measured_change", measured.changes, exact),
      ]
      : []),
    ...(log2FoldChanges ? [numbers("log2_fold_change", log2FoldChanges, exact)] : []),
    ...(qValues ? [numbers("q_value", qValues, exact)] : []),
  ];
}

function contributionColumns(
  { marks, contributions, context, remainders }: GeneDifferences,
): FilledColumn[] {
  const ofMark = (mark: number) =>
    Float64Array.from(remainders, (_, row) => contributions[row * marks.length + mark]!);
  return [
    ...marks.map((name, mark) => numbers(`add_${name}`, ofMark(mark))),
    ...(context ? [numbers("add_context", context)] : []),
    numbers("remainder", remainders),
  ];
}

function carrierColumns(data: Dataset, differences: GeneDifferences): FilledColumn[] {
  const { marks, carriedBy } = differences;
  const { from, to } = carryingDistances(data, differences);
  return [
    texts("carried_by", Array.from(carriedBy.mark, (place) => marks[place])),
    integers("carried_from_bp", from),
    integers("carried_to_bp", to),
  ];
}

function texts(name: string, cells: readonly (string | undefined)[]): FilledColumn {
  return { name, type: "text", nullable: true, cellAt: (row) => cells[row] ?? null };
}

/** A column of numbers, in which NaN is an empty cell. */
function numbers(
  name: string,
  values: ArrayLike<number>,
  type: "float32" | "float64" | "int64" = "float32",
): FilledColumn {
  return {
    name,
    type,
    nullable: true,
    cellAt: (row) => Number.isNaN(values[row]!) ? null : values[row]! + 0,
  };
}

/** A column of integers; half a bin makes it one of other numbers. */
function integers(name: string, values: ArrayLike<number>): FilledColumn {
  const isWhole = Array.from(values).every((value) =>
    Number.isNaN(value) || Number.isInteger(value)
  );
  return numbers(name, values, isWhole ? "int64" : "float64");
}

function tableOf(
  columns: readonly FilledColumn[],
  rows: number,
  metadata: Readonly<Record<string, string>> | undefined,
): ParquetTable {
  function* groups() {
    for (let first = 0; first < rows; first += GROUP_ROWS) {
      const length = Math.min(GROUP_ROWS, rows - first);
      yield columns.map(({ cellAt }) => Array.from({ length }, (_, i) => cellAt(first + i)));
    }
  }
  return {
    columns: columns.map(({ name, type, nullable }) => ({ name, type, nullable })),
    rowGroups: groups(),
    ...(metadata && { metadata }),
  };
}
