import { deepStrictEqual, ok, throws } from "node:assert";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { reorderLetters } from "../../src/model/letter_order.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { BranchSpec, LayerSpec } from "../../src/model/spec.ts";
import { parseBranched } from "../helpers/branched.ts";
import { runBranched } from "../helpers/branched_reference.ts";

const BASES = 12;
const END: LayerSpec[] = [{ type: "flatten" }, { type: "dense", units: 2 }];

/** A branch for each way to read letters. */
const SPEC = parseBranched({
  name: "letters",
  inputs: [{ name: "signal", bins: 3, marks: 4 }, { name: "sequence", bases: BASES }],
  branches: [
    { name: "marks", input: "signal", layers: END },
    {
      name: "convolution",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 3, width: 3, dilation: 1, padding: "same" },
        { type: "conv1d", filters: 4, width: 3, dilation: 1, padding: "same" },
        ...END,
      ],
    },
    { name: "dense", input: "sequence", layers: END },
    {
      name: "normalised",
      input: "sequence",
      layers: [
        { type: "batchNorm", momentum: 0.9, epsilon: 0.01 },
        { type: "maxPool1d", size: 2 },
        { type: "linear", units: 3 },
        ...END,
      ],
    },
    { name: "lstm", input: "sequence", layers: [{ type: "lstm", units: 4 }] },
    { name: "gru", input: "sequence", layers: [{ type: "bidirectionalGru", units: 2 }] },
    { name: "plain", input: "sequence", layers: [{ type: "dropout", rate: 0.2 }, ...END] },
  ],
  head: {
    join: ["marks", "convolution", "dense", "normalised", "lstm", "gru", "plain"].map((branch) => ({
      type: "output" as const,
      branch,
    })),
    layers: [{ type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
});

const WEIGHTS = initialWeights(SPEC, 3).map((values) =>
  values.map((value, i) => value + 0.1 * (2 + Math.sin(i)))
);
const CODES = [0, 1, 2, 3, 3, 1, 4, 0, 2, 2, 1, 3];
const SIGNAL = [[1, 2, 0, 1], [0, 3, 1, 1], [2, 2, 1, 0]];

/** The prediction where letters are one-hot in an order. */
function predictIn(order: string, weights: readonly ArrayLike<number>[]): number {
  const sequence = CODES.map((code) => [...order].map((letter) => letter === "ACGT"[code] ? 1 : 0));
  return runBranched(SPEC, weights, { inputs: { signal: SIGNAL, sequence }, mask: [] });
}

Deno.test("a model of another order of letters predicts the same of the same DNA", () => {
  const plain = predictIn("ACGT", WEIGHTS);
  for (const order of ["ACTG", "TGCA", "CTAG", "ACGT"]) {
    const wanted = predictIn(order, WEIGHTS);
    const reordered = reorderLetters(SPEC, WEIGHTS, order);
    ok(Math.abs(predictIn("ACGT", reordered) - wanted) < 1e-6 * Math.abs(wanted), order);
    if (order !== "ACGT") ok(Math.abs(plain - wanted) > 1e-3 * Math.abs(wanted), order);
  }
});

Deno.test("weights that see no letters stay as they are, and nothing is shared", () => {
  const reordered = reorderLetters(SPEC, WEIGHTS, "ACTG");
  // The marks and the second convolution have an axis of four or a multiple of it, too.
  for (const [index, { layer }] of weightShapes(SPEC).entries()) {
    if (layer === 1 || layer === 3) deepStrictEqual(reordered[index], WEIGHTS[index]);
    ok(reordered[index] !== WEIGHTS[index]);
  }
  deepStrictEqual(reorderLetters(SPEC, reordered, "ACTG"), WEIGHTS);
});

Deno.test("what is no order of the four letters is refused", () => {
  for (const order of ["ACG", "ACGG", "ACGTN", "acgt", ""]) {
    throws(() => reorderLetters(SPEC, WEIGHTS, order), {
      name: "RangeError",
      message: new RegExp(`found order "${order}", expected each of A, C, G and T once`),
    });
  }
  throws(() => reorderLetters(SPEC, WEIGHTS.slice(1), "ACTG"), { name: "ContractError" });
  const branches = SPEC.branches.map((branch): BranchSpec =>
    branch.name === "plain"
      ? { name: "plain", input: "sequence", layers: [{ type: "flatten" }] }
      : branch
  );
  const bare = parseBranched({ ...SPEC, branches });
  throws(
    () => reorderLetters(bare, initialWeights(bare, 1), "ACTG"),
    /its branch "plain" joins letters as they are, expected a layer that reads them/,
  );
});
