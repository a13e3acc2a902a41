/**
 * From a chain of layers to steps: layers that are computed together, and how.
 *
 * @module
 */

import type { LayerChain } from "../../../model/graph.ts";
import { convPadding } from "../../../model/shapes.ts";
import { groupChain, type GroupOf, type LayerGroup } from "../../layer_groups.ts";
import { roundUp } from "../layout.ts";
import { chooseTilings, listTilings, type TiledConv, type Tiling } from "../transforms/tiling.ts";
import { chooseChunk, type ChunkedProduct } from "./chunks.ts";
import type { GruProducts } from "./types.ts";

/** A layer of weighted sums. */
type WeightedGroup = GroupOf<"conv" | "linear" | "dense">;

/** A batch normalisation. */
export type NormGroup = GroupOf<"batchNorm">;

interface StepBase {
  /** Number in the model of its first layer. */
  readonly layer: number;
  /** Rows and channels of its output. */
  readonly rows: number;
  readonly channels: number;
}

/** Shape of a convolution. */
export interface ConvShape {
  readonly rows: number;
  /** Vectors of a row of the input: its channels, and gaps between them, whose weights are zero. */
  readonly channels: number;
  readonly filters: number;
  readonly width: number;
  readonly dilation: number;
  /** Zeros on the left, in positions. */
  readonly left: number;
  /** Positions of the output before a pooling. */
  readonly positions: number;
}

/** A convolution or dense layer with what follows it. */
export interface ConvStep extends StepBase, ChunkedProduct {
  readonly kind: "conv";
  readonly shape: ConvShape;
  readonly tiling: Tiling;
  readonly activation: number | "gelu";
  readonly norm: NormGroup | undefined;
  readonly normAfterPool: boolean;
}

/** A bidirectional GRU, whose products are convolutions of width 1, the same for both directions. */
export interface GruStep extends StepBase {
  readonly kind: "gru";
  readonly units: number;
  readonly project: ConvStep;
  /** Absent where there is only one position. */
  readonly recurrent: Readonly<Record<keyof GruProducts, ConvStep>> | undefined;
}

/** Any step. */
export type Step =
  | GruStep
  | ConvStep
  | StepBase & { readonly kind: "pool"; readonly size: number }
  | StepBase & { readonly kind: "activation"; readonly activation: number | "gelu" }
  | StepBase & {
    readonly kind: "affine";
    readonly norm: NormGroup;
    /** Vectors of a row, gaps counted. */
    readonly stride: number;
  }
  /** Its output is its input, read as one row. */
  | StepBase & { readonly kind: "flatten" };

/** What is computed together with the sums of a layer. */
export interface Fused {
  activation: number | "gelu";
  pool: number;
  norm: NormGroup | undefined;
  normAfterPool: boolean;
  /** Groups that are covered. */
  groups: number;
}

/** The steps of a chain; dropout does nothing. All tilings are chosen together, since their errors add up. */
export function listSteps(chain: LayerChain): Step[] {
  const convs: TiledConv[] = [];
  makeSteps(chain, (conv) => {
    convs.push(conv);
    return listTilings(conv)[0];
  });
  const tilings = chooseTilings(convs).values();
  return makeSteps(chain, () => tilings.next().value);
}

/** Chooses how to tile a convolution; `undefined` if it has no tiling. */
type Choose = (conv: TiledConv) => Tiling | undefined;

function makeSteps(chain: LayerChain, choose: Choose): Step[] {
  const groups = groupChain(chain).filter(({ kind }) => kind !== "dropout");
  const steps: Step[] = [];
  let stride = matrixShape(chain.shapes[0])[1];
  for (let index = 0; index < groups.length;) {
    const group = groups[index]!;
    const [rows, channels] = matrixShape(group.output);
    const base = { layer: group.layer, rows, channels };
    switch (group.kind) {
      case "bidirectionalGru":
        steps.push(makeGru(group, { stride, choose }));
        stride = channels;
        break;
      case "lstm":
        throw new Error(`Cannot plan layer ${group.layer}: lstm is not supported`);
      case "conv":
      case "linear":
      case "dense":
        index += addConv(steps, groups.slice(index), {
          shape: { ...convShape(group), channels: stride },
          choose,
        });
        stride = strideOf(channels);
        continue;
      case "pool":
        steps.push({ ...base, kind: "pool", size: group.size });
        break;
      case "activation":
        steps.push({ ...base, kind: "activation", activation: group.slope });
        break;
      case "gelu":
        steps.push({ ...base, kind: "activation", activation: "gelu" });
        break;
      case "batchNorm":
        steps.push({ ...base, kind: "affine", norm: group, stride });
        break;
      case "flatten":
        steps.push({ ...base, kind: "flatten" });
        stride *= matrixShape(group.input)[0];
        break;
    }
    index++;
  }
  return steps;
}

/** Vectors of a row that a convolution writes: pairs of filters. */
export function strideOf(filters: number): number {
  return roundUp(filters, 2);
}

/** Rows and channels of a shape; a flat one is a row. */
export function matrixShape(shape: readonly number[]): [rows: number, channels: number] {
  const [first, second] = shape;
  return second === undefined ? [1, first!] : [first!, second];
}

/** The convolutions that a step consists of; both directions of a GRU have the same. */
export function convStepsOf(step: Step): readonly ConvStep[] {
  if (step.kind === "conv") return [step];
  if (step.kind !== "gru") return [];
  const { project, recurrent } = step;
  const steps = recurrent === undefined
    ? [project]
    : [project, recurrent.resets, recurrent.gates, recurrent.candidate];
  return [steps, steps].flat();
}

/** Adds the steps of a layer and of what is computed with it; returns the number of groups that they cover. */
function addConv(
  steps: Step[],
  [group, ...next]: readonly LayerGroup[],
  { shape, choose }: { readonly shape: ConvShape; readonly choose: Choose },
): number {
  const { layer } = group!;
  const { filters, positions } = shape;
  const fused = fuse(group as WeightedGroup, next);
  const whole = makeConv(layer, fused, { shape, choose });
  if (whole !== undefined) {
    steps.push(whole);
    return fused.groups;
  }
  // No block of tiles is whole windows: the pooling, and a normalisation after it, are steps of their own.
  const norm = fused.normAfterPool ? undefined : fused.norm;
  steps.push(makeConv(layer, { ...fused, pool: 1, norm }, { shape, choose })!);
  const pooled = { layer, rows: Math.floor(positions / fused.pool), channels: filters };
  steps.push({ ...pooled, kind: "pool", size: fused.pool });
  if (fused.normAfterPool) {
    steps.push({ ...pooled, kind: "affine", norm: fused.norm!, stride: strideOf(filters) });
  }
  return fused.groups;
}

/** What is computed with a layer. A pooling may come after whatever keeps or turns round the order of values. */
function fuse(
  group: WeightedGroup,
  next: readonly LayerGroup[],
): Fused {
  const fused: Fused = {
    activation: group.slope,
    pool: group.kind === "conv" ? group.pool ?? 1 : 1,
    norm: undefined,
    normAfterPool: false,
    groups: 1,
  };
  for (const follower of next) {
    if (
      follower.kind === "gelu" && fused.activation === 1 && fused.pool === 1 &&
      fused.norm === undefined
    ) {
      fused.activation = "gelu";
    } else if (follower.kind === "batchNorm" && fused.norm === undefined) {
      fused.norm = follower;
      fused.normAfterPool = fused.pool > 1;
    } else if (follower.kind === "pool" && fused.pool === 1 && fused.activation !== "gelu") {
      fused.pool = follower.size;
    } else break;
    fused.groups++;
  }
  return fused;
}

/** `stride` is the number of vectors of a row that it reads. */
function makeGru(
  group: GroupOf<"bidirectionalGru">,
  { stride, choose }: { readonly stride: number; readonly choose: Choose },
): GruStep {
  const { layer, spec: { units } } = group;
  const [positions] = matrixShape(group.input);
  const product = (rows: number, channels: number, filters: number) => {
    const shape = { rows, channels, filters, width: 1, dilation: 1, left: 0, positions: rows };
    const plain = { activation: 1, pool: 1, norm: undefined, normAfterPool: false };
    return makeConv(layer, plain, { shape, choose })!;
  };
  return {
    kind: "gru",
    layer,
    rows: 1,
    channels: 2 * units,
    units,
    project: product(positions, stride, 2 * units),
    recurrent: positions === 1 ? undefined : {
      resets: product(positions - 1, stride, units),
      gates: product(1, units, 2 * units),
      candidate: product(1, units, units),
    },
  };
}

/** A step of a convolution; `undefined` if it has no tiling. */
export function makeConv(
  layer: number,
  fused: Omit<Fused, "groups">,
  { shape, choose }: { readonly shape: ConvShape; readonly choose: Choose },
): ConvStep | undefined {
  const { activation, pool, norm, normAfterPool } = fused;
  const tiling = choose({ ...shape, pool });
  if (tiling === undefined) return undefined;
  return {
    kind: "conv",
    layer,
    rows: tiling.needed / pool,
    channels: shape.filters,
    shape,
    tiling,
    activation,
    norm,
    normAfterPool: normAfterPool && norm !== undefined,
    ...chooseChunk(tiling, shape),
  };
}

/** A dense layer is a convolution of width 1 over one position, a linear one over several positions too. */
function convShape(group: WeightedGroup): ConvShape {
  const [rows, channels] = matrixShape(group.input);
  if (group.kind !== "conv") {
    const { units } = group.spec;
    return { rows, channels, filters: units, width: 1, dilation: 1, left: 0, positions: rows };
  }
  const { filters, width, dilation } = group.spec;
  const { left, right } = convPadding(group.spec);
  const positions = rows + left + right - (width - 1) * dilation;
  return { rows, channels, filters, width, dilation, left, positions };
}

/** Rows of zeros that a step reads before and after its input's rows. */
export function paddingOf(
  step: Step | undefined,
): { readonly before: number; readonly after: number } {
  if (step?.kind === "gru") return paddingOf(step.project);
  if (step?.kind !== "conv") return { before: 0, after: 0 };
  const { shape: { rows, left }, tiling, chunk } = step;
  const { transform, pieces, phases, tiles, dilation, blockPositions } = tiling;
  const lastBlock = chunk.starts.at(-1)! + (chunk.blocks - 1) * blockPositions;
  const lastOutput = lastBlock + phases - 1 + dilation * (tiles * transform.outputs - 1);
  const lastRead = lastOutput + dilation * (pieces * transform.taps - 1) - left;
  return { before: left, after: Math.max(0, lastRead - (rows - 1)) };
}
