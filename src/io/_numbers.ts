/** Each digit can match in one way only: else a long text that is no number would take quadratic time. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const DECODER = new TextDecoder();

/** The text of the bytes from `start` to `end`. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  return DECODER.decode(bytes.subarray(start, end));
}

/**
 * Parses a finite decimal number, or gives NaN for anything else. Short digits-only texts, which is what
 * files of counts hold, take a path without strings.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 15 || start === end) return parseSlowly(bytes, start, end);
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i] - 48;
    if (digit < 0 || digit > 9) return parseSlowly(bytes, start, end);
    value = value * 10 + digit;
  }
  return value;
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  const text = decodeText(bytes, start, end);
  const value = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}
