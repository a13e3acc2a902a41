/** Step 4: a model is trained, taken or opened. */

import type { ModelSummary, PageProgress, PageState, TrainSettings } from "../../protocol.ts";
import type { App } from "../app.ts";
import { type LossPlot, makeLossPlot } from "../charts/losses.ts";
import { make, setText } from "../dom.ts";
import { onceAFrame } from "../frames.ts";
import { makeDownload } from "../downloads.ts";
import { fillFigures, makeAction, makeFileInput, makeStep, type StepView } from "../step.ts";
import { formatCountOf, formatValue, joinSome } from "../words.ts";
import { makeTrainForm } from "./train_form.ts";

/** Makes the fourth step. */
export function makeModelStep(app: App): StepView {
  const ways = makeWays(app);
  const resume = makeResume(app);
  const result = makeResult(app);
  const plot = makeLossPlot();
  const forming = new FormingLosses();
  const drawForming = onceAFrame(() => forming.showOn(plot));
  app.store.onProgress((progress, job) => {
    if (job.step === "model" && forming.take(progress)) drawForming();
  });
  let shown: ModelSummary | undefined;
  return makeStep(app, {
    name: "model",
    number: 4,
    title: "Model",
    intro: "A model reads the bins of all marks of a gene and says how much it is expressed.",
    waitsFor: "Waits for counts",
    controls: [resume.element, result.element, ways.element],
    plots: [plot.element],
    standing: ({ page }) => {
      if (page?.model) return "done";
      return page?.data || page?.interrupted ? "now" : "later";
    },
    summary: ({ page }) => page?.model ? page.model.source : "Train one, or take one",
    render: ({ page, job }) => {
      ways.show(page);
      resume.show(page);
      result.show(page?.model);
      if (job?.step === "model") {
        shown = undefined;
        return;
      }
      ways.keepOpen(page?.model === undefined);
      forming.clear();
      if (page?.model === shown) return;
      shown = page?.model;
      ways.element.open = shown === undefined;
      plot.show(shown?.losses ?? []);
    },
  });
}

/** Trains a model. */
export function train(app: App, settings: TrainSettings): Promise<ModelSummary | undefined> {
  return app.run("train", settings, { step: "model", title: "Training" });
}

/** The ways to a model. Once there is one, those to another are folded away. */
function makeWays(app: App) {
  const form = makeTrainForm(app, (settings) => train(app, settings));
  const unlabelled = make("p.note", [
    "These data have no measured expression, so there is nothing to learn from. Take the starter model, or open one that was trained elsewhere.",
  ], { hidden: true });
  const others = makeOthers(app);
  const element = make("details.ways", [
    make("summary", ["Another model"]),
    unlabelled,
    form.element,
    others.element,
  ], { open: true });
  return {
    element,
    show: (page: PageState | undefined) => {
      const canTrain = page?.data?.labelled === true;
      form.element.hidden = !canTrain;
      form.show({ isDone: page?.model !== undefined });
      unlabelled.hidden = canTrain || page?.data === undefined;
      others.show(!canTrain && page?.model === undefined);
    },
    /** Without a model there is nothing to fold them away for. */
    keepOpen: (isOnly: boolean) => {
      element.classList.toggle("is-only", isOnly);
      if (isOnly) element.open = true;
    },
  };
}

/** The other ways to a model. */
function makeOthers(app: App) {
  const starter = makeAction(app, "Take the starter model", {
    id: "use-starter",
    act: () => app.run("useStarter", {}, { step: "model", title: "Opening the starter model" }),
  });
  const input = makeFileInput("model-input", {
    label: "Files of a model",
    take: (files) => app.run("openModel", { files }, { step: "model", title: "Opening the model" }),
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

/** Losses as they form: those of the epochs so far. */
class FormingLosses {
  #losses: number[] = [];
  #epochs = 0;

  /** Takes what progress says; whether there is something new. */
  take({ epoch, total }: PageProgress): boolean {
    if (epoch === undefined) return false;
    this.#losses[epoch.epoch - 1] = epoch.loss;
    // A training that was resumed has no losses of the epochs before.
    this.#losses = Array.from(this.#losses, (loss) => loss ?? NaN);
    this.#epochs = Math.max(total, this.#losses.length);
    return true;
  }

  /** Shows them; if training has ended since, what was shown then stays. */
  showOn(plot: LossPlot): void {
    if (this.#losses.length > 0) plot.show(this.#losses, this.#epochs);
  }

  clear(): void {
    this.#losses = [];
  }
}
