/**
 * Reads hierarchies of Zarr, v3 and v2: groups, and arrays by rows. Whatever a file claims, no more memory is taken than
 * for a chunk.
 */

import { FormatError } from "../../errors.ts";
import { type ArrayMetadata, asObject, parseArrayV2, parseArrayV3 } from "./_array_metadata.ts";
import {
  copyChunk,
  countItems,
  decodeChunk,
  emptyChunk,
  placeOf,
  type ReadItems,
} from "./_chunks.ts";
import { COMPLETE, type ZarrPath } from "./store.ts";

/** Gives the files of a hierarchy by their keys. A `Map` is one, and so is every store of zarrita. */
export interface ZarrReadStore {
  /**
   * Reads a file.
   *
   * @param key Path of the file in the hierarchy; it starts with `/`.
   * @returns The whole file; `undefined` if there is none.
   */
  get(
    key: `/${string}`,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
}

/** A group, whose members are read by their paths. */
export interface GroupMetadata {
  readonly kind: "group";
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A group or an array. */
export type NodeMetadata = GroupMetadata | ArrayMetadata;

/** Far more than the metadata of any array take. */
const MOST_JSON_BYTES = 2 ** 24;

/** A hierarchy that is read. */
export class ZarrReader {
  readonly #store: ZarrReadStore;
  /** Its name, for messages. */
  readonly name: string;

  /**
   * Begins to read.
   *
   * @param store The files.
   * @param name Name of the hierarchy, for messages.
   */
  constructor(store: ZarrReadStore, name: string) {
    this.#store = store;
    this.name = name;
  }

  /** The metadata of a node; `undefined` if there is no node. */
  async node(path: ZarrPath): Promise<NodeMetadata | undefined> {
    const file = this.#fileOf(path);
    try {
      const v3 = await this.#json(`${path}/zarr.json`);
      if (v3 !== undefined) {
        const attributes = asObject(v3.attributes ?? {}, "attributes");
        return v3.node_type === "array"
          ? parseArrayV3(v3, attributes)
          : { kind: "group", attributes };
      }
      const array = await this.#json(`${path}/.zarray`);
      if (array === undefined && await this.#json(`${path}/.zgroup`) === undefined) {
        return undefined;
      }
      const attributes = await this.#json(`${path}/.zattrs`) ?? {};
      return array === undefined ? { kind: "group", attributes } : parseArrayV2(array, attributes);
    } catch (cause) {
      if (cause instanceof FormatError) throw cause;
      throw new FormatError(`Cannot read Zarr: ${(cause as Error).message}`, { file, cause });
    }
  }

  /**
   * The metadata of an array.
   *
   * @throws {FormatError} If there is none.
   */
  async array(path: ZarrPath): Promise<ArrayMetadata> {
    const node = await this.node(path);
    if (node?.kind === "array") return node;
    throw this.fail(
      path,
      node === undefined ? "there is no array" : "it is a group, expected an array",
    );
  }

  /** Reads an array some rows at a time: each item holds those of the chunks that begin in the same row. */
  async *rows(path: ZarrPath, array: ArrayMetadata): AsyncGenerator<ReadItems, void, undefined> {
    const { shape, chunk: { shape: chunkShape } } = array;
    const counts = shape.map((length, axis) => Math.ceil(length / chunkShape[axis]!));
    const [bands = 1, ...others] = counts;
    for (let band = 0; band < bands; band++) {
      const [rows = 1, ...rest] = shape;
      const height = chunkShape[0] ?? 1;
      const bandShape = shape.length === 0 ? [] : [Math.min(height, rows - band * height), ...rest];
      const items = emptyChunk(bandShape, { ...array, file: this.#fileOf(path) });
      for (let chunk = 0; chunk < countItems(others); chunk++) {
        const place = placeOf(chunk, others);
        const key = array.keyOf(shape.length === 0 ? [] : [band, ...place]);
        const decoded = await this.#chunk(path, key, array);
        if (decoded === undefined) continue;
        const to = { into: items, shape: bandShape, place: [0, ...place].slice(0, shape.length) };
        copyChunk(decoded, chunkShape, to);
      }
      yield items;
    }
  }

  /** Makes an error about a node. */
  fail(path: ZarrPath, found: string): FormatError {
    return new FormatError(`Cannot read AnnData: ${found}`, { file: this.#fileOf(path) });
  }

  #fileOf(path: ZarrPath): string {
    return `${this.name}${path}`;
  }

  async #chunk(path: ZarrPath, key: string, array: ArrayMetadata): Promise<ReadItems | undefined> {
    const bytes = await this.#store.get(`${path}${key}` as `/${string}`);
    if (bytes === undefined) {
      if (array.attributes[COMPLETE] !== true) return undefined;
      throw this.fail(path, `the chunk ${key.slice(1)} is missing`);
    }
    const file = `${this.name}${path}${key}`;
    return await decodeChunk(new Uint8Array(bytes), array.chunk, { ...array, file });
  }

  async #json(key: `/${string}`): Promise<Readonly<Record<string, unknown>> | undefined> {
    const bytes = await this.#store.get(key);
    if (bytes === undefined) return undefined;
    if (bytes.length > MOST_JSON_BYTES) throw new Error(`${key} has ${bytes.length} bytes`);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // Python writes NaN as fill value in files of v2, which is not JSON.
    return asObject(JSON.parse(text.replace(/("fill_value":\s*)NaN\b/, '$1"NaN"')), key);
  }
}
