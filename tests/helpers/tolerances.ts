/**
 * How far an engine in float32 may be from the golden runs in float64.
 *
 * In `batch_norm` two values in a pooling window come so close in step 8 that float32 and float64 pick different
 * ones, and one γ has a first gradient that is zero but for rounding, whose sign Adam turns into a whole step.
 * PyTorch's own float32 run parts from its float64 run at the same step and about as far: by 8e-5 of the loss's
 * scale and 1.2 learning rates in a weight. Which ties other roundings cross is chance.
 */
export const GOLDEN_TOLERANCES = {
  wakawaka: { ...floatTolerances(), losses: 1e-5, weightsAfter1: 0.01, weightsAfter20: 0.05 },
  one_convolution: {
    ...floatTolerances(),
    losses: 1e-5,
    weightsAfter1: 0.01,
    weightsAfter20: 0.05,
  },
  batch_norm: { ...floatTolerances(), losses: 3e-4, weightsAfter1: 0.5, weightsAfter20: 5 },
  branches: { ...floatTolerances(), losses: 1e-5, weightsAfter1: 0.01, weightsAfter20: 0.05 },
  dna: { ...floatTolerances(), losses: 1e-5, weightsAfter1: 0.01, weightsAfter20: 0.05 },
  dna_recurrent: { ...floatTolerances(), losses: 1e-5, weightsAfter1: 0.01, weightsAfter20: 0.05 },
} as const;

/**
 * Gradients below this share of their tensor's largest are rounding for the most part, and Adam's first step makes up to
 * a whole learning rate of what is rounding: 1 of the 7,500 weights of a convolution in `wakawaka` has a gradient of
 * 5e-8 of the largest. Weights are compared where the first gradient is larger.
 */
export const FIRM_GRADIENT = 1e-6;

/**
 * How far a bidirectional GRU in float32 may be from the reference in float64, relative to the largest value: over
 * 6 positions tf.js is 3e-7 away, and approximations of exp and tanh may add a few units in the last place.
 */
export const GRU_TOLERANCES = { predictions: 2e-6, gradients: 5e-6 } as const;

/** The same for LSTMs, and for GRUs that return their states at each position. */
export const RECURRENT_TOLERANCES = GRU_TOLERANCES;

function floatTolerances() {
  return {
    /**
     * Relative to the largest prediction: one forward pass, sums of up to 500 products. Where training transforms a
     * convolution, its outputs may be 4e-6 of the largest away: 3e-6 is the most that was found.
     */
    predictions: 1e-5,
    /** Relative to the largest gradient of the tensor: one backward pass on top. */
    gradients: 2e-5,
    // Of the others, `losses` is relative to the first loss, and weights are in units of the learning rate,
    // which is how far Adam moves one in a step.
  };
}

/**
 * Directional derivatives against differences of the loss: float32 losses carry 1e-7, divided by a step of
 * 2e-3 along the gradient, and the difference's own curvature and kinks add to that.
 */
export const DERIVATIVE_TOLERANCE = 2e-2;

/**
 * Models with branches in float32 against others in float32: some Adam steps apart. `predictions` and `losses` are relative,
 * `weights` in units of the learning rate; `derivative` is relative to the gradient's length, `lossNoise` what float32 losses
 * lack, divided by the step.
 */
export const BRANCH_TOLERANCES = {
  predictions: 1e-4,
  losses: 1e-4,
  weights: 0.05,
  derivative: 2e-2,
  lossNoise: 5e-4,
} as const;

/**
 * Gradients by inputs against differences of predictions over a step of 4e-3: relative to the gradient's length, and what
 * float32 predictions lack, divided by the step.
 */
export const INPUT_DERIVATIVE_TOLERANCE = { relative: 1e-2, noise: 2e-4 } as const;

/**
 * Predictions in groups of samples against float64, relative to the largest output. The transforms that save
 * multiplications lose up to two bits more than plain sums. Random models may have weights that cancel each other, and
 * depths of half a dozen layers, which multiplies what is lost.
 */
export const GROUPED_TOLERANCE = { predictions: 4e-6, random: 2e-5 } as const;

/** Largest difference of two arrays; infinite if one holds a NaN or they differ in length. */
export function largestDifference(found: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (found.length !== wanted.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const apart = Math.abs(found[i]! - wanted[i]!);
    if (Number.isNaN(apart)) return Infinity;
    largest = Math.max(largest, apart);
  }
  return largest;
}

/** Largest magnitude in an array. */
export function magnitude(values: ArrayLike<number>): number {
  return largestDifference(values, new Float64Array(values.length));
}
