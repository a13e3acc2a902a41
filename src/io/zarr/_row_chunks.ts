/** The chunks of arrays in which each holds whole rows, read one at a time wherever it lies in a shard. */

import type { ByteRange } from "../../files/byte_source.ts";
import { ContractError, FormatError } from "../../errors.ts";
import type { ArrayMetadata, ChunkCoding } from "./_array_metadata.ts";
import {
  countItems,
  decodeChunk,
  decodeChunkSync,
  type DecodeOptions,
  emptyChunk,
  mostPackedBytes,
  type ReadItems,
  readShardIndex,
  shardIndexBytes,
} from "./_chunks.ts";
import { FACTS, isOwnChunk } from "./_signal_facts.ts";
import { RangeReader, type ZarrRange, type ZarrReadStore } from "./read_store.ts";
import { COMPLETE, type ZarrPath } from "./store.ts";

/** Whether each chunk of an array, or of its shards, holds whole rows. */
export function holdsWholeRows({ shape, chunk }: ArrayMetadata): boolean {
  const covers = (coding: ChunkCoding) =>
    coding.shape.every((length, axis) => axis === 0 || length >= shape[axis]!);
  // A shard that is packed as a whole must be read as a whole.
  return shape.length > 0 && covers(chunk) &&
    (chunk.inner === undefined || (covers(chunk.inner) && chunk.packings.length === 0));
}

/** A chunk as it is stored, with the name of its file; without bytes if it was not written. */
export interface StoredChunk {
  readonly file: string;
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** The chunks of an array of which each holds whole rows. Indexes of shards are read once and kept. */
export class RowChunks {
  readonly #ranges: RangeReader;
  readonly #array: ArrayMetadata;
  readonly #coding: ChunkCoding;
  readonly #path: ZarrPath;
  readonly #name: string;
  readonly #indexes = new Map<string, readonly (ByteRange | undefined)[]>();
  /** Number of chunks in a shard; 1 if each has a file of its own. */
  readonly #perFile: number;
  /** The first row of each chunk, and after the last the number of rows. */
  readonly starts: Uint32Array;

  /** `name` is the hierarchy's, for messages. */
  constructor(
    { store, name, path, array }: {
      readonly store: ZarrReadStore;
      readonly name: string;
      readonly path: ZarrPath;
      readonly array: ArrayMetadata;
    },
  ) {
    this.#ranges = new RangeReader(store);
    this.#name = name;
    this.#path = path;
    this.#array = array;
    this.#coding = array.chunk.inner ?? array.chunk;
    const [rows = 0] = array.shape;
    const chunkRows = this.#coding.shape[0]!;
    this.#perFile = array.chunk.shape[0]! / chunkRows;
    this.starts = Uint32Array.from(
      { length: Math.ceil(rows / chunkRows) + 1 },
      (_, chunk) => Math.min(rows, chunk * chunkRows),
    );
  }

  /** Number of chunks. */
  get count(): number {
    return this.starts.length - 1;
  }

  /** Reads a chunk as it is stored. */
  async load(chunk: number): Promise<StoredChunk> {
    const { key, place } = this.#placeOf(chunk);
    const read = (range: ZarrRange) => this.#ranges.read(key, range);
    if (this.#array.chunk.inner === undefined) {
      return this.#found(key, await read(this.#wholeFile()));
    }
    if (!this.#indexes.has(key)) {
      const bytes = await read({ suffixLength: shardIndexBytes(this.#perFile) });
      this.#indexes.set(key, this.#parseIndex(key, bytes));
    }
    const range = this.#indexes.get(key)![place];
    return this.#found(key, range && await read(range), range);
  }

  /** The same, while the caller's thread waits. */
  loadSync(chunk: number): StoredChunk {
    const { key, place } = this.#placeOf(chunk);
    const read = (range: ZarrRange) => {
      const bytes = this.#ranges.readSync(key, range);
      if (bytes !== null) return bytes;
      throw new ContractError(
        `Cannot read ${
          this.#fileOf(key)
        } while it is waited for: expected a folder on disk, or data that fit into memory`,
      );
    };
    if (this.#array.chunk.inner === undefined) {
      return this.#found(key, read(this.#wholeFile()));
    }
    if (!this.#indexes.has(key)) {
      const bytes = read({ suffixLength: shardIndexBytes(this.#perFile) });
      this.#indexes.set(key, this.#parseIndex(key, bytes));
    }
    const range = this.#indexes.get(key)![place];
    return this.#found(key, range && read(range), range);
  }

  /** The items of a chunk, of the array's rows alone. */
  async decode(chunk: number, { file, bytes }: StoredChunk): Promise<ReadItems> {
    const options = { ...this.#options(), file };
    if (bytes === undefined) return emptyChunk(this.#shapeOf(chunk), options);
    const items = await decodeChunk(bytes, this.#coding, options);
    this.#checkOwn(chunk, { file, bytes });
    return this.#ownRows(chunk, items);
  }

  /** The same, while the caller's thread waits. */
  decodeSync(chunk: number, { file, bytes }: StoredChunk): ReadItems {
    const options = { ...this.#options(), file };
    if (bytes === undefined) return emptyChunk(this.#shapeOf(chunk), options);
    const items = decodeChunkSync(bytes, this.#coding, options);
    this.#checkOwn(chunk, { file, bytes });
    return this.#ownRows(chunk, items);
  }

  /** Refuses a chunk that is whole but of other data, as a copy of a store that was cut short leaves them. */
  #checkOwn(
    chunk: number,
    { file, bytes }: { readonly file: string; readonly bytes: Uint8Array<ArrayBuffer> },
  ): void {
    if (isOwnChunk(this.#array.attributes, { chunk, bytes })) return;
    throw new FormatError(
      "Cannot read AnnData: a chunk has another checksum than the attributes of its array say, expected the chunk that was " +
        "written with them: this one is of other data, or was changed since. If the change is meant, remove " +
        `${FACTS} from the attributes in zarr.json of the array`,
      { file },
    );
  }

  #options(): Pick<DecodeOptions, "type" | "fill"> {
    return { type: this.#array.type, fill: this.#array.fill };
  }

  /** The shape of the rows of a chunk that the array has: the last chunk may reach beyond its end. */
  #shapeOf(chunk: number): number[] {
    return [this.starts[chunk + 1]! - this.starts[chunk]!, ...this.#array.shape.slice(1)];
  }

  #ownRows(chunk: number, items: ReadItems): ReadItems {
    const [, ...rowShape] = this.#array.shape;
    const width = countItems(rowShape);
    const stored = countItems(this.#coding.shape.slice(1));
    const count = countItems(this.#shapeOf(chunk));
    if (stored !== width) return keepColumns(items, { stored, width, count });
    return items.length === count ? items : items.slice(0, count);
  }

  /** The file in which a chunk lies, and its place there. */
  #placeOf(chunk: number): { readonly key: `/${string}`; readonly place: number } {
    const { keyOf, shape } = this.#array;
    const others = shape.slice(1).map(() => 0);
    const file = Math.floor(chunk / this.#perFile);
    return {
      key: `${this.#path}${keyOf([file, ...others])}` as `/${string}`,
      place: chunk % this.#perFile,
    };
  }

  /** The range of a file that is a chunk: one byte more shows that it has more than a chunk can have. */
  #wholeFile(): ZarrRange {
    return { offset: 0, length: this.#mostBytes() + 1 };
  }

  #mostBytes(): number {
    return mostPackedBytes({ type: this.#array.type, chunk: this.#coding });
  }

  #parseIndex(
    key: string,
    bytes: Uint8Array<ArrayBuffer> | undefined,
  ): readonly (ByteRange | undefined)[] {
    const file = this.#fileOf(key);
    // Of an array that was written whole, the chunks are looked for, too.
    if (bytes === undefined) return [];
    if (bytes.length < shardIndexBytes(this.#perFile)) {
      throw new FormatError(
        `Cannot read Zarr: a shard has ${bytes.length} bytes, too few for ${this.#perFile} chunks`,
        { file },
      );
    }
    const index = readShardIndex(bytes, this.#perFile, file);
    const most = this.#mostBytes();
    const wrong = index.find((range) => range !== undefined && range.length > most);
    if (wrong === undefined) return index;
    throw new FormatError(
      `Cannot read Zarr: a chunk of a shard has ${wrong.length} bytes, expected at most ${most}`,
      { file },
    );
  }

  #found(
    key: string,
    bytes: Uint8Array<ArrayBuffer> | undefined,
    range?: ByteRange,
  ): StoredChunk {
    const file = this.#fileOf(key);
    if (bytes === undefined && this.#array.attributes[COMPLETE] === true) {
      const chunk = key.slice(this.#path.length + 1);
      throw new FormatError(`Cannot read AnnData: the chunk ${chunk} is missing`, {
        file: `${this.#name}${this.#path}`,
      });
    }
    const length = bytes?.length ?? 0;
    if (range !== undefined && length !== range.length) {
      throw new FormatError(
        `Cannot read Zarr: a shard ends within a chunk, which has ${length} bytes of ${range.length}`,
        { file },
      );
    }
    if (length > this.#mostBytes()) {
      const found = `Cannot read AnnData: the chunk ${
        key.slice(this.#path.length + 1)
      } has too many bytes`;
      throw new FormatError(`${found}, expected at most ${this.#mostBytes()}`, { file });
    }
    return { file, bytes };
  }

  #fileOf(key: string): string {
    return `${this.#name}${key}`;
  }
}

/** The first columns of rows: chunks may be wider than the array. */
function keepColumns(
  items: ReadItems,
  { stored, width, count }: {
    readonly stored: number;
    readonly width: number;
    readonly count: number;
  },
): ReadItems {
  const kept = items.slice(0, count);
  for (let i = 0; i < count; i++) {
    kept[i] = items[Math.floor(i / width) * stored + i % width]!;
  }
  return kept;
}
