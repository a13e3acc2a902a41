/**
 * Measures the coverage of intervals on data that a path names:
 *
 *     deno run -A --cached-only tests/bench/intervals/run.ts --data FILE --preset waka3
 *
 * Without `--data` it simulates 20 cell types. It prints a Markdown table: for each regime and confidence the share of
 * labels that intervals held (in brackets the least and the greatest over cell types), and their mean width.
 */

import { Command } from "commander";
import { Dataset } from "../../../src/data/dataset.ts";
import { readDataset } from "../../../src/data/read_dataset.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../../src/random.ts";
import { parsePresetName } from "../../../src/model/presets.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { integer } from "../../../src/commands/flags.ts";
import { formatSplits, measureSplits } from "./measure.ts";

interface Flags {
  readonly data?: string;
  readonly preset: string;
  readonly epochs?: number;
  readonly folds: number;
  readonly splits?: number;
  readonly newCellTypes: number;
  readonly genes?: number;
  readonly cellTypes: number;
  readonly seed: number;
}

const CONFIDENCES = [0.5, 0.8, 0.9, 0.95];

const flags = new Command("intervals")
  .option("--data <path>", "labelled data (default: simulated)")
  .option("--preset <name>", "model", "waka2")
  .option("--epochs <n>", "passes (default: the preset's)", integer(1))
  .option("--folds <n>", "folds of the calibration", integer(2), 5)
  .option("--splits <n>", "new cell types in turn (default: all)", integer(1))
  .option("--new-cell-types <n>", "cell types that are new in a split", integer(1), 1)
  .option("--genes <n>", "genes, at random (default: all, or 1,000 simulated)", integer(10))
  .option("--cell-types <n>", "simulated cell types", integer(4), 20)
  .option("--seed <n>", "seed of the choice of genes", integer(0), 0)
  .parse(Deno.args, { from: "user" })
  .opts<Flags>();

const { genes, cellTypes } = flags;
const data = flags.data === undefined
  ? new Dataset(simulateColumns({ cellTypes, genes: genes ?? 1000 }).train)
  : takeGenes(await readDataset(flags.data), genes);
const groups = new Set(Array.from(data.rows, (_, position) => data.groupOf(position))).size;
const splits = flags.splits ?? Math.floor(groups / flags.newCellTypes);
const measured = await measureSplits(data, {
  ...flags,
  preset: parsePresetName(flags.preset),
  splits,
  confidences: CONFIDENCES,
  onSplit: (split, held, seconds) =>
    console.error(
      `split ${split + 1} of ${splits}, new: ${held.join(", ")}; ${seconds.toFixed(0)} s`,
    ),
});
console.log(formatSplits(measured, CONFIDENCES));

function takeGenes(data: Dataset, count: number | undefined): Dataset {
  if (count === undefined) return data;
  const stream = new RandomStream(deriveKey(flags.seed, "intervals", "genes"));
  const order = shuffledIndices(data.columns.genes.length, stream);
  const taken = new Set(order.subarray(0, count));
  const indices = data.geneIndices();
  return data.filter((position) => taken.has(indices[position]!));
}
