/** Checks of JSON files: a run's own files may have been edited, or come from another program. */

import { type Field, readValue } from "../base/field.ts";
import { type Fields, object, type ValuesOf } from "../base/fields.ts";
import { FormatError } from "../errors.ts";

/** Where a value comes from. */
export interface ValueOrigin {
  /** What it is read for, such as `read run`, for the message. */
  readonly purpose: string;
  /** Its file. */
  readonly file: string;
}

/**
 * Checks a value.
 *
 * @returns What the field describes of it.
 * @throws {FormatError} With the first place that is something else.
 */
export function checkValue<Value>(
  value: unknown,
  field: Field<Value>,
  { purpose, file }: ValueOrigin,
): Value {
  return readValue(value, field, {
    fail(found) {
      throw new FormatError(`Cannot ${purpose}: ${found}`, { file });
    },
  });
}

/** An object that has some fields, and may have any others. */
export function part<Described extends Fields>(fields: Described): Field<ValuesOf<Described>> {
  return object(fields, { others: "leave out" });
}
