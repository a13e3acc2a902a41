import { crc32c } from "../base/crc32c.ts";

/** Bytes of the length (8) and its checksum (4), which come before the content. */
const HEADER_BYTES = 12;
/** Bytes of the content's checksum, which comes after it. */
const FOOTER_BYTES = 4;

/**
 * Frames `content` as one record of a TFRecord file, all numbers little-endian: a 64-bit length, its masked
 * CRC-32C, the content, its masked CRC-32C. Records follow one another without gaps.
 *
 * Source: "TFRecord and tf.train.Example", section "TFRecords format details", of TensorFlow's guide.
 */
export function encodeTfRecord(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(HEADER_BYTES + content.length + FOOTER_BYTES);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(content, HEADER_BYTES);
  view.setUint32(HEADER_BYTES + content.length, maskedCrc32c(content), true);
  return record;
}

/** The checksum rotated by 15 bits plus a constant, since a checksum of data that hold checksums is weak. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return ((crc >>> 15 | crc << 17) + 0xa282ead8) >>> 0;
}
