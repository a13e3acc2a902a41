import { type LayerWeightShape, sizeOf, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { countValues, paddedIndex, type Parameter } from "./layout.ts";
import { transposeNode } from "./nodes.ts";
import type { BatchNormNode } from "./ops/batch_norm/node.ts";
import type { ExecutionContext } from "./ops/context.ts";
import { type ConvNode, filterBytes, tapBytes } from "./ops/conv/shape.ts";
import type { DenseNode } from "./ops/dense.ts";
import { type GruNode, rowBytes } from "./ops/gru/shape.ts";
import { PANEL_ROW_BYTES } from "./ops/sparse_dense/rows.ts";
import type { SparseDenseNode } from "./ops/sparse_dense/run.ts";
import { chainsOf, type Plan, type PlanNode } from "./plan/types.ts";

/** Where one of the model's weight tensors lies. */
export interface WeightPlace {
  /** Address of its values, and of its moments if it is trained. */
  readonly arrays: Pick<Parameter, "weight"> & Partial<Parameter>;
  /** For each value in Keras' order its distance from the address, in float32. */
  readonly indices: Uint32Array;
}

/** The places of all weights, in the order of `weightShapes(spec)`. */
export function placeWeights(spec: ModelSpec, plan: Plan): WeightPlace[] {
  const nodes = chainsOf(plan).flatMap((chain) => chain.nodes);
  return weightShapes(spec).map((weight) => {
    if (weight.layer === undefined) return placeInJoin(plan, weight.term);
    const node = nodes.find(({ layer }) => layer === weight.layer)!;
    const { arrays, indexOf } = placeOf(node, weight.name);
    const length = sizeOf(weight.shape);
    return { arrays, indices: Uint32Array.from({ length }, (_, i) => indexOf(i)) };
  });
}

function placeInJoin({ join }: Plan, index: number): WeightPlace {
  const term = join!.terms[index]!;
  if (term.type === "distanceWeightedMean") {
    return { arrays: term.record.scale, indices: Uint32Array.of(0) };
  }
  throw new Error(`Cannot place the weight of term ${index}: ${term.type} has none`);
}

interface Place {
  readonly arrays: WeightPlace["arrays"];
  /** Place of a value in Keras' order. */
  readonly indexOf: (i: number) => number;
}

function placeOf(node: PlanNode, name: LayerWeightShape["name"]): Place {
  switch (node.kind) {
    case "batchNorm":
      return { arrays: batchNormArrays(node, name), indexOf: (i) => paddedIndex(node.input, i) };
    case "bidirectionalGru":
      return placeInGru(node, name);
    case "conv":
    case "dense":
    case "sparseDense":
      if (name === "bias") return { arrays: node.bias, indexOf: (i) => i };
      return { arrays: node.kernel, indexOf: kernelIndex(node) };
    default:
      throw new Error(`Cannot place weight ${name} of layer ${node.layer}: ${node.kind} has none`);
  }
}

function batchNormArrays(
  node: BatchNormNode,
  name: LayerWeightShape["name"],
): WeightPlace["arrays"] {
  if (name === "moving_mean") return { weight: node.movingMean };
  if (name === "moving_variance") return { weight: node.movingVariance };
  return name === "gamma" ? node.gamma : node.beta;
}

function placeInGru(node: GruNode, name: LayerWeightShape["name"]): Place {
  const { input, output: { segment }, shape, kernel, bias, recurrent } = node;
  const { gates, both } = rowBytes(shape);
  const direction = name.startsWith("forward") ? 0 : 1;
  const columns = 3 * segment.count;
  // The gates' columns have a gap after each gate, as the output has after each direction.
  const column = (i: number) => paddedIndex({ segment }, i % columns);
  const row = (i: number) => Math.floor(i / columns);
  const own = direction * gates / 4;
  if (name.endsWith("/bias")) return { arrays: bias, indexOf: (i) => own + column(i) };
  if (name.endsWith("/kernel")) {
    const indexOf = (i: number) => paddedIndex(input, row(i)) * both / 4 + own + column(i);
    return { arrays: kernel, indexOf };
  }
  const first = direction * segment.padded;
  return { arrays: recurrent, indexOf: (i) => (first + row(i)) * gates / 4 + column(i) };
}

function kernelIndex(node: ConvNode | DenseNode | SparseDenseNode): (i: number) => number {
  if (node.kind === "dense") {
    const units = node.output.channels;
    const row = node.output.stride / 4;
    return (i) => paddedIndex(node.input, Math.floor(i / units)) * row + i % units;
  }
  if (node.kind === "sparseDense") {
    const units = node.output.channels;
    const width = PANEL_ROW_BYTES / 4;
    const panel = countValues(node.input) * width;
    return (i) => {
      const input = paddedIndex(node.input, Math.floor(i / units));
      const unit = i % units;
      return Math.floor(unit / width) * panel + input * width + unit % width;
    };
  }
  const { shape } = node;
  const { filters, channels } = shape;
  return (i) => {
    const filter = i % filters;
    const channel = Math.floor(i / filters) % channels;
    const tap = Math.floor(i / filters / channels);
    return filter * filterBytes(shape) / 4 + tap * tapBytes(shape) / 4 + channel;
  };
}

/** The arrays that a session keeps for a weight. */
export type ArrayKind = "weight" | "firstMoment" | "secondMoment";

/** Reads one kind of array of some weights. */
export function readArrays(
  { floats }: ExecutionContext,
  places: readonly WeightPlace[],
  kind: ArrayKind,
): Float32Array<ArrayBuffer>[] {
  return places.map(({ arrays, indices }) => {
    const base = arrays[kind]! / 4;
    // Called after every epoch, where `Float32Array.from` would leave megabytes of garbage.
    const values = new Float32Array(indices.length);
    for (let i = 0; i < values.length; i++) values[i] = floats[base + indices[i]!]!;
    return values;
  });
}

/** Writes one kind of array of some weights. */
export function writeArrays(
  { floats }: ExecutionContext,
  places: readonly WeightPlace[],
  { kind, values }: { readonly kind: ArrayKind; readonly values: readonly Float32Array[] },
): void {
  for (const [i, { arrays, indices }] of places.entries()) {
    const base = arrays[kind]! / 4;
    const written = values[i]!;
    indices.forEach((index, k) => floats[base + index] = written[k]!);
  }
}

/** Renews the transposed copies after weights were written. */
export function transposeAll(context: ExecutionContext, plan: Plan): void {
  for (const { nodes } of chainsOf(plan)) {
    for (const node of nodes) transposeNode(context, node);
  }
}
