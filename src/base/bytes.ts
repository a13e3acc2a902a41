/** Bytes that are not shared between threads, as files and streams give and take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of both, one after the other; not copied if the first has none. */
export function concatenate(first: Bytes, second: Bytes): Bytes {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

/** The SHA-256 digest of some bytes. */
export async function sha256(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
