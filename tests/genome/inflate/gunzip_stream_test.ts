/** The oracle is zlib. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { constants, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import { concatenateAll } from "../../../src/base/bytes.ts";
import { gunzipStream } from "../../../src/genome/inflate/gunzip_stream.ts";

type Bytes = Uint8Array<ArrayBuffer>;

async function inflate(bytes: Bytes, pieceBytes = bytes.length): Promise<Bytes> {
  async function* pieces(): AsyncGenerator<Bytes> {
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
    }
  }
  const found: Bytes[] = [];
  for await (const piece of gunzipStream(pieces())) found.push(piece);
  return concatenateAll(found);
}

let state = 1;
function random(): number {
  state = Math.imul(state, 1664525) + 1013904223 >>> 0;
  return state / 2 ** 32;
}

/** Bytes of `kinds` values, with repeats near and far. */
function makeBytes(length: number, kinds: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const back = Math.floor(random() * Math.min(at, 40_000));
    const count = back > 3 && random() < 0.4
      ? Math.min(length - at, 3 + Math.floor(random() * 400))
      : 0;
    for (let i = 0; i < count; i++, at++) bytes[at] = bytes[at - back]!;
    if (count === 0) bytes[at++] = Math.floor(random() * kinds);
  }
  return bytes;
}

const STRATEGIES = [
  { level: 0 },
  { level: 1 },
  { level: 9 },
  { strategy: constants.Z_FIXED },
  { strategy: constants.Z_HUFFMAN_ONLY },
  { strategy: constants.Z_RLE },
];

Deno.test("whatever zlib deflates is inflated, in pieces of any size", async () => {
  for (const length of [0, 1, 300, 70_000, 700_000]) {
    for (const kinds of [1, 4, 256]) {
      const bytes = makeBytes(length, kinds);
      for (const options of STRATEGIES) {
        const packed = new Uint8Array(gzipSync(bytes, options));
        for (const size of [packed.length, 1 << 16, length > 1000 ? 4099 : 1]) {
          deepStrictEqual(await inflate(packed, size), bytes);
        }
      }
    }
  }
});

Deno.test("members that follow each other are one file, and may have names, comments and extra fields", async () => {
  const bytes = makeBytes(5000, 20);
  const raw = deflateRawSync(bytes);
  const plain = gzipSync(bytes);
  const header = [31, 139, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 3, 0, 7, 8, 9];
  const texts = [...new TextEncoder().encode("a name\0a comment\0"), 1, 2];
  const full = Uint8Array.of(...header, ...texts, ...raw, ...plain.subarray(-8));
  const joined = Uint8Array.of(...plain, ...full, ...gzipSync(""), ...plain);
  for (const size of [joined.length, 100, 1]) {
    deepStrictEqual(await inflate(joined, size), Uint8Array.of(...bytes, ...bytes, ...bytes));
  }
});

Deno.test("a file that is cut anywhere, or has any byte changed, is refused or has what zlib finds", async () => {
  const packed = new Uint8Array(gzipSync(makeBytes(3000, 30)));
  for (let end = 1; end < packed.length; end++) {
    await rejects(inflate(packed.slice(0, end)), Error, `${end}`);
  }
  let refused = 0;
  for (let at = 0; at < packed.length; at++) {
    const damaged = packed.slice();
    damaged[at]! ^= 1 << at % 8;
    const found = await inflate(damaged).catch(() => undefined);
    let expected: Bytes | undefined;
    try {
      expected = new Uint8Array(gunzipSync(damaged));
    } catch {
      refused++;
    }
    // zlib takes what follows the last member for anything.
    if (expected === undefined) strictEqual(found, undefined, `byte ${at}`);
    else if (found !== undefined) deepStrictEqual(found, expected);
  }
  strictEqual(refused > packed.length / 2, true);
});
