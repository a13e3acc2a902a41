/** A graphics card, or a program that stands in for one. */
export interface GpuDescription {
  /** Name of the card or driver. */
  readonly device: string;
  /** True for an adapter that computes on the processor, such as llvmpipe. */
  readonly software: boolean;
}

/** Describes the WebGPU adapter of this machine, or returns `undefined` where there is none. */
export async function describeGpu(): Promise<GpuDescription | undefined> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({
    powerPreference: "high-performance",
  });
  if (adapter == null) return undefined;
  const { description, vendor, isFallbackAdapter } = adapter.info;
  return { device: description || vendor || "unnamed GPU", software: isFallbackAdapter };
}

/** How an engine computes on this machine's GPU, in words; see `Engine.arithmetic`. */
export async function describeGpuArithmetic(engine: string): Promise<string> {
  const gpu = await describeGpu();
  return gpu === undefined ? engine : `${engine} on ${gpu.device}`;
}
