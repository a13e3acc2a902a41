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
  FREE_ITEMS,
  MOST_ITEMS_PER_BYTE,
  mostPackedBytes,
  placeOf,
  type ReadItems,
} from "./_chunks.ts";
import { holdsWholeRows, RowChunks } from "./_row_chunks.ts";
import type { ZarrReadStore } from "./read_store.ts";
import { COMPLETE, type ZarrPath } from "./store.ts";

/** A group, whose members are read by their paths. */
export interface GroupMetadata {
  readonly kind: "group";
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A group or an array. */
export type NodeMetadata = GroupMetadata | ArrayMetadata;

/** Far more than the metadata of any array take. */
const MOST_JSON_BYTES = 2 ** 24;
/** The most that any codec packs into a chunk. */
const MOST_CHUNK_BYTES = 2 ** 31;

/** The most bytes that a file of a hierarchy may have, by its key. */
export function mostBytesOf(key: string): number {
  return /\/(zarr\.json|\.z(array|group|attrs))$/.test(key) ? MOST_JSON_BYTES : MOST_CHUNK_BYTES;
}

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
   * @throws {FormatError} If it is missing, or is a group.
   */
  async array(path: ZarrPath): Promise<ArrayMetadata> {
    const node = await this.node(path);
    if (node?.kind === "array") return node;
    throw this.fail(
      path,
      node === undefined ? "there is no array" : "it is a group, expected an array",
    );
  }

  /**
   * Reads an array some rows at a time: each item holds those of the chunks that begin in the same row.
   *
   * @throws {FormatError} If a chunk is damaged, or the array claims to be far larger than its files.
   */
  async *rows(path: ZarrPath, array: ArrayMetadata): AsyncGenerator<ReadItems, void, undefined> {
    if (array.chunk.inner !== undefined && holdsWholeRows(array)) {
      return yield* this.#shardedRows(path, array);
    }
    const { shape, chunk: { shape: chunkShape } } = array;
    const [bands = 1, ...others] = shape.map((length, axis) =>
      Math.ceil(length / chunkShape[axis]!)
    );
    const claims = new Claims();
    for (let band = 0; band < bands; band++) {
      const packed = await this.#readBand(path, array, { band, others });
      const [rows, ...rest] = shape;
      const height = Math.min(chunkShape[0] ?? 1, (rows ?? 1) - band * (chunkShape[0] ?? 1));
      const bandShape = rows === undefined ? [] : [height, ...rest];
      const found = claims.add(packed, {
        items: countItems(bandShape),
        absent: countItems(others) - packed.length,
      });
      if (found !== undefined) throw this.fail(path, found);
      const items = emptyChunk(bandShape, { ...array, file: this.#fileOf(path) });
      for (const { place, key, bytes } of packed) {
        const file = `${this.name}${path}${key}`;
        const decoded = await decodeChunk(bytes, array.chunk, { ...array, file });
        copyChunk(decoded, chunkShape, { into: items, shape: bandShape, place });
      }
      yield items;
    }
  }

  /** The chunks of an array, of which each holds whole rows. */
  chunks(path: ZarrPath, array: ArrayMetadata): RowChunks {
    return new RowChunks({ store: this.#store, name: this.name, path, array });
  }

  /** The chunks of shards, one at a time: whole shards would take far more memory. */
  async *#shardedRows(
    path: ZarrPath,
    array: ArrayMetadata,
  ): AsyncGenerator<ReadItems, void, undefined> {
    const chunks = this.chunks(path, array);
    const claims = new Claims();
    const width = countItems(array.shape.slice(1));
    for (let chunk = 0; chunk < chunks.count; chunk++) {
      const stored = await chunks.load(chunk);
      const isThere = stored.bytes !== undefined;
      const found = claims.add(isThere ? [{ bytes: stored.bytes }] : [], {
        items: (chunks.starts[chunk + 1]! - chunks.starts[chunk]!) * width,
        absent: Number(!isThere),
      });
      if (found !== undefined) throw this.fail(path, found);
      yield await chunks.decode(chunk, stored);
    }
  }

  /** The chunks that begin in the same row, as they are stored. */
  async #readBand(
    path: ZarrPath,
    array: ArrayMetadata,
    { band, others }: { readonly band: number; readonly others: readonly number[] },
  ): Promise<PackedChunk[]> {
    const { shape, keyOf, attributes } = array;
    const chunks: PackedChunk[] = [];
    const mostBytes = mostPackedBytes(array);
    const count = countItems(others);
    if (count > MOST_CHUNKS) {
      throw this.fail(path, `it has ${count} chunks side by side, expected at most ${MOST_CHUNKS}`);
    }
    for (let chunk = 0; chunk < count; chunk++) {
      const place = placeOf(chunk, others);
      const key = keyOf(shape.length === 0 ? [] : [band, ...place]);
      const bytes = await this.#store.get(`${path}${key}` as `/${string}`);
      if (bytes !== undefined) {
        if (bytes.length > mostBytes) {
          const found = `the chunk ${key.slice(1)} has ${bytes.length} bytes`;
          throw this.fail(path, `${found}, expected at most ${mostBytes}`);
        }
        const within = shape.length === 0 ? [] : [0, ...place];
        chunks.push({ place: within, key, bytes: new Uint8Array(bytes) });
      } else if (attributes[COMPLETE] === true) {
        throw this.fail(path, `the chunk ${key.slice(1)} is missing`);
      }
    }
    return chunks;
  }

  /** Makes an error about a node. */
  fail(path: ZarrPath, found: string): FormatError {
    return new FormatError(`Cannot read AnnData: ${found}`, { file: this.#fileOf(path) });
  }

  #fileOf(path: ZarrPath): string {
    return `${this.name}${path}`;
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

/** A chunk as it is stored. */
interface PackedChunk {
  /** Its place among the chunks that begin in the same row. */
  readonly place: readonly number[];
  readonly key: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The most chunks that begin in the same row. */
const MOST_CHUNKS = 2 ** 16;
/** Chunks that need not be there: of an array of zeros, all of them. */
const FREE_CHUNKS = 2 ** 12;

/** Compares what an array claims to have with the files that are there. */
class Claims {
  #items = 0;
  #bytes = 0;
  #chunks = 0;
  #absent = 0;

  /** Adds some chunks, which claim to hold some items; returns what is wrong, if anything is. */
  add(
    chunks: readonly Pick<PackedChunk, "bytes">[],
    { items, absent }: { readonly items: number; readonly absent: number },
  ): string | undefined {
    this.#items += items;
    this.#bytes += chunks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#chunks += chunks.length;
    this.#absent += absent;
    const most = FREE_ITEMS + MOST_ITEMS_PER_BYTE * this.#bytes;
    if (this.#items > most) {
      return `it claims ${this.#items} items in ${this.#bytes} bytes, expected at most ${most}`;
    }
    return this.#absent <= FREE_CHUNKS + 64 * this.#chunks
      ? undefined
      : `${this.#absent} of its chunks are missing, ${this.#chunks} are there`;
  }
}
