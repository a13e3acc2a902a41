import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { ModuleAssembler } from "../../../src/engine/wasm/assembler/assembler.ts";
import { PANEL_BYTES, PANEL_COLUMNS } from "../../../src/engine/wasm/assembler/panels.ts";
import { Allocator, deltaOf, roundUp, type Tensor } from "../../../src/engine/wasm/layout.ts";
import { addActivationKernels } from "../../../src/engine/wasm/ops/activation.ts";
import { addAdamKernels } from "../../../src/engine/wasm/ops/adam.ts";
import { ExecutionContext } from "../../../src/engine/wasm/ops/context.ts";
import {
  addDenseForward,
  denseForward,
  type DenseNode,
  denseShape,
  panelledBytes,
} from "../../../src/engine/wasm/ops/dense.ts";
import {
  addDenseGradients,
  denseBackward,
  denseTranspose,
  denseUpdate,
} from "../../../src/engine/wasm/ops/dense_gradients.ts";
import { addMemoryKernels } from "../../../src/engine/wasm/ops/memory.ts";
import { addSumKernels } from "../../../src/engine/wasm/ops/sums.ts";
import { addTransposeKernels } from "../../../src/engine/wasm/ops/transpose.ts";
import { createRandom } from "../../helpers/random_values.ts";
import { largestDifference } from "../../helpers/tolerances.ts";

const PAGES = 64;
/** Of the largest value: float32 sums of up to 150 products. */
const ALLOWED = 2e-6;

interface Size {
  readonly inputs: number;
  readonly units: number;
}

/** Whole and half panels, fewer units than a vector, and lengths that no unrolled loop divides. */
const SIZES: readonly Size[] = [
  { inputs: 8, units: 8 },
  { inputs: 4, units: 1 },
  { inputs: 12, units: 20 },
  { inputs: 100, units: 50 },
  { inputs: 52, units: 10 },
  { inputs: 148, units: 36 },
];

interface Layer extends Size {
  readonly context: ExecutionContext;
  readonly node: DenseNode;
  readonly values: readonly number[];
  readonly kernel: readonly number[];
  readonly bias: readonly number[];
  readonly delta: readonly number[];
  /** Place of a weight in float32 after the kernel's first. */
  readonly placeOf: (input: number, unit: number) => number;
  /** Reads a row of a tensor, or of its derivatives. */
  readonly read: (address: number, count: number) => number[];
}

function tensor(memory: Allocator, values: number, samples: number): Tensor {
  const stride = roundUp(4 * values);
  const sampleStride = roundUp(stride + 16, 64);
  return {
    address: memory.take(sampleStride * samples),
    delta: memory.take(sampleStride * samples),
    sampleStride,
    deltaSampleStride: sampleStride,
    ofNetwork: false,
    before: 0,
    rows: 1,
    stride,
    channels: values,
    segment: { count: values, padded: stride / 4 },
  };
}

/** A layer without an activation, filled with random numbers. */
async function denseLayer(
  { inputs, units }: Size,
  { samples, fused }: { readonly samples: number; readonly fused: boolean },
): Promise<Layer> {
  const memory = new Allocator();
  const input = tensor(memory, inputs, samples);
  const output = tensor(memory, units, samples);
  const padded = output.stride / 4;
  const node: DenseNode = {
    kind: "dense",
    name: "dense0",
    layer: 0,
    input,
    output,
    slope: 1,
    kernel: memory.trainedKernel(panelledBytes({ rows: inputs, columns: padded })),
    bias: memory.parameter(output.stride),
    transposed: memory.take(panelledBytes({ rows: padded, columns: inputs })),
  };
  const scratch = memory.take(panelledBytes({ rows: inputs, columns: padded }));
  const module = new ModuleAssembler(fused);
  const shared = [
    addActivationKernels,
    addAdamKernels,
    addMemoryKernels,
    addSumKernels,
    addTransposeKernels,
  ];
  for (const add of shared) add(module);
  addDenseForward(module, node.name, denseShape(node));
  addDenseGradients(module, node.name, denseShape(node));
  const context = new ExecutionContext({
    module: await WebAssembly.compile(module.toBytes(PAGES)),
    memory: new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true }),
    scratch,
  });
  return { inputs, units, context, node, ...fill(context, node, samples) };
}

function fill({ floats }: ExecutionContext, node: DenseNode, samples: number) {
  const { input, output } = node;
  const [inputs, units] = [input.channels, output.channels];
  const random = createRandom(inputs * 100 + units);
  const rounded = (length: number) => random(length).map(Math.fround);
  const values = rounded(samples * inputs);
  const kernel = rounded(inputs * units);
  const bias = rounded(units);
  const delta = rounded(samples * units);
  const placeOf = (row: number, unit: number) =>
    Math.floor(unit / PANEL_COLUMNS) * inputs * PANEL_COLUMNS + row * PANEL_COLUMNS +
    unit % PANEL_COLUMNS;
  const rows = (list: readonly number[], width: number, { at, stride }: Place) => {
    for (let sample = 0; sample < samples; sample++) {
      floats.set(list.slice(sample * width, (sample + 1) * width), (at + sample * stride) / 4);
    }
  };
  rows(values, inputs, { at: input.address, stride: input.sampleStride });
  rows(delta, units, { at: output.delta, stride: output.deltaSampleStride });
  kernel.forEach((weight, i) => {
    floats[node.kernel.weight / 4 + placeOf(Math.floor(i / units), i % units)] = weight;
  });
  floats.set(bias, node.bias.weight / 4);
  const read = (address: number, count: number) => [
    ...floats.subarray(address / 4, address / 4 + count),
  ];
  return { values, kernel, bias, delta, placeOf, read };
}

interface Place {
  readonly at: number;
  readonly stride: number;
}

function sum(length: number, term: (index: number) => number): number {
  return Array.from({ length }, (_, index) => term(index)).reduce((a, b) => a + b, 0);
}

function expectClose(found: readonly number[], expected: readonly number[], what: string): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  const difference = largestDifference(found, expected) / scale;
  ok(difference <= ALLOWED, `${what}: ${difference} of the largest value`);
}

for (const fused of [true, false]) {
  const arithmetic = fused ? "fused multiply-add" : "no fused multiply-add";
  Deno.test(`dense layers of any size compute what float64 does, for any number of samples, ${arithmetic}`, async () => {
    for (const size of SIZES) {
      for (const samples of [1, 2, 3, 4, 7, 13]) {
        const { context, node, inputs, units, values, kernel, bias, read } = await denseLayer(
          size,
          { samples, fused },
        );
        denseForward(context, node, { index: 0, start: 0, count: samples });
        for (let sample = 0; sample < samples; sample++) {
          const found = read(node.output.address + sample * node.output.sampleStride, units);
          const expected = bias.map((start, unit) =>
            start + sum(inputs, (i) => values[sample * inputs + i]! * kernel[i * units + unit]!)
          );
          expectClose(found, expected, `${inputs} × ${units}, sample ${sample} of ${samples}`);
        }
      }
    }
  });

  Deno.test(`derivatives with respect to a dense layer's inputs are those of float64, ${arithmetic}`, async () => {
    for (const size of SIZES) {
      const samples = 6;
      const { context, node, inputs, units, kernel, delta, read } = await denseLayer(size, {
        samples,
        fused,
      });
      denseTranspose(context, node, { firstRow: 0, rows: inputs });
      denseBackward(context, node, {
        part: { index: 0, start: 0, count: samples },
        wanted: "weights",
      });
      for (let sample = 0; sample < samples; sample++) {
        const expected = Array.from(
          { length: inputs },
          (_, i) => sum(units, (unit) => delta[sample * units + unit]! * kernel[i * units + unit]!),
        );
        const found = read(deltaOf(node.input, sample), inputs);
        expectClose(found, expected, `${inputs} × ${units}, sample ${sample}`);
      }
    }
  });

  Deno.test(`a step moves a dense layer's weights by the gradient over all samples, in pieces as in one, ${arithmetic}`, async () => {
    // More samples than are summed together, and pieces whose last is not a whole panel of rows.
    const samples = 70;
    for (const size of SIZES) {
      const adam = { rate: 0.25, correction: 1, decay: 0, frozen: new Set<number>() };
      const moved = [];
      for (const block of [size.inputs, PANEL_COLUMNS]) {
        const layer = await denseLayer(size, { samples, fused });
        const { context, node, inputs, units, values, delta, placeOf, read } = layer;
        for (let firstRow = 0; firstRow < inputs; firstRow += block) {
          const rows = Math.min(block, inputs - firstRow);
          denseUpdate(context, node, { firstRow, rows, samples, parts: 8, adam });
        }
        const moment = read(node.kernel.firstMoment, node.kernel.bytes / 4);
        const found = [], expected = [];
        for (let i = 0; i < inputs; i++) {
          for (let unit = 0; unit < units; unit++) {
            found.push(moment[placeOf(i, unit)]! * 10);
            const gradientOf = (sample: number) =>
              values[sample * inputs + i]! * delta[sample * units + unit]!;
            expected.push(sum(samples, gradientOf));
          }
        }
        expectClose(found, expected, `${inputs} × ${units}, ${block} rows at a time`);
        moved.push(read(node.kernel.weight, node.kernel.bytes / 4));
        expectTransposed(layer);
      }
      strictEqual(moved[0]!.join(), moved[1]!.join());
    }
  });
}

/** The copy that the backward pass reads is the kernel. */
function expectTransposed({ node, inputs, units, placeOf, read }: Layer): void {
  const padded = node.output.stride / 4;
  const step = padded * PANEL_BYTES / 4;
  const kernel = read(node.kernel.weight, node.kernel.bytes / 4);
  const copy = read(node.transposed, Math.ceil(inputs / PANEL_COLUMNS) * step);
  let wrong = 0;
  for (let i = 0; i < inputs; i++) {
    for (let unit = 0; unit < units; unit++) {
      const place = Math.floor(i / PANEL_COLUMNS) * step + unit * PANEL_COLUMNS +
        i % PANEL_COLUMNS;
      if (copy[place] !== kernel[placeOf(i, unit)]) wrong++;
    }
  }
  strictEqual(wrong, 0, `${inputs} × ${units}: ${wrong} weights differ in the transposed copy`);
}

Deno.test("a frozen kernel and a frozen bias stay as they are", async () => {
  const size = { inputs: 12, units: 20 };
  const { context, node, read } = await denseLayer(size, { samples: 5, fused: false });
  const weights = () =>
    [node.kernel, node.bias].map(({ weight, bytes }) => read(weight, bytes / 4));
  const before = weights();
  const frozen = new Set([node.kernel.weight, node.bias.weight]);
  const adam = { rate: 0.25, correction: 1, decay: 0.1, frozen };
  denseUpdate(context, node, { firstRow: 0, rows: 12, samples: 5, parts: 1, adam });
  deepStrictEqual(weights(), before);
});
