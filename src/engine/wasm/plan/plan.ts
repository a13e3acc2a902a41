/**
 * From a model to what the engine runs: chains of nodes with their places in memory.
 *
 * @module
 */

import { type ModelGraph, modelGraph } from "../../../model/graph.ts";
import { isBranched, type ModelSpec } from "../../../model/spec.ts";
import { Allocator, roundUp, type Tensor } from "../layout.ts";
import type { JoinBranch, PlannedTerm } from "../ops/join/types.ts";
import { planChain } from "./chain.ts";
import { planEncoder, type PlannedEncoder } from "./encoder.ts";
import type { BranchRoute, JoinPlan, Plan } from "./types.ts";

/** Plans a valid model for batches of at most `batchSize` samples on `threads` threads. */
export function planModel(
  spec: ModelSpec,
  { batchSize, threads }: { readonly batchSize: number; readonly threads: number },
): Plan {
  const graph = modelGraph(spec);
  const memory = new Allocator();
  const planned = isBranched(spec)
    ? planBranches(graph, { memory, batchSize })
    : planSequence(graph, { memory, batchSize });
  const { encoders, join, head } = planned;
  const { bytes } = memory.own;
  const offset = roundUp(planned.scratchBytes, 64);
  // Whole pairs of cache lines, so that threads do not share one.
  const scratchBytes = roundUp(offset + bytes, 128);
  const scratch = memory.take(scratchBytes * threads);
  const own = { address: scratch + offset, bytes };
  const { pages } = memory;
  return {
    batchSize,
    loss: spec.loss,
    encoders,
    join,
    head,
    scratch,
    scratchBytes,
    own,
    pages,
  };
}

interface PlanOptions {
  readonly memory: Allocator;
  readonly batchSize: number;
}

type PlannedChains = Pick<Plan, "encoders" | "join" | "head" | "scratchBytes">;

function planSequence({ encoders }: ModelGraph, { memory, batchSize }: PlanOptions): PlannedChains {
  const [layers] = encoders;
  const options = { memory, capacity: batchSize, reads: "input", compact: false } as const;
  const { scratchBytes, copies: _, ...head } = planChain(layers!, options);
  return { encoders: [], join: undefined, head, scratchBytes };
}

function planBranches(graph: ModelGraph, { memory, batchSize }: PlanOptions): PlannedChains {
  const planned: PlannedEncoder[] = [];
  for (const encoder of graph.encoders) {
    const first = planned.at(-1)?.last ?? -1;
    planned.push(planEncoder(graph, encoder, { memory, batchSize, first: first + 1 }));
  }
  const { scratchBytes, copies: _, ...head } = planChain(graph.head, {
    memory,
    capacity: batchSize,
    reads: "join",
    compact: false,
  });
  const join = planJoin(graph, { memory, batchSize, encoders: planned, input: head.input });
  const scratches = planned.map((encoder) => encoder.scratchBytes);
  return {
    encoders: planned.flatMap(({ chains }) => chains),
    join,
    head,
    scratchBytes: Math.max(
      scratchBytes,
      join.scratch.factors + roundUp(4 * join.references),
      ...scratches,
    ),
  };
}

function planJoin(
  { branches, join: terms, references }: ModelGraph,
  { memory, batchSize, encoders, input }: PlanOptions & {
    readonly encoders: readonly PlannedEncoder[];
    readonly input: Tensor;
  },
): JoinPlan {
  const planned = branches.map(({ encoder, overReferences, size }, index): JoinBranch => {
    const values = encoders[encoder]!.chains.at(-1)!.output;
    const vectors = values.rows * values.stride / 16;
    const places = overReferences ? references : 1;
    const alike = overReferences &&
      !terms.some((term) =>
        term.type === "distanceWeightedMean" && [term.references, term.values].includes(index)
      );
    const rows = memory.take(4 * batchSize * places);
    const entryOf = memory.take(4 * batchSize * places);
    const deltas = memory.take(16 * vectors * batchSize * (alike ? 1 : places));
    return { values, size, vectors, places, rows, entryOf, deltas, alike };
  });
  const stride = roundUp(4 * references);
  const plannedTerms = terms.map((term): PlannedTerm => {
    if (term.type !== "distanceWeightedMean") return term;
    const record = {
      scale: memory.parameter(16),
      scaleGradients: memory.take(4 * batchSize),
      weights: memory.take(batchSize * stride),
      distances: memory.take(batchSize * stride),
      stride,
    };
    return { ...term, record };
  });
  const routes = branches.map(({ input, encoder }): BranchRoute => {
    const { first, last } = encoders[encoder]!;
    return { input, first, last };
  });
  const row = Math.max(...planned.map(({ vectors }) => 16 * vectors));
  return {
    branches: planned,
    terms: plannedTerms,
    references,
    counts: memory.take(4 * batchSize),
    scratch: { row, lanes: 2 * row, factors: 2 * row + 4 * stride },
    output: input,
    routes,
  };
}
