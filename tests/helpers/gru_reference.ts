/**
 * Bidirectional GRUs in plain float64 numbers: the second opinion on every engine's. See `BidirectionalGruLayer`
 * for the formulas of the forward pass. Backwards from the last state read to the first, with δ the loss's
 * gradient with respect to the state h′ = z ∘ h + (1 − z) ∘ c:
 *
 * - δc = δ ∘ (1 − z) ∘ (1 − c²)            with respect to the candidate's sum,
 * - q = δc·U₃ᵀ                             with respect to r ∘ h,
 * - δr = q ∘ h ∘ r ∘ (1 − r)               with respect to the reset gate's sum,
 * - δz = δ ∘ (h − c) ∘ z ∘ (1 − z)         with respect to the update gate's sum,
 * - δ ∘ z + q ∘ r + [δz δr]·[U₁ U₂]ᵀ       with respect to the state h before,
 * - [δz δr δc]·Wᵀ                          with respect to the input x,
 *
 * and the weights' gradients sum over the positions: of W xᵀ·[δz δr δc], of [U₁ U₂] hᵀ·[δz δr], of U₃ (r ∘ h)ᵀ·δc,
 * of b [δz δr δc].
 */

/** Kernel, recurrent kernel and bias of the forward GRU, then of the backward one. */
export type GruWeights = readonly ArrayLike<number>[];

/** Extents of a layer. */
export interface GruShape {
  readonly positions: number;
  readonly channels: number;
  readonly units: number;
}

/** What one GRU computed at one position, in the order of reading. */
interface Step {
  readonly position: number;
  readonly before: Float64Array; // h
  readonly update: Float64Array; // z
  readonly reset: Float64Array; // r
  readonly candidate: Float64Array; // c
  readonly after: Float64Array; // h′
}

/** The output `[2 · units]` for one sample's input `[position, channel]`. */
export function runBidirectionalGru(
  input: ArrayLike<number>,
  weights: GruWeights,
  shape: GruShape,
): Float64Array {
  return Float64Array.from([0, 1].flatMap((direction) => {
    const own = weights.slice(3 * direction, 3 * direction + 3);
    return [...readPositions(input, own, { ...shape, reversed: direction === 1 }).at(-1)!.after];
  }));
}

/** Gradients of the input `[position, channel]` and of the six weights, given that of the output. */
export function bidirectionalGruGradients(
  input: ArrayLike<number>,
  weights: GruWeights,
  { outputGradient, ...shape }: GruShape & { readonly outputGradient: Float64Array },
): { input: Float64Array; weights: Float64Array[] } {
  const gradients = {
    input: new Float64Array(input.length),
    weights: weights.map(({ length }) => new Float64Array(length)),
  };
  for (const direction of [0, 1]) {
    const own = weights.slice(3 * direction, 3 * direction + 3);
    const steps = readPositions(input, own, { ...shape, reversed: direction === 1 });
    let delta = outputGradient.slice(direction * shape.units, (direction + 1) * shape.units);
    for (const step of steps.toReversed()) {
      const { sums, gatedState, state } = stepGradients(step, own[1]!, delta);
      addWeightGradients(gradients.weights.slice(3 * direction), sums, { step, input, shape });
      for (let channel = 0; channel < shape.channels; channel++) {
        for (let j = 0; j < sums.length; j++) {
          const weight = own[0]![channel * sums.length + j];
          gradients.input[step.position * shape.channels + channel]! += sums[j]! * weight!;
        }
      }
      delta = state.map((value, k) => value + gatedState[k]! * step.reset[k]!);
    }
  }
  return gradients;
}

function readPositions(
  input: ArrayLike<number>,
  [kernel, recurrentKernel, bias]: GruWeights,
  { positions, channels, units, reversed }: GruShape & { readonly reversed: boolean },
): Step[] {
  const steps: Step[] = [];
  let before = new Float64Array(units);
  for (let read = 0; read < positions; read++) {
    const position = reversed ? positions - 1 - read : read;
    const x = Float64Array.from({ length: channels }, (_, i) => input[position * channels + i]!);
    const gate = (part: number, state: Float64Array, activation: (sum: number) => number) =>
      Float64Array.from({ length: units }, (_, unit) => {
        const column = part * units + unit;
        const product = (values: Float64Array, matrix: ArrayLike<number>) =>
          values.reduce((sum, value, i) => sum + value * matrix[i * 3 * units + column]!, 0);
        return activation(bias![column]! + product(x, kernel!) + product(state, recurrentKernel!));
      });
    const update = gate(0, before, sigmoid);
    const reset = gate(1, before, sigmoid);
    const candidate = gate(2, before.map((h, k) => h * reset[k]!), Math.tanh);
    const after = before.map((h, k) => update[k]! * h + (1 - update[k]!) * candidate[k]!);
    steps.push({ position, before, update, reset, candidate, after });
    before = after;
  }
  return steps;
}

function sigmoid(sum: number): number {
  return 1 / (1 + Math.exp(-sum));
}

/** Gradients by the three gates' sums, with respect to r ∘ h, and by h but for its way through r ∘ h. */
function stepGradients(
  { before, update, reset, candidate }: Step,
  recurrentKernel: ArrayLike<number>,
  delta: Float64Array,
): { sums: Float64Array; gatedState: Float64Array; state: Float64Array } {
  const units = delta.length;
  const sums = new Float64Array(3 * units);
  for (let k = 0; k < units; k++) {
    const [z, c] = [update[k]!, candidate[k]!];
    sums[k] = delta[k]! * (before[k]! - c) * z * (1 - z);
    sums[2 * units + k] = delta[k]! * (1 - z) * (1 - c * c);
  }
  const transposed = (row: number, from: number, to: number) => {
    let sum = 0;
    for (let j = from; j < to; j++) sum += sums[j]! * recurrentKernel[row * 3 * units + j]!;
    return sum;
  };
  const gatedState = delta.map((_, k) => transposed(k, 2 * units, 3 * units));
  for (let k = 0; k < units; k++) {
    sums[units + k] = gatedState[k]! * before[k]! * reset[k]! * (1 - reset[k]!);
  }
  const state = delta.map((value, k) => value * update[k]! + transposed(k, 0, 2 * units));
  return { sums, gatedState, state };
}

function addWeightGradients(
  [kernel, recurrentKernel, bias]: Float64Array[],
  sums: Float64Array,
  { step, input, shape }: { step: Step; input: ArrayLike<number>; shape: GruShape },
): void {
  const { channels, units } = shape;
  for (let j = 0; j < sums.length; j++) {
    bias![j]! += sums[j]!;
    for (let channel = 0; channel < channels; channel++) {
      kernel![channel * sums.length + j]! += input[step.position * channels + channel]! * sums[j]!;
    }
    for (let unit = 0; unit < units; unit++) {
      const state = step.before[unit]! * (j < 2 * units ? 1 : step.reset[unit]!);
      recurrentKernel![unit * sums.length + j]! += state * sums[j]!;
    }
  }
}
