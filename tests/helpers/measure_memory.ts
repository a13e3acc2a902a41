/**
 * Trains for 300 epochs on the first samples of `fixtures/train.npz`, with a checkpoint after each, and prints the
 * resident memory after every epoch. Arguments: engine, preset, number of samples, batch size.
 */

import { readDataset } from "../../src/data/read_dataset.ts";
import type { EngineName } from "../../src/engine/select.ts";
import { parsePresetName } from "../../src/model/presets.ts";
import { CheckpointFolder } from "../../src/training/checkpoint_folder.ts";
import { fit } from "../../src/training/fit.ts";
import { withDirectory } from "./command.ts";

const [engine = "", preset = "", ...numbers] = Deno.args;
const [samples = 0, batchSize = 1] = numbers.map(Number);
const all = await readDataset(new URL("../../fixtures/train.npz", import.meta.url).pathname);
const data = all.subset(all.rows.subarray(0, samples));
// Allocated before the first epoch, so that recording the figures takes no memory.
const resident = new Float64Array(300);
await withDirectory(async (directory) => {
  const folder = new CheckpointFolder(directory);
  await fit(parsePresetName(preset), data, {
    engine: engine as EngineName,
    threads: 2,
    epochs: resident.length,
    batchSize,
    checkpoint: { save: (checkpoint) => folder.save(checkpoint) },
    onEpoch: ({ epoch }) => {
      resident[epoch - 1] = Deno.memoryUsage().rss;
    },
  });
});
console.log(JSON.stringify([...resident]));
Deno.exit();
