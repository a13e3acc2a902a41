/** The frame that all steps share: heading, state, what runs, what went wrong. */

import type { PageProgress } from "../protocol.ts";
import type { App } from "./app.ts";
import { type Child, make, setAttributes, setText } from "./dom.ts";
import type { AppState, Failure, Job, StepName } from "./state.ts";

/** A step on the page. */
export interface StepView {
  readonly name: StepName;
  readonly title: string;
  readonly element: HTMLElement;
  /** Brings it up to date. */
  readonly render: (state: AppState) => void;
  /** Where the step stands: it cannot begin yet, can be done, or is done. */
  readonly standing: (state: AppState) => Standing;
}

/** Where a step stands. */
export type Standing = "later" | "now" | "done";

/** What a step is made of. */
export interface StepParts {
  readonly name: StepName;
  readonly number: number;
  readonly title: string;
  /** What the step is for, in a sentence or two. */
  readonly intro: string;
  /** What it waits for, in words, while it cannot begin. */
  readonly waitsFor: string;
  /** What is done here: forms, buttons, results in words. */
  readonly controls: readonly Child[];
  /** What is shown beside: plots and tables. Without them the controls have the whole width. */
  readonly plots?: readonly Child[];
  readonly standing: (state: AppState) => Standing;
  /** One line of what came out. */
  readonly summary: (state: AppState) => string;
  readonly render: (state: AppState) => void;
}

/** Makes a step. */
export function makeStep(app: App, parts: StepParts): StepView {
  const { name, number, title, standing } = parts;
  const mark = make("span.step-number", [String(number)], { "aria-hidden": "true" });
  const heading = make("h2", [title], { id: `${name}-heading`, tabindex: -1 });
  const status = make("p.step-status");
  const job = makeJobLine(app, name);
  const failure = makeFailure();
  // Above all else of the step, where it is seen however long a form is.
  const news = make("div.step-news", [job.element, failure.element]);
  const body = make(parts.plots ? "div.step-body" : "div.step-body.is-single", [
    news,
    make("div.step-controls", parts.controls),
    parts.plots && make("div.step-plots", parts.plots),
  ]);
  const element = make("section.step", [
    make("header.step-head", [mark, make("div", [heading, status])]),
    make("p.step-intro", [parts.intro]),
    body,
  ], { id: name, "aria-labelledby": `${name}-heading` });
  return {
    name,
    title,
    element,
    standing,
    render: (state) => {
      const now = standing(state);
      setAttributes(element, { "data-standing": now });
      setText(mark, now === "done" ? "✓" : String(number));
      setText(status, now === "later" ? parts.waitsFor : parts.summary(state));
      body.hidden = now === "later" && state.failures[name] === undefined;
      job.show(state.job);
      failure.show(state.failures[name]);
      news.hidden = job.element.hidden && failure.element.hidden;
      parts.render(state);
    },
  };
}

const STOPPING = "Stopping …";

function describeProgress({ doing, total, epoch }: PageProgress): string {
  return epoch === undefined ? doing : `${doing}: epoch ${epoch.epoch} of ${total}`;
}

/** The line of what runs at a step, with its button to cancel. */
function makeJobLine(app: App, step: StepName) {
  const words = make("p.job-words", [], { id: `${step}-job` });
  const bar = make("progress", [], { max: 1, "aria-labelledby": `${step}-job` });
  const cancel = make("button", ["Cancel"], {
    type: "button",
    "data-cancel": step,
    "aria-keyshortcuts": "Escape",
    title: "Esc",
    onclick: () => {
      app.store.state.job?.cancel();
      setText(words, STOPPING);
    },
  });
  const element = make("div.job", [words, bar, cancel], { hidden: true });
  app.store.onProgress((progress: PageProgress, job) => {
    if (job.step !== step) return;
    const { done, total } = progress;
    if (words.textContent !== STOPPING) setText(words, describeProgress(progress) || job.title);
    if (total > 0) bar.value = done / total;
    else bar.removeAttribute("value");
  });
  let shown: Job | undefined;
  return {
    element,
    show: (job: Job | undefined) => {
      const own = job?.step === step ? job : undefined;
      if (own === shown) return;
      const hadFocus = element.contains(document.activeElement);
      shown = own;
      element.hidden = own === undefined;
      if (own) {
        setText(words, own.title);
        bar.removeAttribute("value");
        showNews(element);
      } else if (hadFocus) {
        // The focus would be lost with the button that had it.
        document.getElementById(`${step}-heading`)?.focus({ preventScroll: true });
      }
    },
  };
}

/** What went wrong, next to what it is about. */
function makeFailure() {
  const words = make("p");
  const element = make("div.failure", [words], { role: "alert", hidden: true });
  return {
    element,
    show: (failure: Failure | undefined) => {
      if (failure && element.hidden) showNews(element);
      element.hidden = failure === undefined;
      setText(words, failure === undefined ? "" : wordsOf(failure));
      setAttributes(element, { "data-cancelled": failure?.isCancelled ?? false });
    },
  };
}

/** How long scrolling to a step takes, which must not be broken off. */
const SCROLL_MS = 500;

/** Brings what runs, or went wrong, into view if it is out of it. */
function showNews(element: HTMLElement): void {
  setTimeout(() => {
    if (!element.hidden) element.scrollIntoView({ block: "nearest" });
  }, SCROLL_MS);
}

function wordsOf({ message, isCancelled }: Failure): string {
  return isCancelled ? "Cancelled. Nothing else has changed." : message;
}

/** Makes a button that waits while something else runs; it stays where it is, and keeps its focus. */
export function makeAction(
  app: App,
  text: string,
  { act, isMain = false, id }: {
    readonly act: () => unknown;
    /** Whether it is what most people do next. */
    readonly isMain?: boolean;
    readonly id: string;
  },
): HTMLButtonElement {
  const button = make(isMain ? "button.main" : "button", [text], { type: "button", id });
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") !== "true") act();
  });
  app.store.subscribe(({ job, page }) => {
    setAttributes(button, { "aria-disabled": job || !page ? "true" : undefined });
  });
  return button;
}

/** Makes a hidden input of files, which a button opens; files that were chosen are passed on. */
export function makeFileInput(
  id: string,
  { label, take }: {
    readonly label: string;
    readonly take: (files: readonly File[]) => unknown;
  },
): HTMLInputElement {
  const input = make("input", [], {
    type: "file",
    id,
    multiple: true,
    hidden: true,
    "aria-label": label,
  });
  input.addEventListener("change", () => {
    const files = [...input.files ?? []];
    // The same file can be chosen again.
    input.value = "";
    if (files.length > 0) take(files);
  });
  return input;
}

/** Makes a label with its control, and a line that explains it. */
export function makeField(
  text: string,
  control: HTMLElement,
  hint?: string,
): HTMLElement {
  const id = control.id;
  if (hint === undefined) return make("div.field", [make("label", [text], { for: id }), control]);
  setAttributes(control, { "aria-describedby": `${id}-hint` });
  return make("div.field", [
    make("label", [text], { for: id }),
    control,
    make("p.hint", [hint], { id: `${id}-hint` }),
  ]);
}

/** Makes a choice from a list. */
export function makeSelect(
  id: string,
  options: readonly (readonly [value: string, text: string])[],
): HTMLSelectElement {
  return make(
    "select",
    options.map(([value, text]) => make("option", [text], { value })),
    { id },
  );
}

/** Letters of a value that has a line of its own. */
const LONG_VALUE = 18;

/** Shows names and values of a result. */
export function fillFigures(
  list: HTMLElement,
  figures: readonly (readonly [name: string, value: string])[],
): void {
  list.replaceChildren(
    ...figures.map(([name, value]) =>
      make(value.length > LONG_VALUE ? "div.is-long" : "div", [
        make("dt", [name]),
        make("dd", [value]),
      ])
    ),
  );
}

/** Shows lines as a list. */
export function fillLines(list: HTMLElement, lines: readonly string[]): void {
  list.hidden = lines.length === 0;
  list.replaceChildren(...lines.map((line) => make("li", [line])));
}
