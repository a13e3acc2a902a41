/**
 * The tests of tf.js on WebGPU. The test task runs each module of this folder in a process of its own: where one runtime
 * of a process has used a device of Mesa's llvmpipe and another asks for an adapter, Deno 2.9 now and then dies of a
 * corrupted heap when it ends, all tests passed. This module did so once in a dozen times even alone, so the task tries it
 * a second time.
 */

import { findBackend, removeBackend } from "@tensorflow/tfjs-core";
import { startBackend } from "../../src/engine/tfjs/backend.ts";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { registerDilatedGradient } from "../../src/model/dilated_gradient.ts";
import { checkDilatedGradients } from "../helpers/dilated_gradients.ts";
import { testWithWebgpu } from "../helpers/webgpu.ts";
import { testConformance } from "../engine/conformance.ts";

testConformance(createTfjsEngine("webgpu"), testWithWebgpu);

// A device that is still open when the process ends may bring it down: llvmpipe's threads go on using what is freed.
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
