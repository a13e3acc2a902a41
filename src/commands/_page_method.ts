/** What pages of explanations share: how attributions were found, in their words, and attributions by bin and mark. */

import { type Attributions, spreadOverBins } from "../explain/mod.ts";
import type { ExplanationMethod } from "../report/gene_page_input.ts";
import type { Feature } from "./_attribution_features.ts";
import type { WholeModel } from "../explain/nulls/whole_model.ts";
import { describeWhole } from "./_explanation_findings.ts";
import { describeNull, type NullTest } from "./_explanation_null.ts";
import { type ExplanationWork, optionsOf } from "./_explanation_work.ts";

/** Describes the method for a page. */
export function methodOf(
  { flags, models }: ExplanationWork,
  { test, whole, notes }: {
    readonly test: NullTest | undefined;
    /** The model as a whole, beside models of shuffled labels. */
    readonly whole: WholeModel | undefined;
    readonly notes: readonly string[];
  },
): ExplanationMethod {
  const { baseline, steps } = optionsOf(flags);
  return {
    method: flags.method,
    baseline,
    steps,
    models: models.length,
    nullModel: test && describeNull(test.kind) +
        (test.kind === "labels" ? ` ${describeWhole(whole)}` : ""),
    notes,
  };
}

/** Whether attributions can be shown by bin and mark: of signal, or of a summary whose values can be shared among bins. */
export function showsBins(features: readonly Feature[], { flags }: ExplanationWork): boolean {
  return features.some(({ input, bin }) => input === "signal" && bin !== undefined) ||
    flags.method !== "gradient" && features.some(({ input }) => input === "summary");
}

/** Attributions with `signal` by bin and mark, in the order of the data. */
export function byBins(found: Attributions, { models, data }: ExplanationWork): Attributions {
  return found.inputs.summary === undefined ? found : spreadOverBins(found, models[0]!, data);
}
