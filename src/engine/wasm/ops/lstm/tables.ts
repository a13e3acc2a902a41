/**
 * The kernels of an LSTM; see `LstmLayer` for i, f, g, o and the weights. They take consecutive samples, the rows of all
 * products, through one step of the recurrence after the other. Addresses are the first sample's, in its record.
 *
 * @module
 */

/**
 * Forward, sums first:
 * - `project`: x·W + b for all gates, positions and directions.
 * - `recur`: adds h·U to the sums of the gates.
 * - `step`: the gates from their sums, the cell f ∘ c + i ∘ g, its tangent, and the state o ∘ tanh c.
 */
export const LSTM_FORWARD_KERNELS = {
  project: ["gates", "input", "kernel", "bias", "samples"],
  recur: ["gates", "state", "recurrent", "samples"],
  step: ["gates", "cell", "nextCell", "nextState", "tangent", "samples"],
} as const;

/**
 * Backward, where the derivatives with respect to the sums overwrite the gates:
 * - `stepBackward`: with the derivatives δ with respect to the state and ε with respect to the cell after a step, ε becomes
 *   ε + δ ∘ o ∘ (1 − tanh² c), and the sums' are δi = ε ∘ g ∘ i ∘ (1 − i), δf = ε ∘ c' ∘ f ∘ (1 − f), δg = ε ∘ i ∘ (1 − g²) and
 *   δo = δ ∘ tanh c ∘ o ∘ (1 − o), where c' is the cell before; then ε becomes ε ∘ f. ε begins with zero if `keep` is 0 and
 *   not −1.
 * - `stateGradient`: δ becomes [δi δf δg δo]·Uᵀ.
 * - `inputGradient`: the same times Wᵀ, of all directions and positions.
 */
export const LSTM_BACKWARD_KERNELS = {
  stepBackward: ["gates", "cell", "tangent", "delta", "cellDelta", "samples", "keep"],
  stateGradient: ["delta", "gates", "transposed", "samples"],
  inputGradient: ["inputDelta", "gates", "transposed", "samples"],
} as const;

/**
 * Adds some rows of a kernel's gradient at one position, summed over samples in their order: xᵀ · the derivatives of all
 * directions, and hᵀ · those of one.
 */
export const LSTM_WEIGHT_GRADIENT_KERNELS = {
  kernelGradient: ["gradient", "input", "gates", "rows", "samples"],
  recurrentGradient: ["gradient", "state", "gates", "rows", "samples"],
} as const;
