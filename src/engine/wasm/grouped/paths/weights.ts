import { laneIndex } from "../layout.ts";
import { normScales, packWeights } from "../weights.ts";
import type { PathPlan, TurnedKernel } from "./types.ts";

/**
 * Transforms and packs weights, for the way forward and the way back.
 *
 * @param plan The plan.
 * @param weights In the order and shapes of `weightShapes(spec)`.
 * @param image Receives what belongs at `plan.weights.address`.
 */
export function packPathWeights(
  plan: PathPlan,
  weights: readonly Float32Array[],
  image: Float32Array,
): void {
  const { ends, single, nodes, backs, last, turned } = plan;
  const convs = backs.filter((node) => node.kind === "conv");
  const arrays = [...weights, ...turned.map((kernel) => turnKernel(kernel, weights))];
  const packed = [ends, single.node, ...nodes, ...convs, last];
  packWeights({ nodes: packed, weights: plan.weights }, arrays, image);
}

/**
 * A kernel `[tap, channel, filter]` as `[tap, filter, channel with gaps]`, the last tap first. It takes over the factors that
 * kernels take over on the way forward.
 */
function turnKernel(
  { of: { width, filters, channels, input, kernel }, of }: TurnedKernel,
  weights: readonly Float32Array[],
): Float32Array {
  const scales = normScales(of, weights);
  const source = weights[kernel]!;
  const turned = new Float32Array(width * filters * channels);
  for (let tap = 0; tap < width; tap++) {
    const row = (width - 1 - tap) * filters;
    for (let channel = 0; channel < input.channels; channel++) {
      const place = laneIndex(input, channel);
      const first = (tap * input.channels + channel) * filters;
      for (let filter = 0; filter < filters; filter++) {
        turned[(row + filter) * channels + place] = scales[filter]! * source[first + filter]!;
      }
    }
  }
  return turned;
}
