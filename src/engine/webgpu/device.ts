import { EngineUnavailableError } from "../../errors.ts";
import { type Guard, watchDevice } from "../watch_device.ts";

/** Limits that are raised from WebGPU's defaults to what the adapter has. */
const RAISED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/** Lanes of a processor's vectors, where the adapter does not tell: 256 bits of float32. */
export const USUAL_LANES = 8;

/** A GPU ready to compute, and the means to learn of its failure. */
export interface OpenedDevice {
  readonly device: GPUDevice;
  /** Name of the card or driver. */
  readonly name: string;
  /** Waits for a promise of work on it; rejects when the device fails. */
  readonly guard: Guard;
  /** Lanes of the processor's vectors, if the adapter computes on a processor. */
  readonly lanes: number | undefined;
  /** Layout of group 1, which all kernels share: the step, at a dynamic offset. */
  readonly stepLayout: GPUBindGroupLayout;
}

/**
 * Opens this machine's GPU with the highest limits that its adapter offers.
 *
 * @throws {EngineUnavailableError} If there is no WebGPU, no adapter or no device.
 */
export async function openDevice(): Promise<OpenedDevice> {
  const fail = (why: string): never => {
    throw new EngineUnavailableError(`Cannot compute on WebGPU: ${why}`);
  };
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) return fail("this runtime has no navigator.gpu");
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) {
    return fail(
      "no adapter was found; on Linux a Vulkan driver is needed, such as mesa-vulkan-drivers",
    );
  }
  const requiredLimits = Object.fromEntries(
    RAISED_LIMITS.map((limit) => [limit, adapter.limits[limit]]),
  );
  const name = adapter.info.description || adapter.info.vendor || "unnamed GPU";
  const device = await adapter.requestDevice({ requiredLimits })
    .catch((error: Error) => fail(`${name} gives no device: ${error.message}`));
  const { isFallbackAdapter, subgroupMinSize } = adapter.info;
  const lanes = isFallbackAdapter ? subgroupMinSize || USUAL_LANES : undefined;
  const stepLayout = device.createBindGroupLayout({
    entries: [{
      binding: 0,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: "read-only-storage", hasDynamicOffset: true },
    }],
  });
  return { device, name, guard: watchDevice(device, name), lanes, stepLayout };
}
