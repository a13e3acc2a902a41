/** What each bin of each mark says of the label. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { simulate } from "../../src/simulate/simulation.ts";

const OPTIONS = { cellTypes: 2, genes: 20, newCellTypes: 1, newGenes: 1, bins: 20 } as const;

Deno.test("every mark has a figure for each bin, the same each time", () => {
  const { marks } = simulate(OPTIONS).truth();
  strictEqual(marks?.samples, 40);
  for (const figures of [marks.derivatives, marks.contributions]) {
    deepStrictEqual(Object.keys(figures), [
      "H3K27me3",
      "H3K36me3",
      "H3K4me1",
      "H3K4me3",
      "H3K9me3",
    ]);
    for (const values of Object.values(figures)) {
      strictEqual(values.length, 20);
      ok(values.every((value) => value >= 0 && Number.isFinite(value)));
    }
  }
  deepStrictEqual(simulate(OPTIONS).truth().marks, marks);
});

Deno.test("marks say next to nothing of labels that do not follow them", () => {
  const sumAt = (visibleShare: number) => {
    const { marks } = simulate({ ...OPTIONS, visibleShare, expressionTransform: "log2p1" }).truth();
    return Object.values(marks!.derivatives).flat().reduce((sum, value) => sum + value, 0);
  };
  // Genes whose activity is extreme are noisier, so a little is left.
  ok(sumAt(0) < 0.1 * sumAt(0.5));
});

Deno.test("H3K4me3 says most near the TSS, and shallow data say less", () => {
  const options = { ...OPTIONS, bins: 100, expressionTransform: "log2p1" } as const;
  const { H3K4me3 } = simulate(options).truth().marks!.contributions;
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  ok(sumOf(H3K4me3!.slice(40, 60)) > 0.4 * sumOf(H3K4me3!));
  const shallow = simulate({ ...options, depth: 0.05 }).truth().marks!.contributions;
  ok(sumOf(shallow.H3K4me3!) < sumOf(H3K4me3!));
});
