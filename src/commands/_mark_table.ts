/** The table of whole marks: what each adds to a prediction over all of its bins. */

import type { Dataset } from "../data/dataset.ts";
import type { ParquetCell, ParquetColumn } from "../io/parquet.ts";
import { writeRowTable } from "../io/row_table.ts";
import type { Attributions } from "../explain/mod.ts";
import type { Feature } from "./_attribution_features.ts";
import { LARGEST_Q, type MarkSummary } from "./_explanation_findings.ts";
import { viewOf } from "./_explanation_tables.ts";

/** What the table is made of. */
export interface MarkTableContent {
  readonly data: Dataset;
  readonly blocks: AsyncIterable<Attributions>;
  readonly features: readonly Feature[];
  /** Tests the sums over bins; absent without a null. */
  readonly test: ((found: Attributions) => Attributions) | undefined;
}

/** The inputs of the sample itself whose values are of marks. */
const OWN_INPUTS = ["signal", "summary"];

/**
 * Writes one row for each mark of each sample: the sum of its attributions, and with a null the q-value of that sum.
 *
 * @returns What each mark adds, summed up over the samples.
 */
export async function writeMarkTable(
  sink: WritableStream<Uint8Array>,
  { data, blocks, features, test }: MarkTableContent,
): Promise<readonly MarkSummary[]> {
  const marks = [...new Set(features.flatMap(({ mark }) => mark ?? []))];
  const columns: ParquetColumn[] = [
    { name: "cell_type", type: "text" },
    { name: "gene_id", type: "text" },
    { name: "symbol", type: "text", nullable: true },
    { name: "mark", type: "text" },
    { name: "attribution", type: "float32" },
    ...(test === undefined ? [] : [{ name: "q", type: "float32", nullable: true } as const]),
  ];
  const totals = marks.map(() => ({ samples: 0, sum: 0, sizes: 0, tested: 0, found: 0 }));
  async function* rowGroups() {
    for await (const block of blocks) {
      const sums = sumMarks(block, { features, marks });
      const qValues = test?.(block).inputs.signal?.qValues;
      const rows: ParquetCell[][] = columns.map(() => []);
      for (const [sample, position] of block.rows.entries()) {
        for (const [i, mark] of marks.entries()) {
          const q = qValues?.[sample * marks.length + i] ?? NaN;
          const attribution = sums[sample * marks.length + i]!;
          const total = totals[i]!;
          total.samples++;
          total.sum += attribution;
          total.sizes += Math.abs(attribution);
          total.tested += Number(!Number.isNaN(q));
          total.found += Number(q <= LARGEST_Q);
          const cells = [
            data.cellTypeOf(position),
            data.geneOf(position),
            data.geneDetailsOf(position)?.symbol ?? null,
            mark,
            attribution,
            Number.isNaN(q) ? null : q,
          ];
          for (const [column, cell] of cells.slice(0, columns.length).entries()) {
            rows[column]!.push(cell);
          }
        }
      }
      yield rows;
    }
  }
  await writeRowTable(sink, { columns, rowGroups: rowGroups() }, { format: "tsv" });
  return marks.map((mark, i) => {
    const { samples, sum, sizes, tested, found } = totals[i]!;
    return { mark, samples, mean: sum / samples, meanSize: sizes / samples, tested, found };
  });
}

/** The sum over the values of each mark, `[sample, mark]`; what was not computed (NaN) counts as 0. */
export function sumMarks(
  block: Pick<Attributions, "rows" | "inputs" | "predictions">,
  { features, marks }: { readonly features: readonly Feature[]; readonly marks: readonly string[] },
): Float64Array {
  const sums = new Float64Array(block.rows.length * marks.length);
  const placeOf = new Map(marks.map((mark, place) => [mark, place]));
  for (const { values, size, first } of viewOf(block).parts) {
    for (let i = 0; i < size; i++) {
      const { input, mark } = features[first + i]!;
      const place = mark === undefined ? undefined : placeOf.get(mark);
      if (place === undefined || !OWN_INPUTS.includes(input)) continue;
      for (let sample = 0; sample < block.rows.length; sample++) {
        const value = values[sample * size + i]!;
        if (!Number.isNaN(value)) sums[sample * marks.length + place]! += value;
      }
    }
  }
  return sums;
}
