/**
 * From a model with branches to what predicts its samples in groups.
 *
 * @module
 */

import {
  type Encoder,
  type GraphTerm,
  type LayerChain,
  type ModelGraph,
  modelGraph,
} from "../../../../model/graph.ts";
import { type WeightShape, weightShapes } from "../../../../model/shapes.ts";
import { isBranched, type ModelSpec } from "../../../../model/spec.ts";
import { entrySize } from "../../../sample_source.ts";
import { roundUp } from "../../layout.ts";
import { LaneAllocator, LANES, VECTOR } from "../layout.ts";
import { planGrouped } from "../plan.ts";
import type { GroupedPlan } from "../types.ts";
import { BranchTables, type PlannedProgram } from "./tables.ts";
import type {
  DistancePlan,
  ExtrasPlan,
  ExtraValues,
  JoinedPlan,
  MeanRow,
  OwnRow,
  ProjectionPart,
  ScalarList,
} from "./types.ts";

/** Values of an input that are taken into the sums as they are; more of them are worth a product of their own. */
const MOST_EXTRAS = 32;
/** Samples of a block: groups of them share the entries that are computed together. */
const BLOCK_SAMPLES = 240;
/** Memory for the entries that a thread keeps: with 5 marks, 26,000 of them or those of 520 genes in 50 cell types. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** Room for entries that a plan must have, in those of one sample: with less, little would be shared. */
const LEAST_SAMPLES = 8;

/** A plan with its programs, not yet assembled. */
export interface PlannedJoin {
  readonly plan: JoinedPlan;
  /** Those of columns, then the head's, whose memory includes that of the join. */
  readonly programs: readonly PlannedProgram[];
}

/**
 * Plans a model.
 *
 * @param spec The model.
 * @returns The plan; `undefined` if the model has no branches, or is left to other paths: it reads a sequence, whose entries
 * are too large to keep; its head does not begin with a dense layer or ends with it; or entries take too much memory.
 */
export function planJoined(spec: ModelSpec): PlannedJoin | undefined {
  if (!isBranched(spec) || spec.inputs.some(({ name }) => name === "sequence")) return undefined;
  const graph = modelGraph(spec);
  const [first, ...rest] = graph.head.layers;
  if (first?.type !== "dense") return undefined;
  const shapes = weightShapes(spec);
  const head = planGrouped(withoutFirst(graph.head, rest), shapes);
  if (head === undefined) return undefined;
  const encoders = graph.encoders.map((encoder) =>
    isPlain(encoder) ? undefined : planGrouped(encoder, shapes)
  );
  const isServed = encoders.every((plan, index) =>
    plan !== undefined || isPlain(graph.encoders[index]!)
  );
  if (!isServed) return undefined;
  return new JoinPlanner(graph, shapes, { head, encoders, units: first.units }).plan();
}

/** Whether an encoder's output is its input. */
function isPlain({ layers }: Encoder): boolean {
  return layers.length === 0;
}

function withoutFirst(
  { place, firstLayer, shapes: [, second, ...others], outputShape }: LayerChain,
  layers: LayerChain["layers"],
): LayerChain {
  return { place, layers, firstLayer: firstLayer + 1, shapes: [second!, ...others], outputShape };
}

/** What a branch adds to the sums, by the rows of the first kernel that act on it. */
interface BranchParts {
  /** For a sample with references, and for one without. */
  readonly parts: ProjectionPart[];
  readonly alone: ProjectionPart[];
}

class JoinPlanner {
  readonly #graph: ModelGraph;
  readonly #shapes: readonly WeightShape[];
  readonly #head: GroupedPlan;
  readonly #units: number;
  readonly #tables: BranchTables;
  readonly #memory: LaneAllocator;
  readonly #scalars: ScalarList[] = [];
  readonly #extraValues: ExtraValues[] = [];
  /** For each extra but the first, its row in the kernel. */
  readonly #extraRows: number[] = [];

  constructor(
    graph: ModelGraph,
    shapes: readonly WeightShape[],
    { head, encoders, units }: {
      readonly head: GroupedPlan;
      /** By encoder; absent for those without layers. */
      readonly encoders: readonly (GroupedPlan | undefined)[];
      readonly units: number;
    },
  ) {
    this.#graph = graph;
    this.#shapes = shapes;
    this.#head = head;
    this.#units = units;
    this.#memory = new LaneAllocator(head.pages * 65536);
    this.#tables = new BranchTables(graph, encoders, units);
  }

  plan(): PlannedJoin | undefined {
    const { join, loss, references, head: { firstLayer } } = this.#graph;
    const memory = this.#memory;
    const owns = this.#planOwn();
    const means = this.#planMeans();
    const distances = join.flatMap((term, index) => this.#planDistance(term, index) ?? []);
    const extras = this.#placeExtras();
    const room = roundUp(references, LANES);
    const scratch = {
      lanes: memory.take(room * VECTOR),
      distances: memory.take(4 * room),
      weights: memory.take(4 * room),
    };
    const blockSamples = BLOCK_SAMPLES;
    const placed = this.#tables.place(memory, {
      keptBytes: KEPT_BYTES,
      leastSamples: LEAST_SAMPLES,
      blockSamples,
    });
    if (placed === undefined) return undefined;
    const indexOf = (name: string) =>
      this.#shapes.findIndex((shape) => shape.layer === firstLayer && shape.name === name);
    const plan: JoinedPlan = {
      ...placed,
      loss,
      own: owns,
      means,
      distances: distances.map((distance, number) => ({ ...distance, number })),
      scalars: this.#scalars,
      extraValues: this.#extraValues,
      extras,
      scratch,
      units: this.#units,
      vectors: Math.ceil(this.#units / LANES),
      kernel: indexOf("kernel"),
      bias: indexOf("bias"),
      blockSamples,
    };
    const pages = Math.ceil(memory.end / 65536);
    const head: PlannedProgram = { plan: { ...this.#head, pages }, weights: { kind: "model" } };
    return { plan, programs: [...this.#tables.programs, head] };
  }

  /** What each branch that is not over references adds. */
  #planOwn(): OwnRow[] {
    const byBranch = new Map<number, BranchParts>();
    const partsOf = (branch: number) => {
      const known = byBranch.get(branch) ?? { parts: [], alone: [] };
      byBranch.set(branch, known);
      return known;
    };
    for (const term of this.#graph.join) {
      const part: ProjectionPart = { firstRow: term.offset, sign: 1 };
      if (term.type === "output" && !this.#takeExtras(term)) {
        partsOf(term.branch).parts.push(part);
        partsOf(term.branch).alone.push(part);
      }
      // Without references a difference is zero.
      if (term.type === "difference") partsOf(term.branch).parts.push(part);
    }
    return [...byBranch].map(([branch, { parts, alone }]) => {
      const { reader, column, offset } = this.#tables.project(branch, parts);
      if (alone.length === 0) {
        return { reader, column, offset, aloneColumn: -1, aloneOffset: 0 };
      }
      const other = this.#tables.project(branch, alone);
      return {
        reader,
        column,
        offset,
        aloneColumn: other.column,
        aloneOffset: other.offset,
      };
    });
  }

  /** Takes the values of a term as extras if they are few. */
  #takeExtras({ branch, size, offset }: Extract<GraphTerm, { type: "output" }>): boolean {
    const { input, encoder } = this.#graph.branches[branch]!;
    if (!isPlain(this.#graph.encoders[encoder]!)) return false;
    if (this.#extraRows.length + size > MOST_EXTRAS) return false;
    this.#extraValues.push({ input, size, first: this.#extraRows.length + 1 });
    for (let value = 0; value < size; value++) this.#extraRows.push(offset + value);
    return true;
  }

  /** What the mean of each branch over references adds. */
  #planMeans(): MeanRow[] {
    const byBranch = new Map<number, ProjectionPart[]>();
    const add = (branch: number, part: ProjectionPart) => {
      byBranch.set(branch, [...byBranch.get(branch) ?? [], part]);
    };
    for (const term of this.#graph.join) {
      if (term.type === "mean") add(term.branch, { firstRow: term.offset, sign: 1 });
      if (term.type === "difference") add(term.references, { firstRow: term.offset, sign: -1 });
    }
    return [...byBranch].map(([branch, parts]) => {
      const { reader, offset } = this.#tables.project(branch, parts, "always");
      return { reader, offset };
    });
  }

  #planDistance(term: GraphTerm, index: number): DistancePlan | undefined {
    if (term.type !== "distanceWeightedMean") return undefined;
    const { near, references, values, sharpness, offset } = term;
    const { size } = this.#graph.branches[near]!;
    const scale = this.#shapes.findIndex((shape) => shape.term === index);
    return {
      near: this.#tables.output(near),
      references: this.#tables.output(references),
      vectors: Math.ceil(size / LANES),
      size,
      sharpness,
      scale,
      number: 0,
      values: this.#takeScalars(values, offset) ?? {
        kind: "rows",
        row: this.#tables.project(values, [{ firstRow: offset, sign: 1 }], "always"),
      },
    };
  }

  /** Where a branch over references has one number for each, a list of these serves. */
  #takeScalars(branch: number, offset: number): DistancePlan["values"] | undefined {
    const { branches, encoders, inputs, references } = this.#graph;
    const { encoder, input } = branches[branch]!;
    if (!isPlain(encoders[encoder]!) || entrySize(inputs[input]!) > 1) return undefined;
    let list = this.#scalars.find((known) => known.input === input);
    if (list === undefined) {
      const stride = 4 * roundUp(references, LANES);
      const address = this.#memory.take(BLOCK_SAMPLES * stride);
      list = { input, places: references, list: address, stride };
      this.#scalars.push(list);
    }
    this.#extraRows.push(offset);
    return { kind: "scalars", list: this.#scalars.indexOf(list), extra: this.#extraRows.length };
  }

  #placeExtras(): ExtrasPlan {
    const count = this.#extraRows.length + 1;
    const stride = roundUp(4 * count);
    const vectors = Math.ceil(this.#units / LANES);
    return {
      count,
      address: this.#memory.take(BLOCK_SAMPLES * stride),
      stride,
      kernel: this.#memory.take(count * vectors * VECTOR),
      kernelRows: this.#extraRows,
    };
  }
}
