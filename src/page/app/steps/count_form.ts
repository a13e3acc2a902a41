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
export interface CountForm {
  readonly element: HTMLElement;
  /** Shows what the files leave open; settings that were used last are shown as chosen. */
  readonly show: (inputs: Inputs | undefined, counted: CountSettings | undefined) => void;
  /** The settings, or `undefined` if a decision is missing, which then has the focus. */
  readonly read: () => CountSettings | undefined;
}

/** Makes the form. */
export function makeCountForm(): CountForm {
  const rule = makeSelect("rule", RULES);
  const control = makeSelect("control", CONTROLS);
  const transform = makeSelect("expression-transform", TRANSFORMS);
  const assembly = make("input", [], {
    type: "text",
    id: "assembly",
    list: "assemblies",
    autocomplete: "off",
    spellcheck: "false",
  });
  const assemblyField = makeField(
    "Assembly",
    assembly,
    "The files do not name their genome. If you know it, enter it: hg38, hg19, mm10 …",
  );
  const expression = makeField(
    "Expression",
    transform,
    "TPM or FPKM should become logarithms. Leave values that are logarithms already.",
  );
  const choices = {
    replicates: makeChoice("replicates"),
    missingMarks: makeChoice("missingMarks"),
  };
  const more = make("details.more", [
    make("summary", ["More"]),
    makeField("What a bin holds", rule),
    makeField("Controls that a sample sheet names", control),
  ]);
  const element = make("div.count-form", [
    choices.replicates.element,
    choices.missingMarks.element,
    assemblyField,
    make("datalist", ASSEMBLIES.map((name) => make("option", [], { value: name })), {
      id: "assemblies",
    }),
    expression,
    more,
  ]);
  let shown: CountSettings | undefined;
  return {
    element,
    show: (inputs, counted) => {
      if (counted !== shown) {
        shown = counted;
        assembly.value = counted?.assembly ?? "";
        rule.value = counted?.rule ?? "";
        control.value = counted?.control ?? "";
        transform.value = counted?.expressionTransform ?? "";
      }
      const isPrepared = inputs?.files.some(({ role }) => role === "data") ?? false;
      element.hidden = isPrepared || inputs === undefined;
      assemblyField.hidden = (inputs?.assembly ?? inputs?.genes?.assembly) !== undefined;
      expression.hidden = !inputs?.files.some(({ role }) => role === "expression");
      for (const choice of Object.values(choices)) choice.show(inputs?.choices ?? []);
    },
    read: () => {
      for (const choice of Object.values(choices)) if (choice.isMissing()) return undefined;
      return settingsOf({
        assembly: assemblyField.hidden ? "" : assembly.value.trim(),
        rule: rule.value,
        control: control.value,
        expressionTransform: transform.value,
        replicates: choices.replicates.value(),
        missingMarks: choices.missingMarks.value(),
      });
    },
  };
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
  };
}
