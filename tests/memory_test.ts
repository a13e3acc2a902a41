/** Memory over many epochs; that of WebGPU is in `tests/engine/webgpu/device/`. */

import { testFlatMemory } from "./helpers/flat_memory.ts";

const SMALL = [
  { engine: "wasm", preset: "wakawaka", samples: 300, batchSize: 100 },
  // V8 compiles tf.js' own code when it likes, which sometimes takes 3 MB after the third epoch, once. What is kept by
  // mistake grows each time.
  { engine: "tfjs-cpu", preset: "experiment1", samples: 16, batchSize: 1, tries: 3 },
];

for (const { engine, ...run } of SMALL) {
  Deno.test(`over 300 epochs on ${engine}, with a checkpoint after each, resident memory stays within 5% of the third's`, async () => {
    await testFlatMemory(engine, run);
  });
}
