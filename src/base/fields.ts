/**
 * Checks of arrays and objects from outside; `field.ts` has those of single values.
 *
 * @module
 */

import {
  type Field,
  FieldError,
  oneOf,
  type OptionalField,
  refuse,
  type ValueOf,
} from "./field.ts";

/** The descriptions of an object's fields, by name. */
export type Fields = Readonly<Record<string, Field<unknown>>>;

/** The type of the object that described fields read. */
export type ValuesOf<Described extends Fields> =
  & { readonly [Name in RequiredNames<Described>]: ValueOf<Described[Name]> }
  & {
    readonly [Name in Exclude<keyof Described, RequiredNames<Described>>]?: ValueOf<
      Described[Name]
    >;
  };

type RequiredNames<Described extends Fields> = {
  [Name in keyof Described]: Described[Name] extends OptionalField<unknown> ? never : Name;
}[keyof Described];

/** How many items an array has. */
export interface ArrayLimits {
  /**
   * The fewest.
   *
   * @default {0}
   */
  readonly least?: number;
  /** The most, if there is a limit. */
  readonly most?: number;
  /**
   * What the items are, in the plural, for messages.
   *
   * @default {"values"}
   */
  readonly items?: string;
  /**
   * Whether all items must differ.
   *
   * @default {false}
   */
  readonly distinct?: boolean;
}

/** An array of values of one kind. */
export function arrayOf<Value>(
  item: Field<Value>,
  { least = 0, most = Infinity, items = "values", distinct = false }: ArrayLimits = {},
): Field<Value[]> {
  const wanted = describeLimits({ least, most, items });
  return {
    wanted,
    read(value, place) {
      if (!Array.isArray(value) || value.length < least || value.length > most) {
        refuse(place, value, wanted);
      }
      // `map` would leave out what is missing.
      const copy = Array.from(
        value,
        (found: unknown, index) => item.read(found, `${place}[${index}]`),
      );
      if (distinct) refuseRepeats(copy, place);
      return copy;
    },
  };
}

function describeLimits({ least, most, items }: { least: number; most: number; items: string }) {
  if (least === most) return `an array of ${least} ${items}`;
  if (most < Infinity) return `an array of ${least} to ${most} ${items}`;
  return `an array of ${["", "one or more "][least] ?? `at least ${least} `}${items}`;
}

function refuseRepeats(values: readonly unknown[], place: string): void {
  const seen = new Set<string>();
  for (const [index, value] of values.entries()) {
    const key = JSON.stringify(value);
    if (seen.has(key)) {
      throw new FieldError(`${place}[${index}] is ${key.slice(0, 60)}, expected each once`);
    }
    seen.add(key);
  }
}

/** Options of {@linkcode object}. */
export interface ObjectOptions {
  /**
   * How fields that are not described are treated: `refuse` them, or leave them out of the copy.
   *
   * @default {"refuse"}
   */
  readonly others?: "refuse" | "leave out";
}

/** An object with some fields. */
export function object<Described extends Fields>(
  fields: Described,
  { others = "refuse" }: ObjectOptions = {},
): Field<ValuesOf<Described>> {
  const known = Object.entries(fields);
  return {
    wanted: "an object",
    read(value, place) {
      const found = readObject(value, place);
      const unknown = Object.keys(found).find((key) => !Object.hasOwn(fields, key));
      if (unknown !== undefined && others === "refuse") {
        throw new FieldError(
          `${place} has an unknown field "${unknown.slice(0, 50)}", expected one of ` +
            known.map(([name]) => name).join(", "),
        );
      }
      const copy: Record<string, unknown> = {};
      for (const [name, inner] of known) {
        const part = Object.hasOwn(found, name) ? found[name] : undefined;
        if (part === undefined && inner.optional) continue;
        copy[name] = inner.read(part, place === "" ? name : `${place}.${name}`);
      }
      return copy as ValuesOf<Described>;
    },
  };
}

function readObject(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  return refuse(place, value, "an object");
}

type ValueOfKind<Described, Key extends string, Kind> = Described extends Fields
  ? { readonly [Name in Key]: Kind } & ValuesOf<Described>
  : Described extends Field<infer Value> ? Value
  : never;

/**
 * An object whose fields depend on the kind that one of them names.
 *
 * @param key The field that names the kind.
 * @param kinds The other fields of each kind, or how to read an object of it.
 */
export function variant<
  const Key extends string,
  Kinds extends Readonly<Record<string, Fields | Field<object>>>,
>(
  key: Key,
  kinds: Kinds,
): Field<{ [Kind in keyof Kinds]: ValueOfKind<Kinds[Kind], Key, Kind> }[keyof Kinds]> {
  const readers = new Map(
    Object.entries(kinds).map(([kind, described]) => [
      kind,
      isField(described) ? described : object({ [key]: oneOf(kind), ...described }),
    ]),
  );
  const wanted = `one of ${[...readers.keys()].join(", ")}`;
  return {
    wanted: "an object",
    read(value, place) {
      const found = readObject(value, place);
      const kind = Object.hasOwn(found, key) ? found[key] : undefined;
      const reader = typeof kind === "string" ? readers.get(kind) : undefined;
      if (reader === undefined) return refuse(place === "" ? key : `${place}.${key}`, kind, wanted);
      return reader.read(found, place) as ReturnType<typeof this.read>;
    },
  };
}

function isField(described: Fields | Field<object>): described is Field<object> {
  return typeof described.read === "function";
}
