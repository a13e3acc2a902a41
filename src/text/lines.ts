import { type Bytes, concatenate } from "../base/bytes.ts";
import { FormatError } from "../errors.ts";
import { openSource } from "../files/open_source.ts";
import { NotUtf8Error } from "./numbers.ts";
import type { ByteSource } from "../files/byte_source.ts";

/** Called with how much is done and how much there is. */
export type Progress = (done: number, total: number) => void;

/** Opens a path, or takes a source as it is, while `use` runs; what was opened here is closed here. */
export async function withSource<T>(
  input: string | URL | ByteSource,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = await openSource(input);
  try {
    return await use(source);
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
const LONGEST_LINE_BYTES = 1 << 26;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * Visits every line of a text file, chunk by chunk. Line ends are `\n` or `\r\n`, which the visitor does not
 * see; the last one may be missing, and blank lines may close the file. A UTF-8 byte order mark is skipped.
 *
 * @param source The file.
 * @param visit Called with each line; always the same object, so copy what is to be kept.
 * @param onProgress Called after each chunk with the bytes read and the file's size.
 * @throws {FormatError} If a blank line stands between others, or a line is longer than 64 MiB.
 */
export async function visitLines(
  source: ByteSource,
  visit: (line: Line) => void,
  onProgress?: Progress,
): Promise<void> {
  const line: Line = { bytes: new Uint8Array(), start: 0, end: 0, number: 0 };
  let offset = await hasByteOrderMark(source) ? 3 : 0;
  let rest: Bytes = new Uint8Array();
  while (offset < source.size) {
    const length = Math.min(CHUNK_BYTES, source.size - offset);
    const chunk = await source.read(offset, length);
    offset += length;
    line.bytes = concatenate(rest, chunk);
    const end = visitFullLines(source, line, visit);
    rest = line.bytes.slice(end);
    if (rest.length > LONGEST_LINE_BYTES) {
      throw new FormatError("Cannot read line: it is longer than 64 MiB, expected a text file", {
        file: source.name,
        line: line.number + 1,
      });
    }
    onProgress?.(offset, source.size);
  }
  line.bytes = rest;
  if (rest.length > 0) visitOne(source, line, visit, 0, rest.length);
}

/** Visits the lines that end within `line.bytes`, and returns where the unfinished rest starts. */
function visitFullLines(source: ByteSource, line: Line, visit: (line: Line) => void): number {
  let start = 0;
  for (;;) {
    const end = line.bytes.indexOf(LINE_FEED, start);
    if (end < 0) return start;
    visitOne(source, line, visit, start, end);
    start = end + 1;
  }
}

function visitOne(
  source: ByteSource,
  line: Line,
  visit: (line: Line) => void,
  start: number,
  end: number,
): void {
  const wasBlank = line.number > 0 && line.start === line.end;
  line.number++;
  line.start = start;
  line.end = end > start && line.bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  if (line.start === line.end) return;
  if (wasBlank) {
    throw new FormatError("Cannot read line: it is blank, expected blank lines at the end only", {
      file: source.name,
      line: line.number - 1,
    });
  }
  visitText(line, visit, source.name);
}

/** Visits a line; an error that it is not UTF-8 is given the file and the line. */
export function visitText(line: Line, visit: (line: Line) => void, file: string): void {
  try {
    visit(line);
  } catch (error) {
    throw error instanceof NotUtf8Error ? error.at({ file, line: line.number }) : error;
  }
}

async function hasByteOrderMark(source: ByteSource): Promise<boolean> {
  if (source.size < 3) return false;
  const [a, b, c] = await source.read(0, 3);
  return a === 0xef && b === 0xbb && c === 0xbf;
}
