/** A graphics card, or a program that stands in for one. */
export interface GpuDescription {
  /** Name of the card or driver. */
  readonly device: string;
  /** True for an adapter that computes on the processor, such as llvmpipe. */
  readonly software: boolean;
}

/** What was found, by the object that was asked: a machine's adapter stays the same, and asking takes 40 ms. */
const described = new WeakMap<object, Promise<GpuDescription | undefined>>();

/**
 * Describes the WebGPU adapter of this machine.
 *
 * @returns The adapter, or `undefined` if the machine has no GPU with a driver.
 */
export function describeGpu(): Promise<GpuDescription | undefined> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) return Promise.resolve(undefined);
  const known = described.get(gpu);
  if (known !== undefined) return known;
  const asked = askAdapter(gpu);
  described.set(gpu, asked);
  asked.catch(() => described.delete(gpu));
  return asked;
}

async function askAdapter(gpu: GPU): Promise<GpuDescription | undefined> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter == null) return undefined;
  const { description, vendor, isFallbackAdapter } = adapter.info;
  return { device: description || vendor || "unnamed GPU", software: isFallbackAdapter };
}

/**
 * Describes how an engine computes on this machine's GPU; see `Engine.arithmetic`.
 *
 * @param engine Name of the engine.
 * @returns The engine and the GPU, in words.
 */
export async function describeGpuArithmetic(engine: string): Promise<string> {
  const gpu = await describeGpu();
  return gpu === undefined ? engine : `${engine} on ${gpu.device}`;
}
