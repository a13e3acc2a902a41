import { strictEqual } from "node:assert";
import { crc32c } from "../../src/base/crc32c.ts";

Deno.test("the CRC-32C of published inputs is the published one", () => {
  strictEqual(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  // RFC 3720, B.4: 32 bytes of zeros, of ones, and counting up.
  strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa);
  strictEqual(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  strictEqual(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

/** By the definition: bit after bit, the lowest first. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

Deno.test("it is that of the definition, wherever the bytes begin in memory and however many they are", () => {
  const all = Uint8Array.from({ length: 120 }, (_, i) => (i * i * 37 + 11 * i) >> 2);
  for (let start = 0; start < 9; start++) {
    for (let end = start; end < all.length; end++) {
      const bytes = all.subarray(start, end);
      strictEqual(crc32c(bytes), slowCrc32c(bytes), `${start} to ${end}`);
    }
  }
});
