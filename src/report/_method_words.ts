/** How attributions were found, in words. */

import type { AttributionMethod, BaselineKind } from "../explain/types.ts";
import { formatCountOf } from "../base/count.ts";
import type { ExplanationMethod } from "./gene_page_input.ts";

/** The q-value up to which a bin is marked. */
export const DEFAULT_ALPHA = 0.05;

const METHODS: Readonly<Record<AttributionMethod, readonly [name: string, meaning: string]>> = {
  gradient: [
    "Gradient",
    "The derivative of the prediction by each value: how much the prediction would change per unit of the value, as the " +
    "model reads it.",
  ],
  "input-x-gradient": [
    "Input × gradient",
    "The derivative of the prediction by each value, times the value as the model reads it.",
  ],
  "integrated-gradients": [
    "Integrated gradients",
    "The mean derivative on the straight way from the baseline to the sample, times what the value differs by. " +
    "Attributions add up to the prediction less that of the baseline.",
  ],
  "expected-gradients": [
    "Expected gradients",
    "The mean of integrated gradients over baselines that are drawn from the data.",
  ],
  occlusion: [
    "Occlusion",
    "By how much the prediction falls if a bin has the signal of the baseline instead of its own. Bins are taken one by " +
    "one, so that attributions do not add up to the prediction.",
  ],
  mutagenesis: [
    "Mutagenesis",
    "By how much the prediction changes if a base becomes another letter.",
  ],
};

const BASELINES: Readonly<Record<BaselineKind, string>> = {
  zero: "no signal of any mark, which real genes rarely have",
  mean: "the mean profile of the data",
  matched: "genes of the same cell type with a like label or a like total signal",
};

const BARS: Readonly<Record<AttributionMethod, string>> = {
  gradient:
    "says how much the prediction would rise with one more unit of its bin's signal, as the model reads it",
  "input-x-gradient":
    "is its bin's signal, times how much the prediction would rise with one more unit of it",
  "integrated-gradients": "says how much its bin adds to the prediction",
  "expected-gradients": "says how much its bin adds to the prediction",
  occlusion: "says by how much the prediction falls if its bin loses its own signal",
  mutagenesis: "says how the prediction changes with a base",
};

const COMPARED: Readonly<Record<BaselineKind, string>> = {
  zero: "a gene without any signal",
  mean: "the mean profile of the data",
  matched: "genes of the same cell type with as much signal, or a like label",
};

/**
 * Says what a value of the tracks is, and what it is not.
 *
 * @param what What shows the value, such as `bar`.
 */
export function explainValues({ method, baseline }: ExplanationMethod, what: string): string {
  const other = method === "expected-gradients"
    ? "genes that are drawn from the data"
    : baseline && COMPARED[baseline];
  const compared = other === undefined ? "" : `, compared with ${other}`;
  return `A ${what} ${
    BARS[method]
  }${compared}. It tells what the model uses, which need not be what drives the gene.`;
}

/** The method's name, such as `Integrated gradients`. */
export function methodName({ method }: ExplanationMethod): string {
  return METHODS[method][0];
}

/** Whether a sample's attributions add up to its prediction less the baseline's. */
export function isAdditive({ method }: ExplanationMethod): boolean {
  return method === "integrated-gradients" || method === "expected-gradients";
}

/** Describes how attributions were found, a row for each choice that was made. */
export function describeMethod(
  method: ExplanationMethod,
): (readonly [what: string, value: string])[] {
  const [name, meaning] = METHODS[method.method];
  const { baseline, steps, models, nullModel, alpha = DEFAULT_ALPHA, notes = [] } = method;
  return [
    ["Method", `${name}. ${meaning}`],
    ...(baseline === undefined ? [] : [["Baseline", BASELINES[baseline]] as const]),
    ...(steps === undefined ? [] : [["Steps", String(steps)] as const]),
    ["Models", models === 1 ? "1" : `the mean over ${formatCountOf(models, "model")}`],
    ["Null", nullModel ?? "none: nothing says which attributions differ from chance"],
    ...(nullModel === undefined
      ? []
      : [["Marked", `bins with a q-value of at most ${alpha}`] as const]),
    ...notes.map((note) => ["Note", note] as const),
  ];
}
