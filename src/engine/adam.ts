/**
 * Adam (Kingma and Ba 2015, algorithm 1) with Keras' defaults and decoupled weight decay (AdamW, Loshchilov and Hutter
 * 2019), as every engine applies it: for step t = 1, 2, … m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²,
 * w ← w − (αₜ·c₁·m / (√(v·c₂) + ε) + αₜ·λ·w), with the corrections c₁ = 1 / (1 − β₁ᵗ) and c₂ = 1 / (1 − β₂ᵗ). The rate
 * αₜ follows a schedule; λ is 0 for all weights that are not kernels.
 *
 * @module
 */

import type { MemberOptions } from "./engine.ts";
import { learningRateAt } from "./schedule.ts";

/** Adam's constants. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } as const;

/**
 * The corrections of one step, computed in float64 from the step alone, so that a resumed run gets the
 * same bits.
 *
 * @param step Number of the step, from 1.
 */
export function adamCorrections(step: number): { first: number; second: number } {
  return { first: 1 / (1 - ADAM.beta1 ** step), second: 1 / (1 - ADAM.beta2 ** step) };
}

/** What decides how far a member's weights move. */
export type UpdateSettings = Pick<
  MemberOptions,
  "learningRate" | "schedule" | "totalSteps" | "weightDecay"
>;

/** The factors of a step. */
export interface StepFactors {
  /** αₜ·c₁ */
  readonly rate: number;
  /** c₂ */
  readonly correction: number;
  /** αₜ·λ */
  readonly decay: number;
}

/**
 * The factors of one step, computed in float64 from the settings and the step alone.
 *
 * @param settings The member's.
 * @param step Number of the step, from 1.
 */
export function stepFactors(settings: UpdateSettings, step: number): StepFactors {
  const { learningRate, schedule = { type: "constant" }, totalSteps = 1 } = settings;
  const { first, second } = adamCorrections(step);
  const rate = learningRateAt(schedule, { step, totalSteps, learningRate });
  return { rate: rate * first, correction: second, decay: rate * (settings.weightDecay ?? 0) };
}

/**
 * Whether weight decay acts on a weight.
 *
 * @param name The weight's name in its layer.
 * @returns True for kernels.
 */
export function isDecayed(name: string): boolean {
  return /(^|\/|_)kernel$/.test(name);
}
