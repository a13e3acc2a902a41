import { strictEqual } from "node:assert";
import { formatBytes } from "../../src/base/byte_count.ts";

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
