import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import {
  constants,
  crc32,
  deflateRawSync,
  deflateSync,
  inflateSync,
  type ZlibOptions,
} from "node:zlib";
import fc from "fast-check";
import {
  borrowInflater,
  Inflater,
  INPUT_BYTES,
  OUTPUT_BYTES,
} from "../../../src/genome/inflate/inflater.ts";

const inflater = new Inflater();

/** Inflates zlib data that lie somewhere in an input region, after other bytes and before others. */
function inflate(data: Uint8Array, limit = OUTPUT_BYTES, input: 0 | 1 = 0): Uint8Array {
  const from = data.length % 11;
  const region = inflater.inputs[input].fill(0xff, 0, from + data.length + 100);
  region.set(data, from);
  return inflater.inflateZlib({ input, from, to: from + data.length }, limit);
}

/** Compares by a checksum: a failing comparison of large arrays takes all memory. */
function sameBytes(found: Uint8Array, wanted: Uint8Array, message?: string): void {
  deepStrictEqual([found.length, crc32(found)], [wanted.length, crc32(wanted)], message);
}

/** Numbers of some distributions, from even to one that gives codes of 15 bits. */
function makeBytes(length: number, kind: number, seed: number): Uint8Array {
  let state = seed >>> 0;
  const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    if (kind === 0) bytes[i] = 256 * random();
    else if (kind === 1) bytes[i] = Math.min(255, -Math.log2(random()) * 1.4);
    else if (kind === 2) bytes[i] = i % 12 < 6 ? bytes[Math.max(0, i - 8)]! : 256 * random();
    else if (kind === 3) bytes[i] = random() < 0.97 ? 7 : 256 * random();
    else bytes[i] = i >= 300 && random() < 0.9 ? bytes[i - 1 - Math.floor(299 * random())]! : i;
  }
  return bytes;
}

const STRATEGIES = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FIXED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FILTERED,
];

const CASES = fc.record({
  length: fc.oneof(fc.nat(40), fc.nat(5000), fc.nat(200_000)),
  kind: fc.nat(4),
  seed: fc.nat(),
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(...STRATEGIES),
});

Deno.test("whatever zlib deflates is inflated to what it was", () => {
  fc.assert(
    fc.property(CASES, fc.constantFrom(0, 1), ({ length, kind, seed, ...options }, input) => {
      const bytes = makeBytes(length, kind, seed);
      const data = deflateSync(bytes, options satisfies ZlibOptions);
      sameBytes(inflate(data, bytes.length, input as 0 | 1), bytes);
    }),
    { numRuns: 150 },
  );
});

Deno.test("codes of up to 15 bits, of literals and of distances, are inflated", () => {
  // Frequencies that double give lengths that differ by one.
  const rare = Array.from({ length: 16 }, (_, i) => Array(2 ** i).fill(200 + i)).flat();
  const literals = Uint8Array.from(rare, (_, i) => rare[i * 40_503 % rare.length]!);
  const huffman = { strategy: constants.Z_HUFFMAN_ONLY, memLevel: 9 };
  sameBytes(inflate(deflateSync(literals, huffman)), literals);
  // A run of three bytes again, from a place that is mostly near and at times very far.
  const far = makeBytes(400_000, 0, 5);
  for (let i = 40_000; i + 10 < far.length; i += 5) {
    const distance = Math.min(
      32_000,
      4 + Math.floor(2 ** (i * 48_271 % 15 * (i % 7 === 0 ? 1 : 0.3))),
    );
    far.copyWithin(i, i - distance, i - distance + 4);
  }
  sameBytes(inflate(deflateSync(far, { level: 9 })), far);
});

Deno.test("what zlib refuses is refused, and nothing is written past the limit", () => {
  fc.assert(
    fc.property(
      CASES,
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 3,
      }),
      ({ length, kind, seed, ...options }, flips) => {
        const limit = Math.min(length, 20_000);
        const data = deflateSync(makeBytes(limit, kind, seed), options);
        for (const [place, mask] of flips) data[place % data.length]! ^= mask;
        let wanted: Uint8Array | undefined;
        try {
          wanted = inflateSync(data, { maxOutputLength: Math.max(1, limit) });
        } catch {
          wanted = undefined;
        }
        if (wanted !== undefined) sameBytes(inflate(data, limit), wanted);
        else throws(() => inflate(data, limit));
      },
    ),
    { numRuns: 400 },
  );
});

Deno.test("data that are cut anywhere are refused, whatever follows them in memory", () => {
  const bytes = makeBytes(3000, 2, 1);
  for (const level of [0, 1, 6]) {
    const data = deflateSync(bytes, { level });
    sameBytes(inflate(data), bytes);
    for (let length = 0; length < data.length; length++) {
      // What follows may be the very bytes that were cut.
      inflater.inputs[0].set(data);
      throws(() => inflater.inflateZlib({ input: 0, from: 0, to: length }, 3000), `${length}`);
    }
  }
});

Deno.test("data that inflate to more than the limit are refused", () => {
  const bytes = makeBytes(70_000, 3, 9);
  for (const level of [0, 6]) {
    const data = deflateSync(bytes, { level });
    for (const limit of [0, 1, 257, 69_000, 69_999]) throws(() => inflate(data, limit), /bytes/);
    sameBytes(inflate(data, 70_000), bytes);
  }
  const bomb = deflateSync(new Uint8Array(50_000_000));
  throws(() => inflate(bomb), /more than/);
});

Deno.test("the parts of a header that are wrong are refused", () => {
  const data = deflateSync(makeBytes(100, 1, 3));
  const change = (place: number, value: number) => {
    const changed = Uint8Array.from(data);
    changed[place] = value;
    return changed;
  };
  throws(() => inflate(change(0, 0x79)), /header/);
  throws(() => inflate(change(1, 0x9d)), /header/);
  throws(() => inflate(change(data.length - 1, data.at(-1)! ^ 1)), /data check/);
  // Data that want a dictionary.
  throws(() => inflate(change(1, 0xbb)), /header/);
  throws(() => inflate(new Uint8Array([0x78, 0x9c, 7, 0, 0, 0, 0, 1])), /block type/);
});

Deno.test("blocks are inflated one after another, and each must end where it should", () => {
  const parts = [makeBytes(65_280, 2, 1), new Uint8Array(), makeBytes(10, 0, 2)];
  let from = 0;
  let at = 0;
  for (const part of parts) {
    const data = deflateRawSync(part);
    inflater.inputs[1].set(data, from);
    const range = { input: 1, from, to: from + data.length } as const;
    throws(
      () => inflater.inflateRaw({ ...range, to: range.to + 1 }, { at, limit: 65_536 }),
      /follow/,
    );
    strictEqual(inflater.inflateRaw(range, { at, limit: part.length }), part.length);
    from = range.to;
    at += part.length;
  }
  sameBytes(inflater.output.subarray(0, at), Uint8Array.from(parts.flatMap((part) => [...part])));
});

Deno.test("a region is used to its last byte, and asking for more is an error", () => {
  const bytes = makeBytes(OUTPUT_BYTES, 4, 8);
  const data = deflateSync(bytes);
  const from = INPUT_BYTES - data.length;
  inflater.inputs[1].set(data, from);
  sameBytes(inflater.inflateZlib({ input: 1, from, to: INPUT_BYTES }, OUTPUT_BYTES), bytes);
  throws(() => inflate(data, OUTPUT_BYTES + 1), RangeError);
});

Deno.test("an inflater has one user at a time", () => {
  using first = borrowInflater();
  using second = borrowInflater();
  ok(first.inflater !== undefined && first.inflater !== second.inflater);
});
