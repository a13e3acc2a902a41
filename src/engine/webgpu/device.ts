import { EngineUnavailableError } from "../../errors.ts";

/** Limits that are raised from WebGPU's defaults to what the adapter has. */
const RAISED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
] as const;

/** How long word of a lost device may come after the first failure that it caused. */
const GRACE_MS = 200;

/** A GPU ready to compute, and word of its failure. */
export interface OpenedDevice {
  readonly device: GPUDevice;
  /** Name of the card or driver. */
  readonly name: string;
  /** Waits for a promise, but rejects as soon as the device is lost or reports an error that nobody asked for. */
  readonly guard: <T>(promise: Promise<T>) => Promise<T>;
  /** Layout of group 1, which all kernels share: the step, at an offset that is given with each. */
  readonly stepLayout: GPUBindGroupLayout;
}

/**
 * Opens this machine's GPU with all that its adapter offers.
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
  const stepLayout = device.createBindGroupLayout({
    entries: [{
      binding: 0,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: "read-only-storage", hasDynamicOffset: true },
    }],
  });
  return { device, name, guard: watch(device, name), stepLayout };
}

function watch(device: GPUDevice, name: string): OpenedDevice["guard"] {
  let failure: EngineUnavailableError | undefined;
  const waiting = new Set<(failure: Error) => void>();
  const fail = (message: string) => {
    failure ??= new EngineUnavailableError(message);
    for (const reject of waiting) reject(failure);
  };
  device.addEventListener("uncapturederror", (event) => {
    const { message } = (event as GPUUncapturedErrorEvent).error;
    fail(`Cannot go on computing on ${name}: ${message}`);
  });
  device.lost.then(({ reason, message }) => {
    const why = [reason, message].filter(Boolean).join(", ");
    fail(`Cannot go on computing: ${name} was lost (${why || "no reason given"})`);
  });
  return async (promise) => {
    // A promise for each: one for all would hold what every race ended with, for as long as the device lives.
    const failed = Promise.withResolvers<never>();
    waiting.add(failed.reject);
    if (failure !== undefined) failed.reject(failure);
    try {
      return await Promise.race([failed.promise, promise]);
    } catch (error) {
      // What was waited for may fail of a loss before word of the loss comes.
      await Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, GRACE_MS))]);
      throw failure ?? error;
    } finally {
      waiting.delete(failed.reject);
    }
  };
}
