/**
 * Tables of measured expression, genes × cell types.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import type { ByteSource } from "../io/byte_source.ts";
import { type Line, withSource } from "../io/_lines.ts";
import { decodeText, parseDecimal } from "../io/_numbers.ts";
import type { ExpressionTransform } from "../record.ts";
import { plainCell } from "./_table_columns.ts";
import { failLine, lineText, visitTextLines } from "./_text_lines.ts";
import { geneKey } from "../gene_id.ts";

/** How to read a table of expression. */
export interface ReadExpressionTableOptions {
  /**
   * Applied to each value.
   *
   * Default: `"none"`.
   */
  readonly transform?: ExpressionTransform;
  /** Called with what is odd about the file but does not keep it from being read: mixed line ends. */
  readonly onWarning?: (message: string) => void;
}

/** Expression of genes in cell types. */
export interface ExpressionTable {
  /** Gene ids as the file has them, in its order. */
  readonly genes: readonly string[];
  /** Names of the cell types, in the order of the file. */
  readonly cellTypes: readonly string[];
  /** The values, transformed, `[gene, cellType]` row-major. */
  readonly values: Float64Array<ArrayBuffer>;
  /**
   * Row of a gene, versions of Ensembl ids aside (see {@linkcode geneKey}); `undefined` if it has
   * none.
   */
  findGene(id: string): number | undefined;
  /** Value of a gene in a cell type; `undefined` if the table lacks either. */
  lookup(gene: string, cellType: string): number | undefined;
}

const TAB = 9;
const SPACE = 32;
const COMMA = 44;

/**
 * Reads a table of expression, gzip or not: a header with the names of the cell types, then one
 * line a gene with its id in the first column and a number for each cell type. Columns are
 * separated by tabs, or by commas if the header has no tab; a separator may close a line, as in
 * Roadmap's RPKM matrices; names may stand in double quotes, and anything between spaces.
 *
 * @param input Path of the file, or a source of its bytes.
 * @throws {FormatError} With the line, if the header names no cell types or one twice, a line has
 * another number of columns, a value is no finite number, a gene stands there twice, or a value is
 * negative where `log2p1` is asked for; also if the file has no row.
 *
 * @example
 * ```ts
 * import { readExpressionTable } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const text = "gene_id\tE000\tE003\nENSG00000000003\t23.265\t7\t\n";
 * const source = bytesSource(new TextEncoder().encode(text));
 * const table = await readExpressionTable(source, { transform: "log2p1" });
 * strictEqual(table.lookup("ENSG00000000003.15", "E003"), 3);
 * ```
 */
export function readExpressionTable(
  input: string | URL | ByteSource,
  options: ReadExpressionTableOptions = {},
): Promise<ExpressionTable> {
  return withSource(input, async (source) => {
    const parser = new ExpressionParser(source.name, options.transform ?? "none");
    await visitTextLines(source, (line) => parser.readLine(line), options.onWarning);
    return parser.finish();
  });
}

class ExpressionParser {
  readonly #file: string;
  readonly #transform: ExpressionTransform;
  readonly #apply: (value: number) => number;
  #separator = TAB;
  #cellTypes: readonly string[] = [];
  readonly #genes: string[] = [];
  readonly #rows: Float64Array[] = [];
  /** Line of each gene, by its key. */
  readonly #lines = new Map<string, number>();

  constructor(file: string, transform: ExpressionTransform) {
    this.#file = file;
    this.#transform = transform;
    this.#apply = { none: identity, log2p1: log2p1, asinh: Math.asinh }[transform];
  }

  readLine(line: Line): void {
    if (this.#cellTypes.length === 0) this.#readHeader(line);
    else this.#readRow(line);
  }

  finish(): ExpressionTable {
    const cellTypes = this.#cellTypes;
    if (this.#rows.length === 0) {
      const found = cellTypes.length === 0 ? "the file is empty" : "there is a header only";
      throw new FormatError(`Cannot read expression table: ${found}, expected rows`, {
        file: this.#file,
      });
    }
    const values = new Float64Array(this.#rows.length * cellTypes.length);
    for (const [i, row] of this.#rows.entries()) values.set(row, i * cellTypes.length);
    const rowOf = new Map(this.#lines.keys().map((key, row) => [key, row]));
    const findGene = (id: string) => rowOf.get(geneKey(id));
    const lookup = (gene: string, cellType: string) => {
      const row = findGene(gene);
      const column = cellTypes.indexOf(cellType);
      if (row === undefined || column < 0) return undefined;
      return values[row * cellTypes.length + column];
    };
    return { genes: this.#genes, cellTypes, values, findGene, lookup };
  }

  #readHeader(line: Line): void {
    const text = lineText(line);
    if (!text.includes("\t")) this.#separator = COMMA;
    const cells = text.split(String.fromCharCode(this.#separator)).map(plainCell);
    if (cells.length > 1 && cells.at(-1) === "") cells.pop();
    const cellTypes = cells.slice(1);
    if (cellTypes.length === 0 || cellTypes.includes("")) {
      this.#fail(
        line,
        `header is "${
          text.slice(0, 80)
        }", expected a column for gene ids and one for each cell type, ` +
          "separated by tabs or commas",
      );
    }
    const twice = cellTypes.find((name, i) => cellTypes.indexOf(name) !== i);
    if (twice !== undefined) this.#fail(line, `cell type "${twice}" stands in the header twice`);
    if (cellTypes.every((name) => Number.isFinite(Number(name)))) {
      this.#fail(line, "the header holds numbers only, expected names of cell types");
    }
    this.#cellTypes = cellTypes;
  }

  #readRow(line: Line): void {
    const { bytes } = line;
    const idEnd = this.#cellEnd(line, line.start);
    const id = plainCell(decodeText(bytes, line.start, idEnd));
    this.#addGene(id, line);
    const row = new Float64Array(this.#cellTypes.length);
    let end = idEnd;
    for (let column = 0; column < row.length; column++) {
      const start = end + 1;
      if (start > line.end) this.#failColumns(line);
      end = this.#cellEnd(line, start);
      const value = this.#apply(parseCell(bytes, start, end));
      if (!Number.isFinite(value)) this.#failValue(line, column, decodeText(bytes, start, end));
      row[column] = value;
    }
    // A separator may close the line.
    if (end + 1 < line.end) this.#failColumns(line);
    this.#rows.push(row);
  }

  #cellEnd({ bytes, end }: Line, start: number): number {
    let at = start;
    while (at < end && bytes[at] !== this.#separator) at++;
    return at;
  }

  #addGene(id: string, line: Line): void {
    if (id === "") this.#fail(line, "the gene id is empty");
    const key = geneKey(id);
    const earlier = this.#lines.get(key);
    if (earlier !== undefined) {
      this.#fail(
        line,
        `gene "${id}" stands in line ${earlier} and in line ${line.number}, expected once`,
      );
    }
    this.#lines.set(key, line.number);
    this.#genes.push(id);
  }

  #failValue(line: Line, column: number, text: string): never {
    const wanted = this.#transform === "log2p1" ? "a finite number >= 0" : "a finite number";
    return this.#fail(
      line,
      `gene "${this.#genes.at(-1)}", cell type "${this.#cellTypes[column]}": value is "${text}", ` +
        `expected ${wanted}`,
    );
  }

  #failColumns(line: Line): never {
    const separator = String.fromCharCode(this.#separator);
    const columns = lineText(line).split(separator).length;
    const wanted = this.#cellTypes.length + 1;
    const hint = columns === wanted + 1 ? ". Does the header name the column of gene ids?" : "";
    return this.#fail(line, `${columns} columns, expected ${wanted} as in the header${hint}`);
  }

  #fail(line: Line, found: string): never {
    return failLine(this.#file, line, `Cannot read expression table: ${found}`);
  }
}

/** The number of a cell, which may have spaces around it. */
function parseCell(bytes: Uint8Array, start: number, end: number): number {
  let [from, to] = [start, end];
  while (from < to && bytes[from] === SPACE) from++;
  while (to > from && bytes[to - 1] === SPACE) to--;
  return parseDecimal(bytes, from, to);
}

function identity(value: number): number {
  return value;
}

/** NaN for negative values, which no measure of expression has that is to be put on this scale. */
function log2p1(value: number): number {
  return value < 0 ? NaN : Math.log2(value + 1);
}
