/** The tables of `explain`: its samples, and their attributions. */

import type { Dataset } from "../data/dataset.ts";
import type { InputAttributions } from "../explain/mod.ts";
import type { ParquetCell, ParquetColumn, ParquetRows } from "../io/parquet.ts";
import { type RowFormat, writeRowTable } from "../io/row_table.ts";
import { hasGenes } from "../io/zarr/gene_columns.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import type { Feature } from "./_attribution_features.ts";

/** Attributions, block by block; each table goes through all of them. */
export type Blocks = AsyncIterable<AttributionBlock>;

/** What tables are made of. */
export interface TableContent {
  readonly data: Dataset;
  readonly blocks: Blocks;
  /** The values of a sample, in the order of its inputs. */
  readonly features: readonly Feature[];
  /** Names of the marks to write; `undefined` for all. */
  readonly marks: ReadonlySet<string> | undefined;
  /** What is kept in the metadata of formats that have some. */
  readonly about: Readonly<Record<string, string | number>>;
}

/** Rows of a group of rows. */
const GROUP_ROWS = 65_536;

const TEXT = { type: "text" } as const;
const OPTIONAL_TEXT = { type: "text", nullable: true } as const;
const OPTIONAL_INTEGER = { type: "int64", nullable: true } as const;
const FLOAT = { type: "float32" } as const;
const OPTIONAL_FLOAT = { type: "float32", nullable: true } as const;

/**
 * Writes one row for each sample: its gene and cell type, the prediction, what it is compared with, how well the attributions
 * add up, and the measured value.
 */
export async function writeSampleTable(
  sink: WritableStream<Uint8Array>,
  { data, blocks, hasSums }: Pick<TableContent, "data" | "blocks"> & {
    /** Whether the sum of a sample's attributions means something. */
    readonly hasSums: boolean;
  },
): Promise<void> {
  const labels = data.hasLabels ? data.labels() : undefined;
  const hasGeneColumn = hasGenes(data.columns.geneDetails?.values());
  const columns: ParquetColumn[] = [
    { name: "cell_type", ...TEXT },
    { name: "gene_id", ...TEXT },
    { name: "symbol", ...OPTIONAL_TEXT },
    { name: "chrom", ...OPTIONAL_TEXT },
    { name: "tss", ...OPTIONAL_INTEGER },
    { name: "strand", ...OPTIONAL_TEXT },
    ...(hasGeneColumn ? [{ name: "gene", ...OPTIONAL_TEXT }] : []),
    { name: "prediction", ...FLOAT },
    { name: "baseline_prediction", ...OPTIONAL_FLOAT },
    { name: "attribution_sum", ...OPTIONAL_FLOAT },
    { name: "completeness_error", ...OPTIONAL_FLOAT },
    { name: "measured", type: "float64", nullable: true },
  ];
  async function* rowGroups() {
    for await (const block of blocks) {
      const { predictions, baselinePredictions, completenessErrors } = block;
      const sums = sumAttributions(block);
      const positions = Array.from(block.rows);
      const details = positions.map((position) => data.geneDetailsOf(position) ?? {});
      yield [
        positions.map((position) => data.cellTypeOf(position)),
        positions.map((position) => data.geneOf(position)),
        details.map(({ symbol }) => symbol ?? null),
        details.map(({ chromosome }) => chromosome ?? null),
        details.map(({ tss }) => tss ?? null),
        details.map(({ strand }) => strand ?? null),
        ...(hasGeneColumn ? [details.map(({ gene }) => gene ?? null)] : []),
        positions.map((_, i) => predictions[i]!),
        positions.map((_, i) => finiteOrNull(baselinePredictions?.[i])),
        Array.from(sums, (sum) => hasSums ? sum : null),
        positions.map((_, i) => finiteOrNull(completenessErrors?.[i])),
        positions.map((position) => finiteOrNull(labels?.[position])),
      ];
    }
  }
  await writeRowTable(sink, { columns, rowGroups: rowGroups() }, { format: "tsv" });
}

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value + 0 : null;
}

/** The sum of each sample's attributions, `[sample]`; what is NaN was not computed and counts as 0. */
export function sumAttributions({ rows, inputs }: AttributionBlock): Float32Array {
  const sums = new Float64Array(rows.length);
  for (const { values } of Object.values(inputs)) {
    const size = values.length / rows.length;
    for (let sample = 0; sample < rows.length; sample++) {
      let sum = 0;
      for (let i = sample * size; i < (sample + 1) * size; i++) {
        const value = values[i]!;
        if (!Number.isNaN(value)) sum += value;
      }
      sums[sample]! += sum;
    }
  }
  return Float32Array.from(sums);
}

/** The optional columns of a table. */
export interface OptionalColumns {
  readonly hasDeviations: boolean;
  readonly hasQValues: boolean;
}

/**
 * Writes one row for each attribution. What was not computed (NaN) is left out, and so are letters of DNA whose attribution is
 * 0, of which most methods have three for each base.
 */
export async function writeAttributionRows(
  sink: WritableStream<Uint8Array>,
  content: TableContent & OptionalColumns,
  { format }: { readonly format: RowFormat },
): Promise<void> {
  const { about, hasDeviations, hasQValues } = content;
  const columns: ParquetColumn[] = [
    { name: "cell_type", ...TEXT },
    { name: "gene_id", ...TEXT },
    { name: "input", ...TEXT },
    { name: "mark", ...OPTIONAL_TEXT },
    { name: "bin", ...OPTIONAL_INTEGER },
    { name: "offset_bp", ...OPTIONAL_INTEGER },
    { name: "name", ...OPTIONAL_TEXT },
    { name: "signal", ...OPTIONAL_FLOAT },
    { name: "attribution", ...FLOAT },
    ...(hasDeviations ? [{ name: "spread", ...OPTIONAL_FLOAT }] : []),
    ...(hasQValues ? [{ name: "q", ...OPTIONAL_FLOAT }] : []),
  ];
  const metadata = { histone: JSON.stringify(about) };
  const rowGroups = attributionRows(content, columns.length);
  await writeRowTable(sink, { columns, rowGroups, metadata }, { format });
}

/** Values of a block, one sample after the other, in the order of the features. */
export interface BlockView {
  /** The inputs, each with the number of its values and the place of the first one among the features. */
  readonly parts:
    readonly (InputAttributions & { readonly size: number; readonly first: number })[];
}

/** Looks at a block as one row of values for each sample. */
export function viewOf({ rows, inputs }: AttributionBlock): BlockView {
  let first = 0;
  const parts = Object.values(inputs).map((input) => {
    const size = input.values.length / rows.length;
    const part = { ...input, size, first };
    first += size;
    return part;
  });
  return { parts };
}

async function* attributionRows(
  { data, blocks, features, marks, hasDeviations, hasQValues }: TableContent & OptionalColumns,
  width: number,
): AsyncGenerator<ParquetRows, void, undefined> {
  const isWritten = features.map(({ mark }) =>
    mark === undefined || marks === undefined || marks.has(mark)
  );
  const placeOfMark = new Map(data.marks.map((mark, place) => [mark, place]));
  let group: ParquetCell[][] = Array.from({ length: width }, () => []);
  for await (const block of blocks) {
    const { parts } = viewOf(block);
    for (const [sample, position] of block.rows.entries()) {
      const cellType = data.cellTypeOf(position);
      const gene = data.geneOf(position);
      const signal = data.signalOf(position);
      for (const { values, standardDeviations, qValues, size, first } of parts) {
        for (let i = 0; i < size; i++) {
          const value = values[sample * size + i]!;
          const { input, mark, bin, offsetBp, name } = features[first + i]!;
          if (!isWritten[first + i] || Number.isNaN(value)) continue;
          if (value === 0 && input === "sequence") continue;
          const isOfBin = input === "signal" && bin !== undefined;
          const place = isOfBin ? placeOfMark.get(mark!) : undefined;
          const count = place === undefined ? null : signal[bin! * data.marks.length + place]!;
          const cells = [cellType, gene, input, mark ?? null, bin ?? null, offsetBp ?? null];
          cells.push(name ?? null, count, value);
          if (hasDeviations) cells.push(finiteOrNull(standardDeviations?.[sample * size + i]));
          if (hasQValues) cells.push(finiteOrNull(qValues?.[sample * size + i]));
          for (let column = 0; column < width; column++) group[column]!.push(cells[column]!);
        }
      }
      if (group[0]!.length < GROUP_ROWS) continue;
      yield group;
      group = group.map(() => []);
    }
  }
  yield group;
}
