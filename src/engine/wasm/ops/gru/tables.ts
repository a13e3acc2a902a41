/**
 * The kernels of a bidirectional GRU; see `BidirectionalGruLayer` for z, r, c and the weights. They take consecutive
 * samples, the rows of all products, through one step of the recurrence after the other. Addresses are the first
 * sample's: `gates`, `state` (h), `gated` (r ∘ h) and `gatedDelta` point into its record, `delta` (δ) at a direction's
 * half of the loss's derivatives with respect to the output, which each step back turns into those with respect to the
 * state before.
 *
 * @module
 */

/**
 * Forward, sums first:
 * - `project`: x·W + b for all gates, positions and both directions.
 * - `recurGates`: adds h·[U₁ U₂] to the sums of z and r.
 * - `gatesForward`: z and r from their sums, and r ∘ h.
 * - `recurCandidate`: adds (r ∘ h)·U₃ to the sum of c.
 * - `nextState`: c from its sum, and z ∘ h + (1 − z) ∘ c.
 */
export const GRU_FORWARD_KERNELS = {
  project: ["gates", "input", "kernel", "bias", "samples"],
  recurGates: ["gates", "state", "recurrent", "samples"],
  gatesForward: ["gates", "state", "gated", "samples"],
  recurCandidate: ["gates", "gated", "recurrent", "samples"],
  nextState: ["target", "targetStride", "gates", "state", "samples"],
} as const;

/**
 * Backward, where the derivatives with respect to the sums, δz, δr and δc, overwrite the gates:
 * - `gatesBackward`: δz = δ ∘ (h − c) ∘ z ∘ (1 − z), δc = δ ∘ (1 − z) ∘ (1 − c²), and δ becomes δ ∘ z.
 * - `gatedGradient`: q = δc·U₃ᵀ, the derivative with respect to r ∘ h.
 * - `resetBackward`: δr = q ∘ h ∘ r ∘ (1 − r), and adds q ∘ r to δ.
 * - `stateGradient`: adds [δz δr]·[U₁ U₂]ᵀ to δ.
 * - `inputGradient`: [δz δr δc]·Wᵀ of both directions, for all positions.
 */
export const GRU_BACKWARD_KERNELS = {
  gatesBackward: ["delta", "gates", "state", "samples"],
  gatedGradient: ["gatedDelta", "gates", "transposed", "samples"],
  resetBackward: ["delta", "gates", "state", "gatedDelta", "samples"],
  stateGradient: ["delta", "gates", "transposed", "samples"],
  inputGradient: ["inputDelta", "gates", "transposed", "samples"],
} as const;

/**
 * Adds some rows of the kernel's gradient at one position, summed over samples in their order: xᵀ·[δz δr δc], both
 * directions side by side.
 */
export const GRU_KERNEL_GRADIENT_KERNELS = {
  kernelGradient: ["gradient", "input", "gates", "rows", "samples"],
} as const;

/**
 * Adds some rows of the recurrent kernel's gradient at one position, summed in the same order: hᵀ·[δz δr] and
 * (r ∘ h)ᵀ·δc of one direction. Where there is one position only, no state is read and the kernel is missing.
 */
export const GRU_RECURRENT_GRADIENT_KERNELS = {
  recurrentGradient: ["gradient", "state", "gated", "gates", "rows", "samples"],
} as const;
