/** Step 4: a model is trained, taken or opened. */

import type { ModelSummary, PageState, TrainSettings } from "../../protocol.ts";
import type { App } from "../app.ts";
import { makeLossPlot } from "../charts/losses.ts";
import { make, setText } from "../dom.ts";
import { onceAFrame } from "../frames.ts";
import { makeDownload } from "../downloads.ts";
import { fillFigures, makeAction, makeStep, type StepView } from "../step.ts";
import { formatCountOf, formatValue, joinSome } from "../words.ts";
import { makeTrainForm } from "./train_form.ts";

/** Makes the fourth step. */
export function makeModelStep(app: App): StepView {
  const form = makeTrainForm(app, (settings) => train(app, settings));
  const unlabelled = make("p.note", [
    "These data have no measured expression, so there is nothing to learn from. Take the starter model, or open one that was trained elsewhere.",
  ], { hidden: true });
  const resume = makeResume(app);
  const result = makeResult(app);
  const others = makeOthers(app);
  // Once there is a model, the ways to another one are folded away.
  const ways = make("details.ways", [
    make("summary", ["Another model"]),
    unlabelled,
    form.element,
    others.element,
  ], { open: true });
  const plot = makeLossPlot();
  let losses: number[] = [];
  let epochs = 0;
  const drawForming = onceAFrame(() => {
    // Training may have ended since.
    if (losses.length > 0) plot.show(losses, epochs);
  });
  app.store.onProgress(({ epoch, total }, job) => {
    if (job.step !== "model" || epoch === undefined) return;
    losses[epoch.epoch - 1] = epoch.loss;
    losses = Array.from(losses, (loss) => loss ?? NaN);
    epochs = Math.max(total, losses.length);
    drawForming();
  });
  let shown: ModelSummary | undefined;
  return makeStep(app, {
    name: "model",
    number: 4,
    title: "Model",
    intro: "A model reads the bins of all marks of a gene and says how much it is expressed.",
    waitsFor: "Waits for counts",
    controls: [resume.element, result.element, ways],
    plots: [plot.element],
    standing: ({ page }) => {
      if (page?.model) return "done";
      return page?.data || page?.interrupted ? "now" : "later";
    },
    summary: ({ page }) => page?.model ? page.model.source : "Train one, or take one",
    render: ({ page, job }) => {
      const isRunning = job?.step === "model";
      const canTrain = page?.data?.labelled === true;
      form.element.hidden = !canTrain;
      form.show({ isDone: page?.model !== undefined });
      unlabelled.hidden = canTrain || page?.data === undefined;
      others.show(!canTrain && page?.model === undefined);
      resume.show(page);
      result.show(page?.model);
      if (isRunning) {
        shown = undefined;
        return;
      }
      ways.classList.toggle("is-only", page?.model === undefined);
      if (page?.model === undefined) ways.open = true;
      losses = [];
      if (page?.model !== shown) {
        shown = page?.model;
        ways.open = shown === undefined;
        plot.show(shown?.losses ?? []);
      }
    },
  });
}

/** Trains a model. */
export function train(app: App, settings: TrainSettings): Promise<ModelSummary | undefined> {
  return app.run("train", settings, { step: "model", title: "Training" });
}

/** The other ways to a model. */
function makeOthers(app: App) {
  const starter = makeAction(app, "Take the starter model", {
    id: "use-starter",
    act: () => app.run("useStarter", {}, { step: "model", title: "Opening the starter model" }),
  });
  const input = make("input", [], {
    type: "file",
    id: "model-input",
    multiple: true,
    hidden: true,
    "aria-label": "Files of a model",
  });
  input.addEventListener("change", async () => {
    const files = [...input.files ?? []];
    input.value = "";
    if (files.length === 0) return;
    await app.run("openModel", { files }, { step: "model", title: "Opening the model" });
  });
  const open = makeAction(app, "Open a model", { id: "open-model", act: () => input.click() });
  const element = make("div.others", [
    make("div.actions", [starter, open]),
    make("p.hint", [
      "The starter model comes with this page. It was trained on peaks of human cell types, and takes peaks of up to five marks. A model that you saved is opened from its zip file, or from the files of its folder.",
    ]),
    input,
  ]);
  return {
    element,
    /** Where nothing can be trained, the starter model is what most people take next. */
    show: (isNext: boolean) => {
      starter.classList.toggle("main", isNext);
    },
  };
}

/** Offers to continue what a reload interrupted. */
function makeResume(app: App) {
  const words = make("p");
  const element = make("div.banner", [
    words,
    makeAction(app, "Resume training", {
      id: "resume",
      isMain: true,
      act: () => app.run("resumeTraining", {}, { step: "model", title: "Training" }),
    }),
  ], { hidden: true });
  return {
    element,
    show: (page: PageState | undefined) => {
      const interrupted = page?.interrupted;
      element.hidden = interrupted === undefined;
      if (interrupted === undefined) return;
      const { settings: { preset, epochs }, epoch } = interrupted;
      setText(
        words,
        `Training ${preset} was interrupted after ${formatCountOf(epoch, "epoch")}${
          epochs === undefined ? "" : ` of ${epochs}`
        }. It can continue, and ends with the same model as if it had not been.`,
      );
    },
  };
}

function makeResult(app: App) {
  const figures = make("dl.figures");
  const digest = make("code");
  const element = make("div", [
    figures,
    make("p.hint", [
      "The fit is on the samples that the model learned from; it says nothing about new ones.",
    ]),
    make("div.actions", [makeDownload(app, "model.zip", { step: "model", text: "Model (.zip)" })]),
    make("details.more", [
      make("summary", ["Digest of the weights"]),
      make("p.hint", ["The command train makes the same of the same data and settings: "]),
      digest,
    ]),
  ], { hidden: true });
  const hint = element.querySelector<HTMLElement>(".hint")!;
  return {
    element,
    show: (model: ModelSummary | undefined) => {
      element.hidden = model === undefined;
      if (model === undefined) return;
      hint.hidden = model.metrics === undefined;
      fillFigures(figures, [
        ["Model", model.name],
        ["Parameters", model.parameters.toLocaleString("en")],
        ["Marks", joinSome(model.marks)],
        ["Intervals", model.calibrated ? "calibrated" : "not calibrated"],
        ...(model.metrics
          ? [
            ["Correlation of the fit", formatValue(model.metrics.pearson)],
            ["Mean squared error of the fit", formatValue(model.metrics.mse)],
          ] as const
          : []),
      ]);
      setText(digest, model.digest);
    },
  };
}
