/** Warns of counts that a model is given as they are, which trains most models badly. */

import type { Dataset } from "../data/dataset.ts";
import { modelInputs } from "../model/inputs.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { Transform } from "../record.ts";
import type { SpecFile } from "./_model_spec.ts";
import type { RunSettings } from "./_settings.ts";
import { warn } from "./_warn.ts";

/** Where a transform may be named; one that is named is meant. */
export interface TransformSources {
  readonly flags: { readonly transform?: Transform | undefined };
  readonly file?: SpecFile | undefined;
  /** The model that training starts from, which keeps its own. */
  readonly initial?: TrainedModel | undefined;
}

/**
 * Warns if a model will be trained on plain counts, and nobody has said that it should be.
 *
 * @param data What it is trained on.
 * @param settings The model, and the transform that it applies.
 * @param sources Where a transform may be named.
 */
export function warnOfCounts(
  data: Pick<Dataset, "record">,
  settings: RunSettings,
  { flags, file, initial }: TransformSources,
): void {
  const isNamed = (flags.transform ?? file?.transform ?? initial) !== undefined;
  if (isNamed || settings.transform !== "none" || takesCounts(settings)) return;
  warnIfCounts(data);
}

/** Warns if data hold numbers of reads, or such numbers scaled to a depth. */
export function warnIfCounts({ record }: Pick<Dataset, "record">): void {
  const { transform, countingRule, control } = record;
  if (transform !== "none" || countingRule !== "reads" || control === "ratio") return;
  warn(
    "the data hold reads, as counts or scaled to a depth, and the model is given them as they are, so that large ones dominate: " +
      "add --transform log1p, or --transform none if that is meant",
  );
}

/** Whether a model is meant for counts, as DeepChrome's published one is, or reads no signal. */
function takesCounts({ spec, preset }: RunSettings): boolean {
  if (spec === undefined) return preset === "deepchrome";
  return !modelInputs(spec).some(({ name }) => name === "signal");
}
