import { describeGpu } from "../../src/engine/gpu.ts";
import { testIf } from "./require.ts";

// Kept apart from the other requirements: asking for an adapter loads a graphics driver into the process.
const GPU = await describeGpu();

/** A test that runs where WebGPU has an adapter, be it in hardware or in software; see {@linkcode testIf}. */
export function testWithWebgpu(name: string, fn: () => void | Promise<void>): void {
  testIf(GPU !== undefined, "webgpu", { name, fn });
}
