/** Checks a text file's first rows when it is opened, to find files of another format before hours of counting. */

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
const MOST_BYTES = 1 << 16;
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
  await visitPiecesOfText(firstLines(source), (line) => {
    if (rows.rows === MOST_ROWS) return;
    const before = rows.rows;
    const emptyBefore = rows.empty?.count;
    rows.read(line);
    if (rows.rows > before) texts.push(rowText(line));
    else if (rows.empty?.count === emptyBefore) comments.push(rowText(line));
  }, { source });
  if (rows.rows === 0 && rows.empty !== undefined && rows.empty.count > 1) {
    throw new FormatError(
      `Cannot read ${kind.name}: ${rows.empty.count} rows have no base, such as ${rows.empty.first}, since their ` +
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

/** Reads the first complete lines of a file. */
async function* firstLines(source: ByteSource): AsyncGenerator<Bytes> {
  let start: Bytes | undefined;
  for await (const piece of readInflated(source, { mayLackEnd: true })) {
    if (start !== undefined) {
      // More bytes follow, so the last line may be incomplete.
      yield start.subarray(0, start.lastIndexOf(LINE_FEED) + 1);
      return;
    }
    if (piece.length > MOST_BYTES) {
      yield piece.subarray(0, piece.lastIndexOf(LINE_FEED, MOST_BYTES) + 1);
      return;
    }
    if (piece.length > 0) start = piece;
  }
  if (start !== undefined) yield start;
}
