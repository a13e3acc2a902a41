import { FormatError, type FormatErrorOptions } from "../errors.ts";
import { ZERO } from "./characters.ts";

/** Each digit can match in one way only: otherwise a long text that is not a number would take quadratic time. */
const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const DECODER = new TextDecoder();
const STRICT_DECODER = new TextDecoder("utf-8", { fatal: true });
/** The character that replaces bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * Decodes the bytes from `start` to `end` as text.
 *
 * @throws {NotUtf8Error} If they are not UTF-8, since a name in another encoding would become a different name.
 */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const part = bytes.subarray(start, end);
  const text = DECODER.decode(part);
  if (text.includes(REPLACEMENT)) checkUtf8(part, text);
  return text;
}

/** Decodes bytes of a binary file as text; bytes that are not UTF-8 are replaced. */
export function decodeLoosely(bytes: Uint8Array): string {
  return DECODER.decode(bytes);
}

/** An error for bytes that should be text but are not UTF-8; it has the file and the line if they are known. */
export class NotUtf8Error extends FormatError {
  /** What is wrong, without file and line. */
  readonly reason: string;

  /** Takes what is wrong, and where. */
  constructor(reason: string, options: FormatErrorOptions = {}) {
    super(reason, options);
    this.reason = reason;
  }

  /** Makes the same error with file and line. */
  at(options: FormatErrorOptions): NotUtf8Error {
    return new NotUtf8Error(this.reason, options);
  }
}

/** Throws unless bytes are UTF-8. Valid text may hold the replacement character itself. */
function checkUtf8(bytes: Uint8Array, text: string): void {
  try {
    STRICT_DECODER.decode(bytes);
  } catch {
    const around = text.indexOf(REPLACEMENT);
    const found = text.slice(Math.max(0, around - 20), around + 20);
    throw new NotUtf8Error(
      `Cannot read text: "${found}" has bytes that are not UTF-8, expected UTF-8 text: save it in that ` +
        'encoding, or convert it, for instance with "iconv -f latin1 -t utf-8"',
    );
  }
}

/**
 * Parses a finite decimal number, or returns NaN for anything else. Short texts of digits only, which files of counts
 * hold, are parsed without making strings.
 */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 15 || start === end) return parseSlowly(bytes, start, end);
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return parseSlowly(bytes, start, end);
    value = value * 10 + digit;
  }
  return value;
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  return parseDecimalText(decodeText(bytes, start, end));
}

/** Parses a text as {@linkcode parseDecimal} parses bytes. */
export function parseDecimalText(text: string): number {
  const value = DECIMAL.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** An integer as R writes 100000: with a power of ten. */
const POWER_OF_TEN = /^\d+(?:\.\d*)?e\+?\d+$/i;

/** Whether a text is a number of at least 1 with a power of ten. Such a number may have been rounded. */
export function hasPowerOfTen(text: string): boolean {
  return POWER_OF_TEN.test(text.trim());
}

/** Says how to write a place in digits, if a text is one with a power of ten; otherwise nothing. */
export function adviseDigits(text: string): string {
  return hasPowerOfTen(text)
    ? ". Write the file again with all digits, in R after options(scipen = 999)"
    : "";
}
