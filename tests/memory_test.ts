/** Memory over many epochs; that of WebGPU is in `tests/webgpu/`. */

import { testFlatMemory } from "./helpers/flat_memory.ts";

Deno.test("300 epochs on the wasm engine, a checkpoint after each: resident memory stays within 5% of the third's", async () => {
  await testFlatMemory("wasm", { samples: 300, batchSize: 100 });
});
