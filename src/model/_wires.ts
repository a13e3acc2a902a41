/**
 * Parts of a wiring; see `wiring.ts`.
 *
 * @module
 */

import type { LayerChain } from "./graph.ts";
import type { LayerSpec } from "./spec.ts";

/** Name of the input that says which references a sample has: `[references]`, 1 for those present. */
export const REFERENCE_MASK = "referenceMask";

/** A layer that joins others, or feeds them. Shapes are of one sample. */
export type StructuralLayer =
  /** An input of the network. */
  | { readonly type: "input"; readonly shape: readonly number[] }
  | { readonly type: "reshape"; readonly shape: readonly number[] }
  /** `[values]` to `[count, values]`. */
  | { readonly type: "repeatVector"; readonly count: number }
  /** x · scale + offset. */
  | { readonly type: "rescaling"; readonly scale: number; readonly offset: number }
  | { readonly type: "add" }
  | { readonly type: "multiply" }
  /** Sums the products of its two inputs along these axes, counted with the samples' axis. */
  | { readonly type: "dot"; readonly axes: readonly [number, number] }
  /** Softmax over the last axis. */
  | { readonly type: "softmax" }
  /** Along the last axis. */
  | { readonly type: "concatenate" }
  /** The trainable factor of a distance: Keras' Dense from `[…, 1]` to `[…, 1]`, without bias. */
  | { readonly type: "scale"; readonly term: number };

/** An output of a layer: of its first call, unless it is called several times. */
export interface Tap {
  /** Name of the layer. */
  readonly layer: string;
  /** Which of its calls. */
  readonly call: number;
}

/** One call of a layer. */
export interface WireCall {
  /** What it reads. */
  readonly inputs: readonly Tap[];
  /** Whether what it reads is `[reference, …]` for each sample. */
  readonly overReferences: boolean;
}

/** A layer with all its calls: an encoder's layer has one for each branch. */
export interface Wire {
  /** Name of the layer in tf.js. */
  readonly name: string;
  /** What it computes. */
  readonly layer: LayerSpec | StructuralLayer;
  /** Its number in the model, by which weights and dropout masks find it; `undefined` for a structural layer. */
  readonly number: number | undefined;
  /** Each follows the calls that it reads: running the wires in order, all calls of each, computes the model. */
  readonly calls: readonly WireCall[];
}

/** A model's layers in an order in which they can be run. */
export interface Wiring {
  /** The first are the inputs: those of the model in its order, then the mask of references if it reads any. */
  readonly wires: readonly Wire[];
  /** The model's output, `[1]`. */
  readonly output: Tap;
}

/** Collects wires. */
export class WireList {
  readonly wires: Wire[] = [];

  /** Adds a structural layer that is called once. */
  add(name: string, layer: Wire["layer"], inputs: readonly Tap[]): Tap {
    this.wires.push({ name, layer, number: undefined, calls: [{ inputs, overReferences: false }] });
    return { layer: name, call: 0 };
  }

  /** Adds a structural layer, unless it is there already. */
  addOnce(name: string, layer: Wire["layer"], inputs: readonly Tap[]): Tap {
    if (this.wires.some((wire) => wire.name === name)) return { layer: name, call: 0 };
    return this.add(name, layer, inputs);
  }

  /** Adds layers of the model, each with one call for each of the taps; returns the last layer's outputs. */
  addChain(
    { layers, firstLayer }: LayerChain,
    { names, calls }: { readonly names: readonly string[]; readonly calls: readonly ChainCall[] },
  ): Tap[] {
    let taps = calls.map(({ input }) => input);
    for (const [index, layer] of layers.entries()) {
      const number = firstLayer + index;
      const name = names[number]!;
      this.wires.push({
        name,
        layer,
        number,
        calls: taps.map((tap, call) => ({
          inputs: [tap],
          overReferences: calls[call]!.overReferences,
        })),
      });
      taps = taps.map((_, call) => ({ layer: name, call }));
    }
    return taps;
  }
}

/** What a chain of layers is called on. */
interface ChainCall {
  readonly input: Tap;
  readonly overReferences: boolean;
}
