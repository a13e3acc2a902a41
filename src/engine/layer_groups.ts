import { UnsupportedModelError } from "../errors.ts";
import { type SampleShape, sampleShapes } from "../model/shapes.ts";
import type {
  BatchNormLayer,
  BidirectionalGruLayer,
  Conv1dLayer,
  DenseLayer,
  DropoutLayer,
  LayerSpec,
  SequentialSpec as ModelSpec,
} from "../model/spec.ts";

interface GroupBase {
  /** Index in `spec.layers` of the first layer, the one with the weights if any. */
  readonly layer: number;
  /** How many layers of the model it takes in. */
  readonly layers: number;
  /** Shape of a sample before and behind it. */
  readonly input: SampleShape;
  readonly output: SampleShape;
}

/** Consecutive layers that an engine computes as one. */
export type LayerGroup =
  & GroupBase
  & (
    /** A convolution with the activation (slope 1 is none) and the pooling that follow it at once. */
    | {
      readonly kind: "conv";
      readonly spec: Conv1dLayer;
      readonly slope: number;
      readonly pool: number | undefined;
    }
    /** A dense layer with its activation. */
    | { readonly kind: "dense"; readonly spec: DenseLayer; readonly slope: number }
    | { readonly kind: "batchNorm"; readonly spec: BatchNormLayer }
    | { readonly kind: "pool"; readonly size: number }
    | { readonly kind: "dropout"; readonly spec: DropoutLayer }
    | { readonly kind: "activation"; readonly slope: number }
    | { readonly kind: "flatten" }
    | { readonly kind: "bidirectionalGru"; readonly spec: BidirectionalGruLayer }
  );

/**
 * Groups a model's layers. A sigmoid is left out: it belongs to the loss, which is computed from the value before
 * it so that nothing overflows.
 *
 * @param spec A valid model.
 * @param largestPool The largest pooling that a convolution takes in.
 */
export function groupLayers(spec: ModelSpec, largestPool: number = Infinity): LayerGroup[] {
  const shapes = sampleShapes(spec);
  const groups: LayerGroup[] = [];
  for (let layer = 0; layer < spec.layers.length;) {
    const { layers, ...kind } = groupAt(spec.layers, layer, largestPool);
    const ends = { input: shapes[layer], output: shapes[layer + layers] };
    if (kind.kind !== "sigmoid") groups.push({ ...kind, layer, layers, ...ends });
    layer += layers;
  }
  return groups;
}

type Distribute<T> = T extends unknown ? Omit<T, keyof GroupBase> & { readonly layers: number }
  : never;
type FoundGroup = Distribute<LayerGroup> | { readonly kind: "sigmoid"; readonly layers: 1 };

function groupAt(layers: readonly LayerSpec[], index: number, largestPool: number): FoundGroup {
  const spec = layers[index];
  const slope = slopeOf(layers[index + 1]);
  const activated = slope === undefined ? 1 : 2;
  switch (spec.type) {
    case "conv1d": {
      const next = layers[index + activated];
      const pooled = next?.type === "maxPool1d" && next.size <= largestPool;
      const pool = pooled ? next.size : undefined;
      return { kind: "conv", spec, slope: slope ?? 1, pool, layers: activated + (pooled ? 1 : 0) };
    }
    case "dense":
      return { kind: "dense", spec, slope: slope ?? 1, layers: activated };
    case "batchNorm":
      return { kind: "batchNorm", spec, layers: 1 };
    case "maxPool1d":
      return { kind: "pool", size: spec.size, layers: 1 };
    case "dropout":
      return { kind: "dropout", spec, layers: 1 };
    case "flatten":
      return { kind: "flatten", layers: 1 };
    case "bidirectionalGru":
      return { kind: "bidirectionalGru", spec, layers: 1 };
    case "linear":
      throw new UnsupportedModelError("Cannot group layers: linear is not supported");
    case "activation":
      if (spec.kind === "sigmoid") return { kind: "sigmoid", layers: 1 };
      return { kind: "activation", slope: slopeOf(spec)!, layers: 1 };
  }
}

/** Slope below zero of an activation, if a layer is one that others can take in. */
export function slopeOf(layer: LayerSpec | undefined): number | undefined {
  if (layer?.type !== "activation" || layer.kind === "sigmoid") return undefined;
  return layer.kind === "relu" ? 0 : layer.alpha!;
}
