/** CRC-32C (Castagnoli), the checksum of TFRecord files and of Zarr; zip's CRC-32 has another polynomial. */

/** Bytes of a step. */
const STEP_BYTES = 16;

/**
 * What a byte adds that so many other bytes of the step follow, `[bytes that follow, byte]`; 0x82f63b78 is the polynomial
 * 0x1edc6f41 with its bits reversed. One array, since V8 then reads it without finding out each time where it lies.
 */
const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(STEP_BYTES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
    table[byte] = value;
  }
  for (let at = 256; at < table.length; at++) {
    const value = table[at - 256]!;
    table[at] = (value >>> 8) ^ table[value & 255]!;
  }
  return table;
}

/** Whether the first byte of a number is its lowest, as on every processor that is sold today. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The CRC-32C of `bytes`, unsigned. Sixteen bytes a step, some two billion a second. */
export function crc32c(bytes: Uint8Array): number {
  const { buffer, byteOffset, length } = bytes;
  const head = Math.min(length, (4 - byteOffset % 4) % 4);
  const words = IS_LITTLE_ENDIAN ? Math.floor((length - head) / STEP_BYTES) * 4 : 0;
  let crc = addBytes(-1, bytes, { start: 0, end: head });
  if (words > 0) crc = addWords(crc, new Int32Array(buffer, byteOffset + head, words));
  return ~addBytes(crc, bytes, { start: head + 4 * words, end: length }) >>> 0;
}

function addBytes(
  crc: number,
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): number {
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 255]!;
  return crc;
}

/** Adds words, of which there are a multiple of four: each of the 16 bytes has its own part of the table. */
function addWords(crc: number, words: Int32Array): number {
  for (let i = 0; i < words.length; i += 4) {
    const [a, b, c, d] = [crc ^ words[i]!, words[i + 1]!, words[i + 2]!, words[i + 3]!];
    crc = TABLE[3840 + (a & 255)]! ^ TABLE[3584 + ((a >>> 8) & 255)]! ^
      TABLE[3328 + ((a >>> 16) & 255)]! ^ TABLE[3072 + (a >>> 24)]! ^
      TABLE[2816 + (b & 255)]! ^ TABLE[2560 + ((b >>> 8) & 255)]! ^
      TABLE[2304 + ((b >>> 16) & 255)]! ^ TABLE[2048 + (b >>> 24)]! ^
      TABLE[1792 + (c & 255)]! ^ TABLE[1536 + ((c >>> 8) & 255)]! ^
      TABLE[1280 + ((c >>> 16) & 255)]! ^ TABLE[1024 + (c >>> 24)]! ^
      TABLE[768 + (d & 255)]! ^ TABLE[512 + ((d >>> 8) & 255)]! ^
      TABLE[256 + ((d >>> 16) & 255)]! ^ TABLE[d >>> 24]!;
  }
  return crc;
}
