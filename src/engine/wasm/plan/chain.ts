/**
 * From consecutive layers to nodes, each one or several layers that are computed together, with their places in memory.
 *
 * @module
 */

import type { LayerChain } from "../../../model/graph.ts";
import type { Conv1dLayer } from "../../../model/spec.ts";
import { groupChain, type GroupOf, type LayerGroup } from "../../layer_groups.ts";
import { type Allocator, roundUp, type Tensor } from "../layout.ts";
import { type ConvNode, filterBytes, inputDeltaStride } from "../ops/conv/shape.ts";
import { type EntryOrigins, maskBytes } from "../ops/dropout.ts";
import { planBatchNorm } from "./batch_norm.ts";
import { planConv, planTransformed } from "./conv.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";
import { findGate, planDense } from "./dense.ts";
import { planGru } from "./gru.ts";
import { planLstm } from "./lstm.ts";
import { MAX_PARTS } from "./parts.ts";
import type { Chain, PlanNode } from "./types.ts";
import { findWideBeginning, isWide, planWideDense } from "./wide_dense.ts";
import { planSequenceConv } from "./sequence.ts";
import { type ChainReads, flattenTensor, TensorPlanner } from "./tensors.ts";

/** How a chain is planned. */
export interface ChainOptions {
  readonly memory: Allocator;
  /** The most samples, or entries, that it computes together. */
  readonly capacity: number;
  readonly reads: ChainReads;
  /** The sample and reference that each entry belongs to; absent where entries are samples. */
  readonly origins?: EntryOrigins | undefined;
  /** Whether its output must have no gaps. */
  readonly compact: boolean;
  /** int32: which entry of the chain that it reads each of its own is computed from; absent where it reads no other. */
  readonly entryOf?: number | undefined;
}

/** A chain with the scratch memory that its nodes need. */
export interface PlannedChain extends Chain {
  readonly scratchBytes: number;
  /** Whether it has a copy of what it reads. */
  readonly copies: boolean;
}

/** Plans the layers of an encoder, or of the head. */
export function planChain(layers: LayerChain, options: ChainOptions): PlannedChain {
  return new ChainPlanner(layers, options).plan();
}

class ChainPlanner {
  readonly #chain: LayerChain;
  readonly #options: ChainOptions;
  readonly #memory: Allocator;
  readonly #capacity: number;
  readonly #tensors: TensorPlanner;
  readonly #nodes: PlanNode[] = [];
  #scratchBytes = 0;

  constructor(chain: LayerChain, options: ChainOptions) {
    this.#chain = chain;
    this.#options = options;
    this.#memory = options.memory;
    this.#capacity = options.capacity;
    this.#tensors = new TensorPlanner(chain, options);
  }

  plan(): PlannedChain {
    const groups = groupChain(this.#chain);
    const beginning = this.#planBeginning(groups);
    const input = beginning?.input ?? this.#tensors.planInput(this.#options.reads);
    let last = beginning?.output ?? input;
    for (let index = beginning?.groups ?? 0; index < groups.length; index++) {
      const [group, next] = [groups[index]!, groups[index + 1]];
      if (group.kind === "batchNorm" && next?.kind === "pool") {
        last = this.#addBatchNorm(last, group, next);
        index++;
      } else last = this.#planGroup(last, group, next);
    }
    const output = this.#options.compact ? this.#compact(last) : last;
    const [first] = this.#nodes;
    return {
      input,
      output,
      nodes: this.#nodes,
      inputDeltaStride: first?.kind === "conv" ? inputDeltaStride(first.shape) : input.stride,
      scratchBytes: this.#scratchBytes,
      copies: beginning === undefined,
    };
  }

  /** Plans layers that read the outputs of another chain where these are. */
  #planBeginning(
    groups: readonly LayerGroup[],
  ): { readonly input: Tensor; readonly output: Tensor; readonly groups: number } | undefined {
    const { reads, entryOf, origins } = this.#options;
    if (typeof reads !== "object" || entryOf === undefined) return undefined;
    const found = findWideBeginning(groups, reads);
    if (found === undefined) return undefined;
    const input = flattenTensor(reads);
    const dropout = { ...found.dropout, origins };
    const output = this.#addWideDense(found.dense, { input, entryOf, dropout });
    // From the derivatives of its rows those of an entry are summed.
    const { delta, deltaSampleStride } = output;
    return { input: { ...reads, delta, deltaSampleStride }, output, groups: found.groups };
  }

  #addWideDense(
    group: GroupOf<"dense">,
    options: Parameters<typeof planWideDense>[1],
  ): Tensor {
    const { node, scratch } = planWideDense(group, options, this.#places);
    this.#takeScratch(scratch.bytes);
    return this.#add(node);
  }

  /** Adds the node of a group; returns its output. */
  #planGroup(input: Tensor, group: LayerGroup, next: LayerGroup | undefined): Tensor {
    const normalised = next?.kind === "batchNorm";
    switch (group.kind) {
      case "conv":
        if (input.codes === true) return this.#addSequenceConv(input, group);
        return this.#addConv(input, group, { ...group, normalised });
      case "linear":
        return this.#addLinear(input, group, normalised);
      case "dense":
        return this.#addDense(input, group);
      case "batchNorm":
        return this.#addBatchNorm(input, group);
      case "pool":
        return this.#addPool(input, group);
      case "dropout":
        return this.#addDropout(input, group);
      case "activation":
      case "gelu":
        return this.#addActivation(input, group);
      case "flatten":
        return flattenTensor(input);
      case "bidirectionalGru":
        return this.#addGru(input, group);
      case "lstm":
        return this.#add(planLstm(group, input, this.#places));
    }
  }

  #addPool(input: Tensor, group: GroupOf<"pool">): Tensor {
    const output = this.#tensors.plan(group.output[0], input.channels, { group });
    const offsets = this.#memory.take(output.sampleStride * this.#capacity);
    const { name, layer } = nameOf(group);
    this.#nodes.push({ kind: "pool", name, layer, input, output, size: group.size, offsets });
    return output;
  }

  #addDropout(input: Tensor, group: GroupOf<"dropout">): Tensor {
    const output = this.#tensors.planLike(input, { group });
    const { origins } = this.#options;
    const values = input.rows * input.channels;
    // Room for reading past the end of the last segment.
    const gap = 4 * (input.segment.padded - input.segment.count);
    const shifted = origins !== undefined;
    const least = maskBytes(values, { shifted });
    const maskStride = roundUp(shifted ? least + gap : Math.max(least, 4 * values + gap));
    const mask = this.#memory.take(maskStride * this.#capacity);
    const { name, layer } = nameOf(group);
    const { rate } = group.spec;
    const base = { name, layer, input, output, rate, mask, maskStride };
    this.#nodes.push({ ...base, kind: "dropout", origins });
    return output;
  }

  #addActivation(input: Tensor, group: GroupOf<"activation" | "gelu">): Tensor {
    const output = this.#tensors.planLike(input, { group });
    const { name, layer } = nameOf(group);
    const base = { name, layer, input, output };
    if (group.kind === "gelu") this.#nodes.push({ ...base, kind: "gelu" });
    else this.#nodes.push({ ...base, kind: "activation", slope: group.slope });
    return output;
  }

  /** A linear layer over positions is a convolution of width 1. */
  #addLinear(input: Tensor, group: GroupOf<"linear">, normalised: boolean): Tensor {
    const { slope, spec: { units } } = group;
    const spec: Conv1dLayer = {
      type: "conv1d",
      filters: units,
      width: 1,
      dilation: 1,
      padding: "valid",
    };
    return this.#addConv(input, group, { spec, slope, pool: undefined, normalised });
  }

  #addConv(
    input: Tensor,
    group: LayerGroup,
    { spec, slope, pool, normalised }: Pick<GroupOf<"conv">, "spec" | "slope" | "pool"> & {
      readonly normalised: boolean;
    },
  ): Tensor {
    const deltaActivated = normalised && pool === undefined;
    const positions = group.output[0];
    const { shape, around } = planConv(input, spec, pool === undefined ? undefined : positions);
    const options = { group, ...around, inPlace: deltaActivated };
    const output = this.#tensors.plan(positions, spec.filters, options);
    const row = 16 * shape.filterVectors;
    this.#takeScratch(shape.outputPositions * row);
    const kernel = this.#memory.kernel(4 * shape.filterVectors * filterBytes(shape));
    const bias = this.#memory.parameter(row);
    const stride = Math.ceil((kernel.bytes + bias.bytes) / 64) * 64;
    const parts = this.#memory.take(stride * MAX_PARTS);
    const transposed = this.#memory.take(kernel.bytes);
    const transformed = planTransformed(shape, {
      pool,
      ofNetwork: input.ofNetwork,
      memory: this.#memory,
    });
    const offsets = pool === undefined
      ? undefined
      : this.#memory.take(output.sampleStride * this.#capacity);
    const { name, layer } = nameOf(group);
    const base = { name, layer, input, output, shape, slope, pool, kernel, bias };
    const node: ConvNode = {
      ...base,
      kind: "conv",
      deltaActivated,
      transposed,
      transformed,
      offsets,
      parts: { kernel: parts, bias: parts + kernel.bytes, stride },
    };
    this.#nodes.push(node);
    return output;
  }

  #addSequenceConv(input: Tensor, group: GroupOf<"conv">): Tensor {
    const { node, scratchBytes } = planSequenceConv(group, input, this.#places);
    this.#takeScratch(scratchBytes);
    return this.#add(node);
  }

  #addDense(input: Tensor, group: GroupOf<"dense">): Tensor {
    if (isWide(input)) return this.#addWideDense(group, { input });
    const gate = findGate(this.#chain, group, this.#nodes.at(-1));
    // Entries that take long are cut into parts of any size.
    const evenParts = this.#options.reads !== "letters";
    const options = { input, sparse: gate, evenParts };
    const { node, scratchBytes } = planDense(group, options, this.#places);
    this.#takeScratch(scratchBytes);
    return this.#add(node);
  }

  /** Has at least so much scratch memory for each thread. */
  #takeScratch(bytes: number): void {
    this.#scratchBytes = Math.max(this.#scratchBytes, roundUp(bytes, 64));
  }

  #addGru(input: Tensor, group: GroupOf<"bidirectionalGru">): Tensor {
    return this.#add(planGru(group, input, this.#places));
  }

  /** Batch normalisation, with the pooling that directly follows. */
  #addBatchNorm(input: Tensor, group: GroupOf<"batchNorm">, pooling?: GroupOf<"pool">): Tensor {
    const before = this.#nodes.at(-1);
    const slope = before?.kind === "conv" && before.deltaActivated ? before.slope : 1;
    return this.#add(planBatchNorm(group, { input, pooling, slope }, this.#places));
  }

  #add(node: PlanNode): Tensor {
    this.#nodes.push(node);
    return node.output;
  }

  get #places(): ChainMemory {
    return { memory: this.#memory, tensors: this.#tensors, capacity: this.#capacity };
  }

  /** Copies values into one row if they have gaps; returns the row. */
  #compact(value: Tensor): Tensor {
    const { rows, channels, segment } = value;
    const size = rows * channels;
    if (segment.count === segment.padded || segment.count === size) return value;
    const output = this.#tensors.plan(1, size, { group: undefined });
    const name = `compact${this.#chain.firstLayer}`;
    this.#nodes.push({ kind: "compact", name, layer: NO_LAYER, input: value, output });
    return output;
  }
}

/** The layer number of a node that computes no layer of the model. */
const NO_LAYER = -1;
