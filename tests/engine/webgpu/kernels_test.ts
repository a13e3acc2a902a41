/** The kernels as text: no GPU is needed, and a change of one shows in `golden/`. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { type LaneConvShape, tileLaneConv } from "../../../src/engine/webgpu/lane_conv.ts";
import { chooseTiling, type ProductShape } from "../../../src/engine/webgpu/tiling.ts";
import { formatFloatWgsl, type Kernel } from "../../../src/engine/webgpu/kernel.ts";
import { gatherSamplesWgsl } from "../../../src/engine/webgpu/ops/gather.ts";
import { planModel } from "../../../src/engine/webgpu/plan.ts";
import type { PlanOptions } from "../../../src/engine/webgpu/plan_types.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { presetSpec, SEQUENTIAL_PRESET_NAMES } from "../../../src/model/presets.ts";
import { checkGolden, checkLimits } from "./golden.ts";

const LIMITS = { storageBytes: 16_384, threads: 256 };
const TINY: PlanOptions = { models: 2, samples: 3, gathered: 6, limits: LIMITS };

const LANES: PlanOptions = { ...TINY, limits: { ...LIMITS, lanes: 8 } };

/** Every kind of kernel, in shapes of a few values. */
const SPEC = parseSpec({
  name: "tiny",
  bins: 8,
  marks: 2,
  layers: [
    { type: "conv1d", filters: 3, width: 2, dilation: 1, padding: "same" },
    { type: "activation", kind: "leakyRelu", alpha: 0.05 },
    { type: "maxPool1d", size: 2 },
    { type: "conv1d", filters: 2, width: 2, dilation: 2, padding: "valid" },
    { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
    { type: "activation", kind: "relu" },
    { type: "maxPool1d", size: 2 },
    { type: "dropout", rate: 0.5 },
    { type: "flatten" },
    { type: "dense", units: 300 },
    { type: "dense", units: 2 },
    { type: "activation", kind: "relu" },
    { type: "dropout", rate: 0.25 },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});

function kernelsOf(plan: { training: readonly Kernel[]; prediction: readonly Kernel[] }) {
  return [...new Map([...plan.training, ...plan.prediction].map((k) => [k.name, k])).values()];
}

Deno.test("kernels at tiny shapes equal those in golden/", async () => {
  for (const kernel of kernelsOf(planModel(SPEC, TINY))) await checkGolden(kernel);
});

Deno.test("kernels for the lanes of a processor equal those in golden/", async () => {
  const shared = new Set(kernelsOf(planModel(SPEC, TINY)).map(({ wgsl }) => wgsl));
  const own = kernelsOf(planModel(SPEC, LANES)).filter(({ wgsl }) => !shared.has(wgsl));
  for (const kernel of own) {
    checkLimits(kernel);
    await checkGolden(kernel, `lanes ${kernel.name}`);
  }
  const products = own.filter(({ name }) => /forward|gradient/.test(name));
  ok(products.length > 12, products.map(({ name }) => name).join(", "));
  for (const { name, wgsl } of products) {
    ok(!/workgroupBarrier|var<workgroup>/.test(wgsl), `${name} has shared memory`);
  }
});

Deno.test("a network that does not end in narrow layers has a separate loss kernel", async () => {
  const layers = [{ type: "flatten" }, { type: "dense", units: 1 }] as const;
  const spec = parseSpec({ ...SPEC, name: "wide", bins: 300, layers });
  const { training, prediction } = planModel(spec, TINY);
  const names = (kernels: readonly Kernel[]) => kernels.map(({ name }) => name);
  const end = ["dense1 kernel gradient", "adam"];
  deepStrictEqual(names(training), ["dense1 forward", "loss", ...end]);
  deepStrictEqual(names(prediction), ["dense1 forward", "collect"]);
  for (const kernel of [...training, ...prediction]) {
    if (["loss", "collect"].includes(kernel.name)) await checkGolden(kernel);
  }
});

Deno.test("losses with a slope of their own, and weights that are marked, have kernels of their own", async () => {
  const find = (plan: ReturnType<typeof planModel>, name: string) => {
    const [kernel, ...others] = plan.training.filter((kernel) => kernel.name === name);
    ok(kernel !== undefined && others.length === 0, name);
    return kernel;
  };
  const huber = planModel({ ...SPEC, loss: { type: "huber", delta: 1.5 } }, TINY);
  await checkGolden(find(huber, "head"), "head huber");
  // A loss of pairs needs the outputs of all samples, so that nothing is fused with it.
  const ranked = planModel({ ...SPEC, loss: "rank" }, TINY);
  strictEqual(ranked.training.some(({ name }) => name === "head"), false);
  await checkGolden(find(ranked, "loss"), "loss rank");
  const marked = planModel(SPEC, { ...TINY, marked: true });
  await checkGolden(find(marked, "adam"), "adam marked");
  for (const kernel of [huber, ranked, marked].flatMap(kernelsOf)) checkLimits(kernel);
});

Deno.test("samples are gathered from every packed type, and transformed", async () => {
  const { input } = planModel(SPEC, TINY);
  const rows = { chunk: "chunk 0", firstRow: 4, endRow: 9, labels: "labels", input, models: 2 };
  const kinds = [["uint8", "none"], ["uint16", "log1p"], ["float32", "asinh"]] as const;
  for (const [type, transform] of kinds) {
    await checkGolden(
      gatherSamplesWgsl({ ...rows, type, transform }),
      `gather ${type} ${transform}`,
    );
  }
});

Deno.test("each dropout of a model reads its own key", () => {
  const { dropouts, training } = planModel(SPEC, TINY);
  deepStrictEqual(dropouts.map((layer) => SPEC.layers[layer]?.type), ["dropout", "dropout"]);
  const keys = training.flatMap(({ wgsl }) => [...wgsl.matchAll(/keys\[model \* 2u \+ (\d)u\]/g)]);
  deepStrictEqual([...new Set(keys.map(([, key]) => key))].sort(), ["0", "1"]);
});

Deno.test("a step of wakawaka is at most a dozen dispatches", () => {
  const options = { models: 1, samples: 250, gathered: 8000, limits: LIMITS };
  const { training } = planModel(presetSpec("wakawaka"), options);
  ok(training.length <= 12, training.map(({ name }) => name).join(", "));
});

Deno.test("no kernel asks for more than WebGPU grants everywhere", () => {
  for (const preset of SEQUENTIAL_PRESET_NAMES) {
    const spec = presetSpec(preset);
    for (const limits of [LIMITS, LANES.limits]) {
      const options = { models: 16, samples: 250, gathered: 8000, limits };
      for (const kernel of kernelsOf(planModel(spec, options))) checkLimits(kernel);
    }
  }
});

Deno.test("a batch of as many samples as WebGPU has workgroups keeps to its limits in lanes too", () => {
  const samples = 65_535;
  const options = { models: 1, samples, gathered: samples, limits: LANES.limits };
  const plan = planModel(presetSpec("experiment4"), options);
  ok(plan.training.some(({ wgsl }) => wgsl.includes("group.y / ")), "rows lie in one line");
  for (const kernel of kernelsOf(plan)) checkLimits(kernel);
});

Deno.test("tilings cover every row, column and k, within the limits", () => {
  const count = (max: number) => fc.integer({ min: 1, max });
  const shapes = fc.record({
    items: count(300),
    windows: fc.oneof(count(400), count(20_000)),
    pool: count(8),
    columns: count(700),
    segments: count(5),
    step: count(3),
    length: count(1000),
    models: count(16),
  });
  fc.assert(fc.property(shapes, (shape: ProductShape) => {
    const tiling = chooseTiling(shape, { storageBytes: 32_768, threads: 256 });
    const { columnThreads, vectors, columnBlocks, rowThreads, windows, rowBlocks } = tiling;
    ok(4 * columnThreads * vectors * columnBlocks >= shape.columns);
    ok(rowThreads * windows * rowBlocks >= shape.windows);
    ok(4 * tiling.length * tiling.chunks >= shape.length);
    ok(columnThreads * rowThreads * tiling.items <= 256);
    const rows = rowThreads * windows * shape.pool + (shape.segments - 1) * shape.step;
    strictEqual(tiling.rowsOfA, rows);
    const pitch = tiling.length | 1;
    const bytes = 16 * pitch * (tiling.items * rows + 4 * columnThreads * vectors);
    ok(bytes <= 32_768 || tiling.length === 1, `${bytes} bytes`);
  }));
});

Deno.test("tiles of lanes cover every window and column, and no tile is too large to compile", () => {
  const count = (max: number) => fc.integer({ min: 1, max });
  const shapes = fc.record({
    items: count(300),
    windows: count(400),
    pool: count(8),
    columns: count(700),
    taps: count(40),
    dilation: count(5),
    length: count(1000),
    models: count(16),
    loadsOfRow: count(2),
    storesOfWindow: count(16),
  });
  fc.assert(fc.property(shapes, count(16), (shape: LaneConvShape, lanes) => {
    const tiling = tileLaneConv(shape, lanes);
    if (tiling === undefined) {
      // Not even one window and four columns.
      ok(4 * shape.pool * shape.taps > 900 || shape.storesOfWindow > 48);
      return;
    }
    const { items, windows, rowTiles, vectors, columnTiles } = tiling;
    ok(windows * rowTiles >= shape.windows && windows * (rowTiles - 1) < shape.windows);
    ok(4 * vectors * columnTiles >= shape.columns);
    ok(items === 1 || rowTiles === 1, "a tile is part of an item, or whole items");
    ok(4 * items * windows * shape.pool * shape.taps * vectors <= 900);
  }));
});

Deno.test("numbers are written so that WGSL reads the same float32", () => {
  for (const value of [0, 1, -2, 0.05, 1e-7, 0.999, 1 / 3, 16_777_216, 3e38]) {
    const text = formatFloatWgsl(value);
    ok(/^-?[\d.]+(e[+-]?\d+)?f$/.test(text), text);
    strictEqual(Math.fround(Number(text.slice(0, -1))), Math.fround(value));
  }
});
