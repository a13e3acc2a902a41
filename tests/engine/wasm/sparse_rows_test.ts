import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { ModuleAssembler } from "../../../src/engine/wasm/assembler/assembler.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { ExecutionContext } from "../../../src/engine/wasm/ops/context.ts";
import {
  addSparseRowKernels,
  SPARSE_ROW_KERNELS,
} from "../../../src/engine/wasm/ops/sparse_dense/kernels.ts";
import {
  dotsBytes,
  PANEL_ROW_BYTES,
  sparseRowBytes,
} from "../../../src/engine/wasm/ops/sparse_dense/rows.ts";
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

async function sparseKernels() {
  const assembler = new ModuleAssembler(false);
  addSparseRowKernels(assembler);
  const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const module = await WebAssembly.compile(assembler.toBytes(PAGES));
  const context = new ExecutionContext({ module, memory, scratch: 0 });
  const { floats } = context;
  const words = new Int32Array(memory.buffer);
  const write = (address: number, values: readonly number[]) => floats.set(values, address / 4);
  const read = (address: number, count: number) => [
    ...floats.subarray(address / 4, address / 4 + count),
  ];
  /** A sparse row's header and its entries, the three after its end included. */
  const readRow = (address: number) => {
    const [count = NaN, groups] = words.subarray(address / 4);
    const entries = Array.from({ length: count + 3 }, (_, i) => {
      const at = address / 4 + 2 + 2 * i;
      return [floats[at], words[at + 1]];
    });
    return { count, groups, entries };
  };
  return { kernels: context.bind(SPARSE_ROW_KERNELS), write, read, readRow };
}

/** Numbers between −1 and 1 that float32 can hold, zero where `isZero` says so. */
function someNumbers(count: number, seed: number, isZero = (_: number) => false): number[] {
  return Array.from({ length: count }, (_, i) => {
    return isZero(i) ? 0 : Math.fround(Math.sin(seed + 7 * i));
  });
}

Deno.test("a sparse row keeps nonzero values of either sign, in order", async () => {
  const { kernels, write, readRow } = await sparseKernels();
  write(VALUES, [0, 2, -0, 1e-45, -3, NaN, 0]);
  kernels.compressRow(ROWS, VALUES, VALUES, 7, 4, 0, 100);
  deepStrictEqual(readRow(ROWS), {
    count: 4,
    groups: 1,
    entries: [
      [2, 100],
      [Math.fround(1e-45), 300],
      [-3, 400],
      [NaN, 500],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  });
});

Deno.test("a sparse row keeps the entries that another array selects, including zeros, and is continued segment by segment", async () => {
  const { kernels, write, readRow } = await sparseKernels();
  write(VALUES, [5, 0, 6, 99, 7, 8, 9]);
  write(KEEP, [2, 2, 0, 0, 2, 2]);
  kernels.compressRow(ROWS, KEEP, VALUES, 3, 4, 0, 8);
  kernels.compressRow(ROWS, KEEP + 12, VALUES + 16, 3, 4, 32, 8);
  const { count, groups, entries } = readRow(ROWS);
  deepStrictEqual([count, groups], [4, 1]);
  deepStrictEqual(entries.slice(0, 4), [[5, 0], [0, 8], [8, 40], [9, 48]]);
});

Deno.test("a sparse row of a column steps over rows, and may be empty or full", async () => {
  const { kernels, write, readRow } = await sparseKernels();
  write(VALUES, [1, 0, 4, 2, 0, 5, 3, 0, 6]);
  const [column, empty] = [ROWS, ROWS + sparseRowBytes(3)];
  kernels.compressRow(empty, VALUES + 4, VALUES + 4, 3, 12, 0, 16);
  kernels.compressRow(column, VALUES, VALUES, 3, 12, 0, 16);
  deepStrictEqual(readRow(column).entries.slice(0, 3), [[1, 0], [2, 16], [3, 32]]);
  const { count, groups } = readRow(empty);
  deepStrictEqual([count, groups], [0, 0], "what follows a full row was overwritten");
});

const ZEROS: Record<string, (i: number) => boolean> = {
  "nothing is": () => false,
  "all is": () => true,
  "two thirds are": (i) => i % 3 !== 0,
};

for (const [which, isZero] of Object.entries(ZEROS)) {
  for (const [rows, inputs] of [[1, 1], [3, 37], [5, 128]] as const) {
    const shape = `${rows} × ${inputs} of which ${which} zero`;

    Deno.test(`a sparse product has the same bits as the dense one: ${shape}`, async () => {
      const { kernels, write, read } = await sparseKernels();
      const a = someNumbers(rows * inputs, 1, isZero);
      const b = someNumbers(inputs * WIDTH, 2);
      const start = someNumbers(WIDTH, 3);
      write(VALUES, a);
      write(B, b);
      write(START, start);
      const rowBytes = sparseRowBytes(inputs);
      for (let row = 0; row < rows; row++) {
        const values = VALUES + 4 * row * inputs;
        kernels.compressRow(ROWS + row * rowBytes, values, values, inputs, 4, 0, PANEL_ROW_BYTES);
      }
      const stride = PANEL_ROW_BYTES + 32;
      kernels.sparseProduct(C, stride, START, ROWS, rowBytes, B, rows);
      for (let row = 0; row < rows; row++) {
        const wanted = start.map((sum, column) => {
          for (let k = 0; k < inputs; k++) {
            sum = Math.fround(sum + Math.fround(a[row * inputs + k]! * b[k * WIDTH + column]!));
          }
          return sum;
        });
        deepStrictEqual(read(C + row * stride, WIDTH), wanted);
      }
    });

    Deno.test(`gathered dots add the transposed product at the entries of a sparse row: ${shape}`, async () => {
      const { kernels, write, read } = await sparseKernels();
      const a = someNumbers(rows * inputs, 1, isZero);
      const b = someNumbers(inputs * WIDTH, 2);
      const delta = someNumbers(rows * WIDTH, 4);
      write(VALUES, a);
      write(B, b);
      write(START, delta);
      const sums = sparseRowBytes(inputs);
      const rowBytes = sums + dotsBytes(inputs);
      for (let row = 0; row < rows; row++) {
        const values = VALUES + 4 * row * inputs;
        kernels.compressRow(ROWS + row * rowBytes, values, values, inputs, 4, 0, PANEL_ROW_BYTES);
      }
      // Twice, as if there were two panels.
      for (let panel = 0; panel < 2; panel++) {
        kernels.gatherDots(ROWS, rowBytes, sums, START, PANEL_ROW_BYTES, B, rows);
      }
      for (let row = 0; row < rows; row++) {
        write(C, Array.from({ length: inputs }, () => 77));
        const sparse = ROWS + row * rowBytes;
        kernels.scatterDots(C, sparse, sparse + sums);
        const wanted = Array.from({ length: inputs }, (_, k) => {
          if (a[row * inputs + k] === 0) return 77;
          let sum = 0;
          for (let i = 0; i < WIDTH; i++) sum += delta[row * WIDTH + i]! * b[k * WIDTH + i]!;
          return 2 * sum;
        });
        const apart = largestDifference(read(C, inputs), wanted);
        ok(apart < 1e-5, `row ${row} differs by ${apart}`);
      }
    });
  }
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
