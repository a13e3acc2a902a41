/** The table of predictions, as the command `predict` writes it. */

import { type Dataset, writePredictionTable } from "../../../data/mod.ts";
import type { TrainedModel } from "../../../model/mod.ts";
import { describeUnlike } from "../../../validation/describe_unlike.ts";
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
  const unlike = regimes && describeCellTypes(await held.model(), data);
  const file = await collectStream(
    (sink) =>
      writePredictionTable(sink, data, {
        predictions,
        ...(low && high && { low, high, regimes, unlike }),
        ...(measured && { measured }),
        format: "tsv",
      }),
    "text/tab-separated-values",
  );
  return { name: "predictions.tsv", file };
}

/** In what the cell type of each sample is unlike those that the model was trained on, `[position]`. */
function describeCellTypes({ typicalSignal }: TrainedModel, data: Dataset): string[] {
  const found = typicalSignal === undefined ? [] : findUnlike(typicalSignal, data);
  const words = new Map(
    found.map(({ cellType, statistics }) => [cellType, describeUnlike(statistics)]),
  );
  return Array.from(data.rows, (_, position) => words.get(data.cellTypeOf(position)) ?? "");
}
