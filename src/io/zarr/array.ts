/** Writes arrays of Zarr v3 row by row, whatever their number. */

import { freeArray } from "../../base/free.ts";
import { encodeChunk, gzip, type ZarrValues } from "./_codecs.ts";
import { writeZarrJson, type ZarrAttributes, type ZarrPath, type ZarrStore } from "./store.ts";

/** Type of the items of an array. A `bool` is 0 or 1. */
export type ZarrType = "bool" | "int32" | "int64" | "float32" | "float64" | "string";

/** What an array holds. */
export interface ZarrLayout {
  /** Type of the items. */
  readonly type: ZarrType;
  /**
   * Lengths of the axes but the first, which counts the rows.
   *
   * @default {[]}
   */
  readonly rowShape?: readonly number[] | undefined;
  /**
   * Rows of a chunk.
   *
   * @default {As many as make some hundred thousand items}
   */
  readonly chunkRows?: number | undefined;
  /** Attributes. */
  readonly attributes: ZarrAttributes;
}

/** Items of a chunk: 1 MB of float32 before compression, as readers like it. */
const CHUNK_ITEMS = 2 ** 18;

/**
 * An array that grows by rows; how many they are shows only in the end. Chunks are compressed and written as they fill,
 * so that one is in memory at a time.
 */
export class ZarrArray {
  readonly #store: ZarrStore;
  readonly #path: ZarrPath;
  readonly #layout: ZarrLayout;
  readonly #rowItems: number;
  readonly #chunkRows: number;
  #pieces: ZarrValues[] = [];
  /** Items in `#pieces`. */
  #filled = 0;
  /** Chunks that were written. */
  #chunks = 0;

  /**
   * Begins an array.
   *
   * @param store Where to write.
   * @param path The array's path.
   * @param layout What the array holds.
   */
  constructor(store: ZarrStore, path: ZarrPath, layout: ZarrLayout) {
    this.#store = store;
    this.#path = path;
    this.#layout = layout;
    this.#rowItems = (layout.rowShape ?? []).reduce((items, length) => items * length, 1);
    this.#chunkRows = layout.chunkRows ??
      Math.max(1, Math.floor(CHUNK_ITEMS / Math.max(1, this.#rowItems)));
  }

  /**
   * Appends rows.
   *
   * @param values Their items, row-major, in an array of the layout's type; copied.
   */
  async append(values: ZarrValues): Promise<void> {
    const size = this.#chunkRows * this.#rowItems;
    for (let from = 0; from < values.length;) {
      const piece = values.slice(from, from + size - this.#filled);
      from += piece.length;
      this.#pieces.push(piece);
      this.#filled += piece.length;
      if (this.#filled === size) await this.#writeChunk(size);
    }
  }

  /** Writes what is left, and the metadata. */
  async finish(): Promise<void> {
    const { type, rowShape = [], attributes } = this.#layout;
    const rows = this.#chunks * this.#chunkRows + this.#filled / Math.max(1, this.#rowItems);
    // The chunk of an array that has only one need not be larger.
    const chunkRows = this.#chunks === 0 ? Math.max(1, rows) : this.#chunkRows;
    if (this.#filled > 0) await this.#writeChunk(chunkRows * this.#rowItems);
    await writeArrayJson(this.#store, this.#path, {
      type,
      shape: [rows, ...rowShape],
      chunkShape: [chunkRows, ...rowShape.map((length) => Math.max(1, length))],
      attributes,
    });
  }

  async #writeChunk(size: number): Promise<void> {
    const { rowShape = [] } = this.#layout;
    const key = [this.#chunks, ...rowShape.map(() => 0)].join("/");
    const bytes = encodeChunk(this.#pieces, size);
    for (const piece of this.#pieces) if (ArrayBuffer.isView(piece)) freeArray(piece);
    this.#pieces = [];
    this.#filled = 0;
    this.#chunks++;
    await this.#store.set(`${this.#path}/c/${key}`, await gzip(bytes));
  }
}

/** Writes an array whose items are all at hand. */
export async function writeArray(
  store: ZarrStore,
  path: ZarrPath,
  { values, ...layout }: ZarrLayout & { readonly values: ZarrValues },
): Promise<void> {
  const array = new ZarrArray(store, path, layout);
  await array.append(values);
  await array.finish();
}

/** Writes an array without axes, which holds a single value. */
export async function writeScalar(
  store: ZarrStore,
  path: ZarrPath,
  { type, value, attributes }: Pick<ZarrLayout, "type" | "attributes"> & {
    readonly value: ZarrValues;
  },
): Promise<void> {
  await store.set(`${path}/c`, await gzip(encodeChunk([value], 1)));
  await writeArrayJson(store, path, { type, shape: [], chunkShape: [], attributes });
}

const FILL_VALUES: Readonly<Record<ZarrType, boolean | number | string>> = {
  bool: false,
  int32: 0,
  int64: 0,
  float32: 0,
  float64: 0,
  string: "",
};

/** The level of `CompressionStream`, for people: no reader needs it. */
const GZIP_LEVEL = 6;

async function writeArrayJson(
  store: ZarrStore,
  path: ZarrPath,
  { type, shape, chunkShape, attributes }: Pick<ZarrLayout, "type" | "attributes"> & {
    readonly shape: readonly number[];
    readonly chunkShape: readonly number[];
  },
): Promise<void> {
  const serializer = type === "string"
    ? { name: "vlen-utf8" }
    : { name: "bytes", configuration: { endian: "little" } };
  await writeZarrJson(store, path, {
    node_type: "array",
    shape,
    data_type: type,
    chunk_grid: { name: "regular", configuration: { chunk_shape: chunkShape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    fill_value: FILL_VALUES[type],
    codecs: [serializer, { name: "gzip", configuration: { level: GZIP_LEVEL } }],
    attributes,
  });
}
