/**
 * The elements of which AnnData are made, as the Python package stores them in Zarr: each says by its attributes
 * `encoding-type` and `encoding-version` what it is.
 *
 * @see https://anndata.readthedocs.io/en/stable/fileformat-prose.html
 */

import type { DataRecord } from "../../record.ts";
import { writeArray, writeScalar } from "./array.ts";
import {
  COMPLETE,
  writeGroup,
  type ZarrAttributes,
  type ZarrPath,
  type ZarrStore,
} from "./store.ts";

/** The attributes of an element. */
export function encoding(type: string, version: string): ZarrAttributes {
  return { "encoding-type": type, "encoding-version": version };
}

/** The attributes of an array of numbers, all of whose chunks are written: a label whose chunk was lost is not 0. */
export const ARRAY = Object.assign({}, encoding("array", "0.2.0"), { [COMPLETE]: true });

/** The attributes of an array of texts, all of whose chunks are written. */
export const STRING_ARRAY = Object.assign({}, encoding("string-array", "0.2.0"), {
  [COMPLETE]: true,
});

/** A value that `uns` can hold. Fields that are `undefined` are left out. */
export type AnndataValue =
  | boolean
  | number
  | string
  | readonly string[]
  | readonly number[]
  | { readonly [name: string]: AnndataValue | undefined };

/** A data record as a dictionary. */
export function recordValue({ sequence, ...others }: DataRecord): AnndataValue {
  if (sequence === undefined) return others;
  // Data have no control: models do.
  const { control: _, ...own } = sequence;
  return { ...others, sequence: own };
}

/** Writes a dictionary, or a single value of one. */
export async function writeValue(
  store: ZarrStore,
  path: ZarrPath,
  value: AnndataValue,
): Promise<void> {
  if (typeof value === "string") {
    const attributes = encoding("string", "0.2.0");
    return await writeScalar(store, path, { type: "string", value: [value], attributes });
  }
  if (typeof value !== "object") return await writeNumber(store, path, value);
  if (isList(value)) {
    return isTexts(value)
      ? await writeArray(store, path, { type: "string", values: value, attributes: STRING_ARRAY })
      : await writeArray(store, path, {
        type: "float64",
        values: Float64Array.from(value),
        attributes: ARRAY,
      });
  }
  await writeGroup(store, path, encoding("dict", "0.1.0"));
  for (const [name, item] of Object.entries(value)) {
    if (item !== undefined) await writeValue(store, `${path}/${checkKey(name)}`, item);
  }
}

/** Refuses a name that no file in a folder can have. */
function checkKey(name: string): string {
  if (!/^\.{0,2}$|[/\\\0]|^zarr\.json$|^c$/.test(name)) return name;
  throw new TypeError(
    `Cannot write AnnData: a name in uns is ${
      JSON.stringify(name)
    }, expected a name without / and \\, other ` +
      "than zarr.json and c",
  );
}

function isList(value: AnndataValue): value is readonly string[] | readonly number[] {
  return Array.isArray(value);
}

function isTexts(values: readonly string[] | readonly number[]): values is readonly string[] {
  return values.every((value) => typeof value === "string");
}

async function writeNumber(
  store: ZarrStore,
  path: ZarrPath,
  value: boolean | number,
): Promise<void> {
  const attributes = encoding("numeric-scalar", "0.2.0");
  if (typeof value === "boolean") {
    await writeScalar(store, path, {
      type: "bool",
      value: Uint8Array.of(Number(value)),
      attributes,
    });
  } else if (Number.isSafeInteger(value)) {
    const integer = BigInt64Array.of(BigInt(value));
    await writeScalar(store, path, { type: "int64", value: integer, attributes });
  } else {
    await writeScalar(store, path, { type: "float64", value: Float64Array.of(value), attributes });
  }
}
