import type { Loss } from "../../../model/spec.ts";
import { hasSigmoid, type SampleLoss } from "../../loss.ts";
import { bindRead, bindWrite, formatFloatWgsl, type Kernel, makeKernel } from "../kernel.ts";
import { locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import { LOG1P_WGSL } from "./elementwise.ts";

/** The network's output and its loss. */
export interface LossShape {
  readonly output: Tensor;
  readonly loss: Loss;
  /** Room for labels, of each model. */
  readonly gathered: number;
  readonly models: number;
}

/** WGSL for `lossOf(value, label)` and `lossSlope(value, label)`: the formulas of `src/engine/loss.ts`. */
export function declareLossWgsl(loss: SampleLoss): string {
  if (typeof loss === "object") return declareHuberWgsl(loss.delta);
  return loss === "meanSquaredError"
    ? `fn lossOf(value: f32, label: f32) -> f32 { return (value - label) * (value - label); }
fn lossSlope(value: f32, label: f32) -> f32 { return 2.0f * (value - label); }`
    : `fn lossOf(value: f32, label: f32) -> f32 {
  let x = exp(-abs(value));
  return max(value, 0.0f) - value * label + ${LOG1P_WGSL};
}
fn lossSlope(value: f32, label: f32) -> f32 { return 1.0f / (1.0f + exp(-value)) - label; }`;
}

function declareHuberWgsl(delta: number): string {
  const limit = formatFloatWgsl(delta);
  return `fn lossOf(value: f32, label: f32) -> f32 {
  let error = value - label;
  let far = ${limit} * (abs(error) - ${formatFloatWgsl(delta / 2)});
  return select(0.5f * error * error, far, abs(error) > ${limit});
}
fn lossSlope(value: f32, label: f32) -> f32 {
  let error = value - label;
  return select(error, sign(error) * ${limit}, abs(error) > ${limit});
}`;
}

/** WGSL for the prediction of a model, given the network's output. */
export function predictWgsl(loss: Loss, value: string): string {
  return hasSigmoid(loss) ? `1.0f / (1.0f + exp(-${value}))` : value;
}

/** Samples of a workgroup, and so of a block of the loss. */
const SAMPLES = 64;

/** Blocks that the loss of a batch is summed in. */
export function lossBlocks(samples: number): number {
  return Math.ceil(samples / SAMPLES);
}

/** Writes the derivative of the batch's mean loss for each sample, and the summed loss of each block of samples. */
export function computeLossWgsl(shape: LossShape): Kernel {
  const { output, loss, gathered, models } = shape;
  const blocks = lossBlocks(output.samples);
  const ofSample = loss === "rank" ? rankSampleWgsl(shape) : ONE_SAMPLE_WGSL;
  return makeKernel({
    name: "loss",
    buffers: {
      value: bindRead(`${output.name}.value`),
      labels: bindRead("labels", "vec2f"),
      delta: bindWrite(`${output.name}.delta`),
      lossBlocks: bindWrite("lossBlocks"),
    },
    declarations: `${declareLossWgsl(loss === "rank" ? "binaryCrossentropy" : loss)}
var<workgroup> sampleLoss: array<f32, ${SAMPLES}>;`,
    threads: SAMPLES,
    workgroups: [blocks, 1, models],
    body: `  let sample = group.x * ${SAMPLES}u + lane;
  var found = 0.0f;
  if (sample < step.samples) {
    let firstLabel = model * ${gathered}u + step.gatheredAt;
    let predicted = value[${locateValueWgsl(output, "sample")}];
    let learned = labels[firstLabel + sample];
    var slope = 0.0f;
${ofSample}
    delta[${locateDeltaWgsl(output, "sample")}] = slope / f32(step.samples);
  }
  sampleLoss[lane] = found;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var sum = 0.0f;
  for (var i = 0u; i < ${SAMPLES}u; i++) { sum += sampleLoss[i]; }
  lossBlocks[model * ${blocks}u + group.x] = sum;`,
  });
}

/** WGSL that adds a sample's loss to `found` and its slope to `slope`. */
const ONE_SAMPLE_WGSL = `    found = learned.y * lossOf(predicted, learned.x);
    slope = learned.y * lossSlope(predicted, learned.x);`;

/** The same for a loss of pairs; see `src/engine/rank_loss.ts`. */
function rankSampleWgsl({ output }: LossShape): string {
  return `    var distances = 0u;
    for (var distance = 1u; distance < step.samples; distance *= 2u) {
      for (var side = 0u; side < 2u; side++) {
        let away = select(distance, step.samples - distance, side == 1u);
        let other = (sample + away) % step.samples;
        let theirs = labels[firstLabel + other];
        let label = 0.5f + 0.5f * sign(learned.x - theirs.x);
        let difference = predicted - value[${locateValueWgsl(output, "other")}];
        let factor = sqrt(learned.y * theirs.y);
        // The loss of a pair belongs to the first of it, its derivative to both.
        if (side == 0u) { found += factor * lossOf(difference, label); }
        slope += factor * lossSlope(difference, label);
      }
      distances++;
    }
    found /= f32(max(distances, 1u));
    slope /= f32(max(distances, 1u));`;
}

/** Writes the network's outputs where predictions are collected: at their position in the requested order. */
export function collectPredictionsWgsl({ output, loss, models }: LossShape): Kernel {
  return makeKernel({
    name: "collect",
    buffers: { value: bindRead(`${output.name}.value`), predictions: bindWrite("predictions") },
    threads: SAMPLES,
    workgroups: [lossBlocks(output.samples), 1, models],
    body: `  let sample = group.x * ${SAMPLES}u + lane;
  if (sample >= step.samples) { return; }
  let predicted = ${predictWgsl(loss, `value[${locateValueWgsl(output, "sample")}]`)};
  predictions[(step.position + sample) * ${models}u + model] = predicted;`,
  });
}

/**
 * Writes the derivative of each sample's prediction with respect to the network's output, from which input gradients
 * start.
 */
export function findPredictionSlopesWgsl(output: Tensor, loss: Loss, models: number): Kernel {
  const linear = !hasSigmoid(loss);
  return makeKernel({
    name: "output slope",
    buffers: {
      ...(linear ? {} : { value: bindRead(`${output.name}.value`) }),
      delta: bindWrite(`${output.name}.delta`),
    },
    threads: SAMPLES,
    workgroups: [lossBlocks(output.samples), 1, models],
    body: `  let sample = group.x * ${SAMPLES}u + lane;
  if (sample >= step.samples) { return; }
  ${
      linear
        ? "let slope = 1.0f;"
        : `let predicted = ${predictWgsl(loss, `value[${locateValueWgsl(output, "sample")}]`)};
  let slope = predicted * (1.0f - predicted);`
    }
  delta[${locateDeltaWgsl(output, "sample")}] = slope;`,
  });
}
