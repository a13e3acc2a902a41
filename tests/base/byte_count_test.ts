import { deepStrictEqual, strictEqual } from "node:assert";
import { formatBytes, parseBytes } from "../../src/base/byte_count.ts";

Deno.test("numbers of bytes have three digits and the largest unit below them", () => {
  const expected: readonly (readonly [number, string])[] = [
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.00 kB"],
    [1234, "1.23 kB"],
    [99_949, "99.9 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [2.24e9, "2.24 GB"],
    [71.2e9, "71.2 GB"],
    [3e12, "3.00 TB"],
    [4.2e15, "4200 TB"],
  ];
  for (const [bytes, text] of expected) strictEqual(formatBytes(bytes), text);
});

Deno.test("numbers of bytes are parsed with units of 1000 and 1024, and nothing else is", () => {
  const parsed = ["1", "500MB", "1.5 GB", "4gib", "3 KiB", "7 B", "0.4TB"].map(parseBytes);
  deepStrictEqual(parsed, [1, 500e6, 1.5e9, 4 * 2 ** 30, 3072, 7, 4e11]);
  for (
    const odd of ["", "0", "-1", "GB", "1 XB", "1e9", "1.2.3", "4 GBs", "0.2", "1,5GB", "9999999TB"]
  ) {
    strictEqual(parseBytes(odd), undefined, odd);
  }
});
