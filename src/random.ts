/**
 * The only source of randomness in this package.
 *
 * Everything is built on Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as
 * easy as 1, 2, 3", SC'11): a function from a 64-bit key and a 64-bit counter to 64 random bits that needs
 * only 32-bit additions, rotations and exclusive ors. So any engine, in JavaScript, WebAssembly or WGSL, can compute
 * the n-th number of a stream independently, in any order and on any thread.
 *
 * Start with {@linkcode deriveKey}, which makes a key from a seed and a path of names, and {@linkcode RandomStream},
 * which draws numbers with it.
 *
 * @module
 */

import { checkInteger } from "./base/check_integer.ts";
import { kindOfValue } from "./base/kind_of_value.ts";
import { showValue } from "./base/show_value.ts";
import { THREEFRY_PARITY } from "./base/threefry.ts";

/** The key of one random stream: two unsigned 32-bit words. */
export type RandomKey = readonly [number, number];

/**
 * Threefry-2x32-20: encrypts a counter of two 32-bit words under a key of two 32-bit words.
 *
 * @param key The stream's key.
 * @param counter0 First word of the counter.
 * @param counter1 Second word of the counter.
 * @param out Receives two unsigned 32-bit words at positions 0 and 1.
 *
 * @example The first known-answer vector of the Random123 distribution
 * ```ts
 * import { threefry2x32 } from "@waka/histone/random";
 * import { deepStrictEqual } from "node:assert";
 *
 * const out = new Uint32Array(2);
 * threefry2x32([0, 0], 0, 0, out);
 * deepStrictEqual([...out], [0x6b200159, 0x99ba4efe]);
 * ```
 */
export function threefry2x32(
  key: RandomKey,
  counter0: number,
  counter1: number,
  out: Uint32Array,
): void {
  const key0 = key[0] | 0;
  const key1 = key[1] | 0;
  const key2 = THREEFRY_PARITY ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  // Five groups of four rounds, written out: a loop over tables of rotations takes three times as long.
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + key1) | 0;
  x1 = (x1 + key2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + key2) | 0;
  x1 = (x1 + key0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + key0) | 0;
  x1 = (x1 + key1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + key1) | 0;
  x1 = (x1 + key2 + 4) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + key2) | 0;
  x1 = (x1 + key0 + 5) | 0;
  out[0] = x0;
  out[1] = x1;
}

/**
 * Derives the key of an independent stream from a seed and a path such as `("dropout", layer, epoch)`.
 *
 * @param seed The run's seed: an integer from 0 to 2^53 − 1.
 * @param path The purpose of the stream, in parts. A string and a number never collide.
 * @returns The key.
 * @throws {RangeError} If `seed`, or a number in the path, is not an integer in that range.
 *
 * @example
 * ```ts
 * import { deriveKey } from "@waka/histone/random";
 * import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(deriveKey(7, "order", 0), deriveKey(7, "order", 0));
 * notDeepStrictEqual(deriveKey(7, "order", 0), deriveKey(7, "order", 1));
 * ```
 */
export function deriveKey(seed: number, ...path: readonly (string | number)[]): RandomKey {
  const words = new Uint32Array(2);
  let key = splitInteger(seed, "seed");
  for (const part of path) {
    if (typeof part === "string") {
      for (const byte of new TextEncoder().encode(part)) key = fold(key, 0x80000000, byte, words);
    } else {
      const [low, high] = splitInteger(part, "path number");
      key = fold(key, high, low, words);
    }
    // This ends the part, so that ("ab", "c") and ("a", "bc") differ.
    key = fold(key, 0x80000001, 0, words);
  }
  return key;
}

function fold(key: RandomKey, word0: number, word1: number, out: Uint32Array): RandomKey {
  threefry2x32(key, word0, word1, out);
  return [out[0]!, out[1]!];
}

function splitInteger(value: number, name: string): RandomKey {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(
      `Cannot derive a random key: ${name} is ${showValue(value)}, expected an integer >= 0`,
    );
  }
  return [value >>> 0, Math.floor(value / 2 ** 32)];
}

/** Whether there are two words of 32 bits, with or without a sign. */
function isKey(key: unknown): boolean {
  const words = Object(key) as ArrayLike<unknown>;
  return words.length === 2 &&
    [words[0], words[1]].every((word) =>
      word === Number(word) >>> 0 || word === (Number(word) | 0)
    );
}

/**
 * A sequence of random numbers: the words of counter 0, 1, 2, … under one key.
 *
 * @example
 * ```ts
 * import { deriveKey, RandomStream } from "@waka/histone/random";
 * import { strictEqual } from "node:assert";
 *
 * const a = new RandomStream(deriveKey(1, "example"));
 * const b = new RandomStream(deriveKey(1, "example"));
 * strictEqual(a.uniform(), b.uniform());
 * ```
 */
export class RandomStream {
  readonly #key: RandomKey;
  readonly #words = new Uint32Array(2);
  #counter = 0;
  #spare = false;
  #spareNormal: number | undefined;

  /**
   * Starts at counter 0 of the stream that `key` names; see {@linkcode deriveKey}.
   *
   * @throws {TypeError} If `key` is not two words of 32 bits, as a seed is not.
   */
  constructor(key: RandomKey) {
    // Of a seed, or of a text, there would be no words: every seed would have the same numbers.
    if (!isKey(key)) {
      throw new TypeError(
        `Cannot draw random numbers: the key is ${showValue(key)}, expected what deriveKey returns`,
      );
    }
    this.#key = key;
  }

  /** Draws the next unsigned 32-bit integer. */
  uint32(): number {
    this.#spare = !this.#spare;
    if (!this.#spare) return this.#words[1]!;
    threefry2x32(this.#key, this.#counter >>> 0, Math.floor(this.#counter / 2 ** 32), this.#words);
    this.#counter++;
    return this.#words[0]!;
  }

  /** Draws a number strictly between 0 and 1, in steps of 2^-32. */
  uniform(): number {
    return (this.uint32() + 0.5) * 2 ** -32;
  }

  /**
   * Draws an integer from 0 to `bound` − 1, each equally likely, by rejection, so that there is no modulo bias.
   *
   * @param bound How many integers to choose from.
   * @throws {RangeError} If `bound` is not an integer from 1 to 2^32.
   */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`Cannot draw below ${bound}: expected an integer from 1 to 2^32`);
    }
    let word = this.uint32();
    // A word that is not below the last multiple of the bound is drawn again. That division is slow and seldom needed.
    while (word > 2 ** 32 - bound && word >= 2 ** 32 - (2 ** 32 % bound)) word = this.uint32();
    // Unsigned integers divide faster than float64 does; 2^32 does not fit in them.
    return bound === 2 ** 32 ? word : (word >>> 0) % (bound >>> 0);
  }

  /** Draws a standard normal number (Box and Muller 1958). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const value = this.#spareNormal;
      this.#spareNormal = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/**
 * Returns the integers 0 … `length` − 1 in random order (Fisher and Yates).
 *
 * @param length How many integers, up to 2^32 − 1.
 * @param stream The source of randomness; advanced by at least `length` − 1 words.
 * @returns The integers, `[length]`.
 * @throws {TypeError} If `stream` is something else.
 * @throws {RangeError} If `length` is not an integer in that range.
 *
 * @example
 * ```ts
 * import { deriveKey, RandomStream, shuffledIndices } from "@waka/histone/random";
 * import { deepStrictEqual } from "node:assert";
 *
 * const order = shuffledIndices(4, new RandomStream(deriveKey(7, "order", 0)));
 * deepStrictEqual([...order].sort(), [0, 1, 2, 3]);
 * ```
 */
export function shuffledIndices(length: number, stream: RandomStream): Uint32Array<ArrayBuffer> {
  if (typeof Object(stream).below !== "function") {
    throw new TypeError(
      `Cannot shuffle: found ${kindOfValue(stream)} as the stream, expected a RandomStream`,
    );
  }
  checkInteger(length, { action: "shuffle", name: "length", least: 0, most: 2 ** 32 - 1 });
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  for (let i = length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    const held = order[i]!;
    order[i] = order[j]!;
    order[j] = held;
  }
  return order;
}
