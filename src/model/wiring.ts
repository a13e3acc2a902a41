/**
 * A model as a graph of stock layers, the same for tf.js and Keras: what `model.json` holds of a branched model, and
 * what runs its layers one by one. Plain data; nothing here loads tf.js.
 *
 * @module
 */

import { wireJoin } from "./_wire_join.ts";
import type { ModelGraph } from "./graph.ts";
import { branchInputShape, isOverReferences } from "./inputs.ts";
import { layerNames } from "./layer_names.ts";
import { REFERENCE_MASK, type Tap, WireList, type Wiring } from "./_wires.ts";

export {
  REFERENCE_MASK,
  type StructuralLayer,
  type Tap,
  type Wire,
  type WireCall,
  type Wiring,
} from "./_wires.ts";

/**
 * Wires a model's layers.
 *
 * @param graph The model.
 * @returns Its layers with their calls, and its output.
 */
export function wireModel(graph: ModelGraph): Wiring {
  const list = new WireList();
  const names = layerNames(graph);
  const inputs = graph.inputs.map((input) => {
    const shape = branchInputShape(input);
    const whole = isOverReferences(input) ? [input.references, ...shape] : shape;
    return list.add(input.name, { type: "input", shape: whole }, []);
  });
  if (graph.references > 0) {
    list.add(REFERENCE_MASK, { type: "input", shape: [graph.references] }, []);
  }
  const outputs: Tap[] = [];
  for (const encoder of graph.encoders) {
    const calls = encoder.branches.map((index) => {
      const { input, overReferences } = graph.branches[index]!;
      return { input: inputs[input]!, overReferences };
    });
    const taps = list.addChain(encoder, { names, calls });
    for (const [call, index] of encoder.branches.entries()) outputs[index] = taps[call]!;
  }
  const joined = wireJoin(list, graph, outputs);
  const [output] = list.addChain(graph.head, {
    names,
    calls: [{ input: joined, overReferences: false }],
  });
  return { wires: list.wires, output: output! };
}
