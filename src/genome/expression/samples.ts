/**
 * The samples of expression of each cell type.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { HASH } from "../../text/characters.ts";
import { failLine, type Line, lineText, withSource } from "../../text/lines.ts";
import {
  readTableHeader,
  splitCells,
  type TableRowReader,
  type TableSeparator,
} from "../table_columns.ts";
import { visitTextLines } from "../text_lines.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions } from "../../progress.ts";

/** A sample of expression. */
export interface ExpressionSample {
  /** Name of a column in a table of expression, or path of a file. */
  readonly sample: string;
  /** Name of the sample's cell type. */
  readonly cellType: string;
}

/** Options for reading a list of samples. */
export interface ReadExpressionSamplesOptions extends AbortOptions {
  /** Called with a warning about what is odd about the file but does not prevent reading it: mixed line ends. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const COLUMNS = ["sample", "cell_type"] as const;

/**
 * Reads the samples of each cell type: text between tabs or commas with the header `sample cell_type`. Replicates are several
 * rows of one cell type. Lines that start with `#` are skipped.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What to do with warnings.
 * @returns The samples in the order of the file.
 * @throws {FormatError} With the line, if the header lacks a column, a cell is empty or a sample occurs twice; also if
 * there are no rows.
 *
 * @example Two replicates
 * ```ts
 * import { readExpressionSamples } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "sample\tcell_type\nSRR1.bam\tliver\nSRR2.bam\tliver\n";
 * const samples = await readExpressionSamples(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(samples[1], { sample: "SRR2.bam", cellType: "liver" });
 * ```
 */
export function readExpressionSamples(
  input: BinarySource,
  options: ReadExpressionSamplesOptions = {},
): Promise<ExpressionSample[]> {
  return withSource(input, async (source, options) => {
    const file = source.name;
    const samples: ExpressionSample[] = [];
    const lines = new Map<string, number>();
    let readRow: TableRowReader<typeof COLUMNS[number]> | undefined;
    const readLine = (line: Line) => {
      // Spreadsheets end tables with rows of separators alone.
      if (line.bytes[line.start] === HASH || !/[^\s,;]/.test(lineText(line))) return;
      if (readRow === undefined) {
        const separator = findSeparator(lineText(line));
        readRow = readTableHeader(COLUMNS, "samples of expression", { line, file, separator });
        return;
      }
      const { sample, cell_type: cellType } = readRow(line, file);
      const earlier = lines.get(sample);
      if (earlier !== undefined) {
        failLine(
          file,
          line,
          `Cannot read samples of expression: "${sample}" is in line ${earlier} and in line ` +
            `${line.number}, expected once`,
        );
      }
      lines.set(sample, line.number);
      samples.push({ sample, cellType });
    };
    await visitTextLines(source, readLine, options.onWarning);
    if (samples.length > 0) return samples;
    throw new FormatError(
      "Cannot read samples of expression: the file has only a header, expected rows",
      {
        file,
      },
    );
  }, options);
}

/** The separator that gives the columns; where none does, the first that the header has, for the message. */
function findSeparator(header: string): TableSeparator {
  const separators = (["\t", ",", ";"] as const).filter((separator) => header.includes(separator));
  const cellsOf = (separator: TableSeparator) => splitCells(header, separator);
  const giving = separators.find((separator) =>
    COLUMNS.every((column) => cellsOf(separator).includes(column))
  );
  return giving ?? separators[0] ?? "\t";
}
