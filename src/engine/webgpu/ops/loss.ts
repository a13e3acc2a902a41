import type { Loss } from "../../../model/spec.ts";
import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
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
export function declareLossWgsl(loss: Loss): string {
  return loss === "meanSquaredError"
    ? `fn lossOf(value: f32, label: f32) -> f32 { return (value - label) * (value - label); }
fn lossSlope(value: f32, label: f32) -> f32 { return 2.0f * (value - label); }`
    : `fn lossOf(value: f32, label: f32) -> f32 {
  let x = exp(-abs(value));
  return max(value, 0.0f) - value * label + ${LOG1P_WGSL};
}
fn lossSlope(value: f32, label: f32) -> f32 { return 1.0f / (1.0f + exp(-value)) - label; }`;
}

/** WGSL for the prediction of a model, given the network's output. */
export function predictWgsl(loss: Loss, value: string): string {
  return loss === "meanSquaredError" ? value : `1.0f / (1.0f + exp(-${value}))`;
}

/** Samples of a workgroup, and so of a block of the loss. */
const SAMPLES = 64;

/** Blocks that the loss of a batch is summed in. */
export function lossBlocks(samples: number): number {
  return Math.ceil(samples / SAMPLES);
}

/** Writes the derivative of the batch's mean loss for each sample, and the summed loss of each block of samples. */
export function computeLossWgsl({ output, loss, gathered, models }: LossShape): Kernel {
  const blocks = lossBlocks(output.samples);
  return makeKernel({
    name: "loss",
    buffers: {
      value: bindRead(`${output.name}.value`),
      labels: bindRead("labels"),
      delta: bindWrite(`${output.name}.delta`),
      lossBlocks: bindWrite("lossBlocks"),
    },
    declarations: `${declareLossWgsl(loss)}
var<workgroup> sampleLoss: array<f32, ${SAMPLES}>;`,
    threads: SAMPLES,
    workgroups: [blocks, 1, models],
    body: `  let sample = group.x * ${SAMPLES}u + lane;
  var found = 0.0f;
  if (sample < step.samples) {
    let predicted = value[${locateValueWgsl(output, "sample")}];
    let label = labels[model * ${gathered}u + step.gatheredAt + sample];
    found = lossOf(predicted, label);
    delta[${locateDeltaWgsl(output, "sample")}] = lossSlope(predicted, label) / f32(step.samples);
  }
  sampleLoss[lane] = found;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var sum = 0.0f;
  for (var i = 0u; i < ${SAMPLES}u; i++) { sum += sampleLoss[i]; }
  lossBlocks[model * ${blocks}u + group.x] = sum;`,
  });
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
  const squared = loss === "meanSquaredError";
  return makeKernel({
    name: "output slope",
    buffers: {
      ...(squared ? {} : { value: bindRead(`${output.name}.value`) }),
      delta: bindWrite(`${output.name}.delta`),
    },
    threads: SAMPLES,
    workgroups: [lossBlocks(output.samples), 1, models],
    body: `  let sample = group.x * ${SAMPLES}u + lane;
  if (sample >= step.samples) { return; }
  ${
      squared
        ? "let slope = 1.0f;"
        : `let predicted = ${predictWgsl(loss, `value[${locateValueWgsl(output, "sample")}]`)};
  let slope = predicted * (1.0f - predicted);`
    }
  delta[${locateDeltaWgsl(output, "sample")}] = slope;`,
  });
}
