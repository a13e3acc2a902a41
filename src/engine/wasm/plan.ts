/**
 * From a model to what the engine runs: nodes, each one or several layers that are computed together, with
 * their places in memory and the tasks of a training step.
 *
 * @module
 */

import { convPadding, kernelSpan, sampleShapes } from "../../model/shapes.ts";
import type {
  ActivationLayer,
  BatchNormLayer,
  Conv1dLayer,
  LayerSpec,
  ModelSpec,
} from "../../model/spec.ts";
import { PANEL_COLUMNS } from "./gemm.ts";
import { type ConvShape, filterBytes } from "./kernels/conv.ts";
import { Allocator, type Parameter, roundUp, type Tensor } from "./layout.ts";

/** Parts of a batch that are summed in order; more threads than this find nothing to do. */
export const MAX_PARTS = 64;
const SAMPLES_PER_PART = 16;

/** Work of one update task: enough to be worth taking, little enough to share out. */
const UPDATE_BYTES = 32 * 1024;

interface NodeBase {
  /** Prefix of its kernels. */
  readonly name: string;
  /** Index in `spec.layers` of the layer with the weights, or of the only one. */
  readonly layer: number;
  readonly input: Tensor;
  readonly output: Tensor;
}

/** A convolution with the activation and the pooling that follow it at once. */
export interface ConvNode extends NodeBase {
  readonly kind: "conv";
  readonly shape: ConvShape;
  /** Of the activation; 1 is none. */
  readonly slope: number;
  readonly pool: number | undefined;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** Kernel as the forward pass reads it. */
  readonly transposed: number;
  /** Offsets of the maxima, laid out as the output; with a pool only. */
  readonly offsets: number | undefined;
  /** Address of part 0's sums of the gradients of kernel and bias, and bytes to the next part's. */
  readonly parts: { readonly kernel: number; readonly bias: number; readonly stride: number };
}

/** A dense layer with its activation. */
export interface DenseNode extends NodeBase {
  readonly kind: "dense";
  readonly slope: number;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** Kernel as the backward pass reads it. */
  readonly transposed: number;
}

/** Batch normalisation. All of its arrays are one row of channels long. */
export interface BatchNormNode extends NodeBase {
  readonly kind: "batchNorm";
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly movingMean: number;
  readonly movingVariance: number;
  /** Sums of each part: two rows, then the next part's. */
  readonly parts: number;
  readonly mean: number;
  /** Rows a, b and c of the affine function that is the forward, and the backward pass. */
  readonly forward: number;
  readonly backward: number;
}

/** A pooling that does not follow a convolution at once. */
export interface PoolNode extends NodeBase {
  readonly kind: "pool";
  readonly size: number;
  readonly offsets: number;
}

/** Dropout; one mask of values without gaps a sample. */
export interface DropoutNode extends NodeBase {
  readonly kind: "dropout";
  readonly rate: number;
  readonly mask: number;
  readonly maskSlot: number;
}

/** An activation that does not follow a convolution or a dense layer at once. */
export interface ActivationNode extends NodeBase {
  readonly kind: "activation";
  readonly slope: number;
}

/** Any node. */
export type PlanNode =
  | ConvNode
  | DenseNode
  | BatchNormNode
  | PoolNode
  | DropoutNode
  | ActivationNode;

/** Part of the update: some rows of a node's kernel, or all of its weights. */
export interface UpdateTask {
  readonly node: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** All that a thread needs to know. Plain data. */
export interface Plan {
  readonly batchSize: number;
  readonly loss: ModelSpec["loss"];
  readonly input: Tensor;
  readonly output: Tensor;
  readonly nodes: readonly PlanNode[];
  readonly updates: readonly UpdateTask[];
  /** Address of the first thread's scratch memory, and its size. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** Size of the memory in pages of 64 KiB. */
  readonly pages: number;
}

/** Number of parts that a batch of so many samples is summed in. A function of the batch alone. */
export function countParts(samples: number): number {
  return Math.min(MAX_PARTS, Math.ceil(samples / SAMPLES_PER_PART));
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
      case "dense": {
        const slope = slopeOf(layers[index + 1]);
        const output = this.#tensor(1, layer.units, index + (slope === undefined ? 1 : 2));
        const inputBytes = input.rows * input.stride;
        const kernel = this.#memory.parameter(inputBytes / 4 * output.stride);
        const bias = this.#memory.parameter(output.stride);
        const transposed = this.#memory.take(kernel.bytes);
        const base = { name, layer: index, input, output };
        this.#nodes.push({
          ...{ ...base, kind: "dense", slope: slope ?? 1 },
          ...{ kernel, bias, transposed },
        });
        return [output, slope === undefined ? 1 : 2];
      }
      case "flatten":
        return [flatten(input), 1];
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
        const maskSlot = roundUp(Math.ceil(input.rows * input.channels / 8) * 32 + 16);
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
    const slot = roundUp((before + rows + after) * stride + 16);
    const take = () => this.#memory.take(slot * this.#slots) + before * stride;
    const run = { count: channels, padded: stride / 4 };
    return { address: take(), delta: take(), slot, before, rows, stride, channels, run };
  }
}

function flatten(input: Tensor): Tensor {
  const { rows, stride, channels, run } = input;
  return { ...input, rows: 1, stride: rows * stride, channels: rows * channels, run };
}

/** Slope below zero of an activation that other layers can take in. */
function slopeOf(layer: LayerSpec | undefined): number | undefined {
  if (layer?.type !== "activation" || layer.kind === "sigmoid") return undefined;
  return layer.kind === "relu" ? 0 : (layer as ActivationLayer).alpha;
}

function updateTasks(node: PlanNode, index: number): UpdateTask[] {
  if (node.kind === "batchNorm") return [{ node: index, firstRow: 0, rows: 0 }];
  if (node.kind !== "conv" && node.kind !== "dense") return [];
  const rowBytes = node.kind === "conv" ? filterBytes(node.shape) : node.output.stride;
  const rows = node.kernel.bytes / rowBytes;
  // Kernels are transposed panel by panel.
  const panels = Math.max(1, Math.floor(UPDATE_BYTES / rowBytes / PANEL_COLUMNS));
  const block = panels * PANEL_COLUMNS;
  const tasks: UpdateTask[] = [];
  for (let firstRow = 0; firstRow < rows; firstRow += block) {
    tasks.push({ node: index, firstRow, rows: Math.min(block, rows - firstRow) });
  }
  return tasks;
}
