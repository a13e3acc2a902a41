import { type LayerWeightShape, sizeOf, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { countValues, paddedIndex, type Parameter, roundUp } from "./layout.ts";
import { PANEL_COLUMNS } from "./assembler/panels.ts";
import { transposeNode } from "./nodes.ts";
import type { BatchNormNode } from "./ops/batch_norm/node.ts";
import type { ExecutionContext } from "./ops/context.ts";
import { type ConvNode, filterBytes, tapBytes } from "./ops/conv/shape.ts";
import type { DenseNode } from "./ops/dense.ts";
import type { GruNode } from "./ops/gru/shape.ts";
import { BASE_CODES, LETTERS, sequenceBytes, type SequenceConvNode } from "./ops/sequence/shape.ts";
import type { LstmNode } from "./ops/lstm/shape.ts";
import { recurrentLayout } from "./ops/recurrent/layout_of.ts";
import { PANEL_ROW_BYTES } from "./ops/sparse_dense/rows.ts";
import type { SparseDenseNode } from "./ops/sparse_dense/run.ts";
import { unitBytes, type WideDenseNode } from "./ops/wide_dense/shape.ts";
import { chainsOf, type Plan, type PlanNode } from "./plan/types.ts";

/**
 * Where one of the model's weight tensors lies. In Keras' order the value of a row and a column is `rows[row] +
 * columns[column]` float32 after the address, columns being the last axis of the tensor and rows all others.
 */
export interface WeightPlace {
  /** Address of its values, and of its moments if it is trained. */
  readonly arrays: Pick<Parameter, "weight"> & Partial<Parameter>;
  readonly rows: Uint32Array;
  readonly columns: Uint32Array;
}

/** The places of all weights, in the order of `weightShapes(spec)`. */
export function placeWeights(spec: ModelSpec, plan: Plan): WeightPlace[] {
  const nodes = chainsOf(plan).flatMap((chain) => chain.nodes);
  return weightShapes(spec).map((weight) => {
    if (weight.layer === undefined) return placeInJoin(plan, weight.term);
    const node = nodes.find(({ layer }) => layer === weight.layer)!;
    const { arrays, row = () => 0, column } = placeOf(node, weight.name);
    const columns = weight.shape.at(-1)!;
    return {
      arrays,
      rows: placesAlong(sizeOf(weight.shape) / columns, row),
      columns: placesAlong(columns, column),
    };
  });
}

function placesAlong(length: number, placeAt: (index: number) => number): Uint32Array {
  const places = new Uint32Array(length);
  for (let index = 0; index < length; index++) places[index] = placeAt(index);
  return places;
}

function placeInJoin({ join }: Plan, index: number): WeightPlace {
  const term = join!.terms[index]!;
  if (term.type === "distanceWeightedMean") {
    return { arrays: term.record.scale, rows: Uint32Array.of(0), columns: Uint32Array.of(0) };
  }
  throw new Error(`Cannot place the weight of term ${index}: ${term.type} has none`);
}

interface Place {
  readonly arrays: WeightPlace["arrays"];
  /** Distance of a row from the address, in float32; 0 where there is only one. */
  readonly row?: (index: number) => number;
  /** Distance of a column from its row. */
  readonly column: (index: number) => number;
}

function placeOf(node: PlanNode, name: LayerWeightShape["name"]): Place {
  switch (node.kind) {
    case "batchNorm":
      return { arrays: batchNormArrays(node, name), column: (i) => paddedIndex(node.input, i) };
    case "bidirectionalGru":
    case "lstm":
      return placeInRecurrent(node, name);
    case "conv":
    case "sequenceConv":
    case "dense":
    case "sparseDense":
    case "wideDense":
      if (name === "bias") return { arrays: node.bias, column: (i) => i };
      return { arrays: node.kernel, ...placeInKernel(node) };
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

function placeInRecurrent(node: GruNode | LstmNode, name: LayerWeightShape["name"]): Place {
  const { input, output, kernel, bias, recurrent } = node;
  const { unit, gates, all, directions } = recurrentLayout(node);
  const direction = name.startsWith("backward") ? 1 : 0;
  const units = output.channels / directions;
  // The gates' columns have a gap after each gate.
  const segment = { count: units, padded: unit / 4 };
  const column = (i: number) => paddedIndex({ segment }, i);
  const own = direction * gates / 4;
  if (name.endsWith("bias")) return { arrays: bias, row: () => own, column };
  if (name.endsWith("recurrent_kernel")) {
    const first = direction * unit / 4;
    return { arrays: recurrent, row: (i) => (first + i) * gates / 4, column };
  }
  const row = (i: number) => paddedIndex(input, i) * all / 4 + own;
  return { arrays: kernel, row, column };
}

function placeInKernel(
  node: ConvNode | SequenceConvNode | DenseNode | SparseDenseNode | WideDenseNode,
): Required<Omit<Place, "arrays">> {
  if (node.kind === "dense") {
    return placeInPanels(node, PANEL_COLUMNS);
  }
  if (node.kind === "sparseDense") {
    return placeInPanels(node, PANEL_ROW_BYTES / 4);
  }
  if (node.kind === "wideDense") {
    const row = unitBytes(node.shape) / 4;
    return { row: (i) => i * row, column: (unit) => unit };
  }
  if (node.kind === "sequenceConv") {
    const row = sequenceBytes(node.shape).code / 4;
    const rowOf = (i: number) => BASE_CODES * Math.floor(i / LETTERS) + i % LETTERS;
    return { row: (i) => rowOf(i) * row, column: (filter) => filter };
  }
  const { shape } = node;
  const { channels } = shape;
  return {
    row: (i) => Math.floor(i / channels) * tapBytes(shape) / 4 + i % channels,
    column: (filter) => filter * filterBytes(shape) / 4,
  };
}

/** Places in a kernel `[panel, input, unit of the panel]` with panels of `width` units. */
function placeInPanels(
  { input }: DenseNode | SparseDenseNode,
  width: number,
): Required<Omit<Place, "arrays">> {
  const panel = countValues(input) * width;
  return {
    row: (i) => paddedIndex(input, i) * width,
    column: (unit) => Math.floor(unit / width) * panel + unit % width,
  };
}

/** The arrays that a session keeps for a weight. */
export type ArrayKind = "weight" | "firstMoment" | "secondMoment";

/** Reads one kind of array of some weights. */
export function readArrays(
  { floats }: Pick<ExecutionContext, "floats">,
  places: readonly WeightPlace[],
  kind: ArrayKind,
): Float32Array<ArrayBuffer>[] {
  return places.map(({ arrays, rows, columns }) => {
    const base = arrays[kind]! / 4;
    // Called after every epoch, where `Float32Array.from` would leave megabytes of garbage.
    const values = new Float32Array(rows.length * columns.length);
    let i = 0;
    for (let row = 0; row < rows.length; row++) {
      const from = base + rows[row]!;
      for (let k = 0; k < columns.length; k++) values[i++] = floats[from + columns[k]!]!;
    }
    return values;
  });
}

/**
 * Writes one kind of array of some weights, and zeros between them: where training diverged, gaps hold what is no number, and
 * products read them.
 */
export function writeArrays(
  { floats }: Pick<ExecutionContext, "floats">,
  places: readonly WeightPlace[],
  { kind, values }: { readonly kind: ArrayKind; readonly values: readonly Float32Array[] },
): void {
  // First, since the directions of a recurrent layer share an array.
  for (const place of places) {
    const base = place.arrays[kind]! / 4;
    floats.fill(0, base, base + countPlaces(place));
  }
  for (const [index, { arrays, rows, columns }] of places.entries()) {
    const base = arrays[kind]! / 4;
    const written = values[index]!;
    let i = 0;
    // A session's first sample waits for this, before the compiler has seen it: so it is written for the interpreter.
    for (let row = 0; row < rows.length; row++) {
      const to = base + rows[row]!;
      for (let k = 0; k < columns.length; k++) floats[to + columns[k]!] = written[i++]!;
    }
  }
}

/** Values that an array has room for, with all gaps. */
function countPlaces({ arrays: { bytes }, rows, columns }: WeightPlace): number {
  if (bytes !== undefined) return bytes / 4;
  return roundUp(4 * (rows.at(-1)! + columns.at(-1)! + 1)) / 4;
}

/** Renews the transposed copies after weights were written. */
export function transposeAll(context: ExecutionContext, plan: Plan): void {
  for (const { nodes } of chainsOf(plan)) {
    for (const node of nodes) transposeNode(context, node);
  }
}
