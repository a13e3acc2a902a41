import { findFirst } from "../base/search.ts";
import type { Dataset } from "../data/dataset.ts";

/** Signal with fewer values than this share that are not 0 may be equal by chance. */
const LEAST_FILLED = 0.1;

const BITS = new Float32Array(1);
const WORD = new Uint32Array(BITS.buffer);

/** Hashes a sample's signal (FNV-1a over the values' words); `undefined` if nearly all of it is 0. */
export function hashSignal(data: Dataset, row: number): number | undefined {
  const signal = data.signalOf(row);
  let [hash, filled] = [0x811c9dc5, 0];
  for (let i = 0; i < signal.length; i++) {
    BITS[0] = signal[i]!;
    if (BITS[0] !== 0) filled++;
    hash = Math.imul(hash ^ WORD[0]!, 0x01000193);
    // Floats differ in their upper bits, which a product does not carry down.
    hash ^= hash >>> 15;
  }
  return filled < LEAST_FILLED * signal.length ? undefined : hash >>> 0;
}

/** Finds samples by the hashes of their signal. Each takes 8 bytes, since there may be millions. */
export class SignalHashes {
  /** `hash · 2^32 + row` of each, from the least. */
  readonly #keys: BigUint64Array<ArrayBuffer>;

  constructor(data: Dataset) {
    const keys = new BigUint64Array(data.length);
    let count = 0;
    for (let row = 0; row < data.length; row++) {
      const hash = hashSignal(data, row);
      if (hash !== undefined) keys[count++] = BigInt(hash) << 32n | BigInt(row);
    }
    this.#keys = keys.subarray(0, count).sort();
  }

  /** The rows whose signal has a hash, in their order. */
  rowsOf(hash: number): number[] {
    const keys = this.#keys;
    const [least, end] = [BigInt(hash) << 32n, BigInt(hash + 1) << 32n];
    const rows: number[] = [];
    let at = findFirst(keys.length, (place) => keys[place]! >= least);
    for (; at < keys.length && keys[at]! < end; at++) rows.push(Number(keys[at]! & 0xffffffffn));
    return rows;
  }
}
