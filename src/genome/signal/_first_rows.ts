/** Checks a text file's first rows when it is opened, to find files of another format before hours of counting. */

import { formatCount } from "../../base/count.ts";
import type { Bytes } from "../../base/bytes.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { AssemblyClues } from "../assembly_clues.ts";
import { readInflated } from "../gunzip.ts";
import { visitPiecesOfText } from "../text_lines.ts";
import { describeForeignRows, rowText } from "./foreign_rows.ts";
import { describeSameEnrichments } from "./_peak_columns.ts";
import { IntervalRows, type RowSink } from "./_interval_rows.ts";
import { describeOddReads } from "./_odd_reads.ts";
import { ROW_KINDS } from "./_row_kinds.ts";
import type { TextFormat } from "./track.ts";
import { LINE_FEED } from "../../text/characters.ts";

const MOST_ROWS = 100;
/** So many bytes are looked at, and more only where they hold no row with a base. */
const FEW_BYTES = 1 << 16;
/** Headers that programs write have fewer lines; a file of nothing but comments may have millions. */
const MOST_COMMENTS = 1000;
/** Ignores rows: overlaps are checked later, when all rows are read. */
const NOWHERE: RowSink = { startContig() {}, add: () => -1 };

/** What the first rows of a file, and its header, show. */
export interface FirstRows {
  /** Warnings about odd rows. */
  readonly odd: readonly string[];
  /** Warnings about the header. */
  readonly ofHeader: readonly string[];
  /** The assembly that the header names. */
  readonly assembly: string | undefined;
}

/**
 * Reads the first rows in the same way as counting does.
 *
 * @returns What they show.
 * @throws {FormatError} If a row is not of the format, or all rows are of another format.
 */
export async function checkFirstRows(source: ByteSource, format: TextFormat): Promise<FirstRows> {
  const { name: file } = source;
  const kind = { ...ROW_KINDS[format], mayOverlap: true };
  const rows = new IntervalRows(file, kind, NOWHERE);
  const texts: string[] = [];
  const comments: string[] = [];
  await visitPiecesOfText(firstLines(source, () => rows.rows > 0), (line) => {
    if (rows.rows === MOST_ROWS) return;
    const before = rows.rows;
    const emptyBefore = rows.empty?.count;
    rows.read(line);
    if (rows.rows > before) texts.push(rowText(line));
    else if (rows.empty?.count === emptyBefore && comments.length < MOST_COMMENTS) {
      comments.push(rowText(line));
    }
  }, { source });
  if (rows.rows === 0 && rows.empty !== undefined && rows.empty.count > 1) {
    throw new FormatError(
      `Cannot read ${kind.name}: ${
        formatCount(rows.empty.count)
      } rows have no base, such as ${rows.empty.first}, since their ` +
        "start is their end, and no other rows stand before or between them, expected starts that count from 0 and " +
        "ends from 1. If both count from 1, take 1 from each start",
      { file },
    );
  }
  const foreign = describeForeignRows({ rows: texts, comments }, format);
  if (foreign !== undefined) {
    throw new FormatError(`Cannot read ${kind.name}: ${foreign}`, { file });
  }
  const odd = format === "bed"
    ? describeOddReads({ file, rows: texts, comments })
    : format === "peaks"
    ? describeSameEnrichments(texts)
    : undefined;
  return { odd: odd === undefined ? [] : [`${file} ${odd}`], ...readHeader(comments, file) };
}

/** Finds the assembly in the comments and the lines for genome browsers. */
function readHeader(
  comments: readonly string[],
  file: string,
): Pick<FirstRows, "assembly" | "ofHeader"> {
  const clues = new AssemblyClues({ readsDescriptions: false });
  const ofHeader: string[] = [];
  for (const comment of comments) clues.readComment(comment);
  const assembly = clues.finish([], (message) => void ofHeader.push(`${file} ${message}`));
  return { assembly, ofHeader };
}

/**
 * Reads the first complete lines of a file, and those after them until `isEnough` of what was read: a track may start with
 * a long header, or with any number of rows without a base.
 */
async function* firstLines(source: ByteSource, isEnough: () => boolean): AsyncGenerator<Bytes> {
  let rest: Bytes | undefined;
  for await (const piece of firstPieceCut(readInflated(source, { mayLackEnd: true }))) {
    if (rest !== undefined) yield rest;
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    // A line that does not end in this piece is given with the next, since an incomplete one must not be the last.
    yield end === 0 ? piece : piece.subarray(0, end);
    if (end > 0 && isEnough()) return;
    rest = end > 0 && end < piece.length ? piece.subarray(end) : undefined;
  }
  if (rest !== undefined) yield rest;
}

/** Cuts the first piece, since few bytes are enough of most files. */
async function* firstPieceCut(pieces: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  let isFirst = true;
  for await (const piece of pieces) {
    if (isFirst && piece.length > FEW_BYTES) {
      yield piece.subarray(0, FEW_BYTES);
      yield piece.subarray(FEW_BYTES);
    } else {
      yield piece;
    }
    isFirst = false;
  }
}
