/**
 * Adam (Kingma and Ba 2015, algorithm 1) with Keras' defaults, as every engine applies it: for step
 * t = 1, 2, … m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², w ← w − α·(m·c₁) / (√(v·c₂) + ε), with the
 * corrections c₁ = 1 / (1 − β₁ᵗ) and c₂ = 1 / (1 − β₂ᵗ).
 */
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
