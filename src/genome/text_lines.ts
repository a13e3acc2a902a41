/** Visits the lines of a text file, gzip or not, as bytes: most lines of an annotation are skipped undecoded. */

import { type Bytes, concatenate, concatenateAll } from "../base/bytes.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { CARRIAGE_RETURN, LINE_FEED, QUOTE } from "../text/characters.ts";
import { checkIsText } from "../text/check_text.ts";
import {
  byteOrderMarkLength,
  failLine,
  firstLine,
  type Line,
  LONGEST_LINE_BYTES,
  visitFullLines,
  visitText,
} from "../text/lines.ts";
import { readInflated } from "./gunzip.ts";

/** Called with a warning about an oddity of a file that does not prevent reading it. It names file and line. */
export type OnWarning = (message: string) => void;

/**
 * Visits every line that is not blank. Line ends are `\n` or `\r\n`; the last line may lack its end. A UTF-8 byte order
 * mark is skipped. Memory is bounded by the longest line.
 *
 * @param source The file, plain or gzip.
 * @param visit Called with each line. It is always the same object, so copy what you want to keep.
 * @param onWarning Called once if both line ends occur, and if the file seems to be cut within its last line.
 * @throws {FormatError} If the gzip data are damaged, the file is not UTF-8 text, or a line contains a carriage return
 * before its end or is longer than 64 MiB.
 */
export async function visitTextLines(
  source: ByteSource,
  visit: (line: Line) => void,
  onWarning?: OnWarning,
): Promise<void> {
  await visitPiecesOfText(readInflated(source), visit, { source, onWarning });
}

/** The name of a text, for messages. */
type NamedSource = Pick<ByteSource, "name">;

/** Visits the lines of a text that comes in pieces, as {@linkcode visitTextLines} does. */
export async function visitPiecesOfText(
  pieces: AsyncIterable<Bytes>,
  visit: (line: Line) => void,
  { source, onWarning }: {
    readonly source: NamedSource;
    readonly onWarning?: OnWarning | undefined;
  },
): Promise<void> {
  const ends = new LineEndWatch(source.name, onWarning);
  const watch = { ends, visit, file: source.name };
  const line = firstLine(new Uint8Array());
  /** The pieces of the unfinished line, which are joined only when the line ends. */
  let rest: Bytes[] = [];
  let isFirst = true;
  for await (const piece of pieces) {
    if (isFirst) checkIsText(piece, source.name);
    isFirst = false;
    rest.push(piece);
    if (piece.includes(LINE_FEED)) {
      const bytes = joinPieces(rest);
      rest = [bytes.subarray(visitPiece(bytes, line, watch))];
    }
    if (lengthOf(rest) > LONGEST_LINE_BYTES) {
      line.number++;
      failLine(source.name, line, "Cannot read line: it is longer than 64 MiB");
    }
  }
  const last = joinPieces(rest);
  if (last.length === 0) return;
  if (last.reduce((quotes, byte) => quotes + Number(byte === QUOTE), 0) % 2 === 1) {
    onWarning?.(
      `${source.name} may be cut short: its last line has no line end, and ends within double quotes`,
    );
  }
  // Add the line end that the file lacks, so that the last line is read like all others.
  visitPiece(concatenate(last, ends.missingEnd(last)), line, watch);
}

/** How the lines of a text are checked and visited. */
interface LineWatch {
  readonly ends: LineEndWatch;
  readonly visit: (line: Line) => void;
  readonly file: string;
}

/** Visits the lines after `line` that end within some bytes. Returns where the unfinished rest starts. */
function visitPiece(bytes: Bytes, line: Line, { ends, visit, file }: LineWatch): number {
  const returns = new ReturnFinder(bytes);
  const start = line.number === 0 ? byteOrderMarkLength(bytes) : 0;
  line.bytes = bytes;
  return visitFullLines(line, () => {
    if (returns.isWithin(line)) {
      failLine(
        file,
        line,
        "Cannot read line: it contains a carriage return, expected line ends \\n or \\r\\n",
      );
    }
    ends.see(line.number, bytes[line.end] === CARRIAGE_RETURN);
    if (line.start < line.end) visitText(line, visit, file);
  }, start);
}

function lengthOf(pieces: readonly Bytes[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

/** Joins pieces. A single piece with bytes is not copied. */
function joinPieces(pieces: readonly Bytes[]): Bytes {
  const full = pieces.filter(({ length }) => length > 0);
  const [first, second] = full;
  if (first !== undefined && second === undefined) return first;
  return concatenateAll(full);
}

/**
 * Removes the quotes that a spreadsheet or R put around a cell. Spreadsheets double the quotes in it, and R puts a
 * backslash before them. Other cells are unchanged.
 */
export function unquoteCell(text: string): string {
  if (!text.startsWith('"')) return text;
  const within = text.trimEnd().slice(1, -1);
  if (/^"[^"]*(?:""[^"]*)*"\s*$/.test(text)) return within.replaceAll('""', '"');
  return /^"(?:[^"\\]|\\.)*"\s*$/.test(text) ? within.replaceAll('\\"', '"') : text;
}

/** Finds carriage returns within lines. Each byte is searched once, however many lines there are. */
class ReturnFinder {
  readonly #bytes: Uint8Array;
  #next = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether a line contains a carriage return before its end. Call it with the lines in order. */
  isWithin({ start, end }: Line): boolean {
    if (this.#next < start) {
      const found = this.#bytes.indexOf(CARRIAGE_RETURN, start);
      this.#next = found < 0 ? this.#bytes.length : found;
    }
    return this.#next < end;
  }
}

/** Warns about a file with both line ends, which results from joining files of two systems. */
class LineEndWatch {
  readonly #file: string;
  readonly #onWarning: OnWarning | undefined;
  #first: boolean | undefined;
  #warned = false;

  constructor(file: string, onWarning: OnWarning | undefined) {
    this.#file = file;
    this.#onWarning = onWarning;
  }

  /** The line end to append to an unterminated last line. */
  missingEnd(lastLine: Bytes): Bytes {
    const hasReturn = this.#first !== true || lastLine.at(-1) === CARRIAGE_RETURN;
    return hasReturn ? Uint8Array.of(LINE_FEED) : Uint8Array.of(CARRIAGE_RETURN, LINE_FEED);
  }

  see(line: number, isWindows: boolean): void {
    this.#first ??= isWindows;
    if (isWindows === this.#first || this.#warned) return;
    this.#warned = true;
    const [before, here] = isWindows ? ["\\n", "\\r\\n"] : ["\\r\\n", "\\n"];
    this.#onWarning?.(
      `${this.#file} has mixed line ends: ${before} in the lines before, ${here} in line ${line}. ` +
        "Both are read as line ends; was it joined from two files?",
    );
  }
}
