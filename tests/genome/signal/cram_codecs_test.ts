/** The codes of CRAM files, of which samtools writes few, by examples that can be followed by hand. */

import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { BitCursor, CramCursor } from "../../../src/genome/signal/_cram_bytes.ts";
import { SliceBlocks } from "../../../src/genome/signal/_cram_codecs.ts";
import {
  type CramEncoding,
  readEncoding,
  usesCore,
} from "../../../src/genome/signal/_cram_encodings.ts";
import { type CramScheme, planSeries } from "../../../src/genome/signal/_cram_scheme.ts";

const PLACE = { file: "a.cram", byteOffset: 7 };

/** Bytes of bits such as `"1 01"`, filled up with ones. */
function bits(text: string): Uint8Array {
  const digits = text.replaceAll(" ", "");
  const bytes = digits.padEnd(Math.ceil(digits.length / 8) * 8, "1").match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => parseInt(byte, 2));
}

function encodingOf(...bytes: number[]): CramEncoding {
  return readEncoding(new CramCursor(Uint8Array.from(bytes), PLACE));
}

function readSome(encoding: CramEncoding, core: Uint8Array, count: number): number[] {
  const read = new SliceBlocks(PLACE, core).integers(encoding);
  return Array.from({ length: count }, () => read());
}

const DAMAGED = { name: "FormatError", file: "a.cram", byteOffset: 7 };

Deno.test("numbers of variable length are read as the specification has them", () => {
  const cursor = new CramCursor(
    Uint8Array.of(
      0x7f,
      0x80,
      0xff,
      0xc1,
      2,
      3,
      0xe1,
      2,
      3,
      4,
      0xff,
      0xff,
      0xff,
      0xff,
      0x0f,
      0xf7,
      255,
      255,
      255,
      15,
    ),
    PLACE,
  );
  deepStrictEqual(
    Array.from({ length: 6 }, () => cursor.itf8()),
    [0x7f, 0xff, 0x10203, 0x1020304, -1, 0x7fffffff],
  );
  strictEqual(cursor.left, 0);
  throws(() => cursor.itf8(), DAMAGED);
});

Deno.test("long numbers are skipped whole", () => {
  for (const [first, length] of [[0x7f, 1], [0x80, 2], [0xc0, 3], [0xfe, 8], [0xff, 9]] as const) {
    const cursor = new CramCursor(new Uint8Array(12).fill(first, 0, 1), PLACE);
    cursor.skipLtf8();
    strictEqual(cursor.at, length);
  }
});

Deno.test("beta, gamma and subexponential codes are read from the core block", () => {
  // Five bits, less an offset of 2.
  deepStrictEqual(readSome(encodingOf(6, 2, 2, 5), bits("00010 11111"), 2), [0, 29]);
  // As many zeros as bits follow the first one, less an offset of 1.
  deepStrictEqual(readSome(encodingOf(9, 1, 1), bits("1 010 011 00100"), 4), [0, 1, 2, 3]);
  // With k = 2: 0 and two bits; 10 and two bits, 110 and three bits, with a one before them.
  deepStrictEqual(
    readSome(encodingOf(7, 2, 0, 2), bits("0 11 10 01 110 101"), 3),
    [3, 5, 13],
  );
});

Deno.test("Huffman's codes are canonical, and one without bits takes none", () => {
  // Symbols 7, 5 and 6 with 1, 2 and 2 bits: codes 0, 10 and 11.
  const encoding = encodingOf(3, 8, 3, 7, 6, 5, 3, 1, 2, 2);
  deepStrictEqual(readSome(encoding, bits("0 10 11 0"), 4), [7, 5, 6, 7]);
  const constant = encodingOf(3, 4, 1, 9, 1, 0);
  deepStrictEqual(readSome(constant, bits(""), 3), [9, 9, 9]);
  deepStrictEqual([usesCore(encoding), usesCore(constant)], [true, false]);
});

Deno.test("arrays are skipped by their length or their end", () => {
  const blocks = new SliceBlocks(PLACE);
  blocks.add(4, Uint8Array.of(3, 2));
  blocks.add(5, Uint8Array.of(9, 9, 9, 8, 8));
  blocks.add(6, Uint8Array.of(65, 66, 0, 67, 0));
  const byLength = blocks.arrays(encodingOf(4, 6, 1, 1, 4, 1, 1, 5));
  const byEnd = blocks.arrays(encodingOf(5, 2, 0, 6));
  deepStrictEqual([byLength(), byLength(), byEnd(), byEnd()], [3, 2, 2, 1]);
  throws(() => byLength(), DAMAGED);
  throws(() => byEnd(), DAMAGED);
});

Deno.test("codes that end too early, or make no sense, are refused", () => {
  throws(() => readSome(encodingOf(6, 2, 0, 9), bits("1"), 1), DAMAGED);
  throws(() => readSome(encodingOf(9, 1, 0), new Uint8Array(40), 1), DAMAGED);
  throws(() => readSome(encodingOf(7, 2, 0, 1), new Uint8Array(40).fill(255), 1), DAMAGED);
  throws(() => readSome(encodingOf(3, 8, 3, 7, 6, 5, 3, 2, 2, 2), bits("11"), 1), DAMAGED);
  throws(() => readSome(encodingOf(1, 1, 3), bits(""), 1), DAMAGED);
  throws(() => readSome(encodingOf(2, 2, 1, 1), bits("1"), 1), DAMAGED);
  throws(() => encodingOf(3, 4, 1, 7, 2, 1), DAMAGED);
  throws(() => encodingOf(3, 5, 2, 7, 8, 2, 1, 0), DAMAGED);
  throws(() => encodingOf(77, 0), DAMAGED);
  throws(() => encodingOf(1, 9, 3), DAMAGED);
  throws(() => encodingOf(4, 12, 4, 8, 4, 4, 4, 1, 1, 1, 1, 1, 1, 1), DAMAGED);
  throws(() => new BitCursor(Uint8Array.of(1), PLACE).bits(9), DAMAGED);
});

function schemeOf(encodings: Readonly<Record<string, CramEncoding>>): CramScheme {
  return {
    hasNames: true,
    hasDistances: true,
    encodings: new Map(Object.entries(encodings)),
    tagSets: [],
  };
}

Deno.test("what shares a block with a needed series is decoded too, and what says how often it stands", () => {
  const external = (id: number): CramEncoding => ({ kind: "external", id });
  const core: CramEncoding = { kind: "beta", offset: 0, bits: 3 };
  const keysOf = (encodings: Record<string, CramEncoding>, ...wanted: string[]) =>
    [...planSeries(schemeOf(encodings), wanted).series].sort();
  // Each series in its own block: nothing else is needed.
  const apart = {
    BF: external(1),
    CF: external(2),
    QS: external(3),
    RN: external(4),
    AP: external(5),
  };
  deepStrictEqual(keysOf(apart, "AP"), ["AP", "BF", "CF"]);
  // Qualities share the block of places, so lengths and features of reads say how many to skip.
  deepStrictEqual(
    keysOf({ ...apart, QS: external(5) }, "AP"),
    ["AP", "BF", "CF", "FC", "FN", "QS", "RL"],
  );
  // A chain: places are bits, as names' lengths are, whose letters share a block with a tag.
  const names: CramEncoding = { kind: "array", lengths: core, values: external(9) };
  const chained = { ...apart, AP: core, RN: names, tag1: external(9), tag2: external(8) };
  deepStrictEqual(keysOf(chained, "AP"), ["AP", "BF", "CF", "RN", "TL", "tag1"]);
  deepStrictEqual(
    [...planSeries(schemeOf(chained), ["AP"]).blocks].sort(),
    [1, 2, 9],
  );
});
