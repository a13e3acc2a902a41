/**
 * Plans what the GPU runs for a model with branches, whose samples are uploaded batch by batch: encoders over the
 * entries of the inputs, the join, the head. Sequential models whose signal is not in memory are planned here too.
 *
 * @module
 */

import { type ModelGraph, modelGraph } from "../../model/graph.ts";
import { branchInputShape } from "../../model/inputs.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { groupChain, type LayerGroup } from "../layer_groups.ts";
import { type Chain, ChainPlanner } from "./chain.ts";
import { divideHead, planEnding } from "./ending.ts";
import { type EncoderEntries, EntryLayout } from "./entries.ts";
import { type JoinKernels, planJoin } from "./join_plan.ts";
import type { GraphPurpose, Kernel } from "./kernel.ts";
import { groupLetters, type LetterSource, readsLetters } from "./letters.ts";
import { expandBackwardWgsl, expandForwardWgsl, type ExpandShape } from "./ops/expand.ts";
import { feedBranchWgsl } from "./ops/feed.ts";
import { findPredictionSlopesWgsl } from "./ops/loss.ts";
import { LARGEST_FUSED_POOL, planUpdate } from "./plan.ts";
import type { GraphPlan, PlanOptions } from "./plan_types.ts";
import { SAMPLE_COUNT, type Tensor } from "./tensors.ts";

/** Values that an item takes in each buffer of an encoder; `entries.ts` describes them. */
const ITEM_BUFFERS = { items: 4, uses: 1, origins: 2, shared: 4, sharedUses: 1, parents: 1 };

/** Plans a valid model for one purpose. */
export function planGraph(spec: ModelSpec, options: PlanOptions, purpose: GraphPurpose): GraphPlan {
  return new GraphPlanner(spec, options, purpose).plan();
}

/** A planned encoder. */
interface PlannedEncoder {
  readonly entries: EncoderEntries;
  readonly input: Tensor;
  readonly chain: Chain;
}

class GraphPlanner {
  readonly #spec: ModelSpec;
  readonly #graph: ModelGraph;
  readonly #purpose: GraphPurpose;
  readonly #planner: ChainPlanner;
  readonly #layout: EntryLayout;
  readonly #encoders: readonly PlannedEncoder[];
  readonly #head: readonly LayerGroup[];
  readonly #join: Tensor;
  readonly #joined: JoinKernels;

  constructor(spec: ModelSpec, options: PlanOptions, purpose: GraphPurpose) {
    const graph = modelGraph(spec);
    const groups = graph.encoders.map((encoder) =>
      readsLetters(graph, encoder)
        ? groupLetters(encoder, LARGEST_FUSED_POOL)
        : groupChain(encoder, LARGEST_FUSED_POOL)
    );
    this.#spec = spec;
    this.#graph = graph;
    this.#purpose = purpose;
    this.#head = groupChain(graph.head, LARGEST_FUSED_POOL);
    this.#planner = new ChainPlanner(spec, [...groups.flat(), ...this.#head], options);
    this.#layout = new EntryLayout(graph, { samples: options.samples, purpose });
    this.#encoders = this.#layout.encoders.map((entries, i) =>
      this.#planEncoder(entries, groups[i]!)
    );
    this.#join = this.#planner.addInput({
      name: "join",
      positions: 1,
      channels: graph.joinShape[0],
      slope: 1,
      samples: options.samples,
      count: SAMPLE_COUNT,
      hasDelta: true,
      gathered: false,
    }, this.#head[0]);
    const outputs = graph.branches.map(({ encoder }) => this.#encoders[encoder]!.chain.output);
    const context = { terms: graph.join, layout: this.#layout, outputs, join: this.#join };
    this.#joined = planJoin(this.#planner, context);
  }

  plan(): GraphPlan {
    const kernels = this.#planKernels();
    const { options, dropouts, buffers, weights } = this.#planner;
    const inputs = this.#encoders.map(({ input }) => input);
    return {
      options,
      purpose: this.#purpose,
      kernels: [...this.#feedKernels(), ...kernels],
      layout: this.#layout,
      inputs,
      dropouts,
      buffers,
      weights,
    };
  }

  /** Plans an encoder, whose first layers may compute items that samples share. */
  #planEncoder(entries: EncoderEntries, groups: readonly LayerGroup[]): PlannedEncoder {
    const planner = this.#planner;
    const { index, capacity, hasOrigins, branches, sharedLayers, encoder } = entries;
    const { input: { spec } } = this.#layout.branches[branches[0]!]!;
    const [first, second] = branchInputShape(spec);
    const items = {
      samples: capacity,
      count: this.#layout.countItems(index),
      origins: hasOrigins ? `encoder${index}.origins` : undefined,
      hasDelta: this.#purpose === "inputGradients",
      gathered: false,
    };
    const shared = { ...items, count: this.#layout.countShared(index), origins: undefined };
    const input = planner.addInput({
      name: `encoder${index}.input`,
      positions: second === undefined ? 1 : first,
      channels: second ?? first,
      slope: 1,
      ...(sharedLayers > 0 ? shared : items),
      letters: this.#findLetters(entries),
    }, groups[0]);
    for (const [name, width] of Object.entries(ITEM_BUFFERS)) {
      planner.reserve(`encoder${index}.${name}`, width * capacity);
    }
    if (sharedLayers === 0) return { entries, input, chain: planner.add(groups, input) };
    const end = encoder.firstLayer + sharedLayers;
    const before = planner.add(groups.filter(({ layer }) => layer < end), input);
    const rest = groups.filter(({ layer }) => layer >= end);
    const { positions, channels } = before.output;
    const expanded = planner.addInput({
      ...items,
      name: `encoder${index}.expanded`,
      positions,
      channels,
      slope: 1,
      hasDelta: true,
    }, rest[0]);
    const shape = { encoder: entries, shared: before.output, expanded };
    const after = planner.add(rest, expanded);
    return {
      entries,
      input,
      chain: joinChains(before, after, { ...shape, models: planner.options.models }),
    };
  }

  /** Where the first layer of an encoder looks letters up, if it does. */
  #findLetters(entries: EncoderEntries): LetterSource | undefined {
    if (!readsLetters(this.#graph, entries.encoder)) return undefined;
    const { input: { buffer, words, capacity } } = this.#layout.branches[entries.branches[0]!]!;
    return { codes: buffer, words, entries: capacity, items: nameOfItems(entries) };
  }

  #feedKernels(): Kernel[] {
    const layout = this.#layout;
    const { models } = this.#planner.options;
    for (const { buffer, capacity, words } of layout.inputs) {
      this.#planner.reserve(buffer, capacity * words);
    }
    this.#planner.reserve("places", layout.stride);
    const fed = this.#encoders.filter(({ input }) => input.letters === undefined);
    return fed.flatMap(({ entries, input }) =>
      entries.branches.map((branch) => {
        const items = nameOfItems(entries);
        return feedBranchWgsl({ layout, encoder: entries, items, branch, output: input, models });
      })
    );
  }

  #planKernels(): Kernel[] {
    const planner = this.#planner;
    const chains = this.#encoders.map(({ chain }) => chain);
    const { forward, backward, gradients } = this.#joined;
    if (this.#purpose === "inputGradients") {
      const head = planner.add(this.#head, this.#join);
      return [
        ...chains.flatMap(({ prediction }) => prediction),
        ...forward,
        ...head.prediction,
        findPredictionSlopesWgsl(head.output, this.#spec.loss, planner.options.models),
        ...head.predictionBackward,
        ...backward,
        ...chains.flatMap(({ predictionBackward }) => predictionBackward),
      ];
    }
    const { loss } = this.#spec;
    const { body, head } = divideHead(this.#head, { limits: planner.options.limits, loss });
    const before = planner.add(body, this.#join);
    const ending = planEnding(planner, { head, input: before.output, loss });
    if (this.#purpose === "prediction") {
      const encoded = chains.flatMap(({ prediction }) => prediction);
      return [...encoded, ...forward, ...before.prediction, ending.prediction];
    }
    const { gradientStride, update } = planUpdate(planner, ending.blocks);
    return [
      ...chains.flatMap((chain) => chain.forward),
      ...forward,
      ...before.forward,
      ending.training(gradientStride),
      ...before.backward(gradientStride),
      ...backward,
      ...gradients(gradientStride),
      ...chains.flatMap((chain) => chain.backward(gradientStride)),
      update,
    ];
  }
}

/** Name of the buffer of the items that the first layers of an encoder compute. */
function nameOfItems({ index, sharedLayers }: EncoderEntries): string {
  return `encoder${index}.${sharedLayers > 0 ? "shared" : "items"}`;
}

/** A chain of shared items, continued by one with an item for each use. */
function joinChains(before: Chain, after: Chain, shape: ExpandShape): Chain {
  const backward = expandBackwardWgsl(shape);
  return {
    output: after.output,
    forward: [...before.forward, expandForwardWgsl(shape), ...after.forward],
    prediction: [...before.prediction, expandForwardWgsl(shape), ...after.prediction],
    backward: (gradientStride) => [
      ...after.backward(gradientStride),
      backward,
      ...before.backward(gradientStride),
    ],
    predictionBackward: [...after.predictionBackward, backward, ...before.predictionBackward],
  };
}
