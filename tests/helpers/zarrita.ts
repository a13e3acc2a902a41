/** Reads what was written by zarrita, a reader of somebody else. */

import * as zarr from "zarrita";

/** A hierarchy in memory. */
export type Store = Map<`/${string}`, Uint8Array<ArrayBuffer>>;

/** An array as zarrita reads it. */
export interface ReadArray {
  readonly type: string;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly values: readonly unknown[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** The store as zarrita reads shards of it. */
function withRanges(store: Store): zarr.AsyncReadable {
  return {
    get: (key) => Promise.resolve(store.get(key)),
    getRange(key, range) {
      const bytes = store.get(key);
      const start = "suffixLength" in range ? -range.suffixLength : range.offset;
      const end = "suffixLength" in range ? undefined : range.offset + range.length;
      return Promise.resolve(bytes?.slice(start, end));
    },
  };
}

/** The attributes of a group or an array. */
export async function readAttributes(
  store: Store,
  path: string,
): Promise<Readonly<Record<string, unknown>>> {
  return (await zarr.open(zarr.root(withRanges(store)).resolve(path))).attrs;
}

/** Reads a whole array. */
export async function readArray(store: Store, path: string): Promise<ReadArray> {
  const array = await zarr.open.v3(zarr.root(withRanges(store)).resolve(path), { kind: "array" });
  // Zarrita reads no array without items.
  const read = array.shape.includes(0) ? { data: [] } : await zarr.get(array);
  const values = typeof read === "object" && read !== null && "data" in read
    ? Array.from(read.data as ArrayLike<unknown>)
    : [read];
  return {
    type: array.dtype,
    shape: array.shape,
    chunks: array.chunks,
    values,
    attributes: array.attrs,
  };
}

/** The texts of a categorical, `null` where it has none. */
export async function readCategories(store: Store, path: string): Promise<(string | null)[]> {
  const { values: categories } = await readArray(store, `${path}/categories`);
  const { values: codes } = await readArray(store, `${path}/codes`);
  return codes.map((code) => (categories[code as number] as string | undefined) ?? null);
}
