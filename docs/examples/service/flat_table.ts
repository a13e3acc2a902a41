/**
 * Tables of FlatBuffers, in which Arrow describes its data, read with care: bytes come from anybody, and a `DataView` refuses
 * places that are not there with a `RangeError`.
 */

/** More of anything than a request has: fields, buffers, strings of a schema. */
const MOST_ENTRIES = 64;

/** A table at a place of a buffer. */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;
  readonly #fields: number;
  readonly #fieldsEnd: number;

  /** The table at `at`. */
  constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
    this.#fields = at - view.getInt32(at, true);
    this.#fieldsEnd = view.getUint16(this.#fields, true);
  }

  /** The table that a buffer begins with. */
  static root(view: DataView): FlatTable {
    return new FlatTable(view, view.getUint32(0, true));
  }

  /** A byte; 0 where it is absent. */
  byte(field: number): number {
    const at = this.#find(field);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  /** An integer of 16 bits; 0 where it is absent. */
  short(field: number): number {
    const at = this.#find(field);
    return at === undefined ? 0 : this.#view.getInt16(at, true);
  }

  /** An integer of 32 bits; 0 where it is absent. */
  int(field: number): number {
    const at = this.#find(field);
    return at === undefined ? 0 : this.#view.getInt32(at, true);
  }

  /** A count of 64 bits; 0 where it is absent. */
  count(field: number): number {
    const at = this.#find(field);
    return at === undefined ? 0 : countAt(this.#view, at);
  }

  /** A string; empty where it is absent. */
  text(field: number): string {
    const at = this.#follow(field);
    if (at === undefined) return "";
    const length = this.#view.getUint32(at, true);
    const { buffer, byteOffset } = this.#view;
    if (at + 4 + length > this.#view.byteLength) throw new RangeError("a string is too long");
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + at + 4, length));
  }

  /** Another table. */
  table(field: number): FlatTable | undefined {
    const at = this.#follow(field);
    return at === undefined ? undefined : new FlatTable(this.#view, at);
  }

  /** A list of tables. */
  tables(field: number): FlatTable[] {
    return this.#places(field, 4).map((at) =>
      new FlatTable(this.#view, at + this.#view.getUint32(at, true))
    );
  }

  /** A list of pairs of counts, such as the offset and the length of each buffer. */
  pairs(field: number): (readonly [number, number])[] {
    return this.#places(field, 16).map((at) =>
      [countAt(this.#view, at), countAt(this.#view, at + 8)] as const
    );
  }

  #places(field: number, size: number): number[] {
    const at = this.#follow(field);
    if (at === undefined) return [];
    const length = this.#view.getUint32(at, true);
    if (length > MOST_ENTRIES) throw new RangeError(`a list has ${length} entries`);
    return Array.from({ length }, (_, i) => at + 4 + i * size);
  }

  #find(field: number): number | undefined {
    const place = 4 + 2 * field;
    if (place >= this.#fieldsEnd) return undefined;
    const offset = this.#view.getUint16(this.#fields + place, true);
    return offset === 0 ? undefined : this.#at + offset;
  }

  #follow(field: number): number | undefined {
    const at = this.#find(field);
    return at === undefined ? undefined : at + this.#view.getUint32(at, true);
  }
}

function countAt(view: DataView, at: number): number {
  const count = Number(view.getBigInt64(at, true));
  if (count < 0 || !Number.isSafeInteger(count)) throw new RangeError(`a count is ${count}`);
  return count;
}
