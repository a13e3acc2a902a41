import { sizeOf, type WeightShape, weightShapes } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { filterBytes, tapBytes } from "./kernels/conv.ts";
import { rowBytes } from "./kernels/gru_layout.ts";
import { PANEL_ROW_BYTES } from "./kernels/lists.ts";
import { countValues, paddedIndex, type Parameter } from "./layout.ts";
import { transposeFilters } from "./nodes/conv.ts";
import { transposeRows } from "./nodes/dense.ts";
import { transposeGru } from "./nodes/gru.ts";
import type { Machine } from "./nodes/machine.ts";
import type {
  BatchNormNode,
  ConvNode,
  DenseNode,
  GruNode,
  ListedDenseNode,
  Plan,
  PlanNode,
} from "./plan_types.ts";

/** Where one of the model's weight tensors lies. */
export interface WeightPlace {
  /** Address of its values, and of its moments if it is trained. */
  readonly arrays: Pick<Parameter, "weight"> & Partial<Parameter>;
  /** For each value in Keras' order its place behind the address, in float32. */
  readonly indices: Uint32Array;
}

/** The places of all weights, in the order of `weightShapes(spec)`. */
export function placeWeights(spec: ModelSpec, plan: Plan): WeightPlace[] {
  return weightShapes(spec).map(({ layer, name, shape }) => {
    const node = plan.nodes.find((node) => node.layer === layer)!;
    const { arrays, indexOf } = placeOf(node, name);
    return { arrays, indices: Uint32Array.from({ length: sizeOf(shape) }, (_, i) => indexOf(i)) };
  });
}

interface Place {
  readonly arrays: WeightPlace["arrays"];
  /** Place of a value in Keras' order. */
  readonly indexOf: (i: number) => number;
}

function placeOf(node: PlanNode, name: WeightShape["name"]): Place {
  switch (node.kind) {
    case "batchNorm":
      return { arrays: batchNormArrays(node, name), indexOf: (i) => paddedIndex(node.input, i) };
    case "bidirectionalGru":
      return placeInGru(node, name);
    case "conv":
    case "dense":
    case "listedDense":
      if (name === "bias") return { arrays: node.bias, indexOf: (i) => i };
      return { arrays: node.kernel, indexOf: kernelIndex(node) };
    default:
      throw new Error(`Cannot place weight ${name} of layer ${node.layer}: ${node.kind} has none`);
  }
}

function batchNormArrays(node: BatchNormNode, name: WeightShape["name"]): WeightPlace["arrays"] {
  if (name === "moving_mean") return { weight: node.movingMean };
  if (name === "moving_variance") return { weight: node.movingVariance };
  return name === "gamma" ? node.gamma : node.beta;
}

function placeInGru(node: GruNode, name: WeightShape["name"]): Place {
  const { input, output: { run }, shape, kernel, bias, recurrent } = node;
  const { gates, both } = rowBytes(shape);
  const direction = name.startsWith("forward") ? 0 : 1;
  const columns = 3 * run.count;
  // The gates' columns have gaps behind each gate, as the output has behind each direction.
  const column = (i: number) => paddedIndex({ run }, i % columns);
  const row = (i: number) => Math.floor(i / columns);
  const own = direction * gates / 4;
  if (name.endsWith("/bias")) return { arrays: bias, indexOf: (i) => own + column(i) };
  if (name.endsWith("/kernel")) {
    const indexOf = (i: number) => paddedIndex(input, row(i)) * both / 4 + own + column(i);
    return { arrays: kernel, indexOf };
  }
  const first = direction * run.padded;
  return { arrays: recurrent, indexOf: (i) => (first + row(i)) * gates / 4 + column(i) };
}

function kernelIndex(node: ConvNode | DenseNode | ListedDenseNode): (i: number) => number {
  if (node.kind === "dense") {
    const units = node.output.channels;
    const row = node.output.stride / 4;
    return (i) => paddedIndex(node.input, Math.floor(i / units)) * row + i % units;
  }
  if (node.kind === "listedDense") {
    const units = node.output.channels;
    const width = PANEL_ROW_BYTES / 4;
    const panel = countValues(node.input) * width;
    return (i) => {
      const [input, unit] = [paddedIndex(node.input, Math.floor(i / units)), i % units];
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

/** Reads one kind of array of some weights. */
export function readArrays(
  { floats }: Machine,
  places: readonly WeightPlace[],
  kind: "weight" | "first" | "second",
): Float32Array<ArrayBuffer>[] {
  return places.map(({ arrays, indices }) => {
    const base = arrays[kind]! / 4;
    // After every epoch: `Float32Array.from` would leave megabytes of garbage each time.
    const values = new Float32Array(indices.length);
    for (let i = 0; i < values.length; i++) values[i] = floats[base + indices[i]];
    return values;
  });
}

/** Writes one kind of array of some weights. */
export function writeArrays(
  { floats }: Machine,
  places: readonly WeightPlace[],
  { kind, values }: {
    readonly kind: "weight" | "first" | "second";
    readonly values: readonly Float32Array[];
  },
): void {
  places.forEach(({ arrays, indices }, i) => {
    const base = arrays[kind]! / 4;
    indices.forEach((index, k) => floats[base + index] = values[i][k]);
  });
}

/** Renews the transposed copies after weights were written. */
export function transposeAll(machine: Machine, { nodes }: Plan): void {
  for (const node of nodes) {
    if (node.kind === "conv") {
      const rows = node.kernel.bytes / filterBytes(node.shape);
      transposeFilters(machine, node, { firstRow: 0, rows });
    } else if (node.kind === "dense") {
      const rows = node.kernel.bytes / node.output.stride;
      transposeRows(machine, node, { firstRow: 0, rows });
    } else if (node.kind === "bidirectionalGru") {
      transposeGru(machine, node);
    }
  }
}
