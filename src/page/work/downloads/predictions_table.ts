/** The table of predictions, as the command `predict` writes it. */

import { writePredictionTable } from "../../../data/prediction_table.ts";
import { unlikeOfSamples } from "../../../validation/describe_unlike.ts";
import { findUnlike } from "../../../validation/mod.ts";
import { collectStream } from "./collect_stream.ts";
import type { Download, DownloadSource } from "./download.ts";

/** Makes the table. */
export async function makePredictionsTable(
  { held, context }: DownloadSource,
): Promise<Download> {
  const { predictions, low, high, regimes } = await held.predictions(context);
  const { data } = await held.data(context);
  const measured = data.hasLabels ? data.labels() : undefined;
  const { typicalSignal } = await held.model();
  const unlike = regimes && typicalSignal ? findUnlike(typicalSignal, data) : [];
  const file = await collectStream(
    (sink) =>
      writePredictionTable(sink, data, {
        predictions,
        ...(low && high && { low, high, regimes, unlike: unlikeOfSamples(unlike, data) }),
        ...(measured && { measured }),
        format: "tsv",
      }),
    "text/tab-separated-values",
  );
  return { name: "predictions.tsv", file };
}
