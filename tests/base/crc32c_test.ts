import { strictEqual } from "node:assert";
import { crc32c } from "../../src/base/crc32c.ts";

Deno.test("the CRC-32C of published inputs is the published one", () => {
  strictEqual(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  // RFC 3720, B.4: 32 bytes of zeros, of ones, and counting up.
  strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa);
  strictEqual(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  strictEqual(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});
