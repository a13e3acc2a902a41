/** The unit of what bins hold, in words. */

import type { DataRecord } from "../record.ts";

const WORDS: Readonly<Record<string, string>> = {
  reads: "Reads",
  "mean-depth": "Read depth",
  mean: "Signal (mean)",
  sum: "Signal (sum)",
  max: "Signal (maximum)",
  enrichment: "Peak enrichment",
};

/** What a bin holds, for an axis. */
export function signalUnit(
  { countingRule, normalisation, control, fragments }: DataRecord,
): string {
  const what = WORDS[countingRule] ?? `Signal (${countingRule})`;
  const counted = fragments && countingRule === "reads" ? "Fragments" : what;
  if (control === "ratio") return `${counted}, ratio to control`;
  const scaled = normalisation === "rpm" ? `${counted} per million reads` : counted;
  return control === "subtract" ? `${scaled}, less control` : scaled;
}
