/**
 * From a model with branches to what the GPU runs for samples that are uploaded batch by batch: encoders over the
 * entries of the inputs, the join, the head. Sequential models whose signal is not in memory are planned here too.
 *
 * @module
 */

import { modelGraph } from "../../model/graph.ts";
import { branchInputShape } from "../../model/inputs.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { groupChain, type LayerGroup } from "../layer_groups.ts";
import { type Chain, ChainPlanner } from "./chain.ts";
import { divideHead, planEnding } from "./ending.ts";
import { type EncoderEntries, EntryLayout } from "./entries.ts";
import { type JoinKernels, planJoin } from "./join_plan.ts";
import type { Kernel } from "./kernel.ts";
import { feedBranchWgsl } from "./ops/feed.ts";
import { slopeOutputWgsl } from "./ops/loss.ts";
import { LARGEST_FUSED_POOL, planUpdate } from "./plan.ts";
import type { GraphPlan, PlanOptions } from "./plan_types.ts";
import type { GraphPurpose } from "./kernel.ts";
import { SAMPLE_COUNT, type Tensor } from "./tensors.ts";

/** Plans a valid model for one purpose. */
export function planGraph(spec: ModelSpec, options: PlanOptions, purpose: GraphPurpose): GraphPlan {
  return new GraphPlanner(spec, options, purpose).plan();
}

/** An encoder that is planned. */
interface PlannedEncoder {
  readonly entries: EncoderEntries;
  readonly input: Tensor;
  readonly chain: Chain;
}

class GraphPlanner {
  readonly #spec: ModelSpec;
  readonly #purpose: GraphPurpose;
  readonly #planner: ChainPlanner;
  readonly #layout: EntryLayout;
  readonly #encoders: readonly PlannedEncoder[];
  readonly #head: readonly LayerGroup[];
  readonly #join: Tensor;
  readonly #joined: JoinKernels;

  constructor(spec: ModelSpec, options: PlanOptions, purpose: GraphPurpose) {
    const graph = modelGraph(spec);
    const groups = graph.encoders.map((encoder) => groupChain(encoder, LARGEST_FUSED_POOL));
    this.#spec = spec;
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

  /** Plans an encoder, with a row of a branch's output for each item. */
  #planEncoder(entries: EncoderEntries, groups: readonly LayerGroup[]): PlannedEncoder {
    const { index, capacity, hasOrigins, branches } = entries;
    const { input: { spec } } = this.#layout.branches[branches[0]!]!;
    const [first, second] = branchInputShape(spec);
    const input = this.#planner.addInput({
      name: `encoder${index}.input`,
      positions: second === undefined ? 1 : first,
      channels: second ?? first,
      slope: 1,
      samples: capacity,
      count: this.#layout.countItems(index),
      origins: hasOrigins ? `encoder${index}.origins` : undefined,
      hasDelta: this.#purpose === "inputGradients",
      gathered: false,
    }, groups[0]);
    this.#planner.reserve(`encoder${index}.items`, 4 * capacity);
    this.#planner.reserve(`encoder${index}.uses`, capacity);
    if (hasOrigins) this.#planner.reserve(`encoder${index}.origins`, 2 * capacity);
    return { entries, input, chain: this.#planner.add(groups, input) };
  }

  #feedKernels(): Kernel[] {
    const layout = this.#layout;
    const { models } = this.#planner.options;
    for (const { buffer, capacity, entrySize } of layout.inputs) {
      this.#planner.reserve(buffer, capacity * entrySize);
    }
    this.#planner.reserve("places", layout.stride);
    return this.#encoders.flatMap(({ entries, input }) =>
      entries.branches.map((branch) =>
        feedBranchWgsl({ layout, encoder: entries, branch, output: input, models })
      )
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
        slopeOutputWgsl(head.output, this.#spec.loss, planner.options.models),
        ...head.predictionBackward,
        ...backward,
        ...chains.flatMap(({ predictionBackward }) => predictionBackward),
      ];
    }
    const { body, head } = divideHead(this.#head, planner.options.limits);
    const before = planner.add(body, this.#join);
    const ending = planEnding(planner, { head, input: before.output, loss: this.#spec.loss });
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
