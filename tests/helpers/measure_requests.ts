/**
 * Run in a process of its own with `--expose-gc`: prints as JSON what is held, in bytes, after 2,000 single predictions
 * and after 12,000, first through a predictor, then by `predict`; and after 100 and 400 models that were predicted with.
 */

import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";

const WASM = { engine: "wasm", threads: 1 } as const;
const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 40 });
const data = new Dataset(train);
const { model } = await fit("experiment1", data, { ...WASM, epochs: 1 });
const { gc } = globalThis as unknown as { readonly gc: () => void };

/** Bytes on the heap and outside of it, memories of WebAssembly among these. */
async function heldBytes(): Promise<{ readonly heap: number; readonly resident: number }> {
  for (let round = 0; round < 3; round++) {
    // What waits to be released is released between two tasks.
    await new Promise((resolve) => setTimeout(resolve));
    gc();
  }
  const { heapUsed, external, rss } = Deno.memoryUsage();
  return { heap: heapUsed + external, resident: rss };
}

async function repeat(call: (index: number) => Promise<unknown>, counts: readonly number[]) {
  const held = [];
  for (const count of counts) {
    for (let index = 0; index < count; index++) await call(index);
    held.push(await heldBytes());
  }
  return held;
}

const rows = Array.from({ length: data.length }, (_, row) => data.subset(Uint32Array.of(row)));
const next = (index: number) => rows[index % rows.length]!;
const found: Record<string, unknown> = {};
{
  await using predictor = await openPredictor(model, WASM);
  found.predictor = await repeat((index) => predictor.predict(next(index)), [2000, 10_000]);
}
found.predict = await repeat((index) => predict(model, next(index), WASM), [2000, 10_000]);
found.models = await repeat((index) => predict({ ...model }, next(index), WASM), [100, 300]);
console.log(JSON.stringify(found));
