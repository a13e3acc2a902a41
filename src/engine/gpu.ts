/** A graphics card, or a program that stands in for one. */
export interface GpuDescription {
  /** Name of the card or driver. */
  readonly device: string;
  /** True for an adapter that computes on the processor, such as llvmpipe. */
  readonly software: boolean;
}

/**
 * Describes the WebGPU adapter of this machine.
 *
 * @returns The adapter, or `undefined` if the machine has no GPU with a driver.
 */
export async function describeGpu(): Promise<GpuDescription | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
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
