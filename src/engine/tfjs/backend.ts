import { findBackend, getBackend, setBackend } from "@tensorflow/tfjs-core";
import { EngineUnavailableError } from "../../errors.ts";
import { describeGpu } from "../gpu.ts";
import { type Guard, watchDevice } from "../watch_device.ts";

/** The tf.js backends this package trains on. */
export type TfjsBackend = "cpu" | "webgpu";

/** A backend that computes. */
export interface StartedBackend {
  /** The hardware in words. */
  readonly device: string;
  /** Waits for work on it. */
  readonly guard: Guard;
}

/** Guards of tf.js' one GPU device, which stays open from session to session. */
const guards = new WeakMap<GPUDevice, Guard>();

/**
 * Starts a backend of tf.js and makes it the current one.
 *
 * @throws {EngineUnavailableError} If the machine has no WebGPU adapter.
 */
export async function startBackend(backend: TfjsBackend): Promise<StartedBackend> {
  if (backend === "cpu") {
    await import("@tensorflow/tfjs-backend-cpu");
    await useBackend(backend);
    return { device: "cpu, one thread", guard: (work) => work };
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
  const { device } = findBackend(backend) as unknown as { readonly device: GPUDevice };
  const guard = guards.get(device) ?? watchDevice(device, gpu.device);
  guards.set(device, guard);
  return { device: gpu.software ? `${gpu.device}, a software adapter` : gpu.device, guard };
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
