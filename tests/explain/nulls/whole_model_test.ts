/** A model as a whole among models of shuffled labels. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { attribute } from "../../../src/explain/attribute.ts";
import {
  type NullAttributions,
  nullFromModels,
} from "../../../src/explain/nulls/null_attributions.ts";
import { shuffleLabels, trainNullModels } from "../../../src/explain/nulls/shuffled_labels.ts";
import { compareWholeModel } from "../../../src/explain/nulls/whole_model.ts";
import { pearson } from "../../../src/metrics/pearson.ts";
import { fit } from "../../../src/training/fit.ts";
import { FEW } from "../../helpers/few_samples.ts";

const LABELS = FEW.labels();
const SEED = 5;

/** A null of three shuffles that explains 12 samples, of which a share fits the labels of each. */
function nullOf(fits: readonly number[]): NullAttributions {
  const rows = Array.from({ length: 12 }, (_, i) => 3 * i);
  const predictions = fits.flatMap((share, shuffle) => {
    const labels = shuffleLabels(FEW, SEED + shuffle).labels();
    return rows.map((row, i) => share * labels[row]! + (1 - share) * (i % 2));
  });
  const attributions = {
    method: "gradient",
    models: 1,
    rows: Uint32Array.from(fits.flatMap(() => rows)),
    predictions: Float32Array.from(predictions),
    inputs: {},
  } as const;
  return { kind: "labels", compared: 12, attributions };
}

Deno.test("the model is ranked among shuffles, over the samples that both explained", () => {
  const rank = (of: (row: number) => number, fits: readonly number[], rows = 36) => {
    const predictions = new Map(Array.from({ length: rows }, (_, row) => [row, of(row)]));
    return compareWholeModel(predictions, {
      nullAttributions: nullOf(fits),
      data: FEW,
      seed: SEED,
    });
  };
  const found = rank((row) => LABELS[row]!, [0.1, 0.5, 0]);
  deepStrictEqual([found!.samples, found!.r, found!.p], [12, 1, 1 / 4]);
  strictEqual(found!.nullRs.length, 3);
  ok(found!.nullRs[1]! > 0.5 && found!.nullRs[1]! < 1);
  // A model that predicts the same for all fits nothing.
  const constant = rank(() => 1, [1, 0.9, 1])!;
  deepStrictEqual([constant.r, constant.p], [0, 1]);
  strictEqual(rank((row) => LABELS[row]!, [1, 0, 0], 30)!.samples, 10);
  strictEqual(rank((row) => LABELS[row]!, [1, 0, 0], 27), undefined);
});

Deno.test("a model of labels stands out as a whole, and one of shuffled labels is one of its null models", async () => {
  const settings = { engine: "wasm", seed: 0, epochs: 10, batchSize: 50 } as const;
  const options = { engine: "wasm", method: "input-x-gradient" } as const;
  const { model } = await fit("experiment1", FEW, settings);
  const shuffles = await trainNullModels([model], FEW, { engine: "wasm", shuffles: 9, seed: SEED });
  const nullAttributions = await nullFromModels(shuffles, FEW, options);
  const wholeOf = async (one: typeof model) => {
    const { rows, predictions } = await attribute([one], FEW, options);
    const byPosition = new Map(Array.from(rows, (row, i) => [row, predictions[i]!]));
    return compareWholeModel(byPosition, { nullAttributions, data: FEW, seed: SEED })!;
  };
  const real = await wholeOf(model);
  strictEqual(real.samples, FEW.length);
  strictEqual(real.p, 1 / 10);
  ok(Math.max(...real.nullRs) < real.r - 0.2, `${real.r} ${real.nullRs}`);
  const { model: shuffled } = await fit("experiment1", shuffleLabels(FEW, 77), settings);
  // What is trained on the labels of the fourth shuffle is the fourth of the null models.
  const { model: fourth } = await fit("experiment1", shuffleLabels(FEW, SEED + 3), settings);
  const labels = shuffleLabels(FEW, SEED + 3).labels();
  const { predictions } = await attribute([fourth], FEW, options);
  ok(Math.abs(pearson(predictions, labels) - real.nullRs[3]!) < 1e-12);
  ok((await wholeOf(shuffled)).p > 1 / 10);
});
