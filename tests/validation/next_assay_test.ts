/** Which missing mark to measure next. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import type { MarkErrors } from "../../src/model/mark_errors.ts";
import { findNextAssay } from "../../src/validation/next_assay.ts";

const MARKS = ["a", "b", "c"];
const ERRORS: MarkErrors = {
  marks: MARKS,
  samples: { newGene: 100, newCellType: 50 },
  subsets: [
    { missing: [], mse: { newGene: 2, newCellType: 1 } },
    { missing: ["a"], mse: { newGene: 3, newCellType: 1 } },
    { missing: ["b"], mse: { newGene: 2.1, newCellType: 2.5 } },
    { missing: ["b", "a"], mse: { newGene: 3.5, newCellType: 2.7 } },
  ],
};

Deno.test("what to measure next depends on what is new about the samples", () => {
  const missing = ["a", "b"];
  const genes = findNextAssay(ERRORS, { missing, regimes: ["newGene"] })!;
  deepStrictEqual(genes.choices.map(({ mark, mse }) => [mark, mse]), [["a", 2.1], ["b", 3]]);
  const cellTypes = findNextAssay(ERRORS, { missing, regimes: ["newCellType"] })!;
  deepStrictEqual(cellTypes.choices.map(({ mark }) => mark), ["b", "a"]);
  const mixed = findNextAssay(ERRORS, { missing, regimes: ["newGene", "newCellType"] })!;
  ok(Math.abs(mixed.mse - (3.5 + 2.7) / 2) < 1e-12);
  // Trained genes in trained cell types count as those of new cell types, genes of the panel as others.
  deepStrictEqual(findNextAssay(ERRORS, { missing, regimes: ["seen"] }), cellTypes);
  deepStrictEqual(findNextAssay(ERRORS, { missing, regimes: ["newGeneInPanel"] }), genes);
});

Deno.test("what was not measured is not guessed", () => {
  const find = (missing: string[], regimes: ("newGene" | "bothNew")[]) =>
    findNextAssay(ERRORS, { missing, regimes });
  strictEqual(find(["a", "b"], ["newGene", "bothNew"]), undefined);
  strictEqual(find(["a", "b"], []), undefined);
  strictEqual(find(["c"], ["newGene"]), undefined);
  strictEqual(find(["a", "c"], ["newGene"]), undefined);
  throws(
    () => find(["d"], ["newGene"]),
    /"d" is missing, expected marks among the model's, a, b, c/,
  );
});

Deno.test("the first choice is the one with the least error, and gains are differences", () => {
  const errors = fc.array(fc.double({ min: 0, max: 9, noNaN: true }), {
    minLength: 8,
    maxLength: 8,
  });
  fc.assert(fc.property(errors, (values) => {
    const subsets = values.slice(0, 7).map((newGene, mask) => {
      return { missing: MARKS.filter((_, mark) => mask >> mark & 1), mse: { newGene } };
    });
    const { mse, choices } = findNextAssay({ marks: MARKS, samples: { newGene: 9 }, subsets }, {
      missing: ["c", "a"],
      regimes: ["newGene"],
    })!;
    strictEqual(mse, values[5]);
    strictEqual(choices[0]!.mse, Math.min(values[1]!, values[4]!));
    for (const choice of choices) strictEqual(choice.gain, mse - choice.mse);
  }));
});
