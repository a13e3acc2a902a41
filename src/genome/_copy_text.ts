/** Copies of texts, which do not keep the line that they were cut from in memory. */

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Returns a text that shares no memory with the line that it is a part of, of which V8 would keep the whole. */
export function copyText(text: string): string {
  return DECODER.decode(ENCODER.encode(text));
}
