import type { WeightShape } from "../../../../model/shapes.ts";
import { ConvPlacer } from "../conv_placer.ts";
import { slopeKind } from "../epilogue.ts";
import {
  flattenLanes,
  GROUP_QUADS,
  type LaneAllocator,
  type LaneTensor,
  VECTOR,
} from "../layout.ts";
import type { PlacedConv, PlacedWeights } from "../plan_gru.ts";
import { type ConvStep, paddingOf, type Step, strideOf } from "../steps.ts";
import type { ConvNode, Epilogue, GroupedNode, Records } from "../types.ts";
import type { BackNode, FirstLayer, PathPlan, SpreadNode, TurnedKernel } from "./types.ts";

/** A step that paths are followed through. */
export type PathStep = Exclude<Step, { readonly kind: "gru" }>;

/** A step that has its node, and the place of the derivatives by its output. */
interface Passed {
  readonly index: number;
  readonly node: GroupedNode;
  readonly delta: LaneTensor;
}

/** What {@linkcode StepPlacer} places. */
export interface StepsToPlace {
  readonly weights: readonly WeightShape[];
  /** The first is a convolution. */
  readonly steps: readonly PathStep[];
  /** By step: the way back of a convolution. */
  readonly turned: readonly (ConvStep | undefined)[];
  /** The first step's bare sums. */
  readonly ends: ConvStep;
}

/** The nodes of a path plan. */
interface PlacedSteps
  extends Pick<PathPlan, "ends" | "single" | "backs" | "last" | "turned" | "weights"> {
  readonly layer: FirstLayer;
  readonly passed: readonly Passed[];
}

/** Gives the steps of a path plan their places in the memory of a thread. */
export class StepPlacer {
  readonly #memory: LaneAllocator;
  readonly #convs: ConvPlacer;
  readonly #plan: StepsToPlace;
  readonly #weights: readonly PlacedWeights[];
  readonly #weightsOfTurned: readonly (PlacedWeights | undefined)[];
  readonly #weightsOfEnds: PlacedWeights;
  readonly #placeOfWeights: PathPlan["weights"];
  readonly #turned: TurnedKernel[] = [];

  /** Takes places for all weights, one after another. */
  constructor(memory: LaneAllocator, plan: StepsToPlace) {
    this.#memory = memory;
    this.#plan = plan;
    this.#convs = new ConvPlacer(memory, plan.weights);
    const address = memory.end;
    this.#weights = plan.steps.map((step) => this.#takeWeights(step));
    this.#weightsOfTurned = plan.turned.map((step) => step && this.#convs.takeWeights(step));
    this.#weightsOfEnds = this.#convs.takeWeights(plan.ends);
    this.#placeOfWeights = { address, bytes: memory.end - address };
  }

  /** Places all nodes between the inputs of the first and the derivatives with respect to them. */
  place(input: LaneTensor, derivatives: LaneTensor): PlacedSteps {
    const ends = this.#placeEnds(input);
    const layer = this.#placeFirst(ends);
    const passed = this.#placeOthers(layer.output);
    const backs = passed.map((one, place) => {
      const before = passed[place - 1]?.delta ?? layer.delta;
      const isFlat = one.node.input.rows < before.rows;
      return this.#placeBack(one, isFlat ? flattenLanes(before) : before);
    });
    const last = this.#placeTurned(0, {
      of: ends,
      name: "last",
      input: layer.delivered,
      output: derivatives,
    });
    return {
      ends,
      single: this.#placeSingle(layer, input),
      layer,
      passed,
      backs: backs.toReversed().flat(),
      last,
      turned: this.#turned,
      weights: this.#placeOfWeights,
    };
  }

  #takeWeights(step: PathStep): PlacedWeights {
    if (step.kind === "conv") return this.#convs.takeWeights(step);
    return {
      weights: 0,
      epilogue: step.kind === "affine" ? this.#memory.take(8 * step.stride) : 0,
    };
  }

  #placeEnds(input: LaneTensor): ConvNode {
    const { ends } = this.#plan;
    const { rows, channels } = ends;
    const output = this.#memory.tensor({ rows, channels, stride: strideOf(channels) });
    const places = { ...this.#weightsOfEnds, name: "ends", input, output };
    return { ...this.#convs.place(ends, places), bare: true };
  }

  #placeFirst(ends: ConvNode): FirstLayer {
    const memory = this.#memory;
    const { steps, turned } = this.#plan;
    const step = steps[0] as ConvStep;
    const { rows, channels } = step;
    const stride = strideOf(channels);
    const output = memory.tensor({ rows, channels, stride, ...this.#readPadding(1) });
    const { pool, needed } = step.tiling;
    const records = this.#placeRecords(output, { pool, epilogue: ends.epilogue });
    return {
      name: "first",
      ends: ends.output,
      pool,
      epilogue: ends.epilogue,
      constants: { address: ends.memory.epilogue, filters: 2 * ends.product.pairs },
      output,
      records,
      delta: memory.tensor({ rows, channels, stride }),
      collected: memory.take(needed * stride * VECTOR),
      delivered: memory.tensor({
        rows: needed,
        channels,
        stride,
        ...paddingOf(turned[0]),
      }),
      lane: memory.take(VECTOR),
    };
  }

  #placeSingle(layer: FirstLayer, input: LaneTensor): PathPlan["single"] {
    const { output, records, delta: from, delivered: to, pool, epilogue } = layer;
    const places = { ...this.#weights[0]!, name: "single", input, output };
    const node = { ...this.#convs.place(this.#plan.steps[0] as ConvStep, places), records };
    return { node, back: spreadNode(node, { name: "single.back", pool, epilogue, from, to }) };
  }

  #placeOthers(first: LaneTensor): Passed[] {
    const passed: Passed[] = [];
    let input = first;
    for (const [index, step] of this.#plan.steps.entries()) {
      if (index === 0) continue;
      if (step.kind === "flatten") {
        input = flattenLanes(input);
        continue;
      }
      const node = this.#placeNode(step, input, index);
      const { rows, channels, stride, segment } = node.output;
      const isRead = node.kind === "conv" && !isSpread(node.tiling.pool, node.epilogue);
      const padding = isRead ? paddingOf(this.#plan.turned[index]) : {};
      const delta = {
        ...this.#memory.tensor({ rows, channels, stride, ...padding }),
        segment,
      };
      passed.push({ index, node, delta });
      input = node.output;
    }
    return passed;
  }

  #placeNode(
    step: Exclude<PathStep, { readonly kind: "flatten" }>,
    input: LaneTensor,
    index: number,
  ): GroupedNode {
    const { rows, channels, layer } = step;
    const placed = this.#weights[index]!;
    // What works value by value leaves gaps where they are.
    const stride = step.kind === "conv" ? strideOf(channels) : input.stride;
    const made = this.#memory.tensor({ rows, channels, stride, ...this.#readPadding(index + 1) });
    const output = step.kind === "conv" ? made : { ...made, segment: input.segment };
    const base = { name: `${step.kind}${layer}`, input, output };
    const records = (pool: number, epilogue: Epilogue) =>
      this.#placeRecords(output, { pool, epilogue });
    switch (step.kind) {
      case "conv": {
        const node = this.#convs.place(step, { ...base, ...placed });
        return { ...node, records: records(step.tiling.pool, node.epilogue) };
      }
      case "pool":
        return { ...base, kind: "pool", size: step.size, records: records(step.size, NONE) };
      case "activation": {
        const { activation } = step;
        const epilogue = { activation, normalised: false };
        return { ...base, kind: "activation", activation, records: records(1, epilogue) };
      }
      case "affine":
        return {
          ...base,
          kind: "affine",
          factors: placed.epilogue,
          norm: this.#convs.placeNorm(step.norm),
        };
    }
  }

  /** Records lie after the outputs that they belong to. */
  #placeRecords(
    { quadBytes }: LaneTensor,
    { pool, epilogue }: { readonly pool: number; readonly epilogue: Epilogue },
  ): Records {
    const take = () => this.#memory.take(GROUP_QUADS * quadBytes);
    return {
      winners: pool > 1 ? take() : undefined,
      slopes: slopeKind(epilogue) === "kept" ? take() : undefined,
    };
  }

  /** Rows of zeros that a step reads around its input. */
  #readPadding(index: number): ReturnType<typeof paddingOf> {
    return paddingOf(this.#plan.steps[index]);
  }

  /** From the derivatives by a node's output to those by its input. */
  #placeBack({ index, node, delta }: Passed, to: LaneTensor): BackNode[] {
    const name = `${node.name}.back`;
    switch (node.kind) {
      case "affine":
        return [{ kind: "scale", name, factors: node.factors, from: delta, to }];
      case "pool":
        return [spreadNode(node, { name, pool: node.size, epilogue: NONE, from: delta, to })];
      case "activation": {
        const epilogue = { activation: node.activation, normalised: false };
        return [spreadNode(node, { name, pool: 1, epilogue, from: delta, to })];
      }
      case "conv": {
        const { tiling: { pool, needed }, epilogue } = node;
        const turned = { of: node, name: `${node.name}.turned`, output: to };
        if (!isSpread(pool, epilogue)) {
          return [this.#placeTurned(index, { ...turned, input: delta })];
        }
        const { channels, stride } = delta;
        const sums = this.#memory.tensor({
          rows: needed,
          channels,
          stride,
          ...paddingOf(this.#plan.turned[index]),
        });
        return [
          spreadNode(node, { name, pool, epilogue, from: delta, to: sums }),
          this.#placeTurned(index, { ...turned, input: sums }),
        ];
      }
      case "gru":
        throw new Error("Cannot follow paths: found a GRU");
    }
  }

  #placeTurned(
    index: number,
    { of, ...places }: TurnedKernel & Omit<PlacedConv, keyof PlacedWeights>,
  ): ConvNode {
    const step = this.#plan.turned[index]!;
    const kernel = this.#plan.weights.length + this.#turned.push({ of }) - 1;
    const node = this.#convs.place(step, { ...places, ...this.#weightsOfTurned[index]! });
    return { ...node, kernel, bias: undefined };
  }
}

/** An epilogue that does nothing. */
const NONE: Epilogue = { activation: 1, normalised: false };

/** Whether derivatives by outputs differ from those by sums. */
function isSpread(pool: number, epilogue: Epilogue): boolean {
  return pool > 1 || slopeKind(epilogue) !== 1;
}

function spreadNode(
  { output, records }: GroupedNode,
  node: Omit<SpreadNode, "kind" | "output" | "records">,
): SpreadNode {
  return { ...node, kind: "spread", output, records };
}
