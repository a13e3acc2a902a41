/** The report of the model: how it was trained, and how its predictions agree with what was measured. */

import { formatCountOf } from "../../../base/count.ts";
import type { Dataset } from "../../../data/dataset.ts";
import { evaluatePredictions } from "../../../data/evaluate.ts";
import { largestErrors } from "../../../data/largest_errors.ts";
import { ContractError } from "../../../errors.ts";
import { renderPage, type ReportEvaluation, type ReportInput } from "../../../report/mod.ts";
import type { HeldPredictions } from "../predict_data.ts";
import type { Download, DownloadSource } from "./download.ts";

const MOST_ERRORS = 10;

/**
 * Makes the report.
 *
 * @throws {ContractError} If there are no predictions.
 */
export async function makeReportPage({ held, context }: DownloadSource): Promise<Download> {
  const { model, history, predictions: summary } = await held.state();
  if (model === undefined || summary === undefined) {
    throw new ContractError("Cannot make a report: nothing was predicted, expected predictions");
  }
  const { data } = await held.data(context);
  const predictions = await held.predictions(context);
  const input: ReportInput = {
    run: model.name,
    summary: `${model.name}: ${formatCountOf(model.parameters, "weight")}, ${model.source}.`,
    notes: summary.notes.map((note) => `${note}.`),
    ...(history && { configuration: { ...history.settings }, history: history.epochs }),
    ...(data.hasLabels && {
      expressionTransform: data.record.expressionTransform,
      evaluation: evaluate(data, predictions),
    }),
  };
  context.onProgress({ doing: "Drawing figures", done: 0, total: 1 });
  const html = await renderPage(input);
  return { name: "report.html", file: new Blob([html], { type: "text/html" }) };
}

function evaluate(data: Dataset, { predictions }: HeldPredictions): ReportEvaluation {
  return {
    // A model that was trained on these samples knows some of their labels.
    samplesName: "the data of this page",
    ...evaluatePredictions(data, predictions),
    pairs: { measured: data.labels(), predicted: predictions },
    largestErrors: largestErrors(data, predictions, { count: MOST_ERRORS }),
  };
}
