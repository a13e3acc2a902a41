import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { ExecutionContext, type Part } from "../../../src/engine/wasm/ops/context.ts";
import {
  batchNormCombine,
  batchNormCombineDelta,
  batchNormFreeze,
} from "../../../src/engine/wasm/ops/batch_norm/combine.ts";
import type { BatchNormNode } from "../../../src/engine/wasm/ops/batch_norm/node.ts";
import {
  batchNormBackward,
  batchNormForward,
  batchNormMeasure,
  batchNormMeasureDelta,
} from "../../../src/engine/wasm/ops/batch_norm/run.ts";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { addressOf, deltaOf, type Tensor } from "../../../src/engine/wasm/layout.ts";
import { loadExtendedCode } from "../../../src/engine/wasm/extended_code.ts";
import { assembleKernels } from "../../../src/engine/wasm/module.ts";
import { cutParts } from "../../../src/engine/wasm/plan/parts.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import type { LayerSpec } from "../../../src/model/spec.ts";
import { largestDifference, magnitude } from "../../helpers/tolerances.ts";
import { trainExample } from "../../helpers/train_example.ts";

await loadExtendedCode();

const SAMPLES = 37;
const EPSILON = 0.01;
const ALLOWED = 5e-6;

/** A batch normalisation of rows that a convolution wrote, through an activation or not. */
interface Case {
  readonly rows: number;
  readonly channels: number;
  /** Slope of the activation between them. */
  readonly slope: number | undefined;
  readonly pool: number | undefined;
}

const CASES: readonly Case[] = [
  { rows: 1, channels: 1, slope: undefined, pool: undefined },
  { rows: 11, channels: 7, slope: 0.05, pool: undefined },
  { rows: 11, channels: 7, slope: 0.05, pool: 3 },
  { rows: 9, channels: 4, slope: 0, pool: 3 },
  { rows: 20, channels: 13, slope: undefined, pool: 7 },
  { rows: 5, channels: 2, slope: 0.3, pool: 5 },
  { rows: 6, channels: 5, slope: 0.05, pool: 1 },
];

for (const shape of CASES) {
  for (const fused of [true, false]) {
    const how = `${JSON.stringify(shape)}, ${fused ? "fused" : "not fused"}`;
    Deno.test(`wasm normalises and passes back as float64 does: ${how}`, async () => {
      const { context, node } = await prepare(shape, fused);
      const wanted = reference(context, node, shape);
      const parts = cutParts(SAMPLES);
      for (const part of parts) batchNormMeasure(context, node, part);
      batchNormCombine(context, node, parts);
      for (const part of parts) batchNormForward(context, node, part);
      near(read(context, node.output, "address"), wanted.outputs);

      for (const part of parts) batchNormMeasureDelta(context, node, part);
      batchNormCombineDelta(context, node, parts);
      for (const part of parts) batchNormBackward(context, node, { part, wanted: "weights" });
      near(read(context, node.input, "delta"), wanted.inputDeltas);
      near(row(context, node.gamma.gradient, shape), wanted.gamma);
      near(row(context, node.beta.gradient, shape), wanted.beta);
    });
  }
}

Deno.test("the model's convolution leaves its activation's derivative to the normalisation, and gaps stay zero", async () => {
  const shape = CASES[2]!;
  const { context, node, before } = await prepare(shape, true);
  strictEqual(before.kind === "conv" && before.deltaActivated, true);
  strictEqual(node.slope, shape.slope);
  const parts = cutParts(SAMPLES);
  runAll(context, node, parts);
  const { stride } = node.output;
  for (let sample = 0; sample < SAMPLES; sample++) {
    for (let row = 0; row < node.output.rows; row++) {
      const last = (addressOf(node.output, sample) + (row + 1) * stride) / 4 - 1;
      strictEqual(context.floats[last], 0);
    }
  }
});

Deno.test("where γ is 0 the first position of a window is chosen, and frozen averages normalise alike", async () => {
  const shape = CASES[2]!;
  const { context, node } = await prepare(shape, true);
  const { floats, words } = context;
  floats.fill(0, node.gamma.weight / 4, node.gamma.weight / 4 + shape.channels);
  const parts = cutParts(SAMPLES);
  runAll(context, node, parts);
  const first = node.pool!.steps / 4;
  deepStrictEqual([...words.subarray(first, first + shape.channels)], Array(7).fill(0));

  const channels = Array.from({ length: shape.channels }, (_, channel) => channel);
  for (const channel of channels) {
    floats[node.gamma.weight / 4 + channel] = channel - 3;
    floats[node.movingMean / 4 + channel] = channel;
    floats[node.movingVariance / 4 + channel] = channel + 1;
  }
  batchNormFreeze(context, node);
  for (const part of parts) batchNormForward(context, node, part);
  const x = read(context, node.input, "address");
  const y = read(context, node.output, "address");
  for (const channel of channels) {
    const window = [0, 1, 2].map((position) => {
      const value = x[position * shape.channels + channel]!;
      const normal = (value - channel) / Math.sqrt(channel + 1 + EPSILON);
      return (channel - 3) * normal + floats[node.beta.weight / 4 + channel]!;
    });
    ok(Math.abs(y[channel]! - Math.max(...window)) < 1e-5);
  }
});

function runAll(context: ExecutionContext, node: BatchNormNode, parts: readonly Part[]): void {
  for (const part of parts) batchNormMeasure(context, node, part);
  batchNormCombine(context, node, parts);
  for (const part of parts) batchNormForward(context, node, part);
}

/** A planned model with random values in the normalisation's input, its weights and its output's derivatives. */
async function prepare({ rows, channels, slope, pool }: Case, fused: boolean) {
  const layers: LayerSpec[] = [
    { type: "conv1d", filters: channels, width: 3, dilation: 1, padding: "same" },
    ...slope === undefined
      ? []
      : [{ type: "activation", kind: "leakyRelu", alpha: slope } as const],
    { type: "batchNorm", momentum: 0.9, epsilon: EPSILON },
    ...pool === undefined ? [] : [{ type: "maxPool1d", size: pool } as const],
    { type: "flatten" },
    { type: "dense", units: 1 },
  ];
  const spec = parseSpec({
    name: "normal",
    bins: rows,
    marks: 2,
    loss: "meanSquaredError",
    layers,
  });
  const plan = planModel(spec, { batchSize: SAMPLES, threads: 1 });
  const { pages, head: { nodes } } = plan;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const module = await WebAssembly.compile(assembleKernels(plan, fused).bytes);
  const context = new ExecutionContext({ module, memory, scratch: plan.scratch });
  const [before, node] = nodes;
  if (node?.kind !== "batchNorm") throw new Error("expected batch normalisation second");
  let state = 1;
  const random = () => (state = state * 48271 % 2147483647) / 2147483647 * 2 - 1;
  fill(context, node.input, { kind: "address", random: () => 3 * random() + 0.5 });
  fill(context, node.output, { kind: "delta", random });
  for (let channel = 0; channel < channels; channel++) {
    // Of both signs.
    context.floats[node.gamma.weight / 4 + channel] = random();
    context.floats[node.beta.weight / 4 + channel] = random();
  }
  return { context, node, before: before! };
}

/** Outputs and gradients in float64, straight from the definition. */
function reference({ floats }: ExecutionContext, node: BatchNormNode, shape: Case) {
  const { rows, channels, slope = 1, pool = 1 } = shape;
  const { gamma, beta, output } = node;
  const x = read({ floats }, node.input, "address");
  const dy = read({ floats }, output, "delta");
  const size = SAMPLES * rows;
  const outputs: number[] = Array(SAMPLES * output.rows * channels);
  const inputDeltas: number[] = Array(size * channels);
  const sums = { gamma: [] as number[], beta: [] as number[] };
  for (let channel = 0; channel < channels; channel++) {
    const values = Array.from({ length: size }, (_, i) => x[i * channels + channel]!);
    const mean = values.reduce((sum, value) => sum + value) / size;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size;
    const deviation = Math.sqrt(variance + EPSILON);
    const normal = values.map((value) => (value - mean) / deviation);
    const [g, b] = [gamma, beta].map(({ weight }) => floats[weight / 4 + channel]!);
    const y = normal.map((value) => g! * value + b!);
    const delta: number[] = Array(size).fill(0);
    for (let sample = 0; sample < SAMPLES; sample++) {
      for (let window = 0; window < output.rows; window++) {
        const first = sample * rows + window * pool;
        const best = Math.max(...y.slice(first, first + pool));
        const place = (sample * output.rows + window) * channels + channel;
        outputs[place] = best;
        delta[y.indexOf(best, first)] = dy[place]!;
      }
    }
    const meanDelta = delta.reduce((sum, value) => sum + value) / size;
    const meanProduct = delta.reduce((sum, value, i) => sum + value * normal[i]!, 0) / size;
    sums.gamma.push(meanProduct * size);
    sums.beta.push(meanDelta * size);
    delta.forEach((value, i) => {
      const passed = g! / deviation * (value - meanDelta - normal[i]! * meanProduct);
      inputDeltas[i * channels + channel] = passed * (values[i]! > 0 ? 1 : slope);
    });
  }
  return { outputs, inputDeltas, ...sums };
}

function near(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  strictEqual(found.length, wanted.length);
  const apart = largestDifference(found, wanted);
  ok(apart <= ALLOWED * Math.max(1e-3, magnitude(wanted)), `differs by ${apart}`);
}

type Kind = "address" | "delta";

/** Places of a tensor's values, sample by sample, gaps left out. */
function* places(tensor: Tensor, kind: Kind): Generator<number> {
  for (let sample = 0; sample < SAMPLES; sample++) {
    const first = kind === "address" ? addressOf(tensor, sample) : deltaOf(tensor, sample);
    for (let row = 0; row < tensor.rows; row++) {
      for (let channel = 0; channel < tensor.channels; channel++) {
        yield (first + row * tensor.stride) / 4 + channel;
      }
    }
  }
}

function fill(
  { floats }: ExecutionContext,
  tensor: Tensor,
  { kind, random }: { readonly kind: Kind; readonly random: () => number },
): void {
  for (const place of places(tensor, kind)) floats[place] = random();
}

function read({ floats }: Pick<ExecutionContext, "floats">, tensor: Tensor, kind: Kind): number[] {
  return Array.from(places(tensor, kind), (place) => floats[place]!);
}

function row({ floats }: ExecutionContext, address: number, { channels }: Case): Float32Array {
  return floats.subarray(address / 4, address / 4 + channels);
}

for (const [dilation, padding] of [[1, "same"], [3, "same"], [2, "valid"]] as const) {
  const name = `convolutions of dilation ${dilation}, ${padding}, between normalisations`;
  Deno.test(`${name} have the same gradients on wasm as on tf.js`, async () => {
    const norm: LayerSpec = { type: "batchNorm", momentum: 0.9, epsilon: EPSILON };
    const leaky: LayerSpec = { type: "activation", kind: "leakyRelu", alpha: 0.05 };
    const spec = parseSpec({
      name: "normal",
      bins: 40,
      marks: 3,
      loss: "meanSquaredError",
      layers: [
        { type: "conv1d", filters: 10, width: 5, dilation: 1, padding: "same" },
        leaky,
        norm,
        { type: "maxPool1d", size: 2 },
        { type: "conv1d", filters: 9, width: 5, dilation, padding },
        leaky,
        norm,
        { type: "maxPool1d", size: 3 },
        { type: "conv1d", filters: 6, width: 3, dilation: 1, padding: "same" },
        leaky,
        norm,
        { type: "flatten" },
        { type: "dense", units: 1 },
      ],
    });
    // One step, after which the moments are the gradients but for a factor.
    const options = { samples: 48, batchSize: 48, epochs: 1, learningRate: 1e-4 };
    const found = await trainExample(createWasmEngine(), spec, { ...options, threads: 2 });
    const wanted = await trainExample(createTfjsEngine("cpu"), spec, options);
    ok(largestDifference(found.losses, wanted.losses) < 5e-6 * magnitude(wanted.losses));
    found.state.firstMoments.forEach((moments, i) => {
      const ofTfjs = wanted.state.firstMoments[i]!;
      const apart = largestDifference(moments, ofTfjs) / magnitude(ofTfjs);
      ok(apart < 2e-5, `gradient ${i} differs by ${apart}`);
    });
  });
}
