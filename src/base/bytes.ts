/** Bytes that no other thread sees, as files and streams give and take them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** The bytes of both; without a copy if there are none of the first. */
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
