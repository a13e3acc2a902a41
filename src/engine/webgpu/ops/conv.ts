import { makeProductKernel } from "../gemm.ts";
import type { WorkgroupLimits } from "../tiling.ts";
import { bindRead, bindWrite, type Kernel, loadFourWgsl, unrollWgsl } from "../kernel.ts";
import {
  deriveActivationWgsl,
  locateDeltaWgsl,
  locateSampleWgsl,
  locateValueWgsl,
  type Tensor,
} from "../tensors.ts";
import type { KernelLayout } from "../weight_layout.ts";
import { activateWgsl, exceedsWgsl } from "./elementwise.ts";

/** A convolution, with its activation and pooling, between two tensors. */
export interface ConvShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly taps: number;
  readonly dilation: number;
  /** Zeros of padding on the left. */
  readonly left: number;
  /** Positions before pooling. */
  readonly positions: number;
  /** Size of the pooling, or `undefined`. */
  readonly pool: number | undefined;
  readonly kernel: KernelLayout;
  /** Weights of a model. */
  readonly weightStride: number;
  readonly models: number;
}

/**
 * value[position, filter] = max over the pool of activation(bias + Σ over tap, channel of input[position + tap ·
 * dilation − left, channel] · kernel[tap, channel, filter]), and the position of the first maximum. The activation is
 * applied to the maximum, which gives the same result, since the fused activations never decrease. A thread has the
 * positions of whole windows in registers, so pooling costs no memory.
 */
export function convForwardWgsl(shape: ConvShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, dilation, left, kernel, weightStride, models } = shape;
  return makeProductKernel(
    {
      items: output.samples,
      windows: output.positions,
      pool: shape.pool ?? 1,
      columns: output.channels,
      models,
      segments: kernel.segments,
      step: dilation,
      length: kernel.segmentLength,
    },
    {
      name: `${name} forward`,
      buffers: {
        input: bindRead(`${input.name}.value`),
        weights: bindRead("weights", "vec4f"),
        value: bindWrite(`${output.name}.value`),
        ...(shape.pool && { offsets: bindWrite(`${output.name}.offset`, "u32") }),
        ...output.count.buffers,
      },
      items: output.count.wgsl,
      vectorA: `let i = ${locateSampleWgsl(input, "item")} + (row + ${
        input.before - left
      }u) * ${input.channels}u + k;
  return ${loadFourWgsl("input")};`,
      vectorB: `return weights[(model * ${weightStride}u + ${kernel.start}u
    + (segment * ${kernel.paddedSegment}u + k) * ${kernel.columns}u + column) / 4u];`,
      transposed: false,
      store: storeMaximumWgsl(shape),
    },
    limits,
  );
}

/** WGSL that stores the activated maximum of a window, and its position if there is a pooling. */
function storeMaximumWgsl({ output, pool, kernel, weightStride }: ConvShape): string {
  const size = pool ?? 1;
  const next = (p: number) =>
    `  if ${exceedsWgsl(`sums[${p}]`, "best")} { best = sums[${p}]; at = ${p}u; }`;
  return `  var best = sums[0];
  var at = 0u;
${unrollWgsl(size - 1, (p) => next(p + 1))}
  best += weights[(model * ${weightStride}u + ${kernel.bias}u + column) / 4u][column % 4u];
  let place = window * ${output.channels}u + column;
  value[${locateValueWgsl(output, "item")} + place] = ${activateWgsl("best", output.slope)};
${
    pool === undefined
      ? ""
      : `  offsets[${locateDeltaWgsl(output, "item")} + place] = window * ${pool}u + at;`
  }`;
}

/**
 * inputDelta[position, channel] = Σ over tap, filter of delta[position + left − tap · dilation, filter] ·
 * kernel[tap, channel, filter], times the derivative of the input's activation: a convolution too, of the deltas
 * with the kernel reversed. After a pooling the deltas are spread out as they are loaded: a position has one
 * if it was the maximum of its window.
 */
export function convBackwardWgsl(shape: ConvShape, limits: WorkgroupLimits): Kernel {
  const { name, input, output, taps, dilation, left, kernel, weightStride, models } = shape;
  // Row r of A is position r − before of the deltas.
  const before = (taps - 1) * dilation - left;
  return makeProductKernel(
    {
      items: output.samples,
      windows: input.positions,
      pool: 1,
      columns: input.channels,
      segments: taps,
      step: dilation,
      length: output.channels,
      models,
    },
    {
      name: `${name} input gradient`,
      buffers: {
        delta: bindRead(`${output.name}.delta`),
        ...(shape.pool && { offsets: bindRead(`${output.name}.offset`, "u32") }),
        weights: bindRead("weights", "vec4f"),
        value: bindRead(`${input.name}.value`),
        inputDelta: bindWrite(`${input.name}.delta`),
        ...output.count.buffers,
      },
      items: output.count.wgsl,
      vectorA: `let position = i32(row) - ${before};
  if (position < 0 || position >= ${shape.positions}) { return vec4f(); }
  ${spreadDeltasWgsl(shape)}`,
      vectorB: `let row = (${taps - 1}u - segment) * ${rowsOfTap(shape)}u + column;
  return weights[(model * ${weightStride}u + ${kernel.start}u + row * ${kernel.columns}u + k) / 4u];`,
      transposed: true,
      store: `  let place = window * ${input.channels}u + column;
  let factor = ${deriveActivationWgsl(input, `value[${locateValueWgsl(input, "item")} + place]`)};
  inputDelta[${locateDeltaWgsl(input, "item")} + place] = sums[0] * factor;`,
    },
    limits,
  );
}

/** WGSL that returns four deltas of a `position`, which after a pooling are those of its window's maximum. */
function spreadDeltasWgsl({ pool, output }: ConvShape): string {
  const load = (place: string) =>
    `let i = ${locateDeltaWgsl(output, "item")} + ${place} * ${output.channels}u + k;
  let found = ${loadFourWgsl("delta")};`;
  if (pool === undefined) return `${load("u32(position)")}\n  return found;`;
  return `let window = u32(position) / ${pool}u;
  if (window >= ${output.positions}u) { return vec4f(); }
  ${load("window")}
  let at = ${loadFourWgsl("offsets", "vec4u")};
  return select(vec4f(), found, at == vec4u(u32(position)));`;
}

/** Rows of the kernel from one tap to the next. */
function rowsOfTap({ input, kernel }: ConvShape): number {
  return kernel.segments === 1 ? input.channels : kernel.paddedSegment;
}
