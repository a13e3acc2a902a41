import { getBackend, setBackend } from "@tensorflow/tfjs-core";
import { EngineUnavailableError } from "../../errors.ts";
import { describeGpu } from "../gpu.ts";

/** The tf.js backends this package trains on. */
export type TfjsBackend = "cpu" | "webgpu";

/**
 * Starts a backend of tf.js and makes it the current one.
 *
 * @returns The hardware in words.
 * @throws {EngineUnavailableError} If the machine has no WebGPU adapter.
 */
export async function startBackend(backend: TfjsBackend): Promise<string> {
  if (backend === "cpu") {
    await import("@tensorflow/tfjs-backend-cpu");
    await useBackend(backend);
    return "cpu, one thread";
  }
  const gpu = await describeGpu();
  if (gpu === undefined) {
    throw new EngineUnavailableError(
      "Cannot start tf.js on webgpu: no WebGPU adapter was found, expected a graphics card with a " +
        "Vulkan, Metal or Direct3D 12 driver",
    );
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  await useBackend(backend);
  return gpu.software ? `${gpu.device}, a software adapter` : gpu.device;
}

/**
 * Makes a started backend the current one: tf.js knows only one at a time.
 *
 * @throws {EngineUnavailableError} If tf.js cannot start it.
 */
export async function useBackend(backend: TfjsBackend): Promise<void> {
  if (getBackend() === backend) return;
  if (!await setBackend(backend)) {
    throw new EngineUnavailableError(`Cannot start tf.js on ${backend}: tf.js refused the backend`);
  }
}
