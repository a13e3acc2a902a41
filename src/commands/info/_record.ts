/** Data records. */

import type { DataRecord, SequenceControlKind, SequenceRecord } from "../../record.ts";
import { type Fact, type FactValue, listFacts } from "./facts.ts";

/** What a record says. */
export function recordFacts(record: DataRecord | undefined): Fact[] {
  if (record === undefined) {
    return listFacts([["record", "record", null, "missing: the competition's is taken"]]);
  }
  const { assembly, marks, binSizeBp, orientation, countingRule, transform, sequence, ...others } =
    record;
  const rest = Object.entries(others).filter(([, value]) => value !== undefined);
  return listFacts([
    [
      "record",
      "record",
      withoutNames(record) as unknown as FactValue,
      [
        `${
          assembly === "unknown" ? "assembly unknown" : assembly
        }, bins of ${binSizeBp} bp, ${orientation} orientation, ${countingRule}, transform ${transform}`,
        ...rest.map(([name, value]) => `${name} ${value}`),
      ].join(", "),
    ],
    ["marks", "marks", marks, marks.join(", ")],
    [
      "sequence",
      "DNA",
      sequence === undefined ? undefined : sequence.bases,
      sequence && describeSequence(sequence),
    ],
  ]);
}

/** A record without the names of the genes whose sequences a model saw shuffled, of which there may be thousands. */
function withoutNames(record: DataRecord): DataRecord {
  const { sequence } = record;
  if (sequence?.control === undefined) return record;
  const { genes: _, ...control } = sequence.control;
  return { ...record, sequence: { ...sequence, control } };
}

/** What controls show a model. */
const CONTROLS: Readonly<Record<SequenceControlKind, string>> = {
  shuffled: "that of other genes",
  "random-code": "random letters",
};

/** What sequences are, in a few words. */
function describeSequence(
  { bases, tssBase, orientation, unknownAs, source, control }: SequenceRecord,
): string {
  return [
    `${bases.toLocaleString("en-US")} bases`,
    ...(tssBase === undefined ? [] : [`the TSS is base ${tssBase.toLocaleString("en-US")} from 0`]),
    orientation === "unknown" ? "orientation not known" : `${orientation} orientation`,
    `N as ${unknownAs === "A" ? "A" : "no letter"}`,
    ...(source === undefined ? [] : [`from ${source}`]),
    ...(control === undefined
      ? []
      : [`in place of which the model saw ${CONTROLS[control.kind]} (seed ${control.seed})`]),
  ].join(", ");
}
