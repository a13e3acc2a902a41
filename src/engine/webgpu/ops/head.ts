import type { SampleLoss } from "../../loss.ts";
import type { GradientRegion } from "../gradients.ts";
import {
  bindRead,
  bindWrite,
  type Kernel,
  makeKernel,
  type Purpose,
  unrollWgsl,
} from "../kernel.ts";
import { deriveActivationWgsl, locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import type { KernelLayout } from "../weight_layout.ts";
import { activateFourWgsl } from "./elementwise.ts";
import { declareLossWgsl, predictWgsl } from "./loss.ts";
import { declareDropoutWgsl, THREEFRY_WGSL } from "./threefry.ts";

/** A dense layer of the head, and the dropout before it. */
export interface HeadLayer {
  readonly inputs: number;
  readonly units: number;
  /** Slope of its activation; 1 means no activation. */
  readonly slope: number;
  /** Rate of the dropout and number of its key among a model's, if there is one. */
  readonly dropout: { readonly rate: number; readonly key: number } | undefined;
  readonly kernel: KernelLayout;
  /** Place of its gradients. */
  readonly region: GradientRegion;
}

/** The narrow dense layers at the end of a network, and the loss. */
export interface HeadShape {
  readonly input: Tensor;
  readonly layers: readonly HeadLayer[];
  /** Blocks of samples: a multiple of four each, the same in all layers. */
  readonly blocks: number;
  readonly blockSamples: number;
  readonly loss: SampleLoss;
  readonly keys: number;
  readonly weightStride: number;
  readonly gradientStride: number;
  /** Room for labels, of each model. */
  readonly gathered: number;
  readonly models: number;
}

const THREADS = 256;

/** Bytes of shared memory that a sample takes, given the values at every layer: these and their deltas. */
export function headBytes(widths: readonly number[]): number {
  return 4 * (2 * widths.reduce((sum, width) => sum + width, 0) + 1);
}

/**
 * The end of a network in one dispatch: the forward pass of dense layers too narrow for a dispatch each, the loss, and
 * the backward pass, for a block of samples whose values never leave shared memory. Layer L reads `valuesL`, to which
 * its dropout has been applied, and writes `values(L + 1)`; in the backward pass it reads `deltas(L + 1)`, leaves the
 * block's gradients in global memory and writes `deltasL`, or, in the first layer, the deltas of the network below.
 * Values are `[unit, sample]`, samples in vectors of four, so that a weight is loaded once for four samples.
 * Workgroups: x blocks of samples, z models.
 */
export function trainHeadWgsl(shape: HeadShape): Kernel {
  const { input, layers, blocks, blockSamples: samples, loss, gathered, models } = shape;
  const last = layers.length;
  const drops = layers.some(({ dropout }) => dropout !== undefined);
  return makeKernel({
    name: "head",
    buffers: {
      input: bindRead(`${input.name}.value`),
      weights: bindRead("weights", "vec4f"),
      labels: bindRead("labels", "vec2f"),
      ...(input.hasDelta ? { inputDelta: bindWrite(`${input.name}.delta`) } : {}),
      gradients: bindWrite("gradients"),
      lossBlocks: bindWrite("lossBlocks"),
      ...(drops ? { keys: bindRead("keys", "vec2u") } : {}),
    },
    declarations: `${declareTablesWgsl(shape, ["values", "deltas"])}
var<workgroup> sampleLoss: array<f32, ${samples}>;
${declareLossWgsl(loss)}
${declareDropoutsWgsl(shape)}`,
    threads: THREADS,
    workgroups: [blocks, 1, models],
    body: `  let first = group.x * ${samples}u;
${loadInputWgsl(shape, "training")}
${unrollWgsl(last, (layer) => forwardLayerWgsl(shape, layer, "training"))}
  if (lane < ${samples}u) {
    let learned = labels[model * ${gathered}u + step.gatheredAt + first + lane];
    let counts = first + lane < step.samples;
    let value = values${last}[lane / 4u][lane % 4u];
    sampleLoss[lane] = select(0.0f, learned.y * lossOf(value, learned.x), counts);
    deltas${last}[lane / 4u][lane % 4u] =
      select(0.0f, learned.y * lossSlope(value, learned.x) / f32(step.samples), counts);
  }
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0f;
    for (var i = 0u; i < ${samples}u; i++) { sum += sampleLoss[i]; }
    lossBlocks[model * ${blocks}u + group.x] = sum;
  }
${unrollWgsl(last, (i) => backwardLayerWgsl(shape, last - 1 - i))}`,
  });
}

/** The same without dropout, loss and backward pass: writes predictions at their position in the requested order. */
export function predictHeadWgsl(shape: HeadShape): Kernel {
  const { input, layers, blocks, blockSamples: samples, loss, models } = shape;
  const last = layers.length;
  return makeKernel({
    name: "head prediction",
    buffers: {
      input: bindRead(`${input.name}.value`),
      weights: bindRead("weights", "vec4f"),
      predictions: bindWrite("predictions"),
    },
    declarations: declareTablesWgsl(shape, ["values"]),
    threads: THREADS,
    workgroups: [blocks, 1, models],
    body: `  let first = group.x * ${samples}u;
${loadInputWgsl(shape, "prediction")}
${unrollWgsl(last, (layer) => forwardLayerWgsl(shape, layer, "prediction"))}
  if (lane < ${samples}u && first + lane < step.samples) {
    let value = values${last}[lane / 4u][lane % 4u];
    let predicted = ${predictWgsl(loss, "value")};
    predictions[(step.position + first + lane) * ${models}u + model] = predicted;
  }`,
  });
}

/** Vectors of samples in a block. */
function sampleVectors({ blockSamples }: HeadShape): number {
  return blockSamples / 4;
}

function declareTablesWgsl(shape: HeadShape, names: readonly string[]): string {
  const { input, layers } = shape;
  const widths = [input.channels, ...layers.map(({ units }) => units)];
  const vectors = sampleVectors(shape);
  return widths.flatMap((width, i) =>
    names.map((name) => `var<workgroup> ${name}${i}: array<vec4f, ${width * vectors}>;`)
  ).join("\n");
}

function declareDropoutsWgsl({ input, layers, keys }: HeadShape): string {
  const widths = [input.channels, ...layers.map(({ units }) => units)];
  const functions = layers.flatMap(({ dropout }, i) =>
    dropout === undefined
      ? []
      : [`${declareDropoutWgsl(`dropoutFactor${i}`, dropout.rate, widths[i]!)}
fn dropoutFactors${i}(model: u32, position: u32, unit: u32) -> vec4f {
  let key = keys[model * ${keys}u + ${dropout.key}u];
  return vec4f(
${unrollWgsl(4, (j) => `    dropoutFactor${i}(key, position + ${j}u, unit),`)}
  );
}`]
  );
  return functions.length === 0 ? "" : [THREEFRY_WGSL, ...functions].join("\n");
}

/** WGSL for the factors of the dropout before a layer, ` * …`, or an empty string. */
function multiplyByDropoutWgsl({ layers }: HeadShape, layer: number): string {
  if (layers[layer]?.dropout === undefined) return "";
  return ` * dropoutFactors${layer}(model, step.position + first + 4u * four, unit)`;
}

/** WGSL for a loop that divides a table of `[unit, four samples]` among the threads. */
function forEachUnitWgsl(shape: HeadShape, units: number, body: string): string {
  const vectors = sampleVectors(shape);
  return `  for (var i = lane; i < ${units * vectors}u; i += ${THREADS}u) {
    let unit = i / ${vectors}u;
    let four = i % ${vectors}u;
${body}
  }
  workgroupBarrier();`;
}

function loadInputWgsl(shape: HeadShape, purpose: Purpose): string {
  const { input } = shape;
  const sample = (j: number) => `first + 4u * four + ${j}u`;
  return forEachUnitWgsl(
    shape,
    input.channels,
    `    var found = vec4f();
${
      unrollWgsl(4, (j) =>
        `    if (${sample(j)} < step.samples) { found[${j}] = input[${
          locateValueWgsl(input, `(${sample(j)})`)
        } + unit]; }`)
    }
    values0[i] = found${purpose === "training" ? multiplyByDropoutWgsl(shape, 0) : ""};`,
  );
}

function forwardLayerWgsl(shape: HeadShape, layer: number, purpose: Purpose): string {
  const { layers, weightStride } = shape;
  const { inputs, units, slope, kernel } = layers[layer]!;
  const vectors = sampleVectors(shape);
  const weight = (place: string) => `weights[(${place}) / 4u][unit % 4u]`;
  const activated = activateFourWgsl("sum", slope);
  return forEachUnitWgsl(
    shape,
    units,
    `    let kernel = model * ${weightStride}u + ${kernel.start}u + unit;
    var sum = vec4f(${weight(`kernel + ${kernel.bias - kernel.start}u`)});
    for (var k = 0u; k < ${inputs}u; k++) {
      sum += values${layer}[k * ${vectors}u + four] * ${weight(`kernel + k * ${kernel.columns}u`)};
    }
    values${layer + 1}[i] = ${activated}${
      purpose === "training" ? multiplyByDropoutWgsl(shape, layer + 1) : ""
    };`,
  );
}

function backwardLayerWgsl(shape: HeadShape, layer: number): string {
  const { input, layers } = shape;
  const gradients = writeGradientsWgsl(shape, layer);
  if (layer === 0 && !input.hasDelta) return gradients;
  const { inputs, units, kernel } = layers[layer]!;
  const vectors = sampleVectors(shape);
  const slope = layer === 0 ? input.slope : layers[layer - 1]!.slope;
  const value = (j: number) => deriveActivationWgsl({ ...input, slope }, `value[${j}]`);
  const storeInput = unrollWgsl(4, (j) =>
    `    if (first + 4u * four + ${j}u < step.samples) {
      inputDelta[${locateDeltaWgsl(input, `(first + 4u * four + ${j}u)`)} + unit] = found[${j}];
    }`);
  const deltas = forEachUnitWgsl(
    shape,
    inputs,
    `    let row = (model * ${shape.weightStride}u + ${kernel.start}u + unit * ${kernel.columns}u) / 4u;
    var sum = vec4f();
    for (var j = 0u; j < ${units}u; j++) {
      sum += deltas${layer + 1}[j * ${vectors}u + four] * weights[row + j / 4u][j % 4u];
    }
    // A dropped value is 0 and has lost its sign; but its factor is 0 too.
    let value = values${layer}[i];
    let derivative = vec4f(${[0, 1, 2, 3].map(value).join(", ")});
    let found = sum * derivative${multiplyByDropoutWgsl(shape, layer)};
${layer > 0 ? `    deltas${layer}[i] = found;` : storeInput}`,
  );
  return `${gradients}\n${deltas}`;
}

/** WGSL for the gradients of a layer. A thread has one weight, or one bias, whose input is 1. */
function writeGradientsWgsl(shape: HeadShape, layer: number): string {
  const { inputs, units, kernel, region } = shape.layers[layer]!;
  const vectors = sampleVectors(shape);
  const block = `model * ${shape.gradientStride}u + ${region.start}u + group.x * ${region.size}u`;
  return `  for (var i = lane; i < ${(inputs + 1) * units}u; i += ${THREADS}u) {
    let k = i / ${units}u;
    let unit = i % ${units}u;
    var sum = 0.0f;
    for (var four = 0u; four < ${vectors}u; four++) {
      let value = values${layer}[min(k, ${inputs - 1}u) * ${vectors}u + four];
      let x = select(vec4f(1.0f), value, k < ${inputs}u);
      sum += dot(x, deltas${layer + 1}[unit * ${vectors}u + four]);
    }
    let place = select(${kernel.bias - kernel.start}u, k * ${kernel.columns}u, k < ${inputs}u);
    gradients[${block} + place + unit] = sum;
  }`;
}
