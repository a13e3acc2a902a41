/** Memory over many epochs; that of WebGPU is in `tests/webgpu/`. */

import { testFlatMemory } from "./helpers/flat_memory.ts";

const SMALL = [
  { engine: "wasm", preset: "wakawaka", samples: 300, batchSize: 100 },
  { engine: "tfjs-cpu", preset: "experiment1", samples: 16, batchSize: 1 },
];

for (const { engine, ...run } of SMALL) {
  Deno.test(`300 epochs on ${engine}, a checkpoint after each: resident memory stays within 5% of the third's`, async () => {
    await testFlatMemory(engine, run);
  });
}
