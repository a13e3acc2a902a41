/** How a model is trained: a preset, and the rest folded away. */

import type { Transform } from "../../../record.ts";
import type { TrainSettings } from "../../protocol.ts";
import type { App } from "../app.ts";
import { make, setText } from "../dom.ts";
import { makeAction, makeField, makeSelect } from "../step.ts";

/** The presets that are offered, with what each is for. */
const PRESETS: readonly (readonly [preset: string, text: string, hint: string])[] = [
  [
    "waka2",
    "waka2: small and quick",
    "Reads the logarithms of counts, and learns an effect of each gene. A good start.",
  ],
  [
    "waka3",
    "waka3: compares cell types",
    "Compares each sample with the same gene in the cell types that it was trained on. The most accurate with four cell types or more; slower.",
  ],
  [
    "wakawaka",
    "wakawaka: the published model",
    "The model of the competition's report, as it was.",
  ],
  ["deepchrome", "DeepChrome", "The network of Singh and others (2016), as a comparison."],
];

/** The transforms of signal that are offered. */
const TRANSFORMS: readonly (readonly [transform: "" | Transform, text: string])[] = [
  ["", "As the model has it"],
  ["log1p", "Logarithms: ln(1 + count)"],
  ["asinh", "asinh of the counts"],
  ["none", "The counts themselves"],
];

/** A form of settings. */
export interface TrainForm {
  readonly element: HTMLElement;
  readonly show: (options: { readonly isDone: boolean }) => void;
}

/** Makes the form. */
export function makeTrainForm(
  app: App,
  submit: (settings: TrainSettings) => unknown,
): TrainForm {
  const preset = makePreset();
  const more = makeMore();
  const button = makeAction(app, "Train on these data", {
    id: "train",
    isMain: true,
    act: () => {
      if (more.isValid()) submit({ preset: preset.value(), ...more.read() });
    },
  });
  return {
    element: make("div.train", [preset.element, more.element, button]),
    show: ({ isDone }) => {
      setText(button, isDone ? "Train again" : "Train on these data");
      button.classList.toggle("main", !isDone);
    },
  };
}

/** The choice of a preset, with what the chosen one is for. */
function makePreset() {
  const select = makeSelect("preset", PRESETS.map(([name, text]) => [name, text] as const));
  const element = makeField("Model", select, PRESETS[0]![2]);
  select.addEventListener("change", () => {
    const hint = PRESETS.find(([name]) => name === select.value)?.[2] ?? "";
    setText(element.querySelector(".hint")!, hint);
  });
  return { element, value: () => select.value };
}

/** Settings that few people change. */
function makeMore() {
  const epochs = makeNumber("epochs", { min: 1, max: 10_000, placeholder: "the model's own" });
  const seed = makeNumber("seed", { min: 0, max: 2 ** 32 - 1, placeholder: "0" });
  const transform = makeSelect("transform", TRANSFORMS);
  const calibrate = make("input", [], { type: "checkbox", id: "calibrate" });
  const element = make("details.more", [
    make("summary", ["More"]),
    makeField("Epochs", epochs, "How often each sample is seen."),
    makeField("Seed", seed, "The same seed gives the same model."),
    makeField("Signal that the model reads", transform),
    make("div.check", [
      calibrate,
      make("label", ["Hold some genes out, to say how wrong a prediction may be"], {
        for: "calibrate",
      }),
    ]),
  ]);
  return {
    element,
    /** Whether the numbers can be used; shows the first one that cannot. */
    isValid: () => {
      const wrong = [epochs, seed].find((input) => !input.checkValidity());
      if (wrong === undefined) return true;
      element.open = true;
      wrong.reportValidity();
      return false;
    },
    /** What was chosen; the rest is the model's own. */
    read: (): Omit<TrainSettings, "preset"> => ({
      ...(epochs.value !== "" && { epochs: Number(epochs.value) }),
      ...(seed.value !== "" && { seed: Number(seed.value) }),
      ...(transform.value !== "" && { transform: transform.value as Transform }),
      ...(calibrate.checked && { calibrate: true }),
    }),
  };
}

function makeNumber(
  id: string,
  { min, max, placeholder }: {
    readonly min: number;
    readonly max: number;
    readonly placeholder: string;
  },
): HTMLInputElement {
  return make("input", [], {
    type: "number",
    id,
    min,
    max,
    step: 1,
    placeholder,
    inputmode: "numeric",
  });
}
