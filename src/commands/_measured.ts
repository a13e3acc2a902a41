/** What was measured of the samples that are predicted. */

import type { Dataset } from "../data/dataset.ts";
import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { alignPredictions, type PredictionFile } from "../io/submission.ts";

/**
 * The measured values of samples: those of a file of labels, or else the data's own; `undefined` if nothing was measured.
 *
 * @param data The samples.
 * @param labels The file's content, if there is one. It may lack samples, and have others.
 * @returns The values, `[position]`; NaN where the file has none.
 * @throws {ContractError} If the file has none of the samples, or an id appears twice.
 */
export function measuredOf(
  data: Dataset,
  labels: PredictionFile | undefined,
): Float64Array | undefined {
  if (labels === undefined) return data.hasLabels ? data.labels() : undefined;
  const ids = data.submissionIds();
  const known = new Set(labels.ids);
  const missing = ids.filter((id) => !known.has(id));
  if (missing.length === ids.length && ids.length > 0) {
    throw new ContractError(
      `Cannot align labels: ${labels.file ?? "the file"} has no value for any sample, such as "${
        ids[0]
      }", found "${labels.ids[0]}"`,
    );
  }
  if (missing.length > 0) {
    console.info(
      `Labels of ${formatCountOf(ids.length - missing.length, "sample")} of ${
        ids.length.toLocaleString("en-US")
      }; measured is empty for the others.`,
    );
  }
  const values = new Float64Array(labels.values.length + missing.length).fill(NaN);
  values.set(labels.values);
  const completed = { ...labels, ids: labels.ids.concat(missing), values };
  return alignPredictions(ids, completed, { what: "labels" });
}
