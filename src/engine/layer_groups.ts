import { type LayerChain, modelGraph } from "../model/graph.ts";
import type { SampleShape } from "../model/shapes.ts";
import type {
  BatchNormLayer,
  BidirectionalGruLayer,
  Conv1dLayer,
  DenseLayer,
  DropoutLayer,
  LayerSpec,
  LinearLayer,
  LstmLayer,
  SequentialSpec,
} from "../model/spec.ts";

interface GroupBase {
  /** Number in the model of the first layer, the one with the weights if any. */
  readonly layer: number;
  /** Number of the model's layers that it covers. */
  readonly layers: number;
  /** Shape of a sample before and after it. */
  readonly input: SampleShape;
  readonly output: SampleShape;
}

/** Consecutive layers that an engine computes as one. */
export type LayerGroup =
  & GroupBase
  & (
    /** A convolution with the activation (slope 1: no activation) and the pooling immediately after it. */
    | {
      readonly kind: "conv";
      readonly spec: Conv1dLayer;
      readonly slope: number;
      readonly pool: number | undefined;
    }
    /** A dense layer with its activation; a linear layer over a flat row counts as one. */
    | { readonly kind: "dense"; readonly spec: DenseLayer | LinearLayer; readonly slope: number }
    /** A linear layer over several positions with its activation. */
    | { readonly kind: "linear"; readonly spec: LinearLayer; readonly slope: number }
    | { readonly kind: "batchNorm"; readonly spec: BatchNormLayer }
    | { readonly kind: "pool"; readonly size: number }
    | { readonly kind: "dropout"; readonly spec: DropoutLayer }
    | { readonly kind: "activation"; readonly slope: number }
    | { readonly kind: "gelu" }
    | { readonly kind: "flatten" }
    | { readonly kind: "bidirectionalGru"; readonly spec: BidirectionalGruLayer }
    | { readonly kind: "lstm"; readonly spec: LstmLayer }
  );

/** A group of layers of a kind. */
export type GroupOf<Kind extends LayerGroup["kind"]> = Extract<
  LayerGroup,
  { readonly kind: Kind }
>;

/**
 * Groups the layers of a chain. A sigmoid is left out: it belongs to the loss, which is computed from the value before
 * it so that nothing overflows. A linear layer over a flat row becomes a dense one.
 *
 * @param chain The layers of an encoder or of the head.
 * @param largestPool The largest pooling that is fused into a convolution.
 * @returns The groups in order; they name layers by their numbers in the model.
 */
export function groupChain(chain: LayerChain, largestPool: number = Infinity): LayerGroup[] {
  const { layers, shapes, firstLayer } = chain;
  const groups: LayerGroup[] = [];
  for (let index = 0; index < layers.length;) {
    const found = groupAt(layers, index, largestPool);
    const next = index + found.layers;
    const ends = { layer: firstLayer + index, input: shapes[index]!, output: shapes[next]! };
    if (found.kind === "linear" && ends.input.length === 1) {
      groups.push({ ...found, ...ends, kind: "dense" });
    } else if (found.kind !== "sigmoid") groups.push({ ...found, ...ends });
    index = next;
  }
  return groups;
}

/**
 * Groups the layers of a sequential model.
 *
 * @param spec A valid model.
 * @param largestPool The largest pooling that is fused into a convolution.
 * @returns As {@linkcode groupChain}.
 */
export function groupLayers(spec: SequentialSpec, largestPool?: number): LayerGroup[] {
  return groupChain(modelGraph(spec).encoders[0]!, largestPool);
}

type Distribute<T> = T extends unknown ? Omit<T, keyof GroupBase> & { readonly layers: number }
  : never;
type FoundGroup = Distribute<LayerGroup> | { readonly kind: "sigmoid"; readonly layers: 1 };

function groupAt(layers: readonly LayerSpec[], index: number, largestPool: number): FoundGroup {
  const spec = layers[index]!;
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
    case "lstm":
      return { kind: "lstm", spec, layers: 1 };
    case "linear":
      return { kind: "linear", spec, slope: slope ?? 1, layers: activated };
    case "activation":
      if (spec.kind === "sigmoid") return { kind: "sigmoid", layers: 1 };
      if (spec.kind === "gelu") return { kind: "gelu", layers: 1 };
      return { kind: "activation", slope: slopeOf(spec)!, layers: 1 };
  }
}

/** Slope below zero of an activation that can be fused into the layer before it; `undefined` for any other layer. */
export function slopeOf(layer: LayerSpec | undefined): number | undefined {
  if (layer?.type !== "activation" || layer.alpha === undefined && layer.kind !== "relu") {
    return undefined;
  }
  return layer.alpha ?? 0;
}
