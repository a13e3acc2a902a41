import type { PackedType } from "../../../base/arrays.ts";
import type { Transform } from "../../../record.ts";
import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { locateValueWgsl, type Tensor } from "../tensors.ts";
import { LOG1P_WGSL } from "./elementwise.ts";

/** Element types that a data set may have on the GPU; float64 becomes float32 on the way there. */
export type GpuPackedType = Exclude<PackedType, "float64">;

/** Rows of a data set in one buffer, and the tensor that their samples are copied to. */
export interface GatherShape {
  /** Name of the buffer of packed values, as 32-bit words. */
  readonly chunk: string;
  readonly type: GpuPackedType;
  readonly transform: Transform;
  /** Rows that the buffer holds. */
  readonly firstRow: number;
  readonly endRow: number;
  /** The network's input. */
  readonly input: Tensor;
  /** Name of the buffer of all labels and weights; absent where they are not wanted. */
  readonly labels: string | undefined;
  readonly models: number;
}

const THREADS = 64;

/** WGSL for the value at place `i` of the packed data. */
const UNPACK: Readonly<Record<GpuPackedType, string>> = {
  uint8: "f32((chunk[i >> 2u] >> (8u * (i & 3u))) & 0xffu)",
  uint16: "f32((chunk[i >> 1u] >> (16u * (i & 1u))) & 0xffffu)",
  uint32: "f32(chunk[i])",
  float32: "bitcast<f32>(chunk[i])",
};

/** WGSL for the transform of a value `x`. */
const TRANSFORM: Readonly<Record<Transform, string>> = {
  none: "x",
  log1p: LOG1P_WGSL,
  asinh: "asinh(x)",
};

/**
 * Copies the samples that the next steps ask for, transformed, out of a buffer of packed rows into the network's
 * input, and their labels and weights. Here `step.position` is the place of the first row among the orders of all models, and
 * `step.samples` the number of rows. Workgroups: y samples, z models; the threads of one share a sample.
 */
export function gatherSamplesWgsl(shape: GatherShape): Kernel {
  const { chunk, type, transform, firstRow, endRow, input, labels, models } = shape;
  const size = input.positions * input.channels;
  const storeLabel = `
  if (lane == 0u) { labels[model * ${input.samples}u + sample] = columnLabels[row]; }`;
  return makeKernel({
    name: `gather rows ${firstRow} to ${endRow}`,
    buffers: {
      chunk: bindRead(chunk, "u32"),
      orders: bindRead("orders", "u32"),
      value: bindWrite(`${input.name}.value`),
      ...(labels
        ? { columnLabels: bindRead(labels, "vec2f"), labels: bindWrite("labels", "vec2f") }
        : {}),
    },
    declarations: `fn transformed(x: f32) -> f32 { return ${TRANSFORM[transform]}; }`,
    threads: THREADS,
    workgroups: [1, input.samples, models],
    body: `  let sample = group.y;
  if (sample >= step.samples) { return; }
  let row = orders[step.position + sample];
  if (row < ${firstRow}u || row >= ${endRow}u) { return; }
  let firstValue = (row - ${firstRow}u) * ${size}u;
  let to = ${locateValueWgsl(input, "sample")};
  for (var k = lane; k < ${size}u; k += ${THREADS}u) {
    let i = firstValue + k;
    value[to + k] = transformed(${UNPACK[type]});
  }${labels ? storeLabel : ""}`,
  });
}
