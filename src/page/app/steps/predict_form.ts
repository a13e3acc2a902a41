/** How predictions are made: how wide intervals are, and what to do about another assembly. */

import type { PageState } from "../../protocol.ts";
import type { App } from "../app.ts";
import { make, setText } from "../dom.ts";
import { makeAction, makeField, makeSelect } from "../step.ts";

/** What the user decides of predictions. */
export interface PredictSettings {
  /** Share of measured values that lie in an interval. */
  readonly interval?: number;
  /** Whether to predict although the model learned from another assembly. */
  readonly acceptAssembly?: boolean;
}

/** A form of settings. */
export interface PredictForm {
  readonly elements: readonly HTMLElement[];
  /** Shows what the model and the data leave open. */
  readonly show: (page: PageState | undefined) => void;
}

/** Makes the form. */
export function makePredictForm(
  app: App,
  submit: (settings: PredictSettings) => unknown,
): PredictForm {
  const interval = makeSelect("interval", [
    ["0.9", "90% of measured values"],
    ["0.8", "80% of measured values"],
    ["0.95", "95% of measured values"],
  ]);
  const intervalField = makeField("Interval that holds", interval);
  const accept = makeAccept();
  const advice = make("p.hint");
  const predict = makeAction(app, "Predict expression", {
    id: "predict",
    isMain: true,
    act: () => submit({ interval: Number(interval.value), acceptAssembly: accept.isChosen() }),
  });
  return {
    elements: [intervalField, accept.element, advice, predict],
    show: (page) => {
      intervalField.hidden = page?.model?.calibrated !== true;
      accept.show(otherAssemblies(page));
      const words = adviseAssembly(page);
      advice.hidden = words === undefined;
      setText(advice, words ?? "");
      const isDone = page?.predictions !== undefined;
      setText(predict, isDone ? "Predict again" : "Predict expression");
      predict.classList.toggle("main", !isDone);
    },
  };
}

/** The consent to predict all the same, which is asked for only where there is something to accept. */
function makeAccept() {
  const box = make("input", [], { type: "checkbox", id: "accept-assembly" });
  const words = make("label", [], { for: "accept-assembly" });
  const element = make("div.check", [box, words]);
  return {
    element,
    show: (what: string | undefined) => {
      element.hidden = what === undefined;
      setText(words, what ?? "");
    },
    isChosen: () => !element.hidden && box.checked,
  };
}

/** What to accept where the model learned from another assembly than the data's. */
function otherAssemblies(page: PageState | undefined): string | undefined {
  const own = page?.data?.assembly;
  const learned = page?.model?.assembly;
  if (own === undefined || learned === undefined || own === learned) return undefined;
  if ([own, learned].includes("unknown")) return undefined;
  return `The model learned from ${learned}, and these data are of ${own}. Predict all the same: the same genes are compared.`;
}

/** What to do where the data do not name their assembly, and the model refuses them for that. */
function adviseAssembly(page: PageState | undefined): string | undefined {
  const learned = page?.model?.assembly;
  if (page?.data?.assembly !== "unknown" || learned === undefined || learned === "unknown") {
    return undefined;
  }
  return `The model learned from ${learned}, and these data do not name their assembly. Enter it in the step Counts, and count again.`;
}
