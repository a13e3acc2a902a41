import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { ModuleAssembler } from "../../../src/engine/wasm/assembler/assembler.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { ExecutionContext } from "../../../src/engine/wasm/ops/context.ts";
import { addAdamKernels, moveWeights } from "../../../src/engine/wasm/ops/adam.ts";
import { addSparseRowKernels } from "../../../src/engine/wasm/ops/sparse_dense/kernels.ts";
import {
  PANEL_ROW_BYTES,
  sparsePairBytes,
  streamBytes,
  streamOffset,
  STREAMS,
} from "../../../src/engine/wasm/ops/sparse_dense/rows.ts";
import { SPARSE_ROW_KERNELS } from "../../../src/engine/wasm/ops/sparse_dense/table.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { expectInput } from "../../../src/engine/wasm/plan/sparsity.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { type PresetName, presetSpec } from "../../../src/model/presets.ts";
import type { LayerSpec, ModelSpec } from "../../../src/model/spec.ts";
import { openOne } from "../../helpers/one_model.ts";
import { largestDifference } from "../../helpers/tolerances.ts";

const PAGES = 16;
const WIDTH = PANEL_ROW_BYTES / 4;
/** Addresses of the pieces of a test's memory. */
const addressOfPiece = (piece: number) => 64 + piece * 131072;
const VALUES = addressOfPiece(0);
const KEEP = addressOfPiece(1);
const ROWS = addressOfPiece(2);
const B = addressOfPiece(3);
const C = addressOfPiece(4);
const START = addressOfPiece(5);

const ZERO = addressOfPiece(6);
const MOMENTS = addressOfPiece(7);

async function sparseKernels() {
  const assembler = new ModuleAssembler(false);
  addSparseRowKernels(assembler);
  addAdamKernels(assembler);
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(PAGES));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  const { floats, words } = context;
  const write = (address: number, values: readonly number[]) => floats.set(values, address / 4);
  const read = (address: number, count: number) => [
    ...floats.subarray(address / 4, address / 4 + count),
  ];
  /** The entries of a pair of at most so many: factors, then the place. */
  const readPair = (address: number, most: number) => {
    const stream = streamBytes(most);
    const entriesOf = ({ count, factors, places, factorBytes }: typeof STREAMS[Which]) =>
      Array.from({ length: words[(address + count) / 4]! }, (_, i) => {
        const from = address + streamOffset(stream, factors) + factorBytes * i;
        const place = words[(address + streamOffset(stream, places)) / 4 + i]!;
        return [...read(from, factorBytes / 4), place];
      });
    const { first, second, both } = STREAMS;
    return { first: entriesOf(first), second: entriesOf(second), both: entriesOf(both) };
  };
  return { context, kernels: context.bind(SPARSE_ROW_KERNELS), write, read, readPair };
}

type Which = keyof typeof STREAMS;

/** Numbers between −1 and 1 that float32 can hold, zero where `isZero` says so. */
function someNumbers(count: number, seed: number, isZero = (_: number) => false): number[] {
  return Array.from({ length: count }, (_, i) => {
    return isZero(i) ? 0 : Math.fround(Math.sin(seed + 7 * i));
  });
}

Deno.test("a sparse row without a partner keeps nonzero values of either sign, in order", async () => {
  const { kernels, write, readPair } = await sparseKernels();
  const values = [0, 2, -0, 1e-45, -3, NaN, 0];
  write(VALUES, [...values, 5, 6]);
  const stream = streamBytes(7);
  kernels.compressPair(ROWS, stream, VALUES, VALUES, ZERO, ZERO, 0, values.length, 0, 100);
  deepStrictEqual(readPair(ROWS, 7), {
    first: [[2, 100], [Math.fround(1e-45), 300], [-3, 400], [NaN, 500]],
    second: [],
    both: [],
  });
});

Deno.test("a pair keeps the entries that another array selects, including zeros, and is continued segment by segment", async () => {
  const { kernels, write, readPair } = await sparseKernels();
  const [second, secondKeep] = [VALUES + 4096, KEEP + 4096];
  write(VALUES, [5, 0, 6, 99, 7, 8, 9]);
  write(KEEP, [2, 2, 0, 0, 2, 2]);
  write(second, [1, 2, 3, 99, 4, 10, 11]);
  write(secondKeep, [0, 2, 2, 0, 0, 2]);
  const stream = streamBytes(7);
  kernels.compressPair(ROWS, stream, KEEP, VALUES, secondKeep, second, 16, 3, 0, 8);
  const [keep, values] = [KEEP + 12, VALUES + 16];
  kernels.compressPair(ROWS, stream, keep, values, secondKeep + 12, second + 16, 16, 3, 32, 8);
  deepStrictEqual(readPair(ROWS, 7), {
    first: [[5, 0], [8, 40]],
    second: [[3, 16]],
    both: [[0, 2, 8], [9, 11, 48]],
  });
});

Deno.test("pairs may be empty or full, and write nothing after their end", async () => {
  const { kernels, write, read, readPair } = await sparseKernels();
  const stream = streamBytes(9);
  const end = ROWS + sparsePairBytes(9);
  write(VALUES, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  for (const address of [ROWS, end]) write(address, Array.from({ length: 64 }, () => 7));
  kernels.compressPair(ROWS, stream, ZERO, ZERO, ZERO, ZERO, 0, 9, 0, 16);
  deepStrictEqual(readPair(ROWS, 9), { first: [], second: [], both: [] });
  kernels.compressPair(ROWS, stream, VALUES, VALUES, VALUES, VALUES, 16, 9, 0, 16);
  const { first, second, both } = readPair(ROWS, 9);
  deepStrictEqual([first, second], [[], []]);
  deepStrictEqual(both, Array.from({ length: 9 }, (_, i) => [i + 1, i + 1, 16 * i]));
  deepStrictEqual(read(end, 64), Array.from({ length: 64 }, () => 7));
});

const ZEROS: Record<string, (i: number) => boolean> = {
  "nothing is": () => false,
  "all is": () => true,
  "two thirds are": (i) => i % 3 !== 0,
};

for (const [which, isZero] of Object.entries(ZEROS)) {
  for (const [rows, inputs] of [[1, 1], [3, 37], [5, 128]] as const) {
    const shape = `${rows} × ${inputs} of which ${which} zero`;

    Deno.test(`a sparse product has the bits of sums over the entries of both rows, then the row's own: ${shape}`, async () => {
      const { context, kernels, write, read } = await sparseKernels();
      const a = someNumbers(rows * inputs, 1, isZero);
      const b = someNumbers(inputs * WIDTH, 2);
      const start = someNumbers(WIDTH, 3);
      write(VALUES, a);
      write(B, b);
      write(START, start);
      const stream = streamBytes(inputs);
      const pairBytes = sparsePairBytes(inputs);
      const wanted = (row: number, from: readonly number[]) =>
        productOf({ a, b, row, inputs, partner: partnerOf(row, rows) }, from);
      const pairs = compressRows(kernels, { rows, inputs });
      const stride = PANEL_ROW_BYTES + 32;
      const whole = Math.floor(rows / 2);
      kernels.sparseProduct(C, stride, 2 * stride, START, ROWS, pairBytes, stream, B, whole);
      const [last, single] = [C + 2 * whole * stride, ROWS + whole * pairBytes];
      kernels.sparseProduct(last, 0, stride, START, single, pairBytes, stream, B, pairs - whole);
      for (let row = 0; row < rows; row++) {
        deepStrictEqual(read(C + row * stride, WIDTH), wanted(row, start));
      }
      deepStrictEqual(read(C + rows * stride, WIDTH), someNumbers(WIDTH, 0, () => true));
      const weights = someNumbers(2 * pairs * WIDTH, 5);
      const bytes = 4 * weights.length;
      const adam = { rate: 0.01, correction: 0.5, decay: 0.1, frozen: new Set<number>() };
      const moveBy = (move: (weight: number) => void) => {
        write(MOMENTS, [...weights, ...weights.map(Math.abs), ...weights.map(Math.abs)]);
        move(MOMENTS);
        return read(MOMENTS, 3 * weights.length);
      };
      const fused = moveBy((weight) => {
        const [first, second] = [weight + bytes, weight + 2 * bytes];
        const { rate, correction, decay } = adam;
        const from = [ROWS, pairBytes, stream, B, pairs] as const;
        kernels.sparseAdam(weight, first, second, ...from, rate, correction, decay);
      });
      const zeros = someNumbers(WIDTH, 0, () => true);
      const gradient = Array.from(
        { length: 2 * pairs },
        (_, row) => row < rows ? wanted(row, zeros) : zeros,
      ).flat();
      write(C, gradient);
      const stepped = moveBy((weight) => {
        const moments = { firstMoment: weight + bytes, secondMoment: weight + 2 * bytes };
        const moved = { weight, ...moments, bytes, decays: true, gradient: 0 };
        moveWeights(context, moved, { offset: 0, bytes, gradient: C, adam });
      });
      deepStrictEqual(fused, stepped, "Adam's step with the product as its gradient");
    });

    Deno.test(`gathered dots add the transposed product at the entries of sparse rows: ${shape}`, async () => {
      const { context, kernels, write, read } = await sparseKernels();
      const a = someNumbers(rows * inputs, 1, isZero);
      const b = someNumbers(inputs * WIDTH, 2);
      const delta = someNumbers(rows * WIDTH, 4);
      write(VALUES, a);
      write(B, b);
      write(START, delta);
      const stream = streamBytes(inputs);
      const pairBytes = sparsePairBytes(inputs);
      const pairs = compressRows(kernels, { rows, inputs });
      for (let pair = 0; pair < pairs; pair++) {
        const size = 2 * pair + 1 < rows ? 2 : 1;
        const row = ROWS + pair * pairBytes;
        for (const { count, factors, factorBytes } of Object.values(STREAMS)) {
          const from = (row + streamOffset(stream, factors)) / 4;
          const values = context.words[(row + count) / 4]! * factorBytes / 4;
          context.floats.fill(0, from, from + values);
        }
        const from = START + 2 * pair * PANEL_ROW_BYTES;
        // Twice, as if there were two panels.
        for (let panel = 0; panel < 2; panel++) {
          const step = (size - 1) * PANEL_ROW_BYTES;
          kernels.gatherDots(row, pairBytes, stream, from, step, 2 * step, B, 1);
        }
        const target = C + 8 * pair * inputs;
        write(target, Array.from({ length: size * inputs }, () => 77));
        kernels.scatterDots(target, target + 4 * (size - 1) * inputs, row, stream);
      }
      for (let row = 0; row < rows; row++) {
        const wanted = Array.from({ length: inputs }, (_, k) => {
          if (a[row * inputs + k] === 0) return 77;
          let sum = 0;
          for (let i = 0; i < WIDTH; i++) sum += delta[row * WIDTH + i]! * b[k * WIDTH + i]!;
          return 2 * sum;
        });
        const apart = largestDifference(read(C + 4 * row * inputs, inputs), wanted);
        ok(apart < 1e-5, `row ${row} differs by ${apart}`);
      }
    });
  }
}

/** Compresses rows of A with their neighbours, the last of an odd number without one; returns how many pairs there are. */
function compressRows(
  kernels: Awaited<ReturnType<typeof sparseKernels>>["kernels"],
  { rows, inputs }: { readonly rows: number; readonly inputs: number },
): number {
  const pairs = Math.ceil(rows / 2);
  for (let pair = 0; pair < pairs; pair++) {
    const first = VALUES + 8 * pair * inputs;
    const second = 2 * pair + 1 < rows ? first + 4 * inputs : ZERO;
    const [row, step] = [ROWS + pair * sparsePairBytes(inputs), second === ZERO ? 0 : 16];
    const stream = streamBytes(inputs);
    kernels.compressPair(
      row,
      stream,
      first,
      first,
      second,
      second,
      step,
      inputs,
      0,
      PANEL_ROW_BYTES,
    );
  }
  return pairs;
}

/** The other row of a pair, if there is one. */
function partnerOf(row: number, rows: number): number | undefined {
  const partner = row % 2 === 0 ? row + 1 : row - 1;
  return partner < rows ? partner : undefined;
}

/** A row of A · B, rounded after each operation: first the entries that the partner has too, then the others. */
function productOf(
  { a, b, row, inputs, partner }: {
    readonly a: readonly number[];
    readonly b: readonly number[];
    readonly row: number;
    readonly inputs: number;
    readonly partner: number | undefined;
  },
  start: readonly number[],
): number[] {
  const all = Array.from({ length: inputs }, (_, k) => k);
  const isShared = (k: number) => partner !== undefined && a[partner * inputs + k] !== 0;
  const order = [...all.filter(isShared), ...all.filter((k) => !isShared(k))];
  return start.map((sum, column) => {
    for (const k of order) {
      sum = Math.fround(sum + Math.fround(a[row * inputs + k]! * b[k * WIDTH + column]!));
    }
    return sum;
  });
}

Deno.test("zeros are expected after ReLU and dropout, and maxima hide those of a dropout alone", () => {
  const relu: LayerSpec = { type: "activation", kind: "relu" };
  const leaky: LayerSpec = { type: "activation", kind: "leakyRelu", alpha: 0.1 };
  const dropout: LayerSpec = { type: "dropout", rate: 0.5 };
  const pool: LayerSpec = { type: "maxPool1d", size: 2 };
  const expect = (...layers: LayerSpec[]) => expectInput(layers, layers.length);
  deepStrictEqual(expect(relu, pool, dropout), { share: 0.25, rectified: true });
  deepStrictEqual(expect(relu, dropout, pool), { share: 0.5, rectified: true });
  deepStrictEqual(expect(relu, leaky, dropout), { share: 0.5, rectified: false });
  deepStrictEqual(expect(leaky, dropout, pool), { share: 1, rectified: false });
});

Deno.test("the model alone decides which dense layers skip zeros", () => {
  const kinds = (preset: PresetName) =>
    planModel(presetSpec(preset), { batchSize: 16, threads: 1 }).head.nodes
      .map(({ kind }) => kind)
      .filter((kind) => kind === "dense" || kind === "sparseDense");
  const [dense, sparse] = ["dense", "sparseDense"];
  deepStrictEqual(kinds("deepchrome"), [sparse, sparse, dense], "ReLU");
  deepStrictEqual(kinds("experiment2"), [sparse, dense, dense], "narrow layers do not");
  deepStrictEqual(kinds("experiment3"), [sparse, sparse, dense], "dropout of 0.5");
  deepStrictEqual(kinds("experiment5"), [sparse, dense, dense], "LeakyReLU does not");
  deepStrictEqual(kinds("wakawaka"), [dense, dense, dense], "dropout of 0.3 does not");
});

/** Six filters, so that rows have gaps; a dense layer that is one and a half panels wide. */
const GATED = parseSpec({
  name: "gated",
  bins: 9,
  marks: 3,
  loss: "meanSquaredError",
  layers: [
    { type: "conv1d", filters: 6, width: 2, dilation: 1, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.1 },
    { type: "dropout", rate: 0.5 },
    { type: "flatten" },
    { type: "dense", units: 70 },
    { type: "activation", kind: "leakyRelu", alpha: 0.1 },
    { type: "dense", units: 1 },
  ],
});

/** Pooled ReLUs, dropped again; the dense layer reads them through a pool. */
const RECTIFIED: ModelSpec = {
  ...GATED,
  layers: [
    ...GATED.layers.slice(0, 1),
    { type: "activation", kind: "relu" },
    { type: "dropout", rate: 0.2 },
    { type: "maxPool1d", size: 2 },
    ...GATED.layers.slice(3),
  ],
};

for (const [name, spec] of Object.entries({ GATED, RECTIFIED })) {
  for (const signalled of [true, false]) {
    const input = signalled ? "" : ", also where all inputs are zero";
    Deno.test(`a sparse layer (${name}) learns the same as on tf.js${input}`, async () => {
      const sparse = planModel(spec, { batchSize: 16, threads: 1 }).head.nodes.some(({ kind }) =>
        kind === "sparseDense"
      );
      strictEqual(sparse, true);
      const signal = Uint8Array.from(
        { length: 21 * 27 },
        (_, i) => signalled ? i * 7919 % 23 % 7 : 0,
      );
      const labels = Float64Array.from({ length: 21 }, (_, i) => i % 3);
      const data = { signal, labels, bins: 9, marks: 3, transform: "none" } as const;
      const order = Uint32Array.from({ length: 21 }, (_, i) => i);
      const settings = { weights: initialWeights(spec, 5), seed: 3, batchSize: 8 };
      const states = await Promise.all(
        [createWasmEngine(), createTfjsEngine("cpu")].map(async (engine) => {
          const options = { ...settings, learningRate: 0.001 };
          await using session = await openOne(engine, spec, options);
          for (let epoch = 0; epoch < 3; epoch++) await session.runEpoch({ data, order, epoch });
          return await session.state();
        }),
      );
      const [found = [], wanted = []] = states.map(({ weights }) => weights);
      strictEqual(found.length, wanted.length);
      found.forEach((values, i) => {
        const apart = largestDifference(values, wanted[i]!);
        ok(apart < 1e-5, `weight ${i} differs by ${apart}`);
      });
    });
  }
}
