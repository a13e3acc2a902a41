import { deepStrictEqual, ok } from "node:assert";
import { meanSquaredError } from "../../../src/metrics/mod.ts";
import { testIf } from "../../helpers/require.ts";
import { smallData } from "./_data.ts";
import { holdOutCellTypes, holdOutGenes } from "./suite.ts";
import { findTreesPython, treesContestant } from "./trees.ts";

const PYTHON = await findTreesPython(Deno.env.get("HISTONE_SCIKIT_LEARN"));
const TASK = { seed: 0, engine: "wasm", threads: 1 } as const;

testIf(PYTHON !== undefined, "scikit-learn", {
  name: "boosted trees beat the overall mean, and the panel makes a difference for new genes alone",
  fn: async () => {
    const [fold] = holdOutCellTypes(smallData(3, 150));
    const predictions = await treesContestant(PYTHON!).run({ ...TASK, fold: fold! });
    deepStrictEqual(predictions.map(({ reading }) => reading), ["with", "without"]);
    const [withPanel, without] = predictions.map(({ values }) => values);
    for (const [row, kind] of fold!.kinds.entries()) {
      if (kind === "newCellType") ok(withPanel![row] === without![row]);
    }
    ok(fold!.kinds.some((_, row) => withPanel![row] !== without![row]));
    const labels = fold!.test.labels();
    const mean = fold!.train.labels().reduce((sum, label) => sum + label, 0) / fold!.train.length;
    const flat = meanSquaredError(labels, labels.map(() => mean));
    for (const values of [withPanel, without]) ok(meanSquaredError(labels, values!) < 0.95 * flat);
  },
});

testIf(PYTHON !== undefined, "scikit-learn", {
  name: "boosted trees do without a new cell type",
  fn: async () => {
    const [fold] = holdOutGenes(smallData(2, 60));
    const [first] = await treesContestant(PYTHON!).run({ ...TASK, fold: fold! });
    ok(first!.values.every(Number.isFinite));
  },
});

Deno.test("a Python that is named and does not exist is not used", async () => {
  deepStrictEqual(await findTreesPython("/nowhere/python3"), undefined);
});
