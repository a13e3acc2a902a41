/** Trains the starter model again; some minutes, so only on request: `deno task test starter`. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { roundModel } from "../../scripts/_pack_starter.ts";
import { readStarterData } from "../../scripts/_starter_data.ts";
import { trainStarter } from "../../scripts/_starter_training.ts";
import { digestWeights } from "../../src/model/digest_weights.ts";
import { loadStarter } from "../../src/starter/mod.ts";
import { predict } from "../../src/training/predict.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

testWith("shared", "the starter model is what its command makes of the data", async () => {
  const data = await readStarterData(
    ["peaks_log2.npz", "peaks_four_marks_log2.npz"]
      .map((name) => sharedFile(`data/real/${name}`).pathname),
  );
  const trained = await trainStarter(data, { threads: undefined });
  const again = await roundModel(trained.model);
  const model = await loadStarter();
  strictEqual(again.panel!.digest, model.panel!.digest);
  deepStrictEqual(again.typicalSignal, model.typicalSignal);
  const { arithmetic: found, ...training } = again.training;
  const { arithmetic: wanted, ...shipped } = model.training;
  deepStrictEqual(training, shipped);
  if (String(found) === String(wanted)) {
    strictEqual(await digestWeights(again.weights), await digestWeights(model.weights));
    deepStrictEqual(again.calibration, model.calibration);
  }
  // Another processor may round the same sums otherwise, which thousands of steps make larger.
  const some = data.filter((row) => row % 97 === 0);
  const [one, other] = [
    await predict(again, some, { engine: "wasm" }),
    await predict(model, some, { engine: "wasm" }),
  ];
  const squares = one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0);
  ok(Math.sqrt(squares / one.length) < 0.3, `${Math.sqrt(squares / one.length)}`);
});
