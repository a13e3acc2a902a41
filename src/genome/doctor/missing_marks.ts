import type { SampleColumns } from "../../io/columns.ts";
import { describeMissingMarks, missingMarksOf } from "../../io/mark_mask.ts";
import type { Finding } from "./finding.ts";

/** Lists the marks that the data say were not measured. The other checks leave them out. */
export function listMissingMarks(columns: SampleColumns): Finding[] {
  const missing = missingMarksOf(columns);
  if (missing.size === 0) return [];
  return [{
    check: "missing-marks",
    severity: "note",
    where: describeMissingMarks(missing),
    message: "the data say that this was not measured",
    advice:
      "Models refuse such data. Leave these cell types out (deno task prepare ... --missing-marks leave-out), " +
      "or a mark that hardly any cell type has.",
  }];
}
