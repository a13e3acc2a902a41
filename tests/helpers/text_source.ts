import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";

/** A text as a file in memory. */
export function textSource(text: string, name = "E003/train.csv"): ByteSource {
  return bytesSource(new TextEncoder().encode(text), name);
}
