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

/** Makes the form. */
export function makeTrainForm(
  app: App,
  submit: (settings: TrainSettings) => unknown,
): {
  readonly element: HTMLElement;
  readonly show: (options: { readonly isDone: boolean }) => void;
} {
  const preset = makeSelect("preset", PRESETS.map(([name, text]) => [name, text] as const));
  const presetField = makeField("Model", preset, PRESETS[0]![2]);
  preset.addEventListener("change", () => {
    const hint = PRESETS.find(([name]) => name === preset.value)?.[2] ?? "";
    setText(presetField.querySelector(".hint")!, hint);
  });
  const epochs = makeNumber("epochs", { min: 1, max: 10_000, placeholder: "the model's own" });
  const seed = makeNumber("seed", { min: 0, max: 2 ** 32 - 1, placeholder: "0" });
  const transform = makeSelect("transform", [
    ["", "As the model has it"],
    ["log1p", "Logarithms: ln(1 + count)"],
    ["asinh", "asinh of the counts"],
    ["none", "The counts themselves"],
  ]);
  const calibrate = make("input", [], { type: "checkbox", id: "calibrate" });
  const more = make("details.more", [
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
  const button = makeAction(app, "Train on these data", {
    id: "train",
    isMain: true,
    act: () => {
      const wrong = [epochs, seed].find((input) => !input.checkValidity());
      if (wrong) {
        more.open = true;
        wrong.reportValidity();
        return;
      }
      submit({
        preset: preset.value,
        ...(epochs.value !== "" && { epochs: Number(epochs.value) }),
        ...(seed.value !== "" && { seed: Number(seed.value) }),
        ...(transform.value !== "" && { transform: transform.value as Transform }),
        ...(calibrate.checked && { calibrate: true }),
      });
    },
  });
  return {
    element: make("div.train", [presetField, more, button]),
    show: ({ isDone }) => {
      setText(button, isDone ? "Train again" : "Train on these data");
      button.classList.toggle("main", !isDone);
    },
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
