/** CRC-32C (Castagnoli), the checksum of TFRecord files and of Zarr; zip's CRC-32 has another polynomial. */

/** What each value of a byte adds; 0x82f63b78 is the polynomial 0x1edc6f41 with its bits reversed. */
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

/** The CRC-32C of `bytes`, unsigned. One byte a step, some hundred million a second. */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 255]!;
  return ~crc >>> 0;
}
