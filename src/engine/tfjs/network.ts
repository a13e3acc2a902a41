import { mul, reshape, type Tensor, tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { layerChains, modelGraph } from "../../model/graph.ts";
import { sizeOf } from "../../model/layer_shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { type Tap, type Wire, wireModel, type Wiring } from "../../model/wiring.ts";
import { dropoutKey, fillDropoutMask, isDroppedByBits, type StepPosition } from "../dropout.ts";
import type { FedTensors } from "./inputs.ts";

/** Runs the layers of a tf.js model one by one, with this package's own dropout masks. */
export class Network {
  readonly #model: LayersModel;
  readonly #wiring: Wiring;
  /** Numbers of the dropouts whose units are decided by single bits. */
  readonly #byBits: ReadonlySet<number>;

  /** The model stays the caller's; `assembleModel` made it from `spec`. */
  constructor(model: LayersModel, spec: ModelSpec) {
    this.#model = model;
    const graph = modelGraph(spec);
    this.#wiring = wireModel(graph);
    this.#byBits = new Set(
      layerChains(graph).flatMap(({ layers, shapes, firstLayer }) =>
        layers.flatMap((layer, index) => {
          if (layer.type !== "dropout") return [];
          return isDroppedByBits(layer.rate, sizeOf(shapes[index]!)) ? [firstLayer + index] : [];
        })
      ),
    );
  }

  /**
   * Sends samples through the layers. In training a final sigmoid is left to the loss, which is exact where the sigmoid
   * has rounded to 0 or 1.
   *
   * @param fed The samples, by the names of the model's inputs.
   * @param training Where in the run the step is, or `undefined` to predict.
   * @returns `[sample, 1]`
   */
  run(fed: FedTensors, training: StepPosition | undefined): Tensor {
    const outputs = new Map<string, Tensor[]>();
    const find = ({ layer, call }: Tap) => outputs.get(layer)![call]!;
    for (const wire of this.#wiring.wires) {
      const values = wire.layer.type === "input"
        ? [fed[wire.name]!]
        : wire.calls.map(({ inputs }) => this.#apply(wire, inputs.map(find), training));
      outputs.set(wire.name, values);
    }
    return reshape(find(this.#wiring.output), [-1, 1]);
  }

  /** One call of a layer. */
  #apply(
    { name, layer, number }: Wire,
    inputs: readonly Tensor[],
    training: StepPosition | undefined,
  ): Tensor {
    const first = inputs[0]!;
    if (layer.type === "dropout") {
      if (training === undefined) return first;
      const byBits = this.#byBits.has(number!);
      const options = { rate: layer.rate, layer: number!, byBits, training };
      return mul(first, dropoutFactors(first, options));
    }
    const isSigmoid = layer.type === "activation" && layer.kind === "sigmoid";
    if (isSigmoid && training !== undefined) return first;
    const given = inputs.length === 1 ? first : [...inputs];
    const options = { training: training !== undefined };
    return this.#model.getLayer(name).apply(given, options) as Tensor;
  }
}

/** Factors of values `[sample, …]`; over references, the units of a sample are those of all its references. */
function dropoutFactors(
  { size, shape }: Tensor,
  { rate, layer, byBits, training: { seed, epoch, firstPosition } }: {
    readonly rate: number;
    readonly layer: number;
    readonly byBits: boolean;
    readonly training: StepPosition;
  },
): Tensor {
  const factors = new Float32Array(size);
  const units = size / shape[0]!;
  const key = dropoutKey(seed, layer, epoch);
  fillDropoutMask(factors, { key, rate, firstPosition, units, byBits });
  return tensor(factors, shape);
}
