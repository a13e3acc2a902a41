/**
 * The tests of tf.js on WebGPU. Where several runtimes of a process have asked for an adapter of Mesa's llvmpipe, and
 * at times where only one has, Deno 2.9 dies of a corrupted heap when it ends, all tests passed. So the test task lets
 * no other test see an adapter (it names a backend that Linux lacks), runs each module of this folder in a process of
 * its own, and tries it a second time.
 */

import { findBackend, removeBackend } from "@tensorflow/tfjs-core";
import { startBackend } from "../../../../src/engine/tfjs/backend.ts";
import { createTfjsEngine } from "../../../../src/engine/tfjs/engine.ts";
import { registerDilatedGradient } from "../../../../src/model/tfjs/dilated_gradient.ts";
import { checkDilatedGradients } from "../../../helpers/dilated_gradients.ts";
import { testFlatMemory } from "../../../helpers/flat_memory.ts";
import { checkLostGpu } from "../../../helpers/lost_gpu.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";
import { testBetweenOthers, testConformance } from "../../conformance.ts";

testConformance(createTfjsEngine("webgpu"), testWithWebgpu);
testBetweenOthers(createTfjsEngine("webgpu"), testWithWebgpu);

// A device that is still open when the process ends may bring it down: llvmpipe's threads keep using what is freed.
Deno.test.afterAll(() => {
  const backend = findBackend("webgpu") as unknown as { readonly device: GPUDevice } | null;
  if (backend === null) return;
  removeBackend("webgpu");
  backend.device.destroy();
});

testWithWebgpu("dilated convolutions have their gradient on tf.js' webgpu backend", async () => {
  registerDilatedGradient();
  await startBackend("webgpu");
  await checkDilatedGradients(8);
});

testWithWebgpu(
  "train on tfjs-webgpu ends in one line when its GPU is lost, and resumes from the last checkpoint",
  () => checkLostGpu("tfjs-webgpu", { epochs: 8, batchSize: 600 }),
);

testWithWebgpu(
  "300 epochs on tfjs-webgpu, a checkpoint after each: resident memory stays within 5% of the third's",
  () => testFlatMemory("tfjs-webgpu", { preset: "experiment1", samples: 8, batchSize: 8 }),
);
