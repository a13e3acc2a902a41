/**
 * From a chain of layers to what averages its derivatives along paths.
 *
 * @module
 */

import type { LayerChain } from "../../../../model/graph.ts";
import type { WeightShape } from "../../../../model/shapes.ts";
import { listTilings } from "../../transforms/tiling.ts";
import { countOutputVectors } from "../lanes.ts";
import {
  GROUP_QUADS,
  GROUP_SAMPLES,
  inputSize,
  LaneAllocator,
  LANES,
  type LaneTensor,
  skewedStride,
  VECTOR,
} from "../layout.ts";
import { FIXED } from "../plan.ts";
import {
  type ConvStep,
  listSteps,
  makeConv,
  matrixShape,
  paddingOf,
  type Step,
  strideOf,
} from "../steps.ts";
import type { RawSamples } from "../types.ts";
import { type PathStep, StepPlacer } from "./step_placer.ts";
import { turnSteps } from "./turned_steps.ts";
import type { PathPlan } from "./types.ts";

/** What a thread's memory may take; longer inputs are left to the direct path. */
const MAX_BYTES = 2 ** 26;

/**
 * Plans a chain.
 *
 * @param chain The layers of a sequential model.
 * @param weights The shapes of all weights of the model.
 * @returns The plan; `undefined` if the chain begins with another layer than one of weighted sums, has a recurrent one, or
 * would take too much memory.
 */
export function planPaths(
  chain: LayerChain,
  weights: readonly WeightShape[],
): PathPlan | undefined {
  if (chain.layers.some(({ type }) => type === "lstm" || type === "bidirectionalGru")) {
    return undefined;
  }
  const all = listSteps(chain).filter(isPathStep);
  const start = all.findIndex(({ kind }) => kind !== "flatten");
  const steps = all.slice(start);
  const [first] = steps;
  const last = steps.at(-1);
  if (first?.kind !== "conv" || last?.rows !== 1 || last.channels !== 1) return undefined;
  const shape = matrixShape(chain.shapes[0]);
  // The first layer may read a sample as one row.
  const [rows, channels] = start > 0 ? [1, shape[0] * shape[1]] : shape;
  const plan = placeSteps(steps, { weights, rows, channels, values: inputSize(chain) });
  return plan === undefined || plan.pages * 65536 > MAX_BYTES ? undefined : plan;
}

function isPathStep(step: Step): step is PathStep {
  return step.kind !== "gru";
}

function placeSteps(
  steps: readonly PathStep[],
  { weights, rows, channels, values }: {
    readonly weights: readonly WeightShape[];
    readonly rows: number;
    readonly channels: number;
    readonly values: number;
  },
): PathPlan | undefined {
  const first = steps[0] as ConvStep;
  const turned = turnSteps(steps);
  const ends = plainSums(first);
  if (turned === undefined || ends === undefined) return undefined;
  const memory = new LaneAllocator(FIXED.end);
  const placer = new StepPlacer(memory, { weights, steps, turned, ends });
  const paddings = [paddingOf(ends), paddingOf(first)];
  const input = memory.tensor({
    rows,
    channels,
    stride: channels,
    before: Math.max(...paddings.map(({ before }) => before)),
    after: Math.max(...paddings.map(({ after }) => after)),
  });
  const derivatives = memory.tensor({ rows, channels, stride: strideOf(channels) });
  const { layer, passed, ...placed } = placer.place(input, derivatives);
  return {
    ...placed,
    raw: placeRaw(memory, { values, output: derivatives }),
    input,
    first: layer,
    points: memory.take(GROUP_QUADS * VECTOR),
    nodes: passed.map(({ node }) => node),
    output: passed.at(-1)?.node.output ?? layer.output,
    outputDelta: passed.at(-1)?.delta ?? layer.delta,
    pages: Math.ceil(memory.end / 65536),
  };
}

/** The first layer without what follows its sums. Single taps: sums over equal inputs are equal to the last bit. */
function plainSums(first: ConvStep): ConvStep | undefined {
  const { layer, shape } = first;
  return makeConv(layer, { ...first, pool: 1 }, { shape, choose: (conv) => listTilings(conv)[0] });
}

function placeRaw(
  memory: LaneAllocator,
  { values, output }: { readonly values: number; readonly output: LaneTensor },
): RawSamples {
  const vectors = Math.max(Math.ceil(values / LANES), countOutputVectors(output));
  const sampleBytes = skewedStride(VECTOR * vectors);
  const address = memory.take(GROUP_SAMPLES * sampleBytes);
  return { address, sampleBytes, values, marks: memory.take(4 * GROUP_SAMPLES) };
}
