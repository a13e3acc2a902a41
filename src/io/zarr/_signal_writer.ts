/** Writes the signal of AnnData, `X`, some samples at a time. */

import { concatenateAll, sha256 } from "../../base/bytes.ts";
import { collectGarbage, freeArray, GarbageWatch } from "../../base/free.ts";
import { toHex } from "../../base/platform.ts";
import type { ByteRange } from "../../files/byte_source.ts";
import { chunkRowsOf } from "../stored_signal.ts";
import { decodeChunk, makeShardIndex, readShardIndex, shardIndexBytes } from "./_chunks.ts";
import {
  endOf,
  type Facts,
  factsAttribute,
  NeededTypes,
  type StoredType,
  toStored,
} from "./_signal_facts.ts";
import { ARRAY } from "./anndata.ts";
import { codecMetadata, packChunk, withChecksum, type ZarrCodec } from "./codec.ts";
import { writeZarrJson, type ZarrStore } from "./store.ts";

/**
 * Chunks of a shard: 32 MB of counts before compression. A file of each chunk would be a burden for file systems, and a
 * shard is in memory until it is written.
 */
const SHARD_CHUNKS = 32;
/** The collector does not see how large the few arrays of chunks are. */
const COLLECT_EVERY_BYTES = 2 ** 24;
/** The names of the codecs of a shard's index, which every reader expects. */
const INDEX_CODECS = [
  { name: "bytes", configuration: { endian: "little" } },
  { name: "crc32c" },
];

/** How the signal is written. */
export interface SignalWriterOptions {
  /** Values of a sample. */
  readonly width: number;
  readonly codec: ZarrCodec;
  /**
   * Samples of a chunk.
   *
   * @default {As `chunkRowsOf` says}
   */
  readonly chunkRows?: number | undefined;
}

/**
 * Writes `X` in the narrowest type of uint8, uint16 and float32 that holds all values. Which one that is shows in the
 * end: what was written is written again when a value needs a wider one. From a store that does not give back what it was
 * given, float32 is written.
 */
export class SignalWriter {
  readonly #store: ZarrStore;
  readonly #options: SignalWriterOptions;
  /** The samples of the chunk that is being filled. */
  readonly #chunk: Float32Array<ArrayBuffer>;
  readonly #chunkRows: number;
  #filled = 0;
  #type: StoredType;
  readonly #needed = new NeededTypes();
  readonly #garbage = new GarbageWatch(COLLECT_EVERY_BYTES);
  /** Chunks of the shard that is being filled, as they are stored. */
  #shard: Uint8Array<ArrayBuffer>[] = [];
  #shards = 0;
  /** SHA-256 of the values of each chunk. */
  readonly #digests: Uint8Array[] = [];
  /** The checksum with which each chunk ends, in hexadecimal digits. */
  readonly #checksums: string[] = [];

  constructor(store: ZarrStore, options: SignalWriterOptions) {
    const { width, chunkRows = chunkRowsOf(width) } = options;
    this.#store = store;
    this.#options = options;
    this.#chunkRows = chunkRows;
    this.#chunk = new Float32Array(chunkRows * width);
    this.#type = store.get === undefined ? "float32" : "uint8";
  }

  /** Appends samples, with NaN where a mark was not measured; copied. */
  async append(values: Float32Array): Promise<void> {
    for (let from = 0; from < values.length;) {
      const piece = values.subarray(from, from + this.#chunk.length - this.#filled);
      this.#chunk.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === this.#chunk.length) await this.#closeChunk(this.#chunk);
    }
  }

  /**
   * Writes what is left, and the metadata.
   *
   * @param markMask Which marks were measured, `[cellType, mark]`, in the order of the cell types' first samples.
   */
  async finish(markMask: Uint8Array | undefined): Promise<void> {
    const { width, codec } = this.#options;
    const rows = this.#digests.length * this.#chunkRows + this.#filled / width;
    // The chunk of an array that has only one need not be larger.
    const chunkRows = this.#digests.length === 0 ? rows : this.#chunkRows;
    if (this.#filled > 0) {
      this.#chunk.fill(0, this.#filled);
      await this.#closeChunk(this.#chunk.subarray(0, chunkRows * width));
    }
    const shardChunks = this.#shards === 0 ? this.#shard.length : SHARD_CHUNKS;
    if (this.#shard.length > 0) await this.#writeShard(shardChunks);
    const facts = await this.#facts({ rows, chunkRows, markMask });
    await writeZarrJson(this.#store, "/X", {
      node_type: "array",
      shape: [rows, width],
      data_type: this.#type,
      chunk_grid: {
        name: "regular",
        configuration: { chunk_shape: [chunkRows * shardChunks, width] },
      },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      fill_value: 0,
      codecs: [{
        name: "sharding_indexed",
        configuration: {
          chunk_shape: [chunkRows, width],
          codecs: codecMetadata(codec),
          index_codecs: INDEX_CODECS,
          index_location: "end",
        },
      }],
      attributes: Object.assign({}, ARRAY, factsAttribute(facts)),
    });
  }

  async #facts(
    { rows, chunkRows, markMask }: {
      readonly rows: number;
      readonly chunkRows: number;
      readonly markMask: Uint8Array | undefined;
    },
  ): Promise<Facts> {
    const shape = `${this.#type} ${rows} ${this.#options.width} ${chunkRows}`;
    const all = concatenateAll([new TextEncoder().encode(shape), ...this.#digests]);
    const checksums = this.#checksums.join("");
    return { digest: toHex(await sha256(all)), type: this.#needed.packed, markMask, checksums };
  }

  async #closeChunk(values: Float32Array<ArrayBuffer>): Promise<void> {
    this.#needed.add(values);
    const { stored } = this.#needed;
    if (this.#type !== "float32" && stored !== this.#type) await this.#widen(stored);
    this.#filled = 0;
    this.#shard.push(await this.#packChunk(toStored(values, this.#type), this.#digests.length));
    if (this.#shard.length === SHARD_CHUNKS) await this.#writeShard(SHARD_CHUNKS);
  }

  /** Packs the values of a chunk, which are no longer used, and notes their digest. */
  async #packChunk(
    values: ReturnType<typeof toStored>,
    chunk: number,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(values.buffer);
    this.#digests[chunk] = await sha256(bytes);
    const packed = await packChunk(bytes, this.#options.codec);
    this.#checksums[chunk] = endOf(packed);
    this.#garbage.add(bytes.length);
    freeArray(bytes);
    return packed;
  }

  async #writeShard(chunks: number): Promise<void> {
    const shard = makeShard(this.#shard, chunks);
    for (const chunk of this.#shard) freeArray(chunk);
    this.#shard = [];
    await this.#store.set(keyOf(this.#shards), shard);
    this.#shards++;
    collectGarbage();
  }

  /** Writes all chunks again in a wider type. */
  async #widen(type: StoredType): Promise<void> {
    const from = this.#type;
    this.#type = type;
    for (let number = 0; number < this.#shards; number++) {
      const key = keyOf(number);
      const bytes = new Uint8Array(await this.#store.get!(key) as Uint8Array);
      const index = readShardIndex(
        bytes.subarray(bytes.length - shardIndexBytes(SHARD_CHUNKS)),
        SHARD_CHUNKS,
        key,
      );
      const chunks = index.map((range) => {
        const { offset, length } = range as ByteRange;
        return bytes.slice(offset, offset + length);
      });
      const wider = await this.#widenChunks(chunks, { from, first: number * SHARD_CHUNKS });
      const shard = makeShard(wider, SHARD_CHUNKS);
      if (this.#store.replace === undefined) await this.#store.set(key, shard);
      else await this.#store.replace(key, shard);
      collectGarbage();
    }
    const first = this.#shards * SHARD_CHUNKS;
    this.#shard = await this.#widenChunks(this.#shard, { from, first });
  }

  async #widenChunks(
    chunks: readonly Uint8Array<ArrayBuffer>[],
    { from, first }: { readonly from: StoredType; readonly first: number },
  ): Promise<Uint8Array<ArrayBuffer>[]> {
    const { codec } = this.#options;
    const coding = {
      shape: [this.#chunkRows, this.#options.width],
      packings: codec === "none" ? ["crc32c" as const] : ["crc32c" as const, codec],
      isBigEndian: false,
    };
    const wider: Uint8Array<ArrayBuffer>[] = [];
    for (const [i, bytes] of chunks.entries()) {
      const values = await decodeChunk(bytes, coding, { type: from, fill: 0, file: "/X" });
      wider.push(await this.#packChunk(toStored(values as Uint8Array, this.#type), first + i));
    }
    return wider;
  }
}

function keyOf(shard: number): `/${string}` {
  return `/X/c/${shard}/0`;
}

/** A shard: its chunks, then an index with a checksum. */
function makeShard(
  packed: readonly Uint8Array<ArrayBuffer>[],
  chunks: number,
): Uint8Array<ArrayBuffer> {
  let offset = 0;
  const places = packed.map(({ length }) => {
    const place = { offset, length };
    offset += length;
    return place;
  });
  return concatenateAll([...packed, withChecksum(makeShardIndex(places, chunks))]);
}
