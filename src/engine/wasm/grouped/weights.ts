/**
 * A model's weights in the form in which the kernels of a grouped plan read them.
 *
 * @module
 */

import { kernelMatrix } from "../transforms/matrices.ts";
import { convsOf } from "./convs_of.ts";
import { laneIndex } from "./layout.ts";
import { pairWeightBytes } from "./product.ts";
import type { AffineNode, ConvNode, GroupedPlan, NormWeights } from "./types.ts";

/**
 * Transforms and packs weights; products with them are of float32, all that is done to them here is of float64.
 *
 * @param plan The plan.
 * @param weights In the order and shapes of `weightShapes(spec)`.
 * @param image Receives what belongs at `plan.weights.address`.
 */
export function packWeights(
  plan: Pick<GroupedPlan, "nodes" | "weights">,
  weights: readonly Float32Array[],
  image: Float32Array,
): void {
  const first = plan.weights.address / 4;
  for (const node of plan.nodes) {
    for (const conv of convsOf(node)) {
      const scales = normScales(conv, weights);
      packKernel(conv, { weights, scales, image, first: conv.memory.weights / 4 - first });
      packEpilogue(conv, { weights, scales, image, first: conv.memory.epilogue / 4 - first });
    }
    if (node.kind === "affine") {
      packFactors(node, { weights, image, first: node.factors / 4 - first });
    }
  }
}

interface Packing {
  readonly weights: readonly Float32Array[];
  readonly image: Float32Array;
  /** Where to pack, in float32. */
  readonly first: number;
}

/** Factor of each channel, γ / √(variance + ε), and what is added after: β − mean · factor. */
function normConstants(
  { gamma, beta, mean, variance, epsilon }: NormWeights,
  weights: readonly Float32Array[],
): { readonly factors: Float64Array; readonly shifts: Float64Array } {
  const factors = Float64Array.from(weights[gamma]!, (value, channel) => {
    return value / Math.sqrt(weights[variance]![channel]! + epsilon);
  });
  const shifts = Float64Array.from(weights[beta]!, (value, channel) => {
    return value - weights[mean]![channel]! * factors[channel]!;
  });
  return { factors, shifts };
}

/** By filter: the factor of a normalisation that kernel and bias take over: one that no pooling separates from them. */
export function normScales(
  { norm, normAfterPool, filters, epilogue }: ConvNode,
  weights: readonly Float32Array[],
): Float64Array {
  if (norm === undefined || normAfterPool || epilogue.activation === "gelu") {
    return new Float64Array(filters).fill(1);
  }
  return normConstants(norm, weights).factors;
}

/** The kernel, in Keras' order `[tap, channel, filter]`, to `[frequency, pass, pair, term, filter of the pair]`. */
function packKernel(
  node: ConvNode,
  { weights, scales, image, first }: Packing & { readonly scales: Float64Array },
): void {
  const { filters, channels, width, product, tiling: { transform, pieces }, input } = node;
  const { terms, passes, pairs } = product;
  const kernel = weights[node.kernel]!;
  const matrix = kernelMatrix(transform);
  const { taps, frequencies } = transform;
  const pairFloats = pairWeightBytes(product) / 4;
  const frequencyFloats = passes * pairs * pairFloats;
  const inputChannels = input.channels;
  const { used, total } = node.columns;
  const rowOfTap = inputChannels * total;
  const own = new Float64Array(taps);
  for (let piece = 0; piece < pieces; piece++) {
    const firstTap = piece * taps;
    const count = Math.min(taps, width - firstTap);
    for (let channel = 0; channel < inputChannels; channel++) {
      const term = piece * channels + laneIndex(input, channel);
      const target = first + Math.floor(term / terms) * pairs * pairFloats + 2 * (term % terms);
      for (let filter = 0; filter < filters; filter++) {
        const source = (firstTap * inputChannels + channel) * total + used[filter]!;
        const scale = scales[filter]!;
        for (let tap = 0; tap < count; tap++) own[tap] = scale * kernel[source + tap * rowOfTap]!;
        const place = target + (filter >> 1) * pairFloats + (filter & 1);
        for (let frequency = 0; frequency < frequencies; frequency++) {
          const row = matrix[frequency]!;
          let sum = 0;
          for (let tap = 0; tap < count; tap++) sum += row[tap]! * own[tap]!;
          image[place + frequency * frequencyFloats] = sum;
        }
      }
    }
  }
}

/** Bias; with a normalisation also what values above and below zero are multiplied by, and the shift. */
function packEpilogue(
  node: ConvNode,
  { weights, scales, image, first }: Packing & { readonly scales: Float64Array },
): void {
  const { filters, columns, norm, normAfterPool, product: { pairs }, epilogue } = node;
  const { activation } = epilogue;
  const row = 2 * pairs;
  const bias = node.bias === undefined ? undefined : weights[node.bias]!;
  for (let filter = 0; filter < filters; filter++) {
    image[first + filter] = scales[filter]! * (bias?.[columns.used[filter]!] ?? 0);
  }
  if (norm === undefined) return;
  const { factors, shifts } = normConstants(norm, weights);
  for (let filter = 0; filter < filters; filter++) {
    const [above, below] = slopesOf(factors[filter]!, activation, normAfterPool);
    image[first + row + filter] = above;
    image[first + 2 * row + filter] = below;
    image[first + 3 * row + filter] = shifts[filter]!;
  }
}

/**
 * With the factor a of a normalisation and the slope s of the activation, a · leaky(z) is a · z above zero and a · s · z
 * below. Where weights have taken over a, the sum is v = a · z, whose sign is that of a · z: so it is v and s · v, and
 * the other way round for negative a. Both rise with v, so a pooling may come before.
 */
function slopesOf(
  factor: number,
  activation: number | "gelu",
  normAfterPool: boolean,
): [above: number, below: number] {
  if (activation === "gelu") return [factor, factor];
  if (normAfterPool) return [factor, factor * activation];
  return factor < 0 ? [activation, 1] : [1, activation];
}

function packFactors({ norm, input }: AffineNode, { weights, image, first }: Packing): void {
  const { factors, shifts } = normConstants(norm, weights);
  for (let channel = 0; channel < input.channels; channel++) {
    const index = first + laneIndex(input, channel);
    image[index] = factors[channel]!;
    image[index + input.stride] = shifts[channel]!;
  }
}
