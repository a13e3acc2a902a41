import { wasmMemory } from "../../../base/shared_memory.ts";
import type { Tensor } from "../layout.ts";
import { ExecutionContext } from "../ops/context.ts";
import { CONV_KERNELS } from "./conv.ts";
import { NODE_KERNELS } from "./elementwise.ts";
import { GRU_KERNELS, GRU_RECURRENT_KERNELS } from "./gru.ts";
import { GROUP_QUADS, LANES, type LaneTensor, VECTOR } from "./layout.ts";
import { LANE_KERNELS } from "./lanes.ts";
import { FIXED } from "./plan.ts";
import { PRODUCT_KERNELS, productName } from "./product.ts";
import type { ConvNode, GroupedNode, GroupedPlan, GruNode, RawSamples } from "./types.ts";

/** What is needed to compute groups. All of it is plain data, so that it can be sent to workers. */
export interface GroupedProgram {
  readonly plan: GroupedPlan;
  readonly module: WebAssembly.Module;
  readonly constants: Float32Array;
}

/** A thread's kernels over a memory of its own, which compute one group of samples after another. */
export class Group {
  /** The kernels over the group's memory. */
  readonly context: ExecutionContext;
  /** The group's memory. */
  readonly memory: WebAssembly.Memory;
  /** Where its outputs lie in lanes. */
  readonly output: LaneTensor;
  /** Where samples go, `[sample, value]`, and where their outputs are after {@linkcode storeOutputs}. */
  readonly raw: Tensor;
  readonly #plan: GroupedPlan;
  readonly #load: (quads: number) => void;
  readonly #store: (quads: number) => void;
  readonly #steps: readonly ((quads: number) => void)[];

  /** Takes memory, and instantiates the kernels. */
  constructor({ plan, module, constants }: GroupedProgram) {
    const { pages } = plan;
    const memory = wasmMemory(pages);
    const context = new ExecutionContext({ module, memory, scratch: 0 });
    context.floats.set(constants, FIXED.constants.address / 4);
    this.#plan = plan;
    this.context = context;
    this.memory = memory;
    this.output = plan.output;
    this.raw = rawTensor(plan.raw, plan.input);
    const { load, store } = context.bind(LANE_KERNELS);
    this.#load = load;
    this.#store = store;
    this.#steps = plan.nodes.map((node) => bindNode(context, node));
  }

  /** Sets the weights, as `packWeights` makes them. */
  setWeights(image: Float32Array): void {
    this.floats.set(image, this.#plan.weights.address / 4);
  }

  /** The group's memory as float32. */
  get floats(): Float32Array {
    return this.context.floats;
  }

  /** Computes the first `samples` of the group, which are at `plan.raw`. */
  run(samples: number): void {
    const quads = Math.min(GROUP_QUADS, Math.ceil(samples / LANES));
    this.#load(quads);
    for (const step of this.#steps) step(quads);
  }

  /** The first output of a sample; NaN if one of its values is too large for transforms. */
  outputOf(sample: number): number {
    const { output: { address, quadBytes }, raw: { marks } } = this.#plan;
    const quad = Math.floor(sample / LANES);
    const output = this.floats[(address + quad * quadBytes) / 4 + sample % LANES]!;
    return output + this.floats[marks / 4 + sample]!;
  }

  /** Writes the outputs of the first `samples` to `plan.raw`, `[sample, value]` with the gaps of the output. */
  storeOutputs(samples: number): void {
    this.#store(Math.ceil(samples / LANES));
  }
}

/** The samples as they come, without gaps. */
function rawTensor(
  { address, sampleBytes }: RawSamples,
  { rows, channels }: LaneTensor,
): Tensor {
  return {
    address,
    delta: address,
    sampleStride: sampleBytes,
    deltaSampleStride: sampleBytes,
    ofNetwork: true,
    before: 0,
    rows,
    stride: 4 * channels,
    channels,
    segment: { count: channels, padded: channels },
  };
}

/** A function that computes a node for some quads. */
export function bindNode(context: ExecutionContext, node: GroupedNode): (quads: number) => void {
  if (node.kind === "conv") return bindConv(context, node);
  if (node.kind === "gru") return bindGru(context, node);
  const { run } = context.bind(NODE_KERNELS, node.name);
  const { input, output } = node;
  return (quads) => run(output.address, input.address, quads);
}

/** A function that reads all positions in both directions, for some quads. */
function bindGru(context: ExecutionContext, node: GruNode): (quads: number) => void {
  const { first } = context.bind(GRU_KERNELS, node.name);
  const steps = node.directions.flatMap(({ project, recurrent }, direction) => {
    const state = node.output.address + direction * node.units * VECTOR;
    const { rows } = project.output;
    const rowOf = (read: number) => direction === 0 ? read : rows - 1 - read;
    const sumsOf = (read: number) => addressOfRow(project.output, rowOf(read));
    const begin = [
      bindConv(context, project),
      (quads: number) => first(state, sumsOf(0), quads),
    ];
    if (recurrent === undefined) return begin;
    const { resets, gates, candidate } = recurrent;
    const { gate, next } = context.bind(GRU_RECURRENT_KERNELS, node.name);
    // The row that is read first has no reset gates: it is the first one forward, the last one backward.
    const resetsOf = (read: number) =>
      addressOfRow(resets.output, direction === 0 ? read - 1 : rowOf(read));
    const gated = candidate.input.address;
    const [gateSums, candidateSums] = [gates.output.address, candidate.output.address];
    const [multiplyGates, multiplyCandidate] = [gates, candidate].map((conv) =>
      bindConv(context, conv)
    );
    const read = (position: number) => [
      multiplyGates!,
      (quads: number) => gate(gated, state, resetsOf(position), gateSums, quads),
      multiplyCandidate!,
      (quads: number) => next(state, sumsOf(position), gateSums, candidateSums, quads),
    ];
    const later = Array.from({ length: rows - 1 }, (_, index) => read(index + 1));
    return [...begin, bindConv(context, resets), ...later.flat()];
  });
  return (quads) => {
    for (const step of steps) step(quads);
  };
}

function addressOfRow({ address, stride }: LaneTensor, row: number): number {
  return address + row * stride * VECTOR;
}

/** A function that computes a layer for some quads. */
function bindConv(context: ExecutionContext, node: ConvNode): (quads: number) => void {
  const { transformIn, transformOut } = context.bind(CONV_KERNELS, node.name);
  const { multiply } = context.bind(PRODUCT_KERNELS, productName(node.product));
  const { input, output, product, chunk, memory, tiling, left } = node;
  const { parts, passes, pairs, tiles, terms } = product;
  const { frequencies } = tiling.transform;
  const gap = memory.frequencyBytes - parts * passes * terms * tiles * VECTOR;
  const rows = chunk.starts.map((start) => ({
    source: (start - left) * input.stride * VECTOR,
    target: start / tiling.pool * output.stride * VECTOR,
  }));
  const { products, transformed, weights, pairBytes } = memory;
  return (quads) => {
    for (let quad = 0; quad < quads; quad += chunk.quads) {
      const from = input.address + quad * input.quadBytes;
      const to = output.address + quad * output.quadBytes;
      for (const { source, target } of rows) {
        transformIn(from + source);
        multiply(
          products,
          transformed,
          weights,
          frequencies,
          parts,
          passes - 1,
          pairs,
          pairBytes,
          gap,
        );
        transformOut(to + target);
      }
    }
  };
}
