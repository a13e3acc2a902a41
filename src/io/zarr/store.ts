/**
 * Where Zarr hierarchies are written to: a folder, a map in memory, or anything else that takes bytes by name.
 *
 * @module
 */

/**
 * Takes the files of a Zarr hierarchy by their keys, such as `/X/zarr.json` or `/X/c/0/1`. A `Map` is one, and so is every
 * store of zarrita that can be written.
 */
export interface ZarrStore {
  /**
   * Keeps a file. It is awaited before the next one is given.
   *
   * @param key Path of the file in the hierarchy; it starts with `/`.
   * @param value The whole file, which is not changed afterwards.
   */
  set(key: `/${string}`, value: Uint8Array<ArrayBuffer>): unknown;
  /**
   * Keeps a file in the place of another.
   *
   * @param key Path of the file, which there is.
   * @param value The whole file, which is not changed afterwards.
   * @default {set}
   */
  replace?(key: `/${string}`, value: Uint8Array<ArrayBuffer>): unknown;
  /**
   * Gives back a file. If a store lacks this function, signal is written in 4 bytes a value, since values that come
   * later may need them.
   *
   * @param key Path of the file in the hierarchy.
   * @returns The whole file; `undefined` if it is missing.
   */
  get?(
    key: `/${string}`,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** Path of a group or an array in a hierarchy, such as `/obs/cell_type`; empty for the root. */
export type ZarrPath = "" | `/${string}`;

/** Attributes of a group or an array: JSON. */
export type ZarrAttributes = Readonly<Record<string, unknown>>;

/** Writes the metadata of a group or an array. */
export async function writeZarrJson(
  store: ZarrStore,
  path: ZarrPath,
  metadata: Readonly<Record<string, unknown>>,
): Promise<void> {
  const text = JSON.stringify({ zarr_format: 3, ...metadata }, null, 2);
  await store.set(`${path}/zarr.json`, new TextEncoder().encode(text));
}

/** Writes a group. */
export async function writeGroup(
  store: ZarrStore,
  path: ZarrPath,
  attributes: ZarrAttributes,
): Promise<void> {
  await writeZarrJson(store, path, { node_type: "group", attributes });
}

/**
 * The attribute of arrays all of whose chunks were written, also those of zeros: a missing one was lost. Other writers
 * leave such chunks out.
 */
export const COMPLETE = "all-chunks-written";
