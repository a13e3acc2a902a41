import { type Bytes, concatenate } from "../base/bytes.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { FormatError } from "../errors.ts";
import { type BinarySource, openSource, type OpenSourceOptions } from "../files/open_source.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { CARRIAGE_RETURN, LINE_FEED } from "./characters.ts";
import { checkIsText, LOOKED_AT_BYTES } from "./check_text.ts";
import { decodeText, NotUtf8Error } from "./numbers.ts";
import type { OnProgress } from "../progress.ts";

/**
 * Opens whatever a file may be read from while `use` runs; what was opened here is closed afterwards. The hooks of the options
 * that `use` gets are watched.
 */
export async function withSource<T, Options extends OpenSourceOptions = OpenSourceOptions>(
  input: BinarySource,
  use: (source: ByteSource, options: Options) => Promise<T>,
  options: Options = {} as Options,
): Promise<T> {
  const source = await openSource(input, options);
  try {
    return await withWatchedHooks(options, (watched) => use(source, watched)) as T;
  } finally {
    source.close();
  }
}

/** One line of a text file, as the bytes from `start` to `end` of `bytes`; valid during the visit only. */
export interface Line {
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Counted from 1. */
  number: number;
}

const CHUNK_BYTES = 1 << 20;

/** No line of a file that this package reads is nearly as long. */
export const LONGEST_LINE_BYTES = 1 << 26;

/**
 * Visits every line of a text file, chunk by chunk. Line ends are `\n` or `\r\n`, which the visitor does not see. The
 * last line end may be missing, and the file may end with blank lines. A UTF-8 byte order mark is skipped.
 *
 * @param source The file.
 * @param visit Called with each line; always the same object, so copy what is to be kept.
 * @param onProgress Called after each chunk.
 * @throws {FormatError} If the file is not text, a blank line precedes a line with text, or a line is longer than 64 MiB.
 */
export async function visitLines(
  source: ByteSource,
  visit: (line: Line) => void,
  onProgress?: OnProgress,
): Promise<void> {
  const line = firstLine(new Uint8Array());
  const visitor = refuseBlankLines(source.name, visit);
  const head = await source.read(0, Math.min(LOOKED_AT_BYTES, source.size));
  checkIsText(head, source.name);
  let offset = byteOrderMarkLength(head);
  let rest: Bytes = new Uint8Array();
  while (offset < source.size) {
    const length = Math.min(CHUNK_BYTES, source.size - offset);
    const chunk = await source.read(offset, length);
    offset += length;
    line.bytes = concatenate(rest, chunk);
    rest = line.bytes.slice(visitFullLines(line, visitor));
    if (rest.length > LONGEST_LINE_BYTES) {
      throw new FormatError("Cannot read line: it is longer than 64 MiB, expected a text file", {
        file: source.name,
        line: line.number + 1,
      });
    }
    onProgress?.({ done: offset, total: source.size, unit: "bytes" });
  }
  line.bytes = rest;
  if (rest.length > 0) visitor(nextLine(line, 0, rest.length));
}

/** Makes a visitor that passes on lines with text, and throws if a blank line precedes one of them. */
function refuseBlankLines(file: string, visit: (line: Line) => void): (line: Line) => void {
  let lastBlank: number | undefined;
  return (line) => {
    if (line.start === line.end) {
      lastBlank = line.number;
      return;
    }
    if (lastBlank !== undefined) {
      throw new FormatError("Cannot read line: it is blank, expected blank lines at the end only", {
        file,
        line: lastBlank,
      });
    }
    visitText(line, visit, file);
  };
}

/** Makes the line that {@linkcode visitFullLines} takes before the first line of some bytes. */
export function firstLine(bytes: Uint8Array): Line {
  return { bytes, start: 0, end: 0, number: 0 };
}

/**
 * Visits the lines that end within `line.bytes`, including blank lines. The visitor gets `line` itself, whose number
 * continues from one call to the next.
 *
 * @param line The line before, with the bytes to split.
 * @param visit Called with each line, without its line end `\n` or `\r\n`.
 * @param start Where the first line starts.
 * @returns Where the unfinished rest starts.
 */
export function visitFullLines(line: Line, visit: (line: Line) => void, start = 0): number {
  const { bytes } = line;
  for (;;) {
    const lineFeed = bytes.indexOf(LINE_FEED, start);
    if (lineFeed < 0) return start;
    visit(nextLine(line, start, lineFeed));
    start = lineFeed + 1;
  }
}

/** Turns `line` into the next line, which reaches from `start` to a line feed or to the end of the file. */
function nextLine(line: Line, start: number, lineFeed: number): Line {
  line.number++;
  line.start = start;
  const hasReturn = lineFeed > start && line.bytes[lineFeed - 1] === CARRIAGE_RETURN;
  line.end = hasReturn ? lineFeed - 1 : lineFeed;
  return line;
}

/** Visits a line, and adds the file and the line to the error if it is not UTF-8. */
export function visitText(line: Line, visit: (line: Line) => void, file: string): void {
  try {
    visit(line);
  } catch (error) {
    throw error instanceof NotUtf8Error ? error.at({ file, line: line.number }) : error;
  }
}

/** Decodes the line's text. */
export function lineText({ bytes, start, end }: Line): string {
  return decodeText(bytes, start, end);
}

/** Throws the error of a bad line. */
export function failLine(file: string, line: Line, message: string): never {
  throw new FormatError(message, { file, line: line.number });
}

/** The length of the UTF-8 byte order mark at the start of a file: 3 bytes, or 0 where the file does not have it. */
export function byteOrderMarkLength(head: Uint8Array): number {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
}
