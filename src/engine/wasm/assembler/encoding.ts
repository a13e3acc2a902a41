/**
 * Writes numbers and strings in WebAssembly's binary format (Core Specification 3.0, chapter 5).
 *
 * @module
 */

/** Begins every operation on vectors. */
export const SIMD_PREFIX = 0xfd;
/** Alignment of loads and stores, as a power of two; vectors need not be aligned to more. */
export const ALIGNED_TO_FOUR = 2;
/** The same for bytes. */
export const ALIGNED_TO_ONE = 0;
/** Bytes of a movable address: as many as any 32-bit integer needs, so that another one can take its place. */
const MOVABLE_BYTES = 5;
/** Room at first; it doubles when it is used up. */
const FIRST_BYTES = 2048;

const UTF8 = new TextEncoder();

/** Bytes that grow at their end. A module has hundreds of thousands, so they are never copied one by one into lists. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  #movable: number[] = [];

  /** Number of bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Where the movable addresses are that were written. */
  get movable(): readonly number[] {
    return this.#movable;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  /** Writes a byte. */
  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  /**
   * Writes an operation of one byte and its index, an unsigned integer. Most of a kernel is written here, and by code
   * that has hardly run before: so it takes as few calls as it can.
   */
  indexed(operation: number, index: number): void {
    if (this.#length + 2 > this.#bytes.length) this.#grow(2);
    this.#bytes[this.#length++] = operation;
    if (index < 128) this.#bytes[this.#length++] = index;
    else this.unsigned(index);
  }

  /** Writes a vector's load or store, of one byte after the prefix, and its offset. */
  vectorAccess(operation: number, offset: number): void {
    if (this.#length + 4 > this.#bytes.length) this.#grow(4);
    this.#bytes[this.#length++] = SIMD_PREFIX;
    this.#bytes[this.#length++] = operation;
    this.#bytes[this.#length++] = ALIGNED_TO_FOUR;
    if (offset < 128) this.#bytes[this.#length++] = offset;
    else this.unsigned(offset);
  }

  /** Writes an unsigned integer in LEB128. */
  unsigned(value: number): void {
    while (value >= 128) {
      this.byte((value % 128) | 0x80);
      value = Math.floor(value / 128);
    }
    this.byte(value);
  }

  /** Writes a signed 32-bit integer in LEB128. */
  signed(value: number): void {
    for (;;) {
      const byte = value & 0x7f;
      value >>= 7;
      if ((value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0)) {
        return this.byte(byte);
      }
      this.byte(byte | 0x80);
    }
  }

  /** Writes an address that {@linkcode moveAddresses} can change afterwards. */
  movableAddress(address: number): void {
    this.#reserve(MOVABLE_BYTES);
    this.#movable.push(this.#length);
    writeMovable(this.#bytes, this.#length, address);
    this.#length += MOVABLE_BYTES;
  }

  /** Writes a float32. */
  float32(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }

  /** Writes a 32-bit integer in four bytes, as constants of vectors hold it. */
  int32(value: number): void {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value, true);
    this.#length += 4;
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array | readonly number[]): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes again what it wrote from one length to another. */
  again(start: number, end: number): void {
    this.#reserve(end - start);
    const copied = this.#movable.filter((place) => place >= start && place < end);
    for (const place of copied) this.#movable.push(place - start + this.#length);
    this.#bytes.copyWithin(this.#length, start, end);
    this.#length += end - start;
  }

  /** Writes what another writer holds. */
  append(other: ByteWriter): void {
    for (const place of other.#movable) this.#movable.push(place + this.#length);
    this.raw(other.#bytes.subarray(0, other.#length));
  }

  /** Writes what another writer holds, its length first. */
  appendSized(other: ByteWriter): void {
    this.unsigned(other.#length);
    this.append(other);
  }

  /** Writes a string in UTF-8, its length first. */
  text(value: string): void {
    const bytes = UTF8.encode(value);
    this.unsigned(bytes.length);
    this.raw(bytes);
  }

  /** Writes a section: its id, its length, the number of its items, and the items. */
  section(id: number, items: readonly ((writer: ByteWriter) => void)[]): void {
    const content = new ByteWriter();
    content.unsigned(items.length);
    for (const write of items) write(content);
    this.byte(id);
    this.appendSized(content);
  }

  #reserve(more: number): void {
    if (this.#length + more > this.#bytes.length) this.#grow(more);
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Adds a distance to the movable addresses at some places of what a writer wrote; returns a copy. */
export function moveAddresses(
  bytes: Uint8Array,
  places: readonly number[],
  distance: number,
): Uint8Array<ArrayBuffer> {
  const moved = Uint8Array.from(bytes);
  for (const place of places) writeMovable(moved, place, readMovable(moved, place) + distance);
  return moved;
}

/** Writes a signed 32-bit integer in LEB128, which may begin with needless bytes. */
function writeMovable(bytes: Uint8Array, place: number, value: number): void {
  for (let byte = 0; byte < MOVABLE_BYTES; byte++) {
    const more = byte + 1 < MOVABLE_BYTES ? 0x80 : 0;
    bytes[place + byte] = ((value | 0) >> (7 * byte)) & 0x7f | more;
  }
}

function readMovable(bytes: Uint8Array, place: number): number {
  let value = 0;
  for (let byte = 0; byte < MOVABLE_BYTES; byte++) {
    value |= (bytes[place + byte]! & 0x7f) << (7 * byte);
  }
  return value;
}
