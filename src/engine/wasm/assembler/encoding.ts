/**
 * Encodes numbers and strings in WebAssembly's binary format (Core Specification 3.0, chapter 5).
 *
 * @module
 */

/** Encodes an unsigned integer in LEB128. */
export function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) | (rest > 0 ? 0x80 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}

/** Encodes a signed 32-bit integer in LEB128. */
export function encodeSigned(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0)) {
      bytes.push(byte);
      return bytes;
    }
    bytes.push(byte | 0x80);
  }
}

/** Encodes a string in UTF-8, its length first. */
export function encodeText(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...encodeUnsigned(bytes.length), ...bytes];
}

/** Encodes a float32. */
export function encodeFloat32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return bytes;
}

/** Encodes a section: its id, its length, the number of its items, and the items. */
export function encodeSection(id: number, items: readonly (readonly number[])[]): number[] {
  const content = [...encodeUnsigned(items.length), ...items.flat()];
  return [id, ...encodeUnsigned(content.length), ...content];
}
