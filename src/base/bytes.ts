/** Bytes that are not shared between threads, which files and streams produce and consume. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Joins two arrays of bytes; nothing is copied if the first is empty. */
export function concatenate(first: Bytes, second: Bytes): Bytes {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** Computes the SHA-256 digest of some bytes. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/** Joins bytes, in their order. */
export function concatenateAll(pieces: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
