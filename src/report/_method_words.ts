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
