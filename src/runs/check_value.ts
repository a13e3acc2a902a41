/** What JSON files of runs must hold: a run's own files may have been edited, or be of another program. */

import { type Field, readValue } from "../base/field.ts";
import { type Fields, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";

/** Where a value comes from. */
export interface ValueOrigin {
  /** What it is read for, such as `read run`, for the message. */
  readonly purpose: string;
  /** Its file. */
  readonly file: string;
}

/**
 * Throws unless a value is what a field describes; it may have other fields beside those.
 *
 * @throws {FormatError} With the first place that is otherwise.
 */
export function checkValue(
  value: unknown,
  field: Field<unknown>,
  { purpose, file }: ValueOrigin,
): void {
  readValue(value, field, {
    fail(found) {
      throw new FormatError(`Cannot ${purpose}: ${found}`, { file });
    },
  });
}

/** An object that has some fields, and any others. */
export function part(fields: Fields): Field<object> {
  return object(fields, { others: "leave out" });
}
