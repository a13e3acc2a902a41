/** Tables that say in which part, or in which fold, each sample is. */

import { quoteCsv } from "../base/csv.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Partition } from "../data/partition.ts";
import { type DataSplit, SPLIT_PARTS } from "../validation/mod.ts";

/** Lines that are encoded together. */
const LINES_TOGETHER = 4096;

/** A table, line by line. */
export interface SplitTable {
  readonly header: readonly string[];
  readonly rows: Iterable<readonly (string | number)[]>;
}

/** The part of each sample: `train`, `validation`, `test`, or `left-out`. */
export function tableOfParts(data: Dataset, split: DataSplit): SplitTable {
  const partOfRow = new Map<number, string>();
  for (const part of SPLIT_PARTS) for (const row of split[part].rows) partOfRow.set(row, part);
  return {
    header: ["cell_type", "gene_id", "part"],
    rows: data.rows.values().map((row, position) => [
      data.cellTypeOf(position),
      data.geneOf(position),
      partOfRow.get(row) ?? "left-out",
    ]),
  };
}

/**
 * The fold of each sample, from 1. With schemes that divide genes and cell types there are two: a sample is validated on
 * where both are the fold's number, and trained on where neither is. If folds are repeated, the repeat's number comes
 * first.
 */
export function tableOfFolds(
  data: Dataset,
  repeats: readonly (readonly Partition[])[],
): SplitTable {
  const axes = repeats[0]!.map(({ axis }) => axis.stream.replaceAll(" ", "_"));
  const columns = axes.length === 1 ? ["fold"] : axes.map((axis) => `${axis}_fold`);
  function* rows(): Generator<(string | number)[]> {
    for (const [repeat, partitions] of repeats.entries()) {
      for (let position = 0; position < data.length; position++) {
        yield [
          repeats.length === 1 ? [] : repeat + 1,
          data.cellTypeOf(position),
          data.geneOf(position),
          partitions.map(({ partOfRow }) => partOfRow[position]! + 1),
        ].flat();
      }
    }
  }
  const first = repeats.length === 1 ? [] : ["repeat"];
  return { header: [...first, "cell_type", "gene_id", ...columns], rows: rows() };
}

/** Writes a table, separated by tabs or commas, to a stream, and closes it. */
export async function writeSplitTable(
  sink: WritableStream<Uint8Array>,
  { header, rows }: SplitTable,
  separator: "\t" | ",",
): Promise<void> {
  const writer = sink.getWriter();
  const encoder = new TextEncoder();
  // No name has a tab.
  const quote = separator === "," ? quoteCsv : String;
  const format = (cells: readonly (string | number)[]) =>
    cells.map((cell) => quote(String(cell))).join(separator);
  let lines = [format(header)];
  const flush = async () => {
    await writer.write(encoder.encode(`${lines.join("\n")}\n`));
    lines = [];
  };
  for (const row of rows) {
    lines.push(format(row));
    if (lines.length >= LINES_TOGETHER) await flush();
  }
  if (lines.length > 0) await flush();
  await writer.close();
}
