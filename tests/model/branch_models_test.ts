import { deepStrictEqual, notDeepStrictEqual, strictEqual, throws } from "node:assert";
import { branchSpec, carryBranches } from "../../src/model/branch_models.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { BranchedSpec } from "../../src/model/spec.ts";
import { BRANCHED } from "../helpers/branched_spec.ts";

const SPEC = presetSpec("waka-dna-experiment5", { bases: 320, bins: 30, marks: 2 });

/** A branch by itself with weights that nothing else has. */
function train(spec: BranchedSpec, seed: number) {
  const weights = initialWeights(spec, seed).map((values) => values.map((value) => value + seed));
  return { spec, weights };
}

Deno.test("a model of one branch is valid, and has its input, its layers and the whole head", () => {
  for (const branch of ["marks", "dna"]) {
    const alone = branchSpec(SPEC, branch);
    deepStrictEqual(parseSpec(alone), alone);
    strictEqual(alone.inputs.length, 1);
    const whole = SPEC.branches.find(({ name }) => name === branch)!;
    deepStrictEqual(alone.branches, [whole]);
    deepStrictEqual(alone.head.layers, SPEC.head.layers);
  }
});

Deno.test("weights of branches are carried over whatever their order, the others are initial", () => {
  const [marks, dna] = ["marks", "dna"].map((branch, i) => train(branchSpec(SPEC, branch), i + 1));
  const weights = carryBranches(SPEC, [dna!, marks!], { seed: 9 });
  const shapes = weightShapes(SPEC);
  const fresh = initialWeights(SPEC, 9);
  // Marks and DNA have two convolutions each; the head two dense layers.
  strictEqual(shapes.length, 12);
  deepStrictEqual(weights.slice(0, 4), marks!.weights.slice(0, 4));
  deepStrictEqual(weights.slice(4, 8), dna!.weights.slice(0, 4));
  deepStrictEqual(weights.slice(8), fresh.slice(8));
  // They are copies.
  notDeepStrictEqual(weights[0], fresh[0]);
  weights[0]![0] = 1e9;
  notDeepStrictEqual(marks!.weights[0]![0], 1e9);
  deepStrictEqual(carryBranches(SPEC, [dna!], { seed: 9 }).slice(0, 4), fresh.slice(0, 4));
});

Deno.test("a branch that the model lacks, or has otherwise, is refused", () => {
  throws(
    () => branchSpec(SPEC, "histones"),
    /has no branch "histones", expected one of marks, dna/,
  );
  const references = BRANCHED.branches.find(({ input }) => input === "references")!;
  throws(() => branchSpec(BRANCHED, references.name), /is over references/);
  const dna = train(branchSpec(SPEC, "dna"), 1);
  throws(() => carryBranches(SPEC, [dna, dna]), /branch "dna" is given twice/);
  throws(
    () => carryBranches(presetSpec("waka-dna", { bases: 320, bins: 30, marks: 2 }), [dna]),
    /its branch "dna" has other layers or another input than that of "waka-dna-experiment5, dna alone"/,
  );
  throws(
    () => carryBranches(presetSpec("waka-dna-experiment5", { bases: 640 }), [dna]),
    /has other layers or another input/,
  );
  throws(
    () => carryBranches(SPEC, [train(branchSpec(BRANCHED, BRANCHED.branches[0]!.name), 1)]),
    /has no branch/,
  );
  throws(() => carryBranches(SPEC, [{ ...dna, weights: dna.weights.slice(1) }]), {
    name: "ContractError",
  });
});
