/** How near the forward convolutions of engine wasm come to what SIMD128 can do on one core. */

import { supportsRelaxedSimd } from "../../src/engine/wasm/arithmetic.ts";
import { ModuleAssembler } from "../../src/engine/wasm/assembler/assembler.ts";
import { loadExtendedCode } from "../../src/engine/wasm/extended_code.ts";
import { assembleKernels } from "../../src/engine/wasm/module.ts";
import { bindKernels, kernelAdder } from "../../src/engine/wasm/assembler/kernel_table.ts";
import { ExecutionContext } from "../../src/engine/wasm/ops/context.ts";
import { convForward } from "../../src/engine/wasm/ops/conv/run.ts";
import { planModel } from "../../src/engine/wasm/plan/plan.ts";
import type { ConvNode } from "../../src/engine/wasm/ops/conv/shape.ts";
import { placeWeights, transposeAll, writeArrays } from "../../src/engine/wasm/weights.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";

/** Rates on one thread, in GFLOP/s; a multiply-add counts as two. */
export interface PeakShare {
  readonly reached: number;
  readonly peak: number;
}

const PEAK_KERNELS = { peak: ["target"] } as const;
const SAMPLES = 8;
const SECONDS = 2;

/**
 * Times all forward convolutions of a model, pooling included, and a loop of nothing but multiply-adds.
 *
 * @param spec The model.
 * @param fused Whether products and sums are fused, where the machine can.
 */
export async function measurePeakShare(
  spec: ModelSpec,
  fused: boolean = supportsRelaxedSimd(),
): Promise<PeakShare> {
  const { context, convolutions } = await prepare(spec, fused);
  const part = { index: 0, start: 0, count: SAMPLES };
  const operations = convolutions.reduce((sum, node) => sum + countOperations(node), 0) * SAMPLES;
  const reached = bestRate(operations, () => {
    for (const node of convolutions) convForward(context, node, part);
  });
  const { chains, steps, run } = await assemblePeak(fused);
  return { reached, peak: bestRate(chains * steps * 8, run) };
}

async function prepare(
  spec: ModelSpec,
  fused: boolean,
): Promise<{ context: ExecutionContext; convolutions: readonly ConvNode[] }> {
  const plan = planModel(spec, { batchSize: SAMPLES, threads: 1 });
  const { pages } = plan;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  await loadExtendedCode();
  const module = await WebAssembly.compile(assembleKernels(plan, fused).bytes);
  const context = new ExecutionContext({ module, memory, scratch: plan.scratch });
  const values = initialWeights(spec, 0);
  writeArrays(context, placeWeights(spec, plan), { kind: "weight", values });
  transposeAll(context, plan);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const first = (plan.head.input.address + sample * plan.head.input.sampleStride) / 4;
    const size = plan.head.input.rows * plan.head.input.channels;
    for (let i = 0; i < size; i++) context.floats[first + i] = (i * 7919 + sample) % 13 % 5;
  }
  return { context, convolutions: plan.head.nodes.filter((node) => node.kind === "conv") };
}

/** Of the convolution as it is defined: what padding to vectors adds is not counted. */
function countOperations({ shape }: ConvNode): number {
  return 2 * shape.outputPositions * shape.filters * shape.taps * shape.channels;
}

/** Ten chains of multiply-adds that wait for nothing but themselves: more than a core has in flight. */
async function assemblePeak(
  fused: boolean,
): Promise<{ chains: number; steps: number; run: () => void }> {
  const [chains, steps] = [10, 100_000];
  const module = new ModuleAssembler(fused);
  kernelAdder(module, { table: PEAK_KERNELS })("peak", (code, { target }) => {
    const sums = Array.from({ length: chains }, () => code.local("v128"));
    const [factor, scratch] = [code.local("v128"), code.local("v128")];
    code.f32x4(0.999).set(factor);
    code.repeat(steps / 10, () => {
      for (let i = 0; i < 10; i++) {
        for (const sum of sums) {
          code.get(sum).get(factor).get(factor).multiplyAdd(scratch).set(sum);
        }
      }
    });
    sums.forEach((sum, i) => code.get(target).get(sum).store(16 * i));
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const compiled = await WebAssembly.compile(module.toBytes(1));
  const { exports } = await WebAssembly.instantiate(compiled, { env: { memory } });
  const { peak } = bindKernels(exports, { table: PEAK_KERNELS });
  return { chains, steps, run: () => peak(0) };
}

/** Rate of the quickest call, in 10⁹ a second: others on the machine disturb it least. */
function bestRate(operations: number, run: () => void): number {
  let best = Infinity;
  const end = performance.now() + SECONDS * 1000;
  while (performance.now() < end) {
    const started = performance.now();
    run();
    best = Math.min(best, performance.now() - started);
  }
  return operations / best / 1e6;
}
