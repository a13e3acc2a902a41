import { freeArray } from "../../base/free.ts";
import type { Weights } from "../../model/initial_weights.ts";
import { sizeOf, type WeightShape, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { isDecayed } from "../adam.ts";
import type { MemberOptions, SessionState } from "../engine.ts";
import { freeState } from "../free_state.ts";
import { WEIGHT_MARKS } from "./ops/adam.ts";
import type { GpuMemory } from "./memory.ts";
import type { WeightLayout } from "./weight_layout.ts";

/** Buffers of the weights and of Adam's moments. */
const BUFFERS = ["weights", "firstMoment", "secondMoment"] as const;

/** Options of {@linkcode GpuStates}. */
export interface GpuStatesOptions {
  readonly spec: ModelSpec;
  readonly layout: WeightLayout;
  readonly members: readonly MemberOptions[];
  /** Receives the weights and the moments. */
  readonly memory: GpuMemory;
}

/** Whether some member's weights differ in how they move, so that they need marks. */
export function areMarked(members: readonly MemberOptions[]): boolean {
  return members.some(({ weightDecay = 0, frozen = [] }) => weightDecay > 0 || frozen.length > 0);
}

/** The states of a session's models: as they are on the GPU, and as they were after the last finished epoch. */
export class GpuStates {
  readonly #shapes: readonly WeightShape[];
  readonly #layout: WeightLayout;
  readonly #memory: GpuMemory;
  #states: readonly SessionState[];

  /** Reserves the buffers and writes the initial weights. */
  constructor({ spec, layout, members, memory }: GpuStatesOptions) {
    this.#shapes = weightShapes(spec);
    this.#layout = layout;
    this.#memory = memory;
    const zeros = this.#shapes.filter(({ trainable }) => trainable)
      .map(({ shape }) => new Float32Array(sizeOf(shape)));
    this.#states = members.map(({ weights }) => ({
      step: 0,
      weights: copyArrays(weights),
      firstMoments: copyArrays(zeros),
      secondMoments: copyArrays(zeros),
    }));
    for (const name of BUFFERS) memory.reserve(name, layout.size * members.length);
    if (areMarked(members)) this.#writeMarks(members);
    this.rewind();
  }

  /** The buffers to read for {@linkcode GpuStates.adopt}. */
  get wanted(): { readonly name: string; readonly values: number }[] {
    const values = this.#layout.size * this.#states.length;
    return BUFFERS.map((name) => ({ name, values }));
  }

  /** Steps that each model has taken. */
  get steps(): readonly number[] {
    return this.#states.map(({ step }) => step);
  }

  /** A copy of the states after the last finished epoch. */
  copy(): SessionState[] {
    return this.#states.map(copyState);
  }

  /** Replaces the states, on the GPU too. */
  replace(states: readonly SessionState[]): void {
    this.#states = states.map(copyState);
    this.rewind();
  }

  /**
   * Adopts the states that an epoch ended with.
   *
   * @param arrays The buffers of {@linkcode GpuStates.wanted} as they were read; they are freed.
   * @param steps Steps that each model took, `undefined` for one that keeps its state.
   */
  adopt(
    arrays: readonly Float32Array<ArrayBuffer>[],
    steps: readonly (number | undefined)[],
  ): void {
    this.#states = this.#states.map((before, model) => {
      const taken = steps[model];
      if (taken === undefined) return before;
      const [weights = [], first = [], second = []] = arrays.map((all) => this.#split(all, model));
      const trained = (values: Float32Array<ArrayBuffer>[]) =>
        values.filter((_, i) => this.#shapes[i]!.trainable);
      freeState(before);
      return {
        step: before.step + taken,
        weights,
        firstMoments: trained(first),
        secondMoments: trained(second),
      };
    });
    arrays.forEach(freeArray);
    if (steps.includes(undefined)) this.rewind();
  }

  /** Writes the states to the GPU, which may be somewhere inside an epoch. */
  rewind(): void {
    const { places, size } = this.#layout;
    const write = (
      name: typeof BUFFERS[number],
      arraysOf: (state: SessionState) => readonly Float32Array[],
    ) => {
      const all = new Float32Array(size * this.#states.length);
      for (const [model, state] of this.#states.entries()) {
        for (const [i, values] of arraysOf(state).entries()) {
          const place = places[i]!;
          values.forEach((value, k) => all[model * size + place[k]!] = value);
        }
      }
      this.#memory.write(name, all);
    };
    const moments = (trained: readonly Float32Array[]) => {
      const queue = [...trained];
      return this.#shapes.map(({ trainable }) => trainable ? queue.shift()! : new Float32Array(0));
    };
    write("weights", ({ weights }) => weights);
    write("firstMoment", ({ firstMoments }) => moments(firstMoments));
    write("secondMoment", ({ secondMoments }) => moments(secondMoments));
  }

  /** Says of each weight whether it moves, and whether it decays. */
  #writeMarks(members: readonly MemberOptions[]): void {
    const { places, size } = this.#layout;
    const marks = new Uint32Array(size * members.length);
    for (const [model, { frozen = [] }] of members.entries()) {
      for (const [i, { name, trainable }] of this.#shapes.entries()) {
        if (!trainable || frozen.includes(i)) continue;
        const mark = WEIGHT_MARKS.moves | (isDecayed(name) ? WEIGHT_MARKS.decays : 0);
        for (const place of places[i]!) marks[model * size + place] = mark;
      }
    }
    this.#memory.reserve("marks", marks.length);
    this.#memory.write("marks", marks);
  }

  #split(all: Float32Array<ArrayBuffer>, model: number): Float32Array<ArrayBuffer>[] {
    const { places, size } = this.#layout;
    return places.map((indices) => {
      const values = new Float32Array(indices.length);
      for (let i = 0; i < values.length; i++) values[i] = all[model * size + indices[i]!]!;
      return values;
    });
  }
}

function copyState(state: SessionState): SessionState {
  const { step, weights, firstMoments, secondMoments } = state;
  return {
    step,
    weights: copyArrays(weights),
    firstMoments: copyArrays(firstMoments),
    secondMoments: copyArrays(secondMoments),
  };
}

function copyArrays(arrays: readonly Float32Array[]): Weights {
  return arrays.map((values) => new Float32Array(values));
}
