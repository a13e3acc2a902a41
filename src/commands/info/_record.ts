/** Data records. */

import type { DataRecord } from "../../record.ts";
import { type Fact, type FactValue, listFacts } from "./facts.ts";

/** What a record says. */
export function recordFacts(record: DataRecord | undefined): Fact[] {
  if (record === undefined) {
    return listFacts([["record", "record", null, "missing: the competition's is taken"]]);
  }
  const { assembly, marks, binSizeBp, orientation, countingRule, transform, ...others } = record;
  const rest = Object.entries(others).filter(([, value]) => value !== undefined);
  return listFacts([
    [
      "record",
      "record",
      record as unknown as FactValue,
      [
        `${assembly}, bins of ${binSizeBp} bp, ${orientation} orientation, ${countingRule}, transform ${transform}`,
        ...rest.map(([name, value]) => `${name} ${value}`),
      ].join(", "),
    ],
    ["marks", "marks", marks, marks.join(", ")],
  ]);
}
