/** Training and prediction on data whose signal stays where it is stored. */

import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/mod.ts";
import { decodeValues } from "../../src/io/signal_values.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fingerprintDataset } from "../../src/training/fingerprint.ts";
import { fit, predict } from "../../src/training/mod.ts";
import { packedSignal } from "../helpers/packed.ts";
import { storedDataset } from "../helpers/stored.ts";

const SIZE = { cellTypes: 3, genes: 30, newGenes: 1, bins: 20 };
const OPTIONS = { epochs: 2, engine: "wasm", batchSize: 8, seed: 3, window: 24 } as const;

for (const preset of ["experiment1", "experiment2", "waka-dna"] as const) {
  Deno.test(`${preset} trained on stored data has the bits of the same in memory`, async () => {
    const dna = preset === "waka-dna";
    const data = new Dataset(
      simulateColumns({ ...SIZE, ...(dna && { bins: 100, sequences: { halfWidthBp: 1000 } }) })
        .train,
    );
    // One chunk, as windows see so few samples in memory.
    const stored = storedDataset(data, { chunkRows: data.length });
    const inMemory = await fit(preset, data, OPTIONS);
    const onDisk = await fit(preset, stored, OPTIONS);
    deepStrictEqual(onDisk.model.weights, inMemory.model.weights);
    deepStrictEqual(
      await predict(onDisk.model, stored, { engine: "wasm" }),
      await predict(inMemory.model, data, { engine: "wasm" }),
    );
  });
}

Deno.test("the fingerprint of stored data follows the digest of their values, their type and their samples", async () => {
  const data = new Dataset(simulateColumns(SIZE).train);
  const print = (digest: string, positions = [0, 1]) =>
    fingerprintDataset(storedDataset(data, { digest }).subset(positions));
  strictEqual(await print("a"), await print("a"));
  notStrictEqual(await print("a"), await print("b"));
  notStrictEqual(await print("a"), await print("a", [1, 0]));
  notStrictEqual(await print("a"), await fingerprintDataset(data.subset([0, 1])));
});

Deno.test("logarithms that are stored as float32 give the bits that their counts give in memory", async () => {
  const packed = new Dataset(simulateColumns({ ...SIZE, features: "log1p" }).train);
  const { signalValues, ...columns } = packed.columns;
  const values = decodeValues(packedSignal(columns), signalValues);
  const stored = storedDataset(new Dataset({ ...columns, signal: values }), {
    chunkRows: packed.length,
  });
  deepStrictEqual([stored.hasCounts, packed.hasCounts], [false, true]);
  const [onDisk, inMemory] = [
    await fit("experiment1", stored, OPTIONS),
    await fit("experiment1", packed, OPTIONS),
  ];
  deepStrictEqual(onDisk.model.weights, inMemory.model.weights);
});
