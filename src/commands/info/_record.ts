/** Data records. */

import type { DataRecord, SequenceRecord } from "../../record.ts";
import { type Fact, type FactValue, listFacts } from "./facts.ts";

/** What a record says. */
export function recordFacts(record: DataRecord | undefined): Fact[] {
  if (record === undefined) {
    return listFacts([["record", "record", null, "missing: the competition's is taken"]]);
  }
  const { assembly, marks, binSizeBp, orientation, countingRule, transform } = record;
  const { sequence, ...others } = withoutNames(record);
  const told = ["assembly", "marks", "binSizeBp", "orientation", "countingRule", "transform"];
  const rest = Object.entries(others).filter(([name, value]) =>
    value !== undefined && !told.includes(name)
  );
  return listFacts([
    [
      "record",
      "record",
      withoutNames(record) as unknown as FactValue,
      [
        `${assembly}, bins of ${binSizeBp} bp, ${orientation} orientation, ${countingRule}, transform ${transform}`,
        ...rest.map(([name, value]) => `${name} ${value}`),
        ...sequence === undefined ? [] : [describeSequence(sequence)],
      ].join(", "),
    ],
    ["marks", "marks", marks, marks.join(", ")],
  ]);
}

/** A record without the names of the genes whose sequences a model saw shuffled, of which there may be thousands. */
function withoutNames(record: DataRecord): DataRecord {
  const { sequence } = record;
  if (sequence?.control === undefined) return record;
  const { genes: _, ...control } = sequence.control;
  return { ...record, sequence: { ...sequence, control } };
}

function describeSequence({ bases, orientation, control }: SequenceRecord): string {
  const seen = control === undefined
    ? ""
    : `, in place of which the model saw ${control.kind} ones (seed ${control.seed})`;
  return `sequences of ${bases} bases in ${orientation} orientation${seen}`;
}
