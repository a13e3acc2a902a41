/** Whether data records say the same. */

import type { DataRecord } from "../record.ts";

/** Whether two values of JSON are equal, whatever the order of their fields. */
export function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return Object.is(one, other);
  }
  const [fields, others] = [one, other] as [Record<string, unknown>, Record<string, unknown>];
  return Array.isArray(one) === Array.isArray(other) &&
    [...new Set([...Object.keys(fields), ...Object.keys(others)])]
      .every((name) => isSame(fields[name], others[name]));
}

/** The first field in which two records differ, besides where the data come from; `undefined` if they agree. */
export function differingField(one: DataRecord, other: DataRecord): keyof DataRecord | undefined {
  const fields = new Set([...Object.keys(one), ...Object.keys(other)] as (keyof DataRecord)[]);
  fields.delete("source");
  return [...fields].find((field) => !isSame(one[field], other[field]));
}
