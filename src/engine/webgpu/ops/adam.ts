import { ADAM } from "../../adam.ts";
import type { GradientRegion } from "../gradients.ts";
import { bindRead, bindWrite, formatFloatWgsl, type Kernel, makeKernel } from "../kernel.ts";

/** The gradients and weights that Adam's kernel reads and writes. */
export interface AdamShape {
  readonly regions: readonly GradientRegion[];
  /** Weights, and gradients in all blocks, of a model. */
  readonly weightStride: number;
  readonly gradientStride: number;
  /** Blocks that the loss of a step is summed in. */
  readonly lossBlocks: number;
  readonly models: number;
  /** Whether weights have marks, `[model, weight]` u32; see {@linkcode WEIGHT_MARKS}. If not, all move and none decays. */
  readonly marked: boolean;
}

/** Bits of a weight's mark. */
export const WEIGHT_MARKS = { moves: 1, decays: 2 } as const;

const THREADS = 64;
/** Workgroups in a row that every device allows. */
const MOST_WORKGROUPS = 65_535;

/**
 * Adds up the blocks of every gradient, in their order, and takes Adam's step; see `src/engine/adam.ts`. One thread
 * has one weight. The first also adds up the step's loss. A model without samples in this step stays as it is.
 */
export function adamUpdateWgsl(shape: AdamShape): Kernel {
  const { regions, weightStride, gradientStride, models, marked } = shape;
  const total = regions.reduce((sum, { size }) => sum + size, 0);
  if (total === 0) return lossAloneWgsl(shape);
  const blocks = Math.ceil(total / THREADS);
  const rows = Math.ceil(blocks / MOST_WORKGROUPS);
  return makeKernel({
    name: "adam",
    buffers: {
      gradients: bindRead("gradients"),
      weights: bindWrite("weights"),
      firstMoment: bindWrite("firstMoment"),
      secondMoment: bindWrite("secondMoment"),
      lossBlocks: bindRead("lossBlocks"),
      losses: bindWrite("losses"),
      ...(marked ? { marks: bindRead("marks", "u32") } : {}),
    },
    declarations: declarePlacesWgsl(regions),
    threads: THREADS,
    workgroups: [Math.ceil(blocks / rows), rows, models],
    body: `  let i = ${
      rows === 1 ? "group.x" : `(group.x * ${rows}u + group.y)`
    } * ${THREADS}u + lane;
  if (i >= ${total}u) { return; }
  let place = findPlace(i);
  let at = model * ${weightStride}u + place.weight;
${marked ? moveMarkedWgsl(gradientStride) : moveWgsl(gradientStride, "")}
${addLossWgsl(shape)}`,
  });
}

/** WGSL that moves the weight at `at`; `decay` is what is added to the step. */
function moveWgsl(gradientStride: number, decay: string): string {
  const [beta1, rest1] = [formatFloatWgsl(ADAM.beta1), formatFloatWgsl(1 - ADAM.beta1)];
  const [beta2, rest2] = [formatFloatWgsl(ADAM.beta2), formatFloatWgsl(1 - ADAM.beta2)];
  const move = `step.rate * m / (sqrt(v * step.correction) + ${formatFloatWgsl(ADAM.epsilon)})`;
  return `  var gradient = 0.0f;
  for (var block = 0u; block < place.blocks; block++) {
    gradient += gradients[model * ${gradientStride}u + place.gradient + block * place.stride];
  }
  let m = ${beta1} * firstMoment[at] + ${rest1} * gradient;
  let v = ${beta2} * secondMoment[at] + ${rest2} * gradient * gradient;
  firstMoment[at] = m;
  secondMoment[at] = v;
  weights[at] -= ${move}${decay};`;
}

function moveMarkedWgsl(gradientStride: number): string {
  const { moves, decays } = WEIGHT_MARKS;
  return `  if ((marks[at] & ${moves}u) != 0u) {
    let decay = select(0.0f, step.decay, (marks[at] & ${decays}u) != 0u);
  ${moveWgsl(gradientStride, " + decay * weights[at]").replaceAll("\n", "\n  ")}
  }`;
}

/** The step's loss of a model without weights. */
function lossAloneWgsl(shape: AdamShape): Kernel {
  return makeKernel({
    name: "loss sum",
    buffers: { lossBlocks: bindRead("lossBlocks"), losses: bindWrite("losses") },
    threads: THREADS,
    workgroups: [1, 1, shape.models],
    body: `  let i = lane;
${addLossWgsl(shape)}`,
  });
}

/** WGSL that adds up the step's loss in the thread whose `i` is 0. */
function addLossWgsl({ lossBlocks, models }: AdamShape): string {
  return `  if (i == 0u) {
    var loss = 0.0f;
    for (var block = 0u; block < ${lossBlocks}u; block++) {
      loss += lossBlocks[model * ${lossBlocks}u + block];
    }
    losses[step.index * ${models}u + model] = loss;
  }`;
}

/** WGSL that declares `findPlace(i)`. */
function declarePlacesWgsl(regions: readonly GradientRegion[]): string {
  let end = 0;
  const branches = regions.map(({ weights, size, blocks, start }) => {
    const begin = end;
    end += size;
    return `  if (i < ${end}u) {
    return GradientPlace(${weights}u + i - ${begin}u, ${start}u + i - ${begin}u, ${size}u, ${blocks}u);
  }`;
  });
  return `// The places of the i-th trained weight and of the blocks of its gradient.
struct GradientPlace { weight: u32, gradient: u32, stride: u32, blocks: u32 }
fn findPlace(i: u32) -> GradientPlace {
${branches.join("\n")}
  return GradientPlace();
}`;
}
