/** Where Zarr hierarchies are read from. */

/** Some bytes of a file: those at a place, or the last ones. */
export type ZarrRange =
  | { readonly offset: number; readonly length: number }
  | { readonly suffixLength: number };

/** Gives the files of a hierarchy by their keys. A `Map` is one, and so is every store of zarrita. */
export interface ZarrReadStore {
  /**
   * Reads a file.
   *
   * @param key Path of the file in the hierarchy; it starts with `/`.
   * @returns The whole file; `undefined` if it is missing.
   */
  get(
    key: `/${string}`,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /**
   * Reads some bytes of a file.
   *
   * @param key Path of the file in the hierarchy; it starts with `/`.
   * @param range Which bytes.
   * @returns Those that there are; `undefined` if the file is missing.
   */
  getRange?(
    key: `/${string}`,
    range: ZarrRange,
  ): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** The same, while the caller's thread waits. */
  getRangeSync?(key: `/${string}`, range: ZarrRange): Uint8Array | undefined;
}

/** Reads parts of files, also from a store that gives files only whole. */
export class RangeReader {
  readonly #store: ZarrReadStore;
  /** The file that was read last, of a store that gives files only whole: parts are mostly read in their order. */
  #last: { readonly key: string; readonly bytes: Uint8Array | undefined } | undefined;

  constructor(store: ZarrReadStore) {
    this.#store = store;
  }

  /**
   * Reads some bytes of a file.
   *
   * @returns Bytes that are the caller's own; `undefined` if the file is missing.
   */
  async read(key: `/${string}`, range: ZarrRange): Promise<Uint8Array<ArrayBuffer> | undefined> {
    if (this.#store.getRange !== undefined) {
      const bytes = await this.#store.getRange(key, range);
      return bytes && ownBytes(bytes);
    }
    if (this.#last?.key !== key) this.#last = { key, bytes: await this.#store.get(key) };
    const { bytes } = this.#last;
    return bytes && new Uint8Array(takeRange(bytes, range));
  }

  /**
   * Reads some bytes of a file while the caller's thread waits.
   *
   * @returns Bytes that are the caller's own; `undefined` if the file is missing; `null` if the store cannot do it so.
   */
  readSync(key: `/${string}`, range: ZarrRange): Uint8Array<ArrayBuffer> | undefined | null {
    if (this.#store.getRangeSync !== undefined) {
      const bytes = this.#store.getRangeSync(key, range);
      return bytes && ownBytes(bytes);
    }
    const whole = this.#store.get(key);
    if (whole instanceof Promise) {
      whole.catch(() => undefined);
      return null;
    }
    return whole && new Uint8Array(takeRange(whole, range));
  }
}

function ownBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer
    ? bytes as Uint8Array<ArrayBuffer>
    : new Uint8Array(bytes);
}

function takeRange(whole: Uint8Array, range: ZarrRange): Uint8Array {
  if ("suffixLength" in range) {
    return whole.subarray(Math.max(0, whole.length - range.suffixLength));
  }
  return whole.subarray(range.offset, range.offset + range.length);
}
