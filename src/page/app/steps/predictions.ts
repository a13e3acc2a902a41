/** Step 5: how much each gene is expressed in each cell type, as the model says. */

import type { PredictionRow, PredictionSummary } from "../../protocol.ts";
import type { App } from "../app.ts";
import { makeScatterPlot, type MeasuredPoint } from "../charts/scatter.ts";
import { make, setText } from "../dom.ts";
import { makeDownload } from "../downloads.ts";
import { fillFigures, fillLines, makeStep, type StepView } from "../step.ts";
import { formatCountOf, formatValue } from "../words.ts";
import { makePredictForm, type PredictSettings } from "./predict_form.ts";
import { PredictionTable } from "./table.ts";
import { explainGene } from "./why.ts";

/** Dots of the plot at most. */
const MOST_POINTS = 2000;
/** Samples that are asked for together. */
const POINTS_TOGETHER = 100;

/** Makes the fifth step. */
export function makePredictionsStep(app: App): StepView {
  const form = makePredictForm(app, (settings) => predictAll(app, settings));
  const result = makeResult(app);
  const scatter = makeScatterPlot();
  const table = new PredictionTable(app, { explain: (row) => explainGene(app, row) });
  const showRows = async (predictions: PredictionSummary) => {
    const hasLabels = app.store.state.page?.data?.labelled === true;
    await table.restart({ hasIntervals: predictions.interval !== undefined, hasLabels });
    const points = hasLabels ? await takePoints(app, predictions.samples) : [];
    scatter.show(points, { of: predictions.samples, pearson: predictions.measured?.pearson });
  };
  let shown: PredictionSummary | undefined;
  return makeStep(app, {
    name: "predictions",
    number: 5,
    title: "Predictions",
    intro:
      "How much each gene is expressed in each cell type, in the units that the model learned.",
    waitsFor: "Waits for counts and a model",
    controls: [...form.elements, result.element, scatter.element],
    plots: [table.element],
    standing: ({ page }) => {
      if (page?.predictions) return "done";
      return page?.data && page.model ? "now" : "later";
    },
    summary: ({ page }) =>
      page?.predictions
        ? formatCountOf(page.predictions.samples, "prediction")
        : "Ready to predict",
    render: ({ page }) => {
      const predictions = page?.predictions;
      form.show(page);
      table.element.hidden = predictions === undefined;
      result.show(predictions);
      if (predictions === shown) return;
      shown = predictions;
      if (predictions) showRows(predictions);
      else scatter.show([], { of: 0, pearson: undefined });
    },
  });
}

/** Predicts all samples, with an interval if the model has one. */
export async function predictAll(
  app: App,
  { interval, acceptAssembly = false }: PredictSettings = {},
): Promise<boolean> {
  const isCalibrated = app.store.state.page?.model?.calibrated === true;
  const answer = await app.run("predict", {
    ...(isCalibrated && interval !== undefined && { interval }),
    ...(acceptAssembly && { acceptAssembly }),
  }, { step: "predictions", title: "Predicting" });
  return answer !== undefined;
}

/** Samples with labels: all, or some from evenly spaced places of the table. */
async function takePoints(app: App, samples: number): Promise<MeasuredPoint[]> {
  const pages = Math.min(Math.ceil(samples / POINTS_TOGETHER), MOST_POINTS / POINTS_TOGETHER);
  const rows: PredictionRow[] = [];
  for (let page = 0; page < pages; page++) {
    const offset = Math.floor(page * samples / pages);
    const limit = Math.min(POINTS_TOGETHER, Math.floor((page + 1) * samples / pages) - offset);
    const answer = await app.ask("rows", { offset, limit, sortBy: "gene" }, "predictions");
    if (answer === undefined) return [];
    rows.push(...answer.rows);
  }
  return rows.flatMap(({ label, prediction }) =>
    label === undefined ? [] : [{ label, prediction }]
  );
}

function makeResult(app: App) {
  const figures = make("dl.figures");
  const notes = make("ul.lines");
  const digest = make("code");
  const step = "predictions";
  const element = make("div", [
    figures,
    notes,
    make("div.actions", [
      makeDownload(app, "predictions.tsv", { step, text: "Predictions (.tsv)" }),
      makeDownload(app, "report.html", { step, text: "Report (.html)" }),
    ]),
    make("details.more", [
      make("summary", ["Digest"]),
      make("p.hint", ["SHA-256 of the predictions as 32-bit numbers: "]),
      digest,
    ]),
  ], { hidden: true });
  return {
    element,
    show: (predictions: PredictionSummary | undefined) => {
      element.hidden = predictions === undefined;
      if (predictions === undefined) return;
      const { samples, measured, interval } = predictions;
      fillFigures(figures, [
        ["Predictions", samples.toLocaleString("en")],
        ...(measured
          ? [
            ["Correlation with measured", formatValue(measured.pearson)],
            ["Mean squared error", formatValue(measured.mse)],
          ] as const
          : []),
        ...(interval === undefined
          ? []
          : [["Intervals hold", `${formatValue(100 * interval)}%`] as const]),
      ]);
      fillLines(notes, predictions.notes);
      setText(digest, predictions.digest);
    },
  };
}
