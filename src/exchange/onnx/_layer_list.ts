/** Layers that are read from a graph, with factors and shifts that are folded into them. */

import type { LayerSpec } from "../../model/spec.ts";
import type { ReadLayer } from "../network.ts";
import type { Values } from "./weight_layout.ts";

/** Added to the variance of a batch normalisation that stands for factors and shifts: exact in float32. */
const EPSILON = 2 ** -10;

/** A layer with weights that may still change. */
interface OpenLayer {
  layer: LayerSpec;
  weights: Values[];
}

/** Collects layers. */
export class LayerList {
  readonly #layers: OpenLayer[] = [];
  /** What was read in another form. */
  readonly notes: string[] = [];

  /** The layers so far. */
  get layers(): readonly ReadLayer[] {
    return this.#layers;
  }

  add(layer: LayerSpec, weights: readonly Values[] = []): void {
    this.#layers.push({ layer, weights: [...weights] });
  }

  /** Replaces the last layer, whose weights stay. */
  replaceLast(layer: LayerSpec): void {
    this.#layers.at(-1)!.layer = layer;
  }

  /** Multiplies each channel and adds to it: in the layer before, or in a batch normalisation. */
  scale(factors: Values, shifts: Values): void {
    const last = this.#layers.at(-1);
    const [kernel, bias] = last?.weights ?? [];
    switch (last?.layer.type) {
      case "conv1d":
      case "dense":
      case "linear": {
        const channels = factors.length;
        last.weights = [
          kernel!.map((value, i) => value * factors[i % channels]!),
          bias!.map((value, i) => value * factors[i]! + shifts[i]!),
        ];
        return;
      }
    }
    const size = factors.length;
    const layer = { type: "batchNorm", momentum: 0.99, epsilon: EPSILON } as const;
    const variance = new Float32Array(size).fill(1 - EPSILON);
    this.add(layer, [factors, shifts, new Float32Array(size), variance]);
    this.notes.push("Factors and shifts that stand alone became a batch normalisation.");
  }
}
