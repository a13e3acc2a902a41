import { strictEqual } from "node:assert";
import { describeScatter } from "../../../../src/page/app/charts/scatter.ts";

Deno.test("the words of the plot give measured and predicted values each their own ends", () => {
  const points = [{ label: 0, prediction: -0.5 }, { label: 9.5, prediction: 7.25 }];
  strictEqual(
    describeScatter(points, { of: 2, pearson: 1 }),
    "Each dot is a gene in a cell type: measured values from 0 to 9.5 across, predicted ones from −0.5 to 7.25 " +
      "upwards. Their correlation is 1.",
  );
});
