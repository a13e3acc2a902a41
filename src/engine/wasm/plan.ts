/**
 * From a model to what the engine runs: nodes, each one or several layers that are computed together, with
 * their places in memory and the tasks of a training step.
 *
 * @module
 */

import { UnsupportedModelError } from "../../errors.ts";
import { convPadding, kernelSpan } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { groupLayers, type LayerGroup } from "../layer_groups.ts";
import { type ConvShape, filterBytes } from "./kernels/conv.ts";
import { countKernelRows, gruRecord, type GruShape, rowBytes } from "./kernels/gru_layout.ts";
import { dotsBytes, listBytes, PANEL_ROW_BYTES } from "./kernels/lists.ts";
import { Allocator, countValues, roundUp, type Tensor } from "./layout.ts";
import type { ListedDenseNode, Plan, PlanNode } from "./plan_types.ts";
import { LISTED_ROWS, updateTasks } from "./update_tasks.ts";
import { expectInput } from "./zeros.ts";

/** Parts of a batch that are summed in order; more threads than this find nothing to do. */
export const MAX_PARTS = 64;
const SAMPLES_PER_PART = 16;

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
    const input = this.#inputTensor();
    const groups = groupLayers(this.#spec);
    const output = groups.reduce((value, group) => this.#addGroup(value, group), input);
    const updates = this.#nodes.flatMap(updateTasks);
    const scratch = this.#memory.take(this.#scratchBytes * threads);
    return {
      ...{ batchSize: this.#slots, loss: this.#spec.loss, input, output },
      ...{ nodes: this.#nodes, updates },
      ...{ scratch, scratchBytes: this.#scratchBytes, pages: this.#memory.pages },
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
      case "gelu":
      case "linear":
        throw new UnsupportedModelError(`Cannot plan layer ${group.layer}: it is ${group.kind}`);
    }
  }

  #addPool(input: Tensor, group: GroupOf<"pool">): Tensor {
    const output = this.#tensor(group.output[0], input.channels, { group });
    const offsets = this.#memory.take(output.slot * this.#slots);
    const base = { ...nameOf(group), input, output };
    this.#nodes.push({ ...base, kind: "pool", size: group.size, offsets });
    return output;
  }

  #addDropout(input: Tensor, group: GroupOf<"dropout">): Tensor {
    const output = this.#like(input, group);
    // Whole blocks of eight, and room for reading over the end of the last run.
    const values = input.rows * input.channels;
    const gap = input.run.padded - input.run.count;
    const maskSlot = roundUp(4 * Math.max(Math.ceil(values / 8) * 8, values + gap));
    const mask = this.#memory.take(maskSlot * this.#slots);
    const base = { ...nameOf(group), input, output };
    this.#nodes.push({ ...base, kind: "dropout", rate: group.spec.rate, mask, maskSlot });
    return output;
  }

  #addActivation(input: Tensor, group: GroupOf<"activation">): Tensor {
    const output = this.#like(input, group);
    const base = { ...nameOf(group), input, output };
    this.#nodes.push({ ...base, kind: "activation", slope: group.slope });
    return output;
  }

  #addConv(input: Tensor, group: GroupOf<"conv">): Tensor {
    const { spec: layer, slope, pool } = group;
    const { left, right } = convPadding(layer);
    const span = kernelSpan(layer) - 1;
    const outputPositions = input.rows + left + right - span;
    const groups = layer.dilation === 1 ? 1 : layer.width;
    const channelBytes = 4 * input.channels;
    // Where every position has a gradient, the backward pass reads rows of zeros around the deltas.
    const around = pool === undefined
      ? { before: span - left, after: input.rows - outputPositions + left }
      : { before: 0, after: 0 };
    const shape: ConvShape = {
      ...{ inputPositions: input.rows, outputPositions, filters: layer.filters },
      ...{ filterVectors: Math.ceil(layer.filters / 4), taps: layer.width },
      ...{ dilation: layer.dilation, left, channels: input.channels, inputStride: input.stride },
      groups,
      groupVectors: Math.ceil((groups === 1 ? layer.width * input.stride : channelBytes) / 16),
      pooledPositions: pool === undefined ? undefined : group.output[0],
    };
    const output = this.#tensor(group.output[0], layer.filters, { group, ...around });
    const row = 16 * shape.filterVectors;
    this.#scratchBytes = Math.max(this.#scratchBytes, outputPositions * row);
    const paddedFilters = 4 * shape.filterVectors;
    const kernel = this.#memory.parameter(paddedFilters * filterBytes(shape));
    const bias = this.#memory.parameter(row);
    const stride = Math.ceil((kernel.bytes + bias.bytes) / 64) * 64;
    const parts = this.#memory.take(stride * MAX_PARTS);
    this.#nodes.push({
      ...{ kind: "conv", ...nameOf(group), input, output, shape, slope, pool, kernel, bias },
      transposed: this.#memory.take(kernel.bytes),
      offsets: pool === undefined ? undefined : this.#memory.take(output.slot * this.#slots),
      parts: { kernel: parts, bias: parts + kernel.bytes, stride },
    });
    return output;
  }

  #addDense(input: Tensor, group: GroupOf<"dense">): Tensor {
    const { layer, slope, spec: { units } } = group;
    const listing = units < LISTED_UNITS ? undefined : this.#listing(layer);
    const stride = roundUp(4 * units, listing && PANEL_ROW_BYTES);
    const output = this.#tensor(1, units, { group, stride });
    const inputs = countValues(input);
    const kernel = this.#memory.parameter(inputs * stride);
    const bias = this.#memory.parameter(stride);
    const base = { ...nameOf(group), input, output, slope, kernel, bias };
    if (listing === undefined) {
      this.#nodes.push({ ...base, kind: "dense", transposed: this.#memory.take(kernel.bytes) });
    } else {
      const [sums, slot] = [listBytes(inputs), listBytes(inputs) + dotsBytes(inputs)];
      const lists = { address: this.#memory.take(slot * this.#slots), slot, sums };
      const zeros = this.#memory.take(PANEL_ROW_BYTES);
      this.#nodes.push({ ...base, ...listing, kind: "listedDense", lists, zeros });
      this.#scratchBytes = Math.max(this.#scratchBytes, LISTED_ROWS * listBytes(this.#slots));
    }
    return output;
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

  #addGru(input: Tensor, group: GroupOf<"bidirectionalGru">): Tensor {
    const { units } = group.spec;
    const unitVectors = Math.ceil(units / 4);
    const row = 16 * unitVectors;
    const output = {
      ...this.#tensor(1, 2 * units, { group, stride: 2 * row }),
      run: { count: units, padded: row / 4 },
    };
    const shape: GruShape = {
      ...{ positions: input.rows, unitVectors, inputStride: input.stride },
      ...{ inputSlot: input.slot, outputSlot: output.slot },
    };
    const { both, gates } = rowBytes(shape);
    const kernel = this.#memory.parameter(countKernelRows(shape) * both);
    const bias = this.#memory.parameter(both);
    const recurrent = this.#memory.parameter(2 * row / 4 * gates);
    this.#nodes.push({
      ...{ kind: "bidirectionalGru", ...nameOf(group), input, output, shape },
      ...{ kernel, bias, recurrent },
      transposed: {
        kernel: this.#memory.take(kernel.bytes),
        recurrent: this.#memory.take(recurrent.bytes),
      },
      records: this.#memory.take(gruRecord(shape).slot * this.#slots),
    });
    return output;
  }

  #addBatchNorm(input: Tensor, group: GroupOf<"batchNorm">): Tensor {
    const output = this.#like(input, group);
    const row = input.stride;
    const { momentum, epsilon } = group.spec;
    this.#nodes.push({
      ...{ kind: "batchNorm", ...nameOf(group), input, output, momentum, epsilon },
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
    return { ...this.#tensor(bins, marks, { stride }), delta: undefined };
  }

  #like(input: Tensor, group: LayerGroup): Tensor {
    const { rows, channels, stride, run } = input;
    return { ...this.#tensor(rows, channels, { group, stride }), run };
  }

  /** The output of a group, or the input of all, with the rows of zeros that its reader and `around` ask for. */
  #tensor(rows: number, channels: number, around: TensorOptions): Tensor {
    const { group, stride = roundUp(4 * channels) } = around;
    const next = this.#spec.layers[group === undefined ? 0 : group.layer + group.layers];
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

type GroupOf<Kind extends LayerGroup["kind"]> = Extract<LayerGroup, { readonly kind: Kind }>;

interface TensorOptions {
  /** Whose output it is. */
  readonly group?: LayerGroup;
  /** Rows of zeros. */
  readonly before?: number;
  readonly after?: number;
  /** Bytes between rows, if not the least. */
  readonly stride?: number;
}

function nameOf({ kind, layer }: LayerGroup): { readonly name: string; readonly layer: number } {
  return { name: `${kind}${layer}`, layer };
}

function flatten(input: Tensor): Tensor {
  const { rows, stride, channels, run } = input;
  return { ...input, rows: 1, stride: rows * stride, channels: rows * channels, run };
}
