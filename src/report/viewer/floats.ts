/** Numbers as text within a page: the bytes of 32-bit floats in base64, which are exact and short. */

/** Encodes numbers as 32-bit floats, lowest byte first, in base64. */
export function encodeFloats(values: ArrayLike<number>): string {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return bytes.toBase64();
}

/** Decodes what {@linkcode encodeFloats} made. It runs in pages, whose browser may be older than the package. */
export function decodeFloats(text: string): Float32Array {
  const binary = atob(text);
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
  return Float32Array.from({ length: binary.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
