const BITS = new DataView(new ArrayBuffer(8));

/** Computes a fingerprint of columns of numbers, which is equal for columns with the same values in the same places. */
export function hashColumns(columns: readonly Float64Array[]): string {
  let [first, second, place] = [0, 0, 0];
  for (const column of columns) {
    for (const value of column) {
      first = (first + hashValue(place, value, 1)) >>> 0;
      second = (second + hashValue(place, value, 2)) >>> 0;
      place++;
    }
  }
  return `${first} ${second}`;
}

/** A 32-bit hash of a place and a value (the finaliser of MurmurHash3), different for each seed. */
function hashValue(place: number, value: number, seed: number): number {
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
