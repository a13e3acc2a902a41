/**
 * From a model to what the engine runs: nodes, each one or several layers that are computed together, with
 * their places in memory and the tasks of a training step.
 *
 * @module
 */

import { UnsupportedModelError } from "../../errors.ts";
import { convPadding, kernelSpan, sampleShapes } from "../../model/shapes.ts";
import type { BatchNormLayer, Conv1dLayer, DenseLayer, ModelSpec } from "../../model/spec.ts";
import { PANEL_COLUMNS } from "./gemm.ts";
import { type ConvShape, filterBytes } from "./kernels/conv.ts";
import { dotsBytes, listBytes, PANEL_ROW_BYTES } from "./kernels/lists.ts";
import { Allocator, roundUp, type Tensor } from "./layout.ts";
import type { ListedDenseNode, Plan, PlanNode, UpdateTask } from "./plan_types.ts";
import { expectInput, slopeOf } from "./zeros.ts";

export type * from "./plan_types.ts";

/** Parts of a batch that are summed in order; more threads than this find nothing to do. */
export const MAX_PARTS = 64;
const SAMPLES_PER_PART = 16;

/** Work of one update task: enough to be worth taking, little enough to share out. */
const UPDATE_BYTES = 32 * 1024;
/** Rows of the kernel of a layer with lists that are one such task. */
const LISTED_ROWS = 32;

/** Lists are multiplied at 0.6 of the speed of whole rows, so they pay if no more of the values are not zero. */
const LISTED_SHARE = 0.6;
/** Units among which the cost of a list is little, and those that fill up the last panel are few. */
const LISTED_UNITS = 64;

/**
 * Number of parts that a batch of so many samples is summed in. A function of the batch alone. More than two are
 * fours, which two and four threads share evenly.
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
  readonly #slots: number;
  readonly #memory = new Allocator();
  readonly #nodes: PlanNode[] = [];
  #scratchBytes = 0;

  constructor(spec: ModelSpec, batchSize: number) {
    this.#spec = spec;
    this.#slots = batchSize;
  }

  plan(threads: number): Plan {
    const { layers, loss } = this.#spec;
    const input = this.#inputTensor();
    let value = input;
    for (let index = 0; index < layers.length;) {
      const [output, used] = this.#addNode(value, index);
      value = output;
      index += used;
    }
    const updates = this.#nodes.flatMap((node, index) => updateTasks(node, index));
    const scratch = this.#memory.take(this.#scratchBytes * threads);
    return {
      ...{ batchSize: this.#slots, loss, input, output: value, nodes: this.#nodes, updates },
      ...{ scratch, scratchBytes: this.#scratchBytes, pages: this.#memory.pages },
    };
  }

  /** Adds the node that begins with a layer; returns its output and how many layers it takes in. */
  #addNode(input: Tensor, index: number): [output: Tensor, layers: number] {
    const { layers } = this.#spec;
    const layer = layers[index];
    const name = `${layer.type}${index}`;
    switch (layer.type) {
      case "conv1d":
        return this.#addConv(input, index, layer);
      case "dense":
        return this.#addDense(input, index, layer);
      case "flatten":
        return [flatten(input), 1];
      case "bidirectionalGru":
        throw new UnsupportedModelError(
          `Cannot run "${this.#spec.name}" on engine wasm: it has no ${layer.type} (layers[${index}])`,
        );
      case "batchNorm":
        return [this.#addBatchNorm(input, index, layer), 1];
      case "maxPool1d": {
        const output = this.#tensor(Math.floor(input.rows / layer.size), input.channels, index + 1);
        const offsets = this.#memory.take(output.slot * this.#slots);
        const base = { name, layer: index, input, output };
        this.#nodes.push({ ...base, kind: "pool", size: layer.size, offsets });
        return [output, 1];
      }
      case "dropout": {
        const output = this.#like(input, index + 1);
        // Whole blocks of eight, and room for reading over the end of the last run.
        const values = input.rows * input.channels;
        const gap = input.run.padded - input.run.count;
        const maskSlot = roundUp(4 * Math.max(Math.ceil(values / 8) * 8, values + gap));
        const mask = this.#memory.take(maskSlot * this.#slots);
        const base = { name, layer: index, input, output };
        this.#nodes.push({ ...base, kind: "dropout", rate: layer.rate, mask, maskSlot });
        return [output, 1];
      }
      case "activation": {
        if (layer.kind === "sigmoid") return [input, 1]; // left to the loss
        const output = this.#like(input, index + 1);
        const slope = slopeOf(layer)!;
        this.#nodes.push({ name, layer: index, input, output, kind: "activation", slope });
        return [output, 1];
      }
    }
  }

  #addConv(input: Tensor, index: number, layer: Conv1dLayer): [Tensor, number] {
    const { layers } = this.#spec;
    const slope = slopeOf(layers[index + 1]);
    const next = layers[index + (slope === undefined ? 1 : 2)];
    const pool = next?.type === "maxPool1d" ? next.size : undefined;
    const used = 1 + (slope === undefined ? 0 : 1) + (pool === undefined ? 0 : 1);
    const [outputPositions] = sampleShapes(this.#spec)[index + 1] as [number, number];
    const groups = layer.dilation === 1 ? 1 : layer.width;
    const { left } = convPadding(layer);
    const channelBytes = 4 * input.channels;
    // Where every position has a gradient, the backward pass reads rows of zeros around the deltas.
    const span = kernelSpan(layer) - 1;
    const around = pool === undefined
      ? { before: span - left, after: input.rows - outputPositions + left }
      : { before: 0, after: 0 };
    const shape: ConvShape = {
      ...{ inputPositions: input.rows, outputPositions, filters: layer.filters },
      ...{ filterVectors: Math.ceil(layer.filters / 4), taps: layer.width },
      ...{ dilation: layer.dilation, left, channels: input.channels, inputStride: input.stride },
      groups,
      groupVectors: Math.ceil((groups === 1 ? layer.width * input.stride : channelBytes) / 16),
      pooledPositions: pool === undefined ? undefined : Math.floor(outputPositions / pool),
    };
    const rows = shape.pooledPositions ?? outputPositions;
    const output = this.#tensor(rows, layer.filters, index + used, around);
    const row = 16 * shape.filterVectors;
    this.#scratchBytes = Math.max(this.#scratchBytes, outputPositions * row);
    const paddedFilters = 4 * shape.filterVectors;
    const kernel = this.#memory.parameter(paddedFilters * filterBytes(shape));
    const bias = this.#memory.parameter(row);
    const stride = Math.ceil((kernel.bytes + bias.bytes) / 64) * 64;
    const parts = this.#memory.take(stride * MAX_PARTS);
    this.#nodes.push({
      ...{ kind: "conv", name: `conv${index}`, layer: index, input, output, shape },
      ...{ slope: slope ?? 1, pool, kernel, bias },
      transposed: this.#memory.take(kernel.bytes),
      offsets: pool === undefined ? undefined : this.#memory.take(output.slot * this.#slots),
      parts: { kernel: parts, bias: parts + kernel.bytes, stride },
    });
    return [output, used];
  }

  #addDense(input: Tensor, index: number, { units }: DenseLayer): [Tensor, number] {
    const { layers } = this.#spec;
    const slope = slopeOf(layers[index + 1]);
    const used = slope === undefined ? 1 : 2;
    const listing = units < LISTED_UNITS ? undefined : this.#listing(index);
    const stride = roundUp(4 * units, listing && PANEL_ROW_BYTES);
    const output = this.#tensor(1, units, index + used, { stride });
    const inputs = input.rows * input.stride / 4;
    const kernel = this.#memory.parameter(inputs * stride);
    const base = {
      ...{ name: `dense${index}`, layer: index, input, output },
      ...{ slope: slope ?? 1, kernel, bias: this.#memory.parameter(stride) },
    };
    if (listing === undefined) {
      this.#nodes.push({ ...base, kind: "dense", transposed: this.#memory.take(kernel.bytes) });
    } else {
      const [sums, slot] = [listBytes(inputs), listBytes(inputs) + dotsBytes(inputs)];
      const lists = { address: this.#memory.take(slot * this.#slots), slot, sums };
      const zeros = this.#memory.take(PANEL_ROW_BYTES);
      this.#nodes.push({ ...base, ...listing, kind: "listedDense", lists, zeros });
      this.#scratchBytes = Math.max(this.#scratchBytes, LISTED_ROWS * listBytes(this.#slots));
    }
    return [output, used];
  }

  /** How the input of a dense layer is listed, if that pays. */
  #listing(index: number): Pick<ListedDenseNode, "gate"> | undefined {
    const { share, rectified } = expectInput(this.#spec.layers, index);
    if (share > LISTED_SHARE) return undefined;
    if (rectified) return { gate: undefined };
    const last = this.#nodes.at(-1);
    if (last?.kind !== "dropout") return undefined;
    return { gate: { mask: last.mask, maskSlot: last.maskSlot } };
  }

  #addBatchNorm(input: Tensor, index: number, layer: BatchNormLayer): Tensor {
    const output = this.#like(input, index + 1);
    const row = input.stride;
    this.#nodes.push({
      ...{ kind: "batchNorm", name: `batchNorm${index}`, layer: index, input, output },
      ...{ momentum: layer.momentum, epsilon: layer.epsilon },
      ...{ gamma: this.#memory.parameter(row), beta: this.#memory.parameter(row) },
      ...{ movingMean: this.#memory.take(row), movingVariance: this.#memory.take(row) },
      ...{ parts: this.#memory.take(2 * row * MAX_PARTS), mean: this.#memory.take(row) },
      ...{ forward: this.#memory.take(3 * row), backward: this.#memory.take(3 * row) },
    });
    return output;
  }

  #inputTensor(): Tensor {
    const { bins, marks, layers } = this.#spec;
    // A convolution reads the marks of neighbouring bins as one run, if there are no gaps between them.
    const stride = layers[0].type === "conv1d" ? 4 * marks : roundUp(4 * marks);
    return { ...this.#tensor(bins, marks, 0, { stride }), delta: undefined };
  }

  #like(input: Tensor, nextLayer: number): Tensor {
    const output = this.#tensor(input.rows, input.channels, nextLayer, { stride: input.stride });
    return { ...output, run: input.run };
  }

  /** A tensor that layer `nextLayer` reads, with the rows of zeros that this layer and `around` ask for. */
  #tensor(
    rows: number,
    channels: number,
    nextLayer: number,
    around: { before?: number; after?: number; stride?: number } = {},
  ): Tensor {
    const stride = around.stride ?? roundUp(4 * channels);
    const next = this.#spec.layers[nextLayer];
    const padding = next?.type === "conv1d" ? convPadding(next) : { left: 0, right: 0 };
    const before = Math.max(padding.left, around.before ?? 0);
    const after = Math.max(padding.right, around.after ?? 0);
    // Vector loads may read over the end of the last row.
    const slot = roundUp((before + rows + after) * stride + 16, 64);
    const take = () => this.#memory.take(slot * this.#slots) + before * stride;
    const run = { count: channels, padded: stride / 4 };
    return { address: take(), delta: take(), slot, before, rows, stride, channels, run };
  }
}

function flatten(input: Tensor): Tensor {
  const { rows, stride, channels, run } = input;
  return { ...input, rows: 1, stride: rows * stride, channels: rows * channels, run };
}

function updateTasks(node: PlanNode, index: number): UpdateTask[] {
  if (node.kind === "batchNorm") return [{ node: index, firstRow: 0, rows: 0 }];
  if (node.kind !== "conv" && node.kind !== "dense" && node.kind !== "listedDense") return [];
  const rowBytes = node.kind === "conv" ? filterBytes(node.shape) : node.output.stride;
  const rows = node.kernel.bytes / rowBytes;
  // Kernels are transposed panel by panel.
  const panels = Math.max(1, Math.floor(UPDATE_BYTES / rowBytes / PANEL_COLUMNS));
  const block = node.kind === "listedDense" ? LISTED_ROWS : panels * PANEL_COLUMNS;
  const tasks: UpdateTask[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += block) {
    tasks.push({ node: index, firstRow, rows: Math.min(block, rows - firstRow) });
  }
  return tasks;
}
