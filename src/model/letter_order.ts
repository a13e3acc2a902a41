import { refuseModel } from "./_refuse_model.ts";
import { checkWeights } from "./check_weights.ts";
import { type Encoder, modelGraph } from "./graph.ts";
import type { Weights } from "./initial_weights.ts";
import { weightShapes } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";

/** The order of this package. */
const LETTERS = "ACGT";

/**
 * Brings the weights of a model that was trained on one-hot letters in another order into the order of this package, A,
 * C, G, T. The model of the authors' later report has A, C, T, G. The weights of a convolution over DNA are
 * permuted, and so are those of any other layer that reads letters; all others stay as they are.
 *
 * @param spec The model.
 * @param weights Weights in the order of `weightShapes(spec)`, trained on the other order of letters.
 * @param order The other order, such as `ACTG`.
 * @returns New weights, with which the model computes the same of the same DNA.
 * @throws {RangeError} If the order does not have each of the letters A, C, G and T once.
 * @throws {ContractError} If the weights do not fit the model.
 * @throws {UnsupportedModelError} If the model is not valid, or has a branch over DNA without such a layer.
 *
 * @example A filter for the letter T
 * ```ts
 * import { initialWeights, presetSpec, reorderLetters } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * const spec = presetSpec("waka-dna", { bases: 320 });
 * const weights = initialWeights(spec, 1);
 * const kernel = weights[6]!; // of the convolution over DNA, [6, 4, 128]
 * const reordered = reorderLetters(spec, weights, "ACTG")[6]!;
 * deepStrictEqual(reordered.slice(3 * 128, 4 * 128), kernel.slice(2 * 128, 3 * 128));
 * ```
 */
export function reorderLetters(spec: ModelSpec, weights: Weights, order: string): Weights {
  if ([...order].sort().join("") !== LETTERS) {
    throw new RangeError(
      `Cannot reorder letters: found order ${
        JSON.stringify(order)
      }, expected each of A, C, G and T once`,
    );
  }
  checkWeights(spec, weights);
  const reading = new Set(
    modelGraph(spec).encoders.flatMap((encoder) =>
      readsLetters(spec, encoder) ? layersOnLetters(spec, encoder) : []
    ),
  );
  const from = [...LETTERS].map((letter) => order.indexOf(letter));
  return weightShapes<ModelSpec>(spec).map(({ layer, name, shape }, index) => {
    const values = weights[index]!;
    // A recurrent kernel and a bias have no axis of letters.
    const hasLetters = layer !== undefined && reading.has(layer) && name !== "bias" &&
      !name.endsWith("/bias") && !name.endsWith("recurrent_kernel");
    if (!hasLetters) return Float32Array.from(values);
    // Of batch normalisation, one value a letter; of a kernel, rows of letters, position by position.
    return permuteRows(values, from, { columns: shape.length === 1 ? 1 : shape.at(-1)! });
  });
}

function readsLetters(spec: ModelSpec, { branches }: Encoder): boolean {
  const graph = modelGraph(spec);
  return branches.some((branch) => {
    const { input } = graph.branches[branch]!;
    return graph.inputs[input]!.name === "sequence";
  });
}

/** Numbers of the layers that see letters: up to the first that mixes them. */
function layersOnLetters(spec: ModelSpec, { name, layers, firstLayer }: Encoder): number[] {
  const mixes = layers.findIndex(({ type }) => !KEEP_LETTERS.includes(type));
  if (mixes < 0) {
    refuseModel(
      spec,
      `its branch "${name}" joins letters as they are, expected a layer that reads them`,
    );
  }
  return Array.from({ length: mixes + 1 }, (_, index) => firstLayer + index);
}

const KEEP_LETTERS: readonly string[] = [
  "activation",
  "batchNorm",
  "maxPool1d",
  "dropout",
  "flatten",
];

/** Of each four rows, row i becomes row `from[i]` of these four. */
function permuteRows(
  values: Float32Array,
  from: readonly number[],
  { columns }: { readonly columns: number },
): Float32Array<ArrayBuffer> {
  const permuted = new Float32Array(values.length);
  for (let row = 0; row < values.length / columns; row++) {
    const source = row - row % 4 + from[row % 4]!;
    permuted.set(values.subarray(source * columns, (source + 1) * columns), row * columns);
  }
  return permuted;
}
