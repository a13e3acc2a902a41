/** How signal is counted: what the files leave open, what expression is, and the rest folded away. */

import type { CountSettings, InputChoice, Inputs } from "../../protocol.ts";
import { fill, make, setAttributes, setText } from "../dom.ts";
import { makeField, makeSelect } from "../step.ts";

type Options = readonly (readonly [value: string, text: string])[];

const ASSEMBLIES = ["hg38", "hg19", "mm39", "mm10"];

const RULES: Options = [
  ["", "As usual for these files"],
  ["reads", "Reads in each bin"],
  ["mean-depth", "Mean depth of reads"],
  ["mean", "Mean of a signal track"],
  ["sum", "Sum of a signal track"],
  ["max", "Highest value of a signal track"],
  ["enrichment", "Enrichment of peaks"],
];

const TRANSFORMS: Options = [
  ["", "As it is in the table"],
  ["log2p1", "log2(expression + 1)"],
  ["asinh", "asinh(expression)"],
];

const CONTROLS: Options = [
  ["", "Not used"],
  ["subtract", "Subtracted from the marks"],
  ["ratio", "Marks divided by them"],
];

/** What the user decides, where the files leave it open. */
const CHOICES: Readonly<
  Record<InputChoice["setting"], { readonly title: string; readonly options: Options }>
> = {
  replicates: {
    title: "Several files of a mark",
    options: [
      ["", "Choose what becomes of them"],
      ["sum", "Add them up, as if they were one file"],
      ["mean", "Take their mean"],
      ["mean-rpm", "Take their mean per million reads"],
      ["keep", "Keep each as a cell type of its own"],
    ],
  },
  missingMarks: {
    title: "Marks that were not measured",
    options: [
      ["", "Choose what becomes of them"],
      ["leave-out", "Leave out marks that a cell type lacks"],
      ["mask", "Keep them as missing, for models that allow it"],
    ],
  },
};

/** A form of settings. */
export class CountForm {
  readonly element: HTMLElement;
  readonly #assembly = make("input", [], {
    type: "text",
    id: "assembly",
    list: "assemblies",
    autocomplete: "off",
    spellcheck: "false",
  });
  readonly #assemblyField = makeField(
    "Assembly",
    this.#assembly,
    "The files do not name their genome. If you know it, enter it: hg38, hg19, mm10 …",
  );
  readonly #transform = makeSelect("expression-transform", TRANSFORMS);
  readonly #expressionField = makeField(
    "Expression",
    this.#transform,
    "TPM or FPKM should become logarithms. Leave values that are logarithms already.",
  );
  readonly #rule = makeSelect("rule", RULES);
  readonly #control = makeSelect("control", CONTROLS);
  readonly #choices = {
    replicates: makeChoice("replicates"),
    missingMarks: makeChoice("missingMarks"),
  };
  #shown: CountSettings | undefined;

  constructor() {
    this.element = make("div.count-form", [
      this.#choices.replicates.element,
      this.#choices.missingMarks.element,
      this.#assemblyField,
      make("datalist", ASSEMBLIES.map((name) => make("option", [], { value: name })), {
        id: "assemblies",
      }),
      this.#expressionField,
      make("details.more", [
        make("summary", ["More"]),
        makeField("What a bin holds", this.#rule),
        makeField("Controls that a sample sheet names", this.#control),
      ]),
    ]);
  }

  /** Shows what the files leave open; settings that were used last are shown as chosen. */
  show(inputs: Inputs | undefined, counted: CountSettings | undefined): void {
    if (counted !== this.#shown) this.#choose(counted);
    const isPrepared = inputs?.files.some(({ role }) => role === "data") ?? false;
    this.element.hidden = isPrepared || inputs === undefined;
    this.#assemblyField.hidden = (inputs?.assembly ?? inputs?.genes?.assembly) !== undefined;
    this.#expressionField.hidden = !inputs?.files.some(({ role }) => role === "expression");
    for (const choice of Object.values(this.#choices)) choice.show(inputs?.choices ?? []);
  }

  #choose(counted: CountSettings | undefined): void {
    this.#shown = counted;
    this.#assembly.value = counted?.assembly ?? "";
    this.#rule.value = counted?.rule ?? "";
    this.#control.value = counted?.control ?? "";
    this.#transform.value = counted?.expressionTransform ?? "";
    this.#choices.replicates.choose(counted?.replicates ?? "");
    this.#choices.missingMarks.choose(counted?.missingMarks ?? "");
  }

  /** The settings, or `undefined` if a decision is missing, which then has the focus. */
  read(): CountSettings | undefined {
    const { replicates, missingMarks } = this.#choices;
    if (replicates.isMissing() || missingMarks.isMissing()) return undefined;
    return settingsOf({
      assembly: this.#assemblyField.hidden ? "" : this.#assembly.value.trim(),
      rule: this.#rule.value,
      control: this.#control.value,
      expressionTransform: this.#transform.value,
      replicates: replicates.value(),
      missingMarks: missingMarks.value(),
    });
  }
}

/** Settings that were chosen; the others follow from the files. */
function settingsOf(values: Readonly<Record<keyof CountSettings, string>>): CountSettings {
  // The options of each list are the values of its setting.
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== ""),
  ) as CountSettings;
}

/** A decision that is shown only where the files leave it open. */
function makeChoice(setting: InputChoice["setting"]) {
  const { title, options } = CHOICES[setting];
  const select = makeSelect(setting, options);
  const reasons = make("ul.lines");
  const wrong = make("p.problem", [], { id: `${setting}-problem`, role: "alert" });
  const element = make("div.choice", [reasons, makeField(title, select), wrong], { hidden: true });
  select.addEventListener("change", () => say(""));
  const say = (text: string) => {
    setText(wrong, text);
    setAttributes(select, {
      "aria-invalid": text === "" ? undefined : "true",
      "aria-describedby": text === "" ? undefined : wrong.id,
    });
  };
  return {
    element,
    show: (choices: readonly InputChoice[]) => {
      const own = choices.filter((choice) => choice.setting === setting);
      element.hidden = own.length === 0;
      fill(reasons, own.map(({ why }) => make("li", [`${why}.`])));
    },
    isMissing: () => {
      if (element.hidden || select.value !== "") return false;
      say("Choose this first.");
      select.focus();
      return true;
    },
    value: () => element.hidden ? "" : select.value,
    choose: (value: string) => {
      select.value = value;
    },
  };
}
