/**
 * Checks of JSON from outside. A value is described once; reading it gives a typed copy or a single message such as
 * "layers[0].units is 0, expected an integer from 1 to 10".
 *
 * @module
 */

import { showValue } from "./show_value.ts";

/** The description of a valid value. */
export interface Field<Value> {
  /** The description in words, for messages: `an integer >= 0`. */
  readonly wanted: string;
  /** Whether an object may lack it; it is then absent from the copy. */
  readonly optional?: boolean;
  /**
   * Makes a checked copy of a value.
   *
   * @param place Where the value is: `layers[0].units`, or empty for the outermost.
   * @throws {FieldError} If the value is not valid.
   */
  read(value: unknown, place: string): Value;
}

/** A field that an object may lack. */
export interface OptionalField<Value> extends Field<Value> {
  readonly optional: true;
}

/** The type of the values that a field reads. */
export type ValueOf<Described> = Described extends Field<infer Value> ? Value : never;

/** An error that says what is wrong with a value; {@linkcode readValue} passes on its message. */
export class FieldError extends Error {
  override readonly name = "FieldError";
}

/** Options of {@linkcode readValue}. */
export interface ReadValueOptions {
  /**
   * Name of the outermost value, for messages.
   *
   * @default {"it"}
   */
  readonly name?: string;
  /**
   * Where the value is in something larger, such as `training`: fields are then `training.seed`.
   *
   * @default {nowhere}
   */
  readonly place?: string;
  /** Throws the caller's error with what was found and expected. */
  readonly fail: (found: string) => never;
}

/**
 * Reads a value from outside.
 *
 * @param value A value such as `JSON.parse` returns.
 * @param field The description of a valid value.
 * @returns A checked copy.
 * @throws The error of `fail`, with the first thing that is wrong.
 */
export function readValue<Value>(
  value: unknown,
  field: Field<Value>,
  { name = "it", place = "", fail }: ReadValueOptions,
): Value {
  try {
    return field.read(value, place);
  } catch (error) {
    if (!(error instanceof FieldError)) throw error;
    return fail(error.message.startsWith(" ") ? name + error.message : error.message);
  }
}

/** Throws the error for a value that is not valid. */
export function refuse(place: string, value: unknown, wanted: string): never {
  throw new FieldError(`${place} is ${describe(value)}, expected ${wanted}`);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return showValue(value);
}

/**
 * Makes a field whose values a function accepts.
 *
 * @param accepts Whether a value is valid.
 * @param wanted The description in words, for messages.
 */
export function field<Value>(
  accepts: (value: unknown) => boolean,
  wanted: string,
): Field<Value> {
  return {
    wanted,
    read: (value, place) => accepts(value) ? value as Value : refuse(place, value, wanted),
  };
}

/** A string. */
export const text: Field<string> = field((value) => typeof value === "string", "a string");

/** True or false. */
export const boolean: Field<boolean> = field(
  (value) => typeof value === "boolean",
  "true or false",
);

/** A finite number. */
export const number: Field<number> = field(Number.isFinite, "a number");

/** A finite number, or `null`, which JSON has for one that is not finite. */
export const numberOrNull: Field<number | null> = nullable(number);

/**
 * A safe integer.
 *
 * @param least The least.
 * @param most The most, if there is a limit.
 */
export function integer(least: number, most: number = Infinity): Field<number> {
  return field(
    (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    most === Infinity ? `an integer >= ${least}` : `an integer from ${least} to ${most}`,
  );
}

/** Bounds of a number; there is no limit where one is left out. */
export interface NumberBounds {
  /** The number is greater. */
  readonly above?: number;
  /** The number is at least this. */
  readonly least?: number;
  /** The number is less. */
  readonly below?: number;
  /** The number is at most this. */
  readonly most?: number;
}

/** A finite number within bounds. */
export function numberWithin(bounds: NumberBounds): Field<number> {
  const { above = -Infinity, least = -Infinity, below = Infinity, most = Infinity } = bounds;
  const limits = [
    above === -Infinity ? [] : `> ${above}`,
    least === -Infinity ? [] : `>= ${least}`,
    below === Infinity ? [] : `< ${below}`,
    most === Infinity ? [] : `<= ${most}`,
  ].flat();
  const accepts = (value: unknown) =>
    typeof value === "number" && Number.isFinite(value) && value > above && value >= least &&
    value < below && value <= most;
  return field(accepts, `a number ${limits.join(" and ")}`);
}

/** One of some texts, numbers or truth values. */
export function oneOf<const Choice extends string | number | boolean>(
  ...choices: readonly Choice[]
): Field<Choice> {
  const [only, ...others] = choices;
  const wanted = others.length > 1 ? `one of ${choices.join(", ")}` : choices.join(" or ");
  return field(
    (value) => choices.includes(value as Choice),
    others.length === 0 ? String(only) : wanted,
  );
}

/** A field that may be `null`. */
export function nullable<Value>(inner: Field<Value>): Field<Value | null> {
  const wanted = `${inner.wanted} or null`;
  return {
    wanted,
    read(value, place) {
      if (value === null) return null;
      // The message about a wrong value includes null; a message about a part of the value does not.
      return typeof value === "object"
        ? inner.read(value, place)
        : renamed(inner, wanted).read(value, place);
    },
  };
}

function renamed<Value>(inner: Field<Value>, wanted: string): Field<Value> {
  return {
    wanted,
    read(value, place) {
      try {
        return inner.read(value, place);
      } catch (error) {
        if (!(error instanceof FieldError)) throw error;
        return refuse(place, value, wanted);
      }
    },
  };
}

/** A field that its object may lack. */
export function optional<Value>(inner: Field<Value>): OptionalField<Value> {
  return { wanted: inner.wanted, optional: true, read: (value, place) => inner.read(value, place) };
}
