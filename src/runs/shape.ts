/** What files of JSON have to hold: a run's own files may have been edited, or be of another program. */

import { showValue } from "../base/show_value.ts";
import { FormatError } from "../errors.ts";

/** A kind of value; `null` stands where a run has none. */
type Kind = "text" | "number" | "number or null" | "text or null";

/** What a value has to look like: a kind, the shape of each item of an array, or those of an object's fields. */
export type Shape = Kind | readonly [Shape] | ShapeOrNull | { readonly [field: string]: Shape };

/** A shape that may be `null`, or missing. */
interface ShapeOrNull {
  readonly orNull: Shape;
}

/** Where a value comes from. */
interface Origin {
  /** What it is read for, such as `read run`, for the message. */
  readonly purpose: string;
  /** Its file. */
  readonly file: string;
}

const TYPES: Readonly<Record<Kind, readonly string[]>> = {
  "text": ["string"],
  "number": ["number"],
  "number or null": ["number", "null"],
  "text or null": ["string", "null"],
};

/**
 * Throws unless a value has a shape; fields that the shape does not name may be anything.
 *
 * @throws {FormatError} With the first field that is otherwise.
 */
export function checkShape(value: unknown, shape: Shape, origin: Origin, place = ""): void {
  if (typeof shape === "string") {
    if (!TYPES[shape].includes(typeOf(value))) fail(place, value, shape, origin);
  } else if (isList(shape)) {
    if (!Array.isArray(value)) return fail(place, value, "array", origin);
    value.forEach((item, i) => checkShape(item, shape[0], origin, `${place}[${i}]`));
  } else if (isOrNull(shape)) {
    if (value !== null && value !== undefined) checkShape(value, shape.orNull, origin, place);
  } else {
    if (typeOf(value) !== "object") return fail(place, value, "object", origin);
    for (const [name, field] of Object.entries(shape)) {
      const below = place === "" ? name : `${place}.${name}`;
      checkShape((value as Record<string, unknown>)[name], field, origin, below);
    }
  }
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function isOrNull(shape: Exclude<Shape, string>): shape is ShapeOrNull {
  return "orNull" in shape;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function fail(place: string, value: unknown, wanted: string, { purpose, file }: Origin): never {
  const what = place === "" ? "it" : place;
  const article = /^[ao]/.test(wanted) ? "an" : "a";
  throw new FormatError(
    `Cannot ${purpose}: ${what} is ${showValue(value)}, expected ${article} ${wanted}`,
    { file },
  );
}
