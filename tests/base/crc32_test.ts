import { strictEqual } from "node:assert";
import fc from "fast-check";
import { crc32, crc32Portable } from "../../src/base/crc32.ts";

Deno.test("the CRC-32 of the digits 1 to 9 is the published check value", () => {
  const digits = new TextEncoder().encode("123456789");
  strictEqual(crc32(digits, 0), 0xcbf43926);
  strictEqual(crc32Portable(digits, 0), 0xcbf43926);
});

Deno.test("the portable CRC-32 agrees with the platform's, at any start and in any pieces", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
    const whole = crc32(bytes, 0);
    strictEqual(
      crc32Portable(bytes.subarray(cut), crc32Portable(bytes.subarray(0, cut), 0)),
      whole,
    );
  }));
});
