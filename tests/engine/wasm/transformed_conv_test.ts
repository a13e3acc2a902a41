/** Convolutions that training transforms, against plain ones in float64. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { loadExtendedCode } from "../../../src/engine/wasm/extended_code.ts";
import { codeOfThread } from "../../../src/engine/wasm/assembler/own_memory.ts";
import { assembleKernels } from "../../../src/engine/wasm/module.ts";
import { forwardNode } from "../../../src/engine/wasm/nodes.ts";
import { addressOf, deltaOf } from "../../../src/engine/wasm/layout.ts";
import { ExecutionContext } from "../../../src/engine/wasm/ops/context.ts";
import { convBackward } from "../../../src/engine/wasm/ops/conv/backward.ts";
import type { ConvNode } from "../../../src/engine/wasm/ops/conv/shape.ts";
import { layOut } from "../../../src/engine/wasm/ops/conv/transformed/tiling.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { placeWeights, transposeAll, writeArrays } from "../../../src/engine/wasm/weights.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { sizeOf, weightShapes } from "../../../src/model/shapes.ts";
import type { SequentialSpec } from "../../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import {
  type PlainConv,
  plainGradients,
  plainOutputs,
  plainSums,
} from "../../helpers/plain_conv.ts";

await loadExtendedCode();

interface Case {
  readonly bins: number;
  readonly channels: number;
  readonly filters: number;
  readonly width: number;
  readonly dilation: number;
  readonly padding: "same" | "valid";
  readonly slope?: number | undefined;
  readonly pool?: number | undefined;
  /** Whether the convolution reads the network's input. */
  readonly first?: boolean;
}

const CASES: readonly Case[] = [
  // The layers of `wakawaka`, and of `experiment5` to `experiment7`, where no pooling follows immediately.
  {
    bins: 100,
    channels: 5,
    filters: 50,
    width: 10,
    dilation: 1,
    padding: "same",
    slope: 0.05,
    pool: 5,
    first: true,
  },
  {
    bins: 20,
    channels: 50,
    filters: 50,
    width: 5,
    dilation: 3,
    padding: "same",
    slope: 0.05,
    pool: 3,
  },
  {
    bins: 6,
    channels: 50,
    filters: 50,
    width: 3,
    dilation: 2,
    padding: "same",
    slope: 0.05,
    pool: 3,
  },
  {
    bins: 100,
    channels: 5,
    filters: 50,
    width: 10,
    dilation: 1,
    padding: "same",
    slope: 0,
    first: true,
  },
  { bins: 20, channels: 50, filters: 50, width: 5, dilation: 3, padding: "same", slope: 0.05 },
  { bins: 20, channels: 50, filters: 50, width: 5, dilation: 1, padding: "same", slope: 0.05 },
  // Pieces that share their transforms: two, with derivatives for their input, and four.
  { bins: 60, channels: 16, filters: 30, width: 10, dilation: 1, padding: "same", slope: 0.05 },
  { bins: 48, channels: 7, filters: 31, width: 16, dilation: 1, padding: "same", first: true },
  // Odd sizes: channels and filters that are not whole vectors, ends that no tile fills, windows that are left out.
  {
    bins: 37,
    channels: 7,
    filters: 18,
    width: 4,
    dilation: 1,
    padding: "valid",
    slope: 0.2,
    pool: 4,
    first: true,
  },
  { bins: 41, channels: 9, filters: 23, width: 7, dilation: 2, padding: "same", slope: 0, pool: 2 },
  { bins: 53, channels: 13, filters: 31, width: 16, dilation: 1, padding: "same", pool: 3 },
  { bins: 29, channels: 16, filters: 16, width: 2, dilation: 4, padding: "valid", slope: 0.1 },
  { bins: 31, channels: 33, filters: 17, width: 11, dilation: 2, padding: "valid", slope: 0.05 },
  { bins: 23, channels: 70, filters: 41, width: 9, dilation: 1, padding: "same", slope: 0 },
  { bins: 64, channels: 4, filters: 64, width: 8, dilation: 3, padding: "same", first: true },
  {
    bins: 19,
    channels: 12,
    filters: 20,
    width: 6,
    dilation: 5,
    padding: "same",
    slope: 0.05,
    pool: 5,
  },
];

/** Errors relative to the largest value; what training as a whole may be away stands in `GOLDEN_TOLERANCES`. */
const ALLOWED = { outputs: 4e-6, gradients: 1e-5 };
/** The same where tiles have eleven points: of six runs with other values none was farther than 6.7e-6. */
const ALLOWED_OF_ELEVEN = { outputs: 8e-6, gradients: 1e-5 };
/** Not a multiple of what is computed together. */
const SAMPLES = 19;

for (const shape of CASES) {
  const { width, dilation, padding, channels, filters, pool } = shape;
  const name =
    `${filters} filters of ${width} × ${channels}, dilation ${dilation}, ${padding}, pool ${pool}`;
  for (const fused of [true, false]) {
    Deno.test(`a transformed convolution is the plain one: ${name}, ${fused ? "" : "not "}fused`, () => {
      const run = new Run(shape, { fused });
      run.pass();
      run.check();
    });
  }
  Deno.test(`a thread's own memory may be anywhere: ${name}`, () => {
    const [first, last] = [0, 2].map((thread) => {
      const run = new Run(shape, { fused: true, thread });
      run.pass();
      return run.bits();
    });
    deepStrictEqual(last, first);
  });
}

Deno.test("convolutions of any shape agree with plain ones, transformed or not", () => {
  const shapes = fc.record({
    bins: fc.integer({ min: 1, max: 45 }),
    channels: fc.integer({ min: 1, max: 24 }),
    filters: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 16 }),
    dilation: fc.integer({ min: 1, max: 4 }),
    padding: fc.constantFrom("same" as const, "valid" as const),
    slope: fc.constantFrom(undefined, 0, 0.05),
    pool: fc.constantFrom(undefined, 2, 3, 4, 6),
    first: fc.boolean(),
  }).filter(({ bins, width, dilation, padding, pool = 1 }) =>
    bins - (padding === "valid" ? (width - 1) * dilation : 0) >= pool
  );
  fc.assert(
    fc.property(shapes, fc.boolean(), (shape, fused) => {
      const run = new Run(shape, { fused });
      run.pass();
      // Of few outputs the largest is smaller; a tile at the wrong place would be wrong by 1.
      run.check({ outputs: 2 * ALLOWED.outputs, gradients: 3 * ALLOWED.gradients });
    }),
    { numRuns: 60 },
  );
});

Deno.test("most of the cases are transformed in both passes", () => {
  const nodes = CASES.map((shape) => new Run(shape, { fused: true }).node);
  ok(nodes.filter(({ transformed }) => transformed !== undefined).length >= 12);
  ok(nodes.filter(({ transformed }) => transformed?.backwardKernel !== undefined).length >= 9);
});

Deno.test("phases of seven positions are one tile of eleven points, and twenty positions are three", () => {
  const shapes = CASES.filter(({ bins, pool }) => bins === 20 && pool === undefined);
  strictEqual(shapes.length, 2);
  for (const shape of shapes) {
    const { node } = new Run(shape, { fused: true });
    const { outputs, taps, units } = node.transformed!.tiling;
    deepStrictEqual([outputs, taps, units * shape.dilation], [7, 5, 3]);
  }
});

Deno.test("pieces share transforms where one's tile is the next tile's of the piece before", () => {
  const shared = CASES.map((shape) => {
    const { node } = new Run(shape, { fused: true });
    const { tiling } = node.transformed ?? {};
    return tiling !== undefined && layOut(node.shape, tiling, tiling.samples.backward).sharesPieces
      ? tiling.pieces
      : 1;
  });
  for (const pieces of [2, 4]) ok(shared.includes(pieces), `${pieces} pieces of ${shared}`);
});

Deno.test("samples have the same bits in any company", () => {
  const shape = CASES[1]!;
  const all = new Run(shape, { fused: true });
  all.pass();
  for (const start of [0, 5, 18]) {
    const alone = new Run(shape, { fused: true });
    alone.forward({ start, count: 1 });
    deepStrictEqual(alone.outputs(start), all.outputs(start));
  }
});

/** A convolution with random weights, inputs and derivatives. */
class Run {
  readonly node: ConvNode;
  readonly #shape: Case;
  readonly #context: ExecutionContext;
  readonly #random: () => number;

  constructor(shape: Case, { fused, thread = 0 }: { fused: boolean; thread?: number }) {
    this.#shape = shape;
    const spec = specOf(shape);
    const plan = planModel(spec, { batchSize: SAMPLES + 1, threads: thread + 1 });
    const { pages, head } = plan;
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const distance = thread * plan.scratchBytes;
    const code = codeOfThread(assembleKernels(plan, fused), distance);
    const module = new WebAssembly.Module(code);
    this.#context = new ExecutionContext({ module, memory, scratch: plan.scratch + distance });
    const stream = new RandomStream(deriveKey(23, "conv", 0));
    this.#random = () => stream.normal();
    const values = weightShapes(spec).map((weight) =>
      Float32Array.from({ length: sizeOf(weight.shape) }, () => this.#random() / 4)
    );
    writeArrays(this.#context, placeWeights(spec, plan), { kind: "weight", values });
    transposeAll(this.#context, plan);
    this.node = head.nodes.filter((node) => node.kind === "conv").at(-1)!;
    const { input, output } = this.node;
    for (let sample = 0; sample < SAMPLES; sample++) {
      this.#write(addressOf(input, sample), input);
      this.#write(deltaOf(output, sample), output);
    }
  }

  forward({ start, count }: { start: number; count: number }): void {
    forwardNode(this.#context, this.node, { part: { index: 0, start, count }, mode: "train" });
  }

  /** Forward and back. */
  pass(): void {
    this.forward({ start: 0, count: SAMPLES });
    const part = { index: 0, start: 0, count: SAMPLES };
    convBackward(this.#context, this.node, { part, wanted: "weights" });
  }

  check(allowed = this.#allowed()): void {
    const deltas = this.#deltas();
    const sum = plainGradients([], this.#plain(), noDeltas());
    const inputs: number[] = [];
    const found: number[] = [];
    const [allOutputs, allWanted]: [number[], number[]] = [[], []];
    for (let sample = 0; sample < SAMPLES; sample++) {
      const conv = this.#plain();
      const input = this.#rows(addressOf(this.node.input, sample), this.node.input);
      const outputs = this.outputs(sample);
      const wanted = plainOutputs(input, conv);
      allOutputs.push(...outputs.flat());
      allWanted.push(...wanted.flat());
      const positionOf = this.#positions(sample);
      const sums = plainSums(input, conv);
      outputs.forEach((row, index) =>
        row.forEach((_, filter) => {
          const value = sums[positionOf(index, filter)]![filter]!;
          const largest = value > 0 ? value : conv.slope * value;
          ok(Math.abs(largest - wanted[index]![filter]!) < 1e-4, "not the position of a maximum");
        })
      );
      const positive = (row: number, filter: number) => outputs[row]![filter]! > 0;
      const gradients = plainGradients(input, conv, {
        deltas: deltas[sample]!,
        positionOf,
        positive,
      });
      gradients.kernel.forEach((tap, t) =>
        tap.forEach((weights, c) => weights.forEach((value, f) => sum.kernel[t]![c]![f]! += value))
      );
      gradients.bias.forEach((value, filter) => sum.bias[filter]! += value);
      inputs.push(...gradients.input.flat());
      if (this.#shape.first) continue;
      found.push(...this.#rows(deltaOf(this.node.input, sample), this.node.input).flat());
    }
    near(allOutputs, allWanted, allowed.outputs);
    near(this.#kernelGradient(), sum.kernel.flat(2), allowed.gradients);
    const bias = this.#floats(this.node.parts.bias, this.node.shape.filters);
    near(bias, sum.bias, allowed.gradients);
    if (!this.#shape.first) near(found, inputs, allowed.gradients);
  }

  #allowed(): typeof ALLOWED {
    const { outputs = 0, taps = 0 } = this.node.transformed?.tiling ?? {};
    return outputs + taps - 1 > 10 ? ALLOWED_OF_ELEVEN : ALLOWED;
  }

  outputs(sample: number): number[][] {
    return this.#rows(addressOf(this.node.output, sample), this.node.output);
  }

  /** All that the passes wrote. */
  bits(): Int32Array {
    const { input, output, parts } = this.node;
    const words = (address: number, bytes: number) =>
      this.#context.words.slice(address / 4, (address + bytes) / 4);
    const pieces = [
      words(output.address, SAMPLES * output.sampleStride),
      words(parts.kernel, parts.stride),
      words(input.delta, this.#shape.first ? 0 : SAMPLES * input.deltaSampleStride),
    ];
    return Int32Array.from(pieces.flatMap((piece) => [...piece]));
  }

  #plain(): PlainConv {
    const { shape, kernel, bias, slope, pool = 1 } = this.node;
    const weights = Array.from(
      { length: shape.taps },
      (_, tap) =>
        Array.from(
          { length: shape.channels },
          (_, channel) => this.#ofFilters(kernel.weight, tap, channel),
        ),
    );
    return {
      taps: shape.taps,
      dilation: shape.dilation,
      left: shape.left,
      positions: shape.outputPositions,
      slope,
      pool,
      kernel: weights,
      bias: this.#floats(bias.weight, shape.filters),
    };
  }

  #kernelGradient(): number[] {
    const { shape, parts } = this.node;
    const taps = Array.from({ length: shape.taps }, (_, tap) => tap);
    const channels = Array.from({ length: shape.channels }, (_, channel) => channel);
    return taps.flatMap((tap) =>
      channels.flatMap((channel) => this.#ofFilters(parts.kernel, tap, channel))
    );
  }

  /** A tap's values for a channel; kernels are kept as `[filter, tap, channel]`, rows of vectors where there are groups. */
  #ofFilters(address: number, tap: number, channel: number): number[] {
    const { groups, groupVectors, inputStride, filters } = this.node.shape;
    const tapBytes = groups === 1 ? inputStride : 16 * groupVectors;
    return Array.from({ length: filters }, (_, filter) => {
      const place = address + filter * 16 * groups * groupVectors + tap * tapBytes + 4 * channel;
      return this.#context.floats[place / 4]!;
    });
  }

  #positions(sample: number): (row: number, filter: number) => number {
    const { offsets, output, shape } = this.node;
    if (offsets === undefined) return (row) => row;
    return (row, filter) => {
      const place = offsets + sample * output.sampleStride + row * output.stride + 4 * filter;
      const position = this.#context.words[place / 4]! / shape.inputStride;
      strictEqual(Math.floor(position / this.node.pool!), row);
      return position;
    };
  }

  #deltas(): number[][][] {
    // The plain kernels write over them.
    const run = new Run(this.#shape, { fused: true });
    const { output } = run.node;
    return Array.from({ length: SAMPLES }, (_, s) => run.#rows(deltaOf(output, s), output));
  }

  #rows(address: number, { rows, stride, channels }: ConvNode["output"]): number[][] {
    return Array.from({ length: rows }, (_, row) => this.#floats(address + row * stride, channels));
  }

  #floats(address: number, count: number): number[] {
    return [...this.#context.floats.subarray(address / 4, address / 4 + count)];
  }

  #write(address: number, { rows, stride, channels }: ConvNode["output"]): void {
    for (let row = 0; row < rows; row++) {
      for (let channel = 0; channel < channels; channel++) {
        this.#context.floats[(address + row * stride) / 4 + channel] = this.#random();
      }
    }
  }
}

function noDeltas() {
  return { deltas: [], positionOf: () => 0, positive: () => true };
}

function specOf(
  { bins, channels, filters, width, dilation, padding, slope, pool, first }: Case,
): SequentialSpec {
  return parseSpec({
    name: "transformed",
    bins,
    marks: first ? channels : 2,
    loss: "meanSquaredError",
    layers: [
      ...first
        ? []
        : [{ type: "conv1d", filters: channels, width: 1, dilation: 1, padding: "same" }],
      { type: "conv1d", filters, width, dilation, padding },
      ...slope === undefined ? [] : [{ type: "activation", kind: "leakyRelu", alpha: slope }],
      ...pool === undefined ? [] : [{ type: "maxPool1d", size: pool }],
      { type: "flatten" },
      { type: "dense", units: 1 },
    ],
  }) as SequentialSpec;
}

/** Relative to the largest value. */
function near(found: readonly number[], wanted: readonly number[], allowed: number): void {
  strictEqual(found.length, wanted.length);
  const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!)), 0);
  ok(apart <= allowed * largest, `${apart / largest} apart, allowed ${allowed}`);
}
