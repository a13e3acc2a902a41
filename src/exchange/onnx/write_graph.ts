/**
 * A model of this package as an ONNX graph.
 *
 * @module
 */

import { modelGraph } from "../../model/graph.ts";
import { weightShapes } from "../../model/shapes.ts";
import type { LayerSpec, ModelSpec } from "../../model/spec.ts";
import type { LabelScale } from "../../model/trained_model.ts";
import { type StructuralLayer, type Tap, type Wire, wireModel } from "../../model/wiring.ts";
import type { Transform } from "../../record.ts";
import { emitLayer } from "./_emit_layer.ts";
import { emitStructure } from "./_emit_structure.ts";
import { GraphBuilder, type GraphValue } from "./_graph_builder.ts";
import type { OnnxNode, OnnxTensor, OnnxValue } from "./message.ts";
import type { Values } from "./weight_layout.ts";

/** Name of the graph's output. */
export const OUTPUT = "prediction";
/** Name of the axis of samples. */
const SAMPLES = "samples";

/** What is put around the layers. */
export interface GraphSurroundings {
  /** What is done to each value of the signal first. */
  readonly transform: Transform;
  /** What the last layer's output is multiplied by, and what is added to it then. */
  readonly labelScale: LabelScale | undefined;
  /** What is added to each prediction. */
  readonly offset: number;
}

/** A graph. */
export interface OnnxGraph {
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
  /** The weights and constants. */
  readonly initializers: readonly OnnxTensor[];
  /** What it takes. */
  readonly inputs: readonly OnnxValue[];
  /** What it returns. */
  readonly outputs: readonly OnnxValue[];
}

/**
 * Writes a model's layers as operators.
 *
 * @param spec The model.
 * @param weights Its weights.
 * @param surroundings What is put around the layers.
 * @returns The graph.
 */
export function writeOnnxGraph(
  spec: ModelSpec,
  weights: readonly Values[],
  surroundings: GraphSurroundings,
): OnnxGraph {
  const writer = new GraphWriter(spec, weights, surroundings);
  return writer.write();
}

class GraphWriter {
  readonly #graph = new GraphBuilder();
  readonly #inputs: OnnxValue[] = [];
  readonly #values = new Map<string, GraphValue>();
  readonly #spec: ModelSpec;
  readonly #weights: readonly Values[];
  readonly #surroundings: GraphSurroundings;

  constructor(spec: ModelSpec, weights: readonly Values[], surroundings: GraphSurroundings) {
    this.#spec = spec;
    this.#weights = weights;
    this.#surroundings = surroundings;
  }

  write(): OnnxGraph {
    const { wires, output } = wireModel(modelGraph(this.#spec));
    for (const wire of wires) this.#add(wire);
    this.#finish(this.#find(output));
    const { nodes, initializers } = this.#graph;
    const outputs = [{ name: OUTPUT, shape: [SAMPLES, 1] }];
    return { nodes, initializers, inputs: this.#inputs, outputs };
  }

  #add({ name, layer, number, calls }: Wire): void {
    if (layer.type === "input") {
      this.#values.set(keyOf({ layer: name, call: 0 }), this.#addInput(name, layer.shape));
      return;
    }
    for (const [call, { inputs }] of calls.entries()) {
      const callName = call === 0 ? name : `${name}:${call}`;
      const read = inputs.map((tap) => this.#find(tap));
      const value = isStructural(layer)
        ? emitStructure(this.#graph, {
          layer,
          name: callName,
          inputs: read,
          weights: layer.type === "scale" ? this.#weightsWhere({ term: layer.term }) : [],
        })
        : emitLayer(this.#graph, {
          layer,
          layerName: name,
          name: callName,
          input: read[0]!,
          // A branch that is joined is flattened by a layer without a number.
          weights: number === undefined ? [] : this.#weightsWhere({ layer: number }),
        });
      this.#values.set(keyOf({ layer: name, call }), value);
    }
  }

  #addInput(name: string, shape: readonly number[]): GraphValue {
    this.#inputs.push({ name, shape: [SAMPLES, ...shape] });
    const given = { name, shape, channelsFirst: false };
    const { transform } = this.#surroundings;
    if (name !== "signal" || transform === "none") return given;
    const transformed = `${name}/${transform}`;
    if (transform === "asinh") {
      this.#graph.node("Asinh", { name: transformed, inputs: [name] });
    } else {
      const raised = this.#graph.node("Add", {
        name: `${name}/raised`,
        inputs: [name, this.#graph.scalar(1)],
      });
      this.#graph.node("Log", { name: transformed, inputs: [raised] });
    }
    return { name: transformed, shape, channelsFirst: false };
  }

  /** Brings the last layer's output to the scale of labels, and gives it its name. */
  #finish({ name }: GraphValue): void {
    const { labelScale, offset } = this.#surroundings;
    const graph = this.#graph;
    let last = name;
    if (labelScale !== undefined) {
      last = graph.node("Mul", {
        name: "label_scale",
        inputs: [last, graph.scalar(labelScale.sd)],
      });
    }
    const added = (labelScale?.mean ?? 0) + offset;
    if (added === 0) graph.node("Identity", { name: OUTPUT, inputs: [last] });
    else graph.node("Add", { name: OUTPUT, inputs: [last, graph.scalar(added)] });
  }

  #weightsWhere(place: { readonly layer: number } | { readonly term: number }): Values[] {
    return weightShapes<ModelSpec>(this.#spec).flatMap((shape, index) => {
      const isOwn = "layer" in place ? shape.layer === place.layer : shape.term === place.term;
      return isOwn ? [this.#weights[index]!] : [];
    });
  }

  #find(tap: Tap): GraphValue {
    return this.#values.get(keyOf(tap))!;
  }
}

type Joining = Exclude<StructuralLayer, { readonly type: "input" }>;

const JOINING: readonly string[] = [
  "reshape",
  "repeatVector",
  "rescaling",
  "add",
  "multiply",
  "dot",
  "softmax",
  "concatenate",
  "scale",
] satisfies Joining["type"][];

function isStructural(layer: Joining | LayerSpec): layer is Joining {
  return JOINING.includes(layer.type);
}

function keyOf({ layer, call }: Tap): string {
  return `${call} ${layer}`;
}
