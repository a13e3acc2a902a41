import { bindRead, bindWrite, type Kernel, type KernelDescription, makeKernel } from "../kernel.ts";
import { locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";

/**
 * Batch normalisation (Ioffe and Szegedy 2015) between two tensors of the same shape, as two affine functions with
 * factors for each channel: y = a · x + b, and ∂x = a · ∂y + b · x + c. The buffer `NAME.forward` has the rows mean,
 * 1 / σ, a and b for each model, `NAME.backward` the rows a, b and c.
 */
export interface BatchNormShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly momentum: number;
  readonly epsilon: number;
  /** Place of γ among a model's weights; β and the moving averages follow it. */
  readonly weights: number;
  readonly weightStride: number;
  readonly models: number;
}
/** Samples whose rows one workgroup adds up. */
export const BLOCK_SAMPLES = 8;
/** Channels side by side in a workgroup, and rows at a time. */
export const CHANNELS = 64;
const ROWS = 4;
/** Blocks that a batch's statistics are summed in. */
export function batchNormBlocks({ samples }: Tensor): number {
  return Math.ceil(samples / BLOCK_SAMPLES);
}
/** Computes the mean and summed squared deviations of each block of samples, the two rows of `NAME.sums`. */
export function batchNormMeasureWgsl({ name, input, models }: BatchNormShape): Kernel {
  return makeKernel({
    name: `${name} measure`,
    buffers: {
      value: bindRead(`${input.name}.value`),
      sums: bindWrite(`${name}.sums`),
      ...input.count.buffers,
    },
    ...coverBlocks(input, models),
    body: `${locateRowsWgsl(input)}
  var sum = 0.0f;
${forEachRowWgsl(input, "sum += value[at];")}
  let mean = total(sum, lane) / f32(max(count, 1u));
  var squares = 0.0f;
${forEachRowWgsl(input, "squares += (value[at] - mean) * (value[at] - mean);")}
  let deviations = total(squares, lane);
${storeSumsWgsl(input, ["mean", "deviations"])}`,
  });
}

/** Computes Σ ∂y and Σ ∂y · (x − mean) of each block of samples, the two rows of `NAME.sums`. */
export function batchNormMeasureDeltaWgsl({ name, input, output, models }: BatchNormShape): Kernel {
  const { channels } = input;
  return makeKernel({
    name: `${name} measure delta`,
    buffers: {
      value: bindRead(`${input.name}.value`),
      delta: bindRead(`${output.name}.delta`),
      factors: bindRead(`${name}.forward`),
      sums: bindWrite(`${name}.sums`),
      ...input.count.buffers,
    },
    ...coverBlocks(input, models),
    body: `${locateRowsWgsl(input)}
  let deltas = ${locateDeltaWgsl(input, "first")} + channel;
  let mean = factors[model * ${4 * channels}u + min(channel, ${channels - 1}u)];
  var sum = 0.0f;
  var products = 0.0f;
${
      forEachRowWgsl(
        input,
        `let d = delta[deltas + row * ${channels}u]; sum += d; products += d * (value[at] - mean);`,
      )
    }
  let sumDelta = total(sum, lane);
  let sumProduct = total(products, lane);
${storeSumsWgsl(input, ["sumDelta", "sumProduct"])}`,
  });
}

/** Threads: channels, then rows. Workgroups: x channels, y blocks of samples, z models. */
function coverBlocks(
  input: Tensor,
  models: number,
): Pick<KernelDescription, "threads" | "workgroups" | "declarations"> {
  return {
    threads: CHANNELS * ROWS,
    workgroups: [Math.ceil(input.channels / CHANNELS), batchNormBlocks(input), models],
    declarations: `var<workgroup> partial: array<f32, ${CHANNELS * ROWS}>;

// The sum over the threads of a channel, in their order; all of them get it.
fn total(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  partial[lane] = value;
  workgroupBarrier();
  var sum = 0.0f;
  for (var i = lane % ${CHANNELS}u; i < ${
      CHANNELS * ROWS
    }u; i += ${CHANNELS}u) { sum += partial[i]; }
  return sum;
}`,
  };
}

function locateRowsWgsl(input: Tensor): string {
  return `  let channel = group.x * ${CHANNELS}u + lane % ${CHANNELS}u;
  let first = group.y * ${BLOCK_SAMPLES}u;
  let count = min(${BLOCK_SAMPLES}u, max(${input.count.wgsl}, first) - first) * ${input.positions}u;
  let rows = select(0u, count, channel < ${input.channels}u);
  let values = ${locateValueWgsl(input, "first")} + channel;`;
}

function forEachRowWgsl({ positions, channels, before, after }: Tensor, body: string): string {
  const gap = (before + after) * channels;
  const skipped = gap > 0 ? ` + row / ${positions}u * ${gap}u` : "";
  return `  for (var row = lane / ${CHANNELS}u; row < rows; row += ${ROWS}u) {
    let at = values + row * ${channels}u${skipped};
    ${body}
  }`;
}

function storeSumsWgsl(input: Tensor, [first, second]: readonly [string, string]): string {
  const { channels } = input;
  return `  if (lane < ${CHANNELS}u && channel < ${channels}u) {
    let to = (model * ${batchNormBlocks(input)}u + group.y) * ${2 * channels}u + channel;
    sums[to] = ${first};
    sums[to + ${channels}u] = ${second};
  }`;
}
