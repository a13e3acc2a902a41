/** Checks of JSON files: a run's own files may have been edited, or come from another program. */

import { type Field, readValue } from "../base/field.ts";
import { type Fields, object, type ValuesOf } from "../base/fields.ts";
import { FormatError } from "../errors.ts";

/** Where a value comes from. */
export interface ValueOrigin {
  /** Why the value is read, such as `read run`, for the message. */
  readonly purpose: string;
  /** The file that holds the value. */
  readonly file: string;
}

/**
 * Checks a value.
 *
 * @returns The parts of the value that the field describes.
 * @throws {FormatError} If a part of the value is not what the field describes; the message names the first such place.
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

/** Describes an object that must have some fields and may have any others. */
export function part<Described extends Fields>(fields: Described): Field<ValuesOf<Described>> {
  return object(fields, { others: "leave out" });
}
