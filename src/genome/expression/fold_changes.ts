/**
 * Reads tables of measured differences in expression, as DESeq2, edgeR and limma find them.
 *
 * @module
 */

import { formatCountOf } from "../../base/count.ts";
import { FormatError } from "../../errors.ts";
import { failLine, type Line, lineText, withSource } from "../../text/lines.ts";
import { isMissing } from "../missing.ts";
import { visitTextLines } from "../text_lines.ts";
import { showName } from "../wording.ts";
import { CellSplitter, findSeparator, type Separator, splitLine } from "./_cells.ts";
import { isComment } from "./_detect.ts";
import { readColumns } from "./_formats.ts";
import { nameBesideRowNumbers } from "./_row_numbers.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions } from "../../progress.ts";

/** A table of fold changes as it was read, `[row]` each. */
export interface FoldChangeTable {
  /** Name of the file. */
  readonly file: string;
  /** Title of the column of fold changes, such as `log2FoldChange`. */
  readonly title: string;
  /** Title of the column of adjusted p-values, such as `padj`; `undefined` if the table lacks them. */
  readonly qTitle?: string | undefined;
  /** Names of the rows' genes, `[column][row]`, the main column first: a table may have ids and symbols. */
  readonly names: readonly (readonly string[])[];
  /** Titles of the columns of `names`. A title may be empty. */
  readonly nameTitles: readonly string[];
  /** Logarithms to base 2 of the ratio of two conditions, `[row]`; NaN where the program found none. */
  readonly log2FoldChanges: Float64Array;
  /** p-values adjusted for the number of genes, `[row]`; NaN where one is missing, as for genes with few reads. */
  readonly qValues?: Float64Array | undefined;
  /** The line of each row, `[row]`, counted from 1. */
  readonly lines: readonly number[];
}

/** Options of {@linkcode readFoldChanges}. */
export interface ReadFoldChangesOptions extends AbortOptions {
  /**
   * Called with a warning about what is odd about the file but does not prevent reading it: mixed line ends, infinite
   * fold changes, natural logarithms.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** How DESeq2, edgeR, limma and scanpy, and tables made from theirs, call the logarithm of a fold change. */
const FOLD_CHANGE = /^(?:log2[_. ]?\(?fold[_. ]?change\)?|log2?fc|log2[_. ]fc|logfoldchanges?)$/i;
/** How they and Seurat call a p-value that is adjusted for the number of genes. */
const Q_VALUE =
  /^(?:p[_. ]?adj|adj[_. ]?p[_. ]?val(?:ue)?|p[_. ]?vals?[_. ]adj|fdr|q[_. ]?val(?:ue)?)$/i;
/** How Seurat before version 4 calls the natural logarithm of a fold change; all others are to base 2. */
const NATURAL = /(?:^|[._ ])avg_logFC$/i;
/** Cuffdiff writes a logarithm of zero or of a division by zero so. */
const INFINITE = /^[+-]?inf(?:inity)?$/i;
/** More than the genes and transcripts of any annotation; each row takes memory. */
const MOST_ROWS = 4_000_000;
/** More than the logarithm of any ratio of two float64; products of larger ones could be too large for a number. */
const LARGEST_FOLD_CHANGE = 10_000;
/** Lines by which the columns of names are told from those of numbers. */
const HEAD_LINES = 50;
const CANNOT = "Cannot read fold changes:";
const WANTED =
  "expected a table with a column log2FoldChange or logFC, as write.csv writes the results of DESeq2, edgeR or limma";

/**
 * Reads a table of fold changes, gzip or not: genes in the first column, under a title or none, or in one such as
 * `gene_id` or `symbol`; `log2FoldChange` with `padj` of DESeq2, `logFC` with `FDR` of edgeR or `adj.P.Val` of limma;
 * also those of Cuffdiff, Seurat and scanpy.
 * Columns are separated by tabs, commas, semicolons or blanks, with or without quotes, and R's missing corner cell is
 * allowed. Other columns are ignored.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options Where to report warnings.
 * @returns Fold changes, adjusted p-values and names of all rows.
 * @throws {FormatError} If the file is not such a table, with the line: without a column of fold changes or with several,
 * with a row of another length, with a text in place of a number, with a fold change beyond ±10,000, or with a q-value outside of 0 to 1.
 *
 * @example As DESeq2 writes it
 * ```ts
 * import { readFoldChanges } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = '"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"\n' +
 *   '"ENSG00000000419.14",731.2,-0.51,0.12,-4.2,2.6e-05,NA\n';
 * const table = await readFoldChanges(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(table.names, [["ENSG00000000419.14"]]);
 * deepStrictEqual([...table.log2FoldChanges, ...table.qValues!], [-0.51, NaN]);
 * ```
 */
export function readFoldChanges(
  input: BinarySource,
  options: ReadFoldChangesOptions = {},
): Promise<FoldChangeTable> {
  return withSource(input, async (source, { onWarning }) => {
    const reader = new FoldChangeReader(source.name);
    await visitTextLines(source, (line) => reader.read(line), onWarning);
    const table = reader.finish();
    for (const warning of reader.warnings()) onWarning?.(`${source.name}: ${warning}`);
    return table;
  }, options);
}

/** Where the columns are. */
interface FoldChangeLayout {
  readonly separator: Separator;
  readonly titles: readonly string[];
  readonly names: readonly number[];
  readonly foldChange: number;
  readonly qValue: number | undefined;
}

class FoldChangeReader {
  readonly #file: string;
  readonly #foldChanges: number[] = [];
  readonly #qValues: number[] = [];
  readonly #lines: number[] = [];
  #names: string[][] = [];
  #head: Line[] = [];
  #layout: FoldChangeLayout | undefined;
  #splitter: CellSplitter | undefined;
  #infinite = 0;

  constructor(file: string) {
    this.#file = file;
  }

  read(line: Line): void {
    if (this.#layout !== undefined) return this.#readRow(line, this.#layout);
    if (this.#head.length === 0 && isComment(line)) return;
    // The layout is found from parts of lines, and later: the encoding of the whole line is checked here.
    lineText(line);
    const bytes = line.bytes.slice(line.start, line.end);
    this.#head.push({ bytes, start: 0, end: bytes.length, number: line.number });
    if (this.#head.length === HEAD_LINES) this.#start();
  }

  finish(): FoldChangeTable {
    if (this.#layout === undefined) this.#start();
    const { titles, names, foldChange, qValue } = this.#layout!;
    return {
      file: this.#file,
      title: titles[foldChange]!,
      ...(qValue !== undefined && { qTitle: titles[qValue]! }),
      names: this.#names,
      nameTitles: names.map((column) => titles[column]!),
      log2FoldChanges: Float64Array.from(this.#foldChanges),
      ...(qValue !== undefined && { qValues: Float64Array.from(this.#qValues) }),
      lines: this.#lines,
    };
  }

  /** What is odd about the rows, once they are read. */
  warnings(): string[] {
    const { titles, foldChange } = this.#layout!;
    const title = titles[foldChange]!;
    const warnings: string[] = [];
    if (NATURAL.test(title)) {
      warnings.push(
        `${title} is the natural logarithm, as Seurat before version 4 writes it, and is turned into that to base 2`,
      );
    }
    if (this.#infinite > 0) {
      warnings.push(
        `${title} is infinite in ${
          formatCountOf(this.#infinite, "row")
        }, of genes without expression on one side, whose ` +
          "fold change is taken as missing",
      );
    }
    return warnings;
  }

  #start(): void {
    const [header, ...rows] = this.#head;
    if (header === undefined || rows.length === 0) {
      const found = header === undefined ? "the file is empty" : "there is only a header";
      throw new FormatError(`${CANNOT} ${found}, expected rows`, { file: this.#file });
    }
    const layout = findLayout(header, rows, this.#file);
    this.#layout = layout;
    this.#names = layout.names.map(() => []);
    this.#splitter = new CellSplitter(layout.separator);
    this.#head = [];
    for (const row of rows) this.#readRow(row, layout);
  }

  #readRow(line: Line, { titles, names, foldChange, qValue }: FoldChangeLayout): void {
    const splitter = this.#splitter!;
    const count = splitter.split(line);
    if (count !== titles.length) {
      failLine(
        this.#file,
        line,
        `${CANNOT} the row has ${count} cells, expected ${titles.length} as in the header`,
      );
    }
    if (this.#lines.length === MOST_ROWS) {
      failLine(this.#file, line, `${CANNOT} there are more rows than ${MOST_ROWS}`);
    }
    for (const [place, column] of names.entries()) {
      this.#names[place]!.push(splitter.text(column));
    }
    const change = this.#readFoldChange(line, foldChange);
    if (Math.abs(change) > LARGEST_FOLD_CHANGE) {
      const title = titles[foldChange]!;
      failLine(
        this.#file,
        line,
        `${CANNOT} ${title} is ${change}, expected a logarithm from -${LARGEST_FOLD_CHANGE} to ${LARGEST_FOLD_CHANGE}`,
      );
    }
    this.#foldChanges.push(change);
    if (qValue !== undefined) {
      const value = this.#readNumber(line, qValue);
      if (value < 0 || value > 1) {
        failLine(this.#file, line, `${CANNOT} ${titles[qValue]} is ${value}, expected 0 to 1`);
      }
      this.#qValues.push(value);
    }
    this.#lines.push(line.number);
  }

  #readFoldChange(line: Line, column: number): number {
    if (INFINITE.test(this.#splitter!.text(column))) {
      this.#infinite++;
      return NaN;
    }
    const change = this.#readNumber(line, column);
    return NATURAL.test(this.#layout!.titles[column]!) ? change / Math.LN2 : change;
  }

  #readNumber(line: Line, column: number): number {
    const value = this.#splitter!.number(column);
    if (!Number.isNaN(value)) return value;
    const text = this.#splitter!.text(column);
    if (isMissing(text)) return NaN;
    const title = this.#layout!.titles[column]!;
    return failLine(
      this.#file,
      line,
      `${CANNOT} ${title} is ${showName(text)}, expected a number with a decimal point, or NA`,
    );
  }
}

function findLayout(header: Line, rows: readonly Line[], file: string): FoldChangeLayout {
  const separator = findSeparator(header, rows[0]);
  const titles = splitLine(header, separator);
  const cells = rows.map((row) => splitLine(row, separator));
  // R's write.table leaves the title of the first column out.
  if (cells.every(({ length }) => length === titles.length + 1)) titles.unshift("");
  const foldChange = findOne(titles, FOLD_CHANGE, { line: header, file });
  if (foldChange === undefined) {
    const shown = titles.slice(0, 10).map(showName).join(", ");
    failLine(file, header, `${CANNOT} the header has ${shown}, ${WANTED}`);
  }
  const { names } = nameBesideRowNumbers(readColumns(titles), titles, cells);
  if (names.includes(foldChange)) {
    failLine(file, header, `${CANNOT} no column names the genes, ${WANTED}`);
  }
  const qValue = findOne(titles, Q_VALUE, { line: header, file });
  return { separator, titles, names, foldChange, qValue };
}

/** Finds the one column of a kind: by its whole title, or else by the end of a title such as `liver_vs_lung.padj`. */
function findOne(
  titles: readonly string[],
  kind: RegExp,
  { line, file }: { readonly line: Line; readonly file: string },
): number | undefined {
  const named = (titleOf: (title: string) => string) =>
    [...titles.keys()].filter((column) => kind.test(titleOf(titles[column]!)));
  const exact = named((title) => title);
  const found = exact.length > 0 ? exact : named((title) => /[^._ ]+$/.exec(title)?.[0] ?? title);
  if (found.length < 2) return found[0];
  const shown = found.map((column) => showName(titles[column]!)).join(" and ");
  return failLine(file, line, `${CANNOT} the header has ${shown}, expected one of them`);
}
