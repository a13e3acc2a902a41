import { type LaneConvShape, makeLaneConvKernel, nameRow, tileLaneConv } from "../lane_conv.ts";
import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  makeKernel,
  unrollWgsl,
} from "../kernel.ts";
import { locateDeltaWgsl, locateSampleWgsl, locateValueWgsl } from "../tensors.ts";
import { loadFourAtWgsl, storeFourAtWgsl, vectorType, widestVector } from "../vectors.ts";
import { roundUp } from "../weight_layout.ts";
import type { ConvShape } from "./conv.ts";
import { activateFourWgsl, exceedsFourWgsl } from "./elementwise.ts";

/** The forward pass of a convolution on an adapter on a processor; `undefined` if it is too wide for a lane. */
export function convForwardLanesWgsl(shape: ConvShape, lanes: number): Kernel | undefined {
  const { name, input, output, left, kernel, weightStride } = shape;
  const conv: LaneConvShape = {
    items: output.samples,
    windows: output.positions,
    pool: shape.pool ?? 1,
    columns: output.channels,
    taps: shape.taps,
    dilation: shape.dilation,
    length: input.channels,
    models: shape.models,
    loadsOfRow: 1,
    storesOfWindow: shape.pool === undefined ? 1 : 2,
  };
  const tiling = tileLaneConv(conv, lanes);
  if (tiling === undefined) return undefined;
  const width = widestVector(output.channels);
  return makeLaneConvKernel(conv, {
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      weights: bindRead("weights", "vec4f"),
      value: bindWrite(`${output.name}.value`, vectorType(width)),
      ...(shape.pool && { offsets: bindWrite(`${output.name}.offset`, vectorType(width, "u32")) }),
      ...output.count.buffers,
    },
    items: output.count.wgsl,
    isZero: (row) => row < left || row >= left + input.positions,
    loadRows: (rows) =>
      `${
        unrollWgsl(tiling.items, (item) =>
          `    let inputs${item} = ${
            locateSampleWgsl(input, `item${item}`)
          } + (firstWindow * ${conv.pool}u + ${input.before - left}u) * ${input.channels}u + k;`)
      }
${
        rows.map((row) =>
          `    let ${nameRow(row)} = input[inputs${row.item} + ${row.row * input.channels}u];`
        ).join("\n")
      }`,
    weights: (tap) =>
      `weights[(model * ${weightStride}u + ${
        kernel.start + tap * rowsOfTap(shape) * kernel.columns
      }u + k * ${kernel.columns}u + column) / 4u]`,
    beforeStore:
      `    let bias = weights[(model * ${weightStride}u + ${kernel.bias}u + column) / 4u];`,
    store: ({ item, window, column, sums, columns }) => {
      const rest = { width, columns, column, end: output.channels };
      const place = (start: string) => `${start} + ${window} * ${output.channels}u + ${column}`;
      return `      var best = ${sums[0]};
${shape.pool === undefined ? "" : "      var at = vec4u();\n      var exceeds = vec4<bool>();"}
${
        sums.slice(1).map((sum, i) =>
          `      exceeds = ${exceedsFourWgsl(sum, "best")};
      at = select(at, vec4u(${i + 1}u), exceeds);
      best = select(best, ${sum}, exceeds);`
        ).join("\n")
      }
      best += bias;
      best = ${activateFourWgsl("best", output.slope)};
      ${
        storeFourAtWgsl("value", "best", {
          place: place(locateValueWgsl(output, item)),
          ...rest,
        })
      }
${
        shape.pool === undefined ? "" : `      at += vec4u(${window} * ${shape.pool}u);
      ${
          storeFourAtWgsl("offsets", "at", {
            place: place(locateDeltaWgsl(output, item)),
            ...rest,
          })
        }`
      }`;
    },
  }, { tiling, lanes });
}

/** Name of the buffer of a convolution's weights, turned for the backward pass, and its values for each model. */
export function turnedWeights({ name, taps, input, output }: ConvShape): {
  readonly buffer: string;
  readonly columns: number;
  readonly size: number;
} {
  const columns = roundUp(input.channels);
  return { buffer: `${name}.turned`, columns, size: taps * output.channels * columns };
}

/**
 * The backward pass: a convolution of the deltas, of which a pooling has left one a window. The weights are turned
 * before, `[tap, filter, channel]`, so that channels are neighbours.
 */
export function convBackwardLanesWgsl(shape: ConvShape, lanes: number): Kernel[] | undefined {
  const { name, input, output, taps, dilation, left, models } = shape;
  const pool = shape.pool ?? 1;
  const conv: LaneConvShape = {
    items: output.samples,
    // Windows of the pooling, so that a tile begins where one does.
    windows: Math.ceil(input.positions / pool),
    pool,
    columns: input.channels,
    taps,
    dilation,
    length: output.channels,
    models,
    loadsOfRow: shape.pool === undefined ? 1 : 2 / pool,
    // One for each row, and where the activation has a slope the value is loaded too.
    storesOfWindow: pool * (input.slope === 1 ? 1 : 2),
  };
  const tiling = tileLaneConv(conv, lanes);
  if (tiling === undefined) return undefined;
  const turned = turnedWeights(shape);
  // Row r of A is position r − before of the deltas.
  const before = (taps - 1) * dilation - left;
  const covered = output.positions * pool;
  const width = widestVector(input.channels);
  const derive = input.slope !== 1;
  const kernel = makeLaneConvKernel(conv, {
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      ...(shape.pool && { offsets: bindRead(`${output.name}.offset`, "u32") }),
      turned: bindRead(turned.buffer, "vec4f"),
      ...(derive ? { value: bindRead(`${input.name}.value`, vectorType(width)) } : {}),
      inputDelta: bindWrite(`${input.name}.delta`, vectorType(width)),
      ...output.count.buffers,
    },
    items: output.count.wgsl,
    isZero: (row) => row < before || row >= before + covered,
    loadRows: (rows) => loadDeltasWgsl(shape, { rows, before, known: tiling.rowTiles === 1 }),
    weights: (tap) =>
      `turned[(model * ${turned.size}u + (${
        (taps - 1 - tap) * output.channels
      }u + k) * ${turned.columns}u + column) / 4u]`,
    beforeStore: "",
    store: ({ item, window, column, sums, columns }) =>
      sums.map((sum, p) => {
        const row = `(${window} * ${pool}u + ${p}u)`;
        const place = (start: string) => `${start} + ${row} * ${input.channels}u + ${column}`;
        const stored = storeFourAtWgsl("inputDelta", derive ? "passed" : sum, {
          place: place(locateDeltaWgsl(input, item)),
          width,
          columns,
          column,
          end: input.channels,
        });
        const factor = `select(vec4f(${formatFloatWgsl(input.slope)}), vec4f(1.0f), ${
          loadFourAtWgsl("value", place(locateValueWgsl(input, item)), { width })
        } > vec4f())`;
        const passed = derive ? `      let passed = ${sum} * ${factor};\n` : "";
        const exists = input.positions % pool === 0 ? "" : `if (${row} < ${input.positions}u) `;
        return `      ${exists}{\n${passed}      ${stored}\n      }`;
      }).join("\n"),
  }, { tiling, lanes });
  return [turnWeightsWgsl(shape), kernel];
}

/** WGSL for the deltas of rows. Those of a window are loaded once, and given to the row of its maximum. */
function loadDeltasWgsl(
  { pool, output }: ConvShape,
  { rows, before, known }: {
    readonly rows: readonly { readonly item: number; readonly row: number }[];
    readonly before: number;
    /** Whether the tile begins at the item's first row. */
    readonly known: boolean;
  },
): string {
  const size = pool ?? 1;
  const windowOf = (row: number) => Math.floor((row - before) / size);
  const name = (item: number, window: number) =>
    `${item}_${window < 0 ? `m${-window}` : String(window)}`;
  const windows = new Map(
    rows.map(({ item, row }) => [name(item, windowOf(row)), { item, window: windowOf(row) }]),
  );
  const loads = [...windows].map(([id, { item, window }]) => {
    const place = `(model * ${output.samples}u + item${item}) * ${
      output.positions * output.channels
    }u + k`;
    const at = known ? `${window}i` : `i32(firstWindow) + ${window}i`;
    const end = output.positions;
    // Beyond the ends the nearest window is loaded, and nothing is taken from it.
    const clamped = known ? `${window}u` : `u32(clamp(window${id}, 0i, ${end - 1}i))`;
    const inside = known ? "true" : `window${id} >= 0i && window${id} < ${end}i`;
    return `    let window${id} = ${at};
    let place${id} = ${place} + ${clamped} * ${output.channels}u;
    let d${id} = ${known ? `delta[place${id}]` : `select(0.0f, delta[place${id}], ${inside})`};${
      pool === undefined
        ? ""
        : `\n    let at${id} = i32(offsets[place${id}]) - window${id} * ${size}i;`
    }`;
  });
  const spread = rows.map((laneRow) => {
    const window = windowOf(laneRow.row);
    const id = name(laneRow.item, window);
    const p = laneRow.row - before - window * size;
    const value = pool === undefined ? `d${id}` : `select(0.0f, d${id}, at${id} == ${p}i)`;
    return `    let ${nameRow(laneRow)} = ${value};`;
  });
  return [...loads, ...spread].join("\n");
}

const TURN_THREADS = 64;

/** Turns the weights: [tap, channel, filter] becomes [tap, filter, channel]. One thread has one value. */
function turnWeightsWgsl(shape: ConvShape): Kernel {
  const { name, input, output, kernel, weightStride, models } = shape;
  const { buffer, columns, size } = turnedWeights(shape);
  return makeKernel({
    name: `${name} turned weights`,
    buffers: { weights: bindRead("weights"), turned: bindWrite(buffer) },
    threads: TURN_THREADS,
    workgroups: [Math.ceil(size / TURN_THREADS), 1, models],
    body: `  let i = group.x * ${TURN_THREADS}u + lane;
  let channel = i % ${columns}u;
  let filter_ = i / ${columns}u % ${output.channels}u;
  let tap = i / ${columns * output.channels}u;
  if (i >= ${size}u || channel >= ${input.channels}u) { return; }
  turned[model * ${size}u + i] = weights[model * ${weightStride}u + ${kernel.start}u
    + (tap * ${rowsOfTap(shape)}u + channel) * ${kernel.columns}u + filter_];`,
  });
}

/** Rows of the kernel from one tap to the next. */
function rowsOfTap({ input, kernel }: ConvShape): number {
  return kernel.segments === 1 ? input.channels : kernel.paddedSegment;
}
