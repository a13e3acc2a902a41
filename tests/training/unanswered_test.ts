/** Data on a disk or server that never answers: whoever waits for them can give up. */

import { rejects } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { attribute } from "../../src/explain/attribute.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";
import { storedDataset } from "../helpers/stored.ts";

const CPU = { engine: "tfjs-cpu" } as const;
const DATA = new Dataset(
  simulateColumns({ cellTypes: 2, genes: 10, newGenes: 1, bins: 20 }).train,
);

/** The same samples, whose chunks never come. */
function silentData(): Dataset {
  const data = storedDataset(DATA);
  const signal = data.columns.signal as unknown as { readChunk(): Promise<never> };
  signal.readChunk = () => new Promise(() => {});
  return data;
}

/** A signal that aborts once the call waits. */
function soon(): { readonly signal: AbortSignal; readonly isReason: (error: unknown) => boolean } {
  const controller = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 100);
  return { signal: controller.signal, isReason: (error) => error === reason };
}

Deno.test("training, prediction and explanation end with their signal where data never come", async () => {
  const { model } = await fit("experiment1", DATA, { epochs: 1, ...CPU });
  const calls = [
    (data: Dataset, signal: AbortSignal) => fit("experiment1", data, { epochs: 1, ...CPU, signal }),
    (validation: Dataset, signal: AbortSignal) =>
      fit("experiment1", DATA, { epochs: 1, ...CPU, validation, signal }),
    (data: Dataset, signal: AbortSignal) => predict(model, data, { ...CPU, signal }),
    (data: Dataset, signal: AbortSignal) => attribute([model], data, { ...CPU, signal }),
    (data: Dataset, signal: AbortSignal) => data.load({ signal }),
    async (data: Dataset, signal: AbortSignal) => {
      await using predictor = await openPredictor(model, CPU);
      await predictor.predict(data, { signal });
    },
  ];
  for (const call of calls) {
    const { signal, isReason } = soon();
    await rejects(call(silentData(), signal), isReason);
  }
});
