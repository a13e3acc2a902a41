/**
 * From a model to what the engine runs: nodes, each one or several layers that are computed together, with
 * their places in memory and the tasks of a training step.
 *
 * @module
 */

import { convPadding, kernelSpan } from "../../../model/shapes.ts";
import type { Conv1dLayer, SequentialSpec as ModelSpec } from "../../../model/spec.ts";
import { groupLayers, type LayerGroup } from "../../layer_groups.ts";
import { Allocator, countValues, roundUp, type Tensor } from "../layout.ts";
import { type ConvShape, filterBytes } from "../ops/conv/shape.ts";
import { countKernelRows, gruRecord, type GruShape, rowBytes } from "../ops/gru/shape.ts";
import { dotsBytes, PANEL_ROW_BYTES, sparseRowBytes } from "../ops/sparse_dense/rows.ts";
import type { SparseDenseNode } from "../ops/sparse_dense/run.ts";
import { expectInput } from "./sparsity.ts";
import type { Plan, PlanNode } from "./types.ts";
import { SPARSE_ROWS, updateTasks } from "./update_tasks.ts";

/** Parts of a batch that are summed in order; more threads than this find nothing to do. */
export const MAX_PARTS = 64;
const SAMPLES_PER_PART = 16;

/** Sparse rows are multiplied at 0.6 of the speed of whole rows, so they pay if at most this share is not zero. */
const SPARSE_SHARE = 0.6;
/** From this number of units on, making a sparse row costs little, and so do units that fill up the last panel. */
const SPARSE_UNITS = 64;

/**
 * Number of parts that a batch is summed in: a function of the number of its samples alone. Above two it is a multiple
 * of four, which two and four threads share evenly.
 */
export function countParts(samples: number): number {
  const parts = Math.ceil(samples / SAMPLES_PER_PART);
  return Math.min(MAX_PARTS, parts > 2 ? roundUp(parts, 4) : parts);
}

/** Plans a valid model for batches of at most `batchSize` samples on `threads` threads. */
export function planModel(spec: ModelSpec, batchSize: number, threads: number): Plan {
  return new Planner(spec, batchSize).plan(threads);
}

class Planner {
  readonly #spec: ModelSpec;
  readonly #batchSize: number;
  readonly #memory = new Allocator();
  readonly #nodes: PlanNode[] = [];
  #scratchBytes = 0;

  constructor(spec: ModelSpec, batchSize: number) {
    this.#spec = spec;
    this.#batchSize = batchSize;
  }

  plan(threads: number): Plan {
    const input = this.#inputTensor();
    const groups = groupLayers(this.#spec);
    const output = groups.reduce((value, group) => this.#addGroup(value, group), input);
    const updates = this.#nodes.flatMap(updateTasks);
    const scratch = this.#memory.take(this.#scratchBytes * threads);
    return {
      batchSize: this.#batchSize,
      loss: this.#spec.loss,
      input,
      output,
      nodes: this.#nodes,
      updates,
      scratch,
      scratchBytes: this.#scratchBytes,
      pages: this.#memory.pages,
    };
  }

  /** Adds the node of a group; returns its output. */
  #addGroup(input: Tensor, group: LayerGroup): Tensor {
    switch (group.kind) {
      case "conv":
        return this.#addConv(input, group);
      case "dense":
        return this.#addDense(input, group);
      case "batchNorm":
        return this.#addBatchNorm(input, group);
      case "pool":
        return this.#addPool(input, group);
      case "dropout":
        return this.#addDropout(input, group);
      case "activation":
        return this.#addActivation(input, group);
      case "flatten":
        return flatten(input);
      case "bidirectionalGru":
        return this.#addGru(input, group);
    }
  }

  #addPool(input: Tensor, group: GroupOf<"pool">): Tensor {
    const output = this.#tensor(group.output[0], input.channels, { group });
    const offsets = this.#memory.take(output.sampleStride * this.#batchSize);
    const { name, layer } = nameOf(group);
    this.#nodes.push({ kind: "pool", name, layer, input, output, size: group.size, offsets });
    return output;
  }

  #addDropout(input: Tensor, group: GroupOf<"dropout">): Tensor {
    const output = this.#like(input, group);
    // Whole blocks of eight, and room for reading over the end of the last segment.
    const values = input.rows * input.channels;
    const gap = input.segment.padded - input.segment.count;
    const maskStride = roundUp(4 * Math.max(Math.ceil(values / 8) * 8, values + gap));
    const mask = this.#memory.take(maskStride * this.#batchSize);
    const { name, layer } = nameOf(group);
    const { rate } = group.spec;
    this.#nodes.push({ kind: "dropout", name, layer, input, output, rate, mask, maskStride });
    return output;
  }

  #addActivation(input: Tensor, group: GroupOf<"activation">): Tensor {
    const output = this.#like(input, group);
    const { name, layer } = nameOf(group);
    this.#nodes.push({ kind: "activation", name, layer, input, output, slope: group.slope });
    return output;
  }

  #addConv(input: Tensor, group: GroupOf<"conv">): Tensor {
    const { spec, slope, pool } = group;
    const shape = convShape(input, spec, pool === undefined ? undefined : group.output[0]);
    const { left, outputPositions } = shape;
    // Where every position has a gradient, the backward pass reads rows of zeros around the deltas.
    const around = pool === undefined
      ? { before: kernelSpan(spec) - 1 - left, after: input.rows - outputPositions + left }
      : { before: 0, after: 0 };
    const output = this.#tensor(group.output[0], spec.filters, { group, ...around });
    const row = 16 * shape.filterVectors;
    this.#scratchBytes = Math.max(this.#scratchBytes, outputPositions * row);
    const paddedFilters = 4 * shape.filterVectors;
    const kernel = this.#memory.parameter(paddedFilters * filterBytes(shape));
    const bias = this.#memory.parameter(row);
    const stride = Math.ceil((kernel.bytes + bias.bytes) / 64) * 64;
    const parts = this.#memory.take(stride * MAX_PARTS);
    const transposed = this.#memory.take(kernel.bytes);
    const { name, layer } = nameOf(group);
    this.#nodes.push({
      kind: "conv",
      name,
      layer,
      input,
      output,
      shape,
      slope,
      pool,
      kernel,
      bias,
      transposed,
      offsets: pool === undefined
        ? undefined
        : this.#memory.take(output.sampleStride * this.#batchSize),
      parts: { kernel: parts, bias: parts + kernel.bytes, stride },
    });
    return output;
  }

  #addDense(input: Tensor, group: GroupOf<"dense">): Tensor {
    const { name, layer } = nameOf(group);
    const { slope, spec: { units } } = group;
    const sparsity = units < SPARSE_UNITS ? undefined : this.#sparsity(layer);
    const stride = roundUp(4 * units, sparsity && PANEL_ROW_BYTES);
    const output = this.#tensor(1, units, { group, stride });
    const kernel = this.#memory.parameter(countValues(input) * stride);
    const bias = this.#memory.parameter(stride);
    const base = { name, layer, input, output, slope, kernel, bias };
    if (sparsity === undefined) {
      this.#nodes.push({ ...base, kind: "dense", transposed: this.#memory.take(kernel.bytes) });
    } else {
      const sparse = this.#sparseRows(countValues(input));
      const zeros = this.#memory.take(PANEL_ROW_BYTES);
      this.#nodes.push({ ...base, kind: "sparseDense", gate: sparsity.gate, sparse, zeros });
    }
    return output;
  }

  #sparseRows(inputs: number): SparseDenseNode["sparse"] {
    const columns = SPARSE_ROWS * sparseRowBytes(this.#batchSize);
    this.#scratchBytes = Math.max(this.#scratchBytes, columns);
    const sums = sparseRowBytes(inputs);
    const sampleStride = sums + dotsBytes(inputs);
    return { address: this.#memory.take(sampleStride * this.#batchSize), sampleStride, sums };
  }

  /** What decides which inputs of a dense layer are kept, if making sparse rows of them pays. */
  #sparsity(index: number): Pick<SparseDenseNode, "gate"> | undefined {
    const { share, rectified } = expectInput(this.#spec.layers, index);
    if (share > SPARSE_SHARE) return undefined;
    if (rectified) return { gate: undefined };
    const last = this.#nodes.at(-1);
    if (last?.kind !== "dropout") return undefined;
    return { gate: { mask: last.mask, maskStride: last.maskStride } };
  }

  #addGru(input: Tensor, group: GroupOf<"bidirectionalGru">): Tensor {
    const { units } = group.spec;
    const unitVectors = Math.ceil(units / 4);
    const row = 16 * unitVectors;
    const flat = this.#tensor(1, 2 * units, { group, stride: 2 * row });
    const output = { ...flat, segment: { count: units, padded: row / 4 } };
    const shape: GruShape = {
      positions: input.rows,
      unitVectors,
      inputStride: input.stride,
      inputSampleStride: input.sampleStride,
      outputSampleStride: output.sampleStride,
    };
    const { both, gates } = rowBytes(shape);
    const kernel = this.#memory.parameter(countKernelRows(shape) * both);
    const bias = this.#memory.parameter(both);
    const recurrent = this.#memory.parameter(2 * row / 4 * gates);
    const transposed = {
      kernel: this.#memory.take(kernel.bytes),
      recurrent: this.#memory.take(recurrent.bytes),
    };
    const records = this.#memory.take(gruRecord(shape).sampleStride * this.#batchSize);
    const { name, layer } = nameOf(group);
    const base = { name, layer, input, output, shape, kernel, bias, recurrent };
    this.#nodes.push({ ...base, kind: "bidirectionalGru", transposed, records });
    return output;
  }

  #addBatchNorm(input: Tensor, group: GroupOf<"batchNorm">): Tensor {
    const output = this.#like(input, group);
    const row = input.stride;
    const { momentum, epsilon } = group.spec;
    const { name, layer } = nameOf(group);
    this.#nodes.push({
      kind: "batchNorm",
      name,
      layer,
      input,
      output,
      momentum,
      epsilon,
      gamma: this.#memory.parameter(row),
      beta: this.#memory.parameter(row),
      movingMean: this.#memory.take(row),
      movingVariance: this.#memory.take(row),
      parts: this.#memory.take(2 * row * MAX_PARTS),
      mean: this.#memory.take(row),
      forward: this.#memory.take(3 * row),
      backward: this.#memory.take(3 * row),
    });
    return output;
  }

  #inputTensor(): Tensor {
    const { bins, marks, layers } = this.#spec;
    // A convolution reads the marks of neighbouring bins in one piece, if there are no gaps between them.
    const stride = layers[0]?.type === "conv1d" ? 4 * marks : roundUp(4 * marks);
    return { ...this.#tensor(bins, marks, { stride }), delta: undefined };
  }

  #like(input: Tensor, group: LayerGroup): Tensor {
    const { rows, channels, stride, segment } = input;
    return { ...this.#tensor(rows, channels, { group, stride }), segment };
  }

  /** The output of a group, or the input of all, with the rows of zeros that its reader and `around` ask for. */
  #tensor(rows: number, channels: number, around: TensorOptions): Tensor {
    const { group, stride = roundUp(4 * channels) } = around;
    const next = this.#spec.layers[group === undefined ? 0 : group.layer + group.layers];
    const padding = next?.type === "conv1d" ? convPadding(next) : { left: 0, right: 0 };
    const before = Math.max(padding.left, around.before ?? 0);
    const after = Math.max(padding.right, around.after ?? 0);
    // Vector loads may read past the end of the last row.
    const sampleStride = roundUp((before + rows + after) * stride + 16, 64);
    const take = () => this.#memory.take(sampleStride * this.#batchSize) + before * stride;
    const address = take();
    const delta = take();
    const segment = { count: channels, padded: stride / 4 };
    return { address, delta, sampleStride, before, rows, stride, channels, segment };
  }
}

type GroupOf<Kind extends LayerGroup["kind"]> = Extract<LayerGroup, { readonly kind: Kind }>;

interface TensorOptions {
  /** The group whose output it is. */
  readonly group?: LayerGroup;
  /** Rows of zeros. */
  readonly before?: number;
  readonly after?: number;
  /**
   * Bytes between rows.
   *
   * @default The least that whole vectors take.
   */
  readonly stride?: number;
}

function convShape(
  input: Tensor,
  spec: Conv1dLayer,
  pooledPositions: number | undefined,
): ConvShape {
  const { left, right } = convPadding(spec);
  const { width, dilation, filters } = spec;
  const groups = dilation === 1 ? 1 : width;
  const groupBytes = groups === 1 ? width * input.stride : 4 * input.channels;
  return {
    inputPositions: input.rows,
    outputPositions: input.rows + left + right - kernelSpan(spec) + 1,
    filters,
    filterVectors: Math.ceil(filters / 4),
    taps: width,
    dilation,
    left,
    channels: input.channels,
    inputStride: input.stride,
    groups,
    groupVectors: Math.ceil(groupBytes / 16),
    pooledPositions,
  };
}

function nameOf({ kind, layer }: LayerGroup): { readonly name: string; readonly layer: number } {
  return { name: `${kind}${layer}`, layer };
}

function flatten(input: Tensor): Tensor {
  const { rows, stride, channels } = input;
  return { ...input, rows: 1, stride: rows * stride, channels: rows * channels };
}
