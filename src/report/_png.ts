/** Pictures of few colours as PNG, for heat maps: a cell is one pixel, where SVG would need a hundred bytes. */

import { toBase64 } from "../base/platform.ts";
import { concatenateAll } from "../base/bytes.ts";
import { crc32 } from "../base/crc32.ts";

/** A picture of up to 256 colours. */
export interface IndexedPicture {
  /** Number of pixels of a row. */
  readonly width: number;
  /** Place of each pixel's colour, `[row, column]` row-major. */
  readonly pixels: Uint8Array;
  /** Red, green, blue and opacity of each colour, 0 to 255. */
  readonly colours: readonly (readonly [number, number, number, number])[];
}

const SIGNATURE = Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10);
/** The most bytes that a stored block of deflate holds. */
const MOST_STORED = 65_535;

/** Encodes a picture as the text of a data URL. It is not compressed, so that this needs no waiting. */
export function pictureUrl({ width, pixels, colours }: IndexedPicture): string {
  const height = pixels.length / width;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = new Uint8Array(height * (width + 1));
  for (let row = 0; row < height; row++) {
    rows.set(pixels.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const bytes = concatenateAll([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Uint8Array.from(colours.flatMap(([red, green, blue]) => [red, green, blue]))),
    chunk("tRNS", Uint8Array.from(colours, ([, , , opacity]) => opacity)),
    chunk("IDAT", store(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
  return `data:image/png;base64,${toBase64(bytes)}`;
}

function chunk(type: string, content: Uint8Array): Uint8Array<ArrayBuffer> {
  const named = concatenateAll([new TextEncoder().encode(type), content]);
  return concatenateAll([bigEndian(content.length), named, bigEndian(crc32(named, 0))]);
}

/** Wraps bytes as zlib does, in blocks that are not compressed. */
function store(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.of(0x78, 0x01)];
  for (let start = 0; start < bytes.length; start += MOST_STORED) {
    const part = bytes.subarray(start, start + MOST_STORED);
    const isLast = start + MOST_STORED >= bytes.length;
    const [low, high] = [part.length & 255, part.length >> 8];
    parts.push(Uint8Array.of(isLast ? 1 : 0, low, high, low ^ 255, high ^ 255), part);
  }
  return concatenateAll([...parts, bigEndian(adler32(bytes))]);
}

function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return (high * 65_536 + low) >>> 0;
}

function bigEndian(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
