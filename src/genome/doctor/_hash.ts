const BITS = new DataView(new ArrayBuffer(8));

/** A 32-bit hash of a place and a value (the finaliser of MurmurHash3), another one for each seed. */
export function hashValue(place: number, value: number, seed: number): number {
  BITS.setFloat64(0, value);
  let hash = mix(place ^ Math.imul(seed, 0x9e3779b9));
  hash = mix(hash ^ BITS.getInt32(0));
  return mix(hash ^ BITS.getInt32(4));
}

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
