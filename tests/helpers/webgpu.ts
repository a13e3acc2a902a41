import { describeGpu } from "../../src/engine/gpu.ts";
import { testIf } from "./require.ts";

// Apart from the other requirements: asking for an adapter loads a graphics driver into the process.
const GPU = await describeGpu();

/** A test that runs where there is a WebGPU adapter, a software one too; see {@linkcode testIf}. */
export function testWithWebgpu(name: string, fn: () => void | Promise<void>): void {
  testIf(GPU !== undefined, "webgpu", { name, fn });
}
