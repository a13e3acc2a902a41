/** Step 2: signal is counted into bins around the starts of genes. */

import type { CountSettings, DataSummary, PageProgress } from "../../protocol.ts";
import type { App } from "../app.ts";
import { makeProfilePlots, type MarkProfile } from "../charts/profiles.ts";
import { make, setText } from "../dom.ts";
import { onceAFrame } from "../frames.ts";
import { makeDownload } from "../downloads.ts";
import { fillFigures, fillLines, makeAction, makeStep, type StepView } from "../step.ts";
import { formatCountOf, joinSome } from "../words.ts";
import { CountForm } from "./count_form.ts";
import { canCount } from "./files.ts";

/** Makes the second step. */
export function makeCountsStep(app: App): StepView {
  const form = new CountForm();
  const count = makeAction(app, "Count the signal", {
    id: "count",
    isMain: true,
    act: () => {
      const settings = form.read();
      if (settings) countSignal(app, settings);
    },
  });
  const stale = make("p.note", ["The files have changed since they were counted."], {
    hidden: true,
  });
  const result = makeResult(app);
  const profiles = new CountedProfiles(app);
  return makeStep(app, {
    name: "counts",
    number: 2,
    title: "Counts",
    intro: "Reads, or other signal, of each mark in bins around the start of each gene.",
    waitsFor: "Waits for files",
    controls: [stale, form.element, count, result.element],
    plots: [profiles.element],
    standing: (state) => {
      if (state.page?.data !== undefined) return "done";
      return canCount(state) ? "now" : "later";
    },
    summary: ({ page }) => page?.data ? summarise(page.data) : "Ready to count",
    render: (state) => {
      const { page, job, isStale, counted } = state;
      const isPrepared = page?.inputs.files.some(({ role }) => role === "data") ?? false;
      setText(count, countWords(page?.data !== undefined, isPrepared));
      count.hidden = !canCount(state);
      count.classList.toggle("main", page?.data === undefined || isStale);
      form.show(count.hidden ? undefined : page?.inputs, counted);
      stale.hidden = !isStale || page?.data === undefined;
      result.show(page?.data);
      if (job?.step === "counts") profiles.keepForming();
      else profiles.show(page?.data);
    },
  });
}

/** Counts, and then looks for what may be wrong. */
export async function countSignal(app: App, settings: CountSettings): Promise<boolean> {
  app.store.update({ counted: settings });
  const data = await app.run("prepare", settings, { step: "counts", title: "Counting" });
  if (data === undefined) return false;
  const examination = await app.run("examine", {}, {
    step: "checks",
    title: "Looking for what may be wrong",
  });
  return examination !== undefined;
}

function countWords(isDone: boolean, isPrepared: boolean): string {
  if (isPrepared) return isDone ? "Open the data again" : "Open the data";
  return isDone ? "Count again" : "Count the signal";
}

function summarise(data: DataSummary): string {
  return [
    formatCountOf(data.genes, "gene"),
    formatCountOf(data.cellTypes.length, "cell type"),
    formatCountOf(data.marks.length, "mark"),
  ].join(" · ");
}

function makeResult(app: App) {
  const figures = make("dl.figures");
  const notes = make("ul.lines");
  const digest = make("code");
  const element = make("div", [
    figures,
    notes,
    make("div.actions", [makeDownload(app, "data.npz", { step: "counts", text: "Data (.npz)" })]),
    make("details.more", [
      make("summary", ["Digest"]),
      make("p.hint", ["The command prepare makes data with the same digest of the same files: "]),
      digest,
    ]),
  ], { hidden: true });
  return {
    element,
    show: (data: DataSummary | undefined) => {
      element.hidden = data === undefined;
      if (data === undefined) return;
      fillFigures(figures, [
        ["Cell types", joinSome(data.cellTypes, 4)],
        ["Genes", data.genes.toLocaleString("en")],
        ["Samples", data.samples.toLocaleString("en")],
        [
          "Bins",
          data.binSizeBp === undefined ? String(data.bins) : `${data.bins} of ${data.binSizeBp} bp`,
        ],
        ["Assembly", data.assembly],
        ["Expression", data.labelled ? "measured" : "not given"],
      ]);
      fillLines(notes, data.notes);
      setText(digest, data.digest);
    },
  };
}

/** Plots of profiles: while signal is counted those that form, and then those of the data. */
class CountedProfiles {
  readonly #plots = makeProfilePlots();
  readonly #forming = new FormingProfiles();
  #shown: DataSummary | undefined;
  #mayShowForming = false;

  constructor(app: App) {
    const drawForming = onceAFrame(() => {
      // Counting may have ended since.
      const profiles = this.#forming.profiles();
      if (profiles.length > 0) this.#plots.show(profiles, {});
    });
    app.store.onProgress((progress, job) => {
      if (job.step === "counts" && this.#forming.take(progress)) drawForming();
    });
  }

  get element(): HTMLElement {
    return this.#plots.element;
  }

  /** Leaves the plots to what forms. It is replaced by what was there before, if counting does not come to its end. */
  keepForming(): void {
    this.#mayShowForming = true;
  }

  /** Shows the profiles of the data. */
  show(data: DataSummary | undefined): void {
    this.#forming.clear();
    if (data === this.#shown && !this.#mayShowForming) return;
    this.#shown = data;
    this.#mayShowForming = false;
    const profiles = data?.profiles.map((line, mark) => ({
      mark: data.marks[mark] ?? "",
      lines: [line],
    })) ?? [];
    this.#plots.show(profiles, { binSizeBp: data?.binSizeBp, unit: data?.signalUnit });
  }
}

/** Profiles as they form: the mean so far of each mark in each cell type. */
class FormingProfiles {
  readonly #marks = new Map<string, Map<string, readonly number[]>>();

  /** Takes what progress says; whether there is something new. */
  take({ bins }: PageProgress): boolean {
    if (bins === undefined) return false;
    const lines = this.#marks.get(bins.mark) ?? new Map<string, readonly number[]>();
    lines.set(bins.cellType, bins.mean);
    this.#marks.set(bins.mark, lines);
    return true;
  }

  profiles(): MarkProfile[] {
    return [...this.#marks].sort(([one], [other]) => one < other ? -1 : 1)
      .map(([mark, lines]) => ({ mark, lines: [...lines.values()] }));
  }

  clear(): void {
    this.#marks.clear();
  }
}
