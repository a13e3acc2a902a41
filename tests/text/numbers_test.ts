import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import {
  decodeLoosely,
  decodeText,
  NotUtf8Error,
  parseDecimal,
  parseDecimalText,
} from "../../src/text/numbers.ts";

function parse(text: string): number {
  const bytes = new TextEncoder().encode(`x${text}y`);
  return parseDecimal(bytes, 1, bytes.length - 1);
}

Deno.test("every finite number is parsed as JavaScript parses it", () => {
  fc.assert(fc.property(fc.double({ noDefaultInfinity: true, noNaN: true }), (number) => {
    strictEqual(parse(String(number)), Number(String(number)));
    strictEqual(parseDecimalText(String(number)), Number(String(number)));
  }));
  fc.assert(fc.property(fc.nat(), (number) => strictEqual(parse(`${number}`), number)));
});

Deno.test("spellings that only JavaScript or Python has are not numbers", () => {
  const texts = ["", " 1", "1 ", "0x10", "1_000", "Infinity", "NaN", "1e999", ".", "1e", "٣"];
  deepStrictEqual(texts.map(parse), texts.map(() => NaN));
  deepStrictEqual(["+5", "-.5", "5.", "1E3", "007"].map(parse), [5, -0.5, 5, 1000, 7]);
});

Deno.test("bytes that are not UTF-8 are refused, or replaced on request", () => {
  const bytes = Uint8Array.of(97, 0xe9, 98);
  throws(() => decodeText(bytes, 0, 3), NotUtf8Error);
  strictEqual(decodeText(bytes, 2, 3), "b");
  strictEqual(decodeLoosely(bytes), "a\ufffdb");
  const replacement = new TextEncoder().encode("a\ufffd");
  strictEqual(decodeText(replacement, 0, replacement.length), "a\ufffd");
});

Deno.test("an error about bytes that are not UTF-8 can be given its place", () => {
  const error = new NotUtf8Error("Cannot read text").at({ file: "a.txt", line: 2 });
  strictEqual(error.message, "Cannot read text (a.txt, line 2)");
  strictEqual(error.reason, "Cannot read text");
});
