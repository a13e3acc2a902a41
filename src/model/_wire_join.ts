/**
 * The join of a model in stock layers.
 *
 * With the mask m of a sample's references, 1 for those present, a mean over them has the weights
 * softmax(C·m − C + s) ∘ m: s is 0 for the plain mean, −sharpness · k · d² for the one by distance, and C so large that
 * references that are absent have no share. If all are absent all weights are 0, and so is what is joined.
 *
 * A difference from the mean is the mean of the differences: Σ w · (z − r), since Σ w is 1.
 */

import type { GraphTerm, ModelGraph } from "./graph.ts";
import { REFERENCE_MASK, type Tap, type WireList } from "./_wires.ts";

/** So large that exp(−C) is 0 in float32 next to the weight at any distance, unless the model has diverged. */
const ABSENT = 1e9;

const MASK: Tap = { layer: REFERENCE_MASK, call: 0 };

/**
 * Adds the layers of a join.
 *
 * @param list What they are added to.
 * @param graph The model.
 * @param outputs Output of each branch.
 * @returns The joined row.
 */
export function wireJoin(list: WireList, graph: ModelGraph, outputs: readonly Tap[]): Tap {
  const wirer = new JoinWirer(list, graph, outputs);
  const terms = graph.join.map((term, index) => wirer.wire(term, index));
  const [only, ...others] = terms;
  return others.length === 0 && only !== undefined
    ? only
    : list.add("join", { type: "concatenate" }, terms);
}

class JoinWirer {
  readonly #list: WireList;
  readonly #graph: ModelGraph;
  readonly #outputs: readonly Tap[];

  constructor(list: WireList, graph: ModelGraph, outputs: readonly Tap[]) {
    this.#list = list;
    this.#graph = graph;
    this.#outputs = outputs;
  }

  wire(term: GraphTerm, index: number): Tap {
    const name = `join_${index}`;
    switch (term.type) {
      case "output":
        return this.#flat(term.branch);
      case "mean":
        return this.#mean(name, this.#uniformWeights(), this.#outputs[term.branch]!);
      case "difference":
        return this.#mean(
          name,
          this.#uniformWeights(),
          this.#differences(term.branch, term.references),
        );
      case "distanceWeightedMean":
        return this.#mean(
          name,
          this.#distanceWeights(term, index),
          this.#outputs[term.values]!,
        );
    }
  }

  /** Output of a branch that is not over references, as one row. */
  #flat(branch: number): Tap {
    const tap = this.#outputs[branch]!;
    const { encoder } = this.#graph.branches[branch]!;
    if (this.#graph.encoders[encoder]!.outputShape.length === 1) return tap;
    return this.#list.addOnce(`flat_${branch}`, { type: "flatten" }, [tap]);
  }

  /** Σ over references of weight · value: `[reference]` and `[reference, value]` to `[value]`. */
  #mean(name: string, weights: Tap, values: Tap): Tap {
    return this.#list.add(name, { type: "dot", axes: [1, 1] }, [weights, values]);
  }

  /** C·m − C: 0 for references present. */
  #absence(): Tap {
    const layer = { type: "rescaling", scale: ABSENT, offset: -ABSENT } as const;
    return this.#list.addOnce("reference_absence", layer, [MASK]);
  }

  #uniformWeights(): Tap {
    const shares = this.#list.addOnce("reference_shares", { type: "softmax" }, [this.#absence()]);
    return this.#list.addOnce("reference_weights", { type: "multiply" }, [shares, MASK]);
  }

  /** z − r for each reference: `[reference, value]`. */
  #differences(branch: number, references: number): Tap {
    const own = this.#flat(branch);
    const count = this.#graph.references;
    const name = `difference_${branch}_${references}`;
    const repeated = this.#list.addOnce(
      `repeat_${branch}`,
      { type: "repeatVector", count },
      [own],
    );
    const negative = this.#list.addOnce(
      `minus_${references}`,
      { type: "rescaling", scale: -1, offset: 0 },
      [this.#outputs[references]!],
    );
    return this.#list.addOnce(name, { type: "add" }, [repeated, negative]);
  }

  #distanceWeights(
    { near, references, sharpness }: Extract<GraphTerm, { type: "distanceWeightedMean" }>,
    term: number,
  ): Tap {
    const list = this.#list;
    const place = `join_${term}`;
    const size = this.#graph.branches[references]!.size;
    const pair = `${near}_${references}`;
    const differences = this.#differences(near, references);
    // −d², as a product of two tensors: tf.js frees one that a layer reads twice too early.
    const opposites = list.addOnce(
      `opposite_${pair}`,
      { type: "rescaling", scale: -1, offset: 0 },
      [differences],
    );
    const squares = list.addOnce(`squares_${pair}`, { type: "multiply" }, [
      differences,
      opposites,
    ]);
    const own = this.#flat(near);
    // Summing along an axis is a product with ones.
    const ones = list.addOnce(`ones_${near}`, { type: "rescaling", scale: 0, offset: 1 }, [own]);
    const sums = list.addOnce(`sums_${pair}`, { type: "dot", axes: [2, 1] }, [squares, ones]);
    const count = this.#graph.references;
    const column = list.addOnce(`column_${pair}`, { type: "reshape", shape: [count, 1] }, [sums]);
    const scaled = list.add(`${place}_scale`, { type: "scale", term }, [column]);
    const row = list.add(`${place}_row`, { type: "reshape", shape: [count] }, [scaled]);
    const logits = list.add(
      `${place}_nearness`,
      { type: "rescaling", scale: sharpness / size, offset: 0 },
      [row],
    );
    const masked = list.add(`${place}_logits`, { type: "add" }, [logits, this.#absence()]);
    const shares = list.add(`${place}_shares`, { type: "softmax" }, [masked]);
    return list.add(`${place}_weights`, { type: "multiply" }, [shares, MASK]);
  }
}
