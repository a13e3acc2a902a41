/** Reads the intervals of BED: chromosome, start, end, and perhaps name, score and strand. */

import { isGeneCell } from "../gene_id.ts";
import { failLine, type Line } from "../text/lines.ts";
import { adviseDigits } from "../text/numbers.ts";
import { readStrand } from "./_make_gene.ts";
import type { Strand } from "./gene.ts";
import { LARGEST_POSITION } from "./largest_position.ts";
import { isOfRangeFrame, RANGE_FRAME } from "./range_frames.ts";
import { describeForeignRow } from "./signal/foreign_rows.ts";
import { unquoteCell } from "./text_lines.ts";

/** An interval, 0-based half-open. */
export interface BedInterval {
  readonly chromosome: string;
  readonly start: number;
  readonly end: number;
  /** `undefined` if the line has no name. */
  readonly name: string | undefined;
  /** `undefined` if the line has no strand. */
  readonly strand: Strand | undefined;
  readonly line: number;
}

const LEAST_COLUMNS = 3;

/**
 * Parses a line.
 *
 * @throws {FormatError} If it is not an interval.
 */
export function parseInterval(
  text: string,
  { line, file }: { readonly line: Line; readonly file: string },
): BedInterval {
  const columns = text.includes("\t") ? text.split("\t") : text.trim().split(/ +/);
  const fail = (found: string): never => failLine(file, line, `Cannot read window: ${found}`);
  if (columns.length < LEAST_COLUMNS) {
    fail(
      `found "${text.slice(0, 80)}", expected BED: chromosome, start and end separated by tabs`,
    );
  }
  if (isOfRangeFrame(columns.map(unquoteCell).join("\t"))) fail(`found ${RANGE_FRAME}`);
  const [chromosome = "", startText = "", endText = "", nameText = "", , strandText = ""] = columns
    .map((column) => unquoteCell(column.trim()));
  const [start = NaN, end = NaN] = [startText, endText].map((digits) =>
    /^\d{1,10}$/.test(digits) ? Number(digits) : NaN
  );
  if (!(start < end && end <= LARGEST_POSITION)) {
    const foreign = describeForeignRow(text, { file, isSignal: false, isPlaces: true });
    if (foreign !== undefined) fail(foreign);
    fail(
      `found start "${startText}" and end "${endText}", expected integers from 0 to ${LARGEST_POSITION}, the end ` +
        "after the start" + (adviseDigits(startText) || adviseDigits(endText)),
    );
  }
  if (chromosome === "" || ![chromosome, nameText].every(isGeneCell)) {
    fail("found a chromosome or name that is empty, too long or not plain text, expected names");
  }
  const strand = readStrand(strandText);
  if (!["+", "-", ".", "?", "*", ""].includes(strand)) {
    fail(
      `found "${strandText}" in the sixth column, expected a strand: +, - or . If the columns after the name are ` +
        "others, as in ENCODE's list of cCREs, take them out with cut -f 1-4",
    );
  }
  return {
    chromosome,
    start,
    end,
    name: ["", "."].includes(nameText) ? undefined : nameText,
    strand: strand === "+" || strand === "-" ? strand : undefined,
    line: line.number,
  };
}
