/**
 * Reads tables of measured expression, as programs and people write them.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import { type Line, lineText, visitText, withSource } from "../../text/lines.ts";
import { visitTextLines } from "../text_lines.ts";
import { chooseColumns, type ChosenColumns } from "./_choose_columns.ts";
import { describeLostRows } from "./_declared_rows.ts";
import { detectLayout, isComment } from "./_detect.ts";
import { describeNames, parseGeneNames } from "./_gene_names.ts";
import type { Layout } from "./_layout.ts";
import { OneSampleCheck } from "./_long_format.ts";
import { checkOwner } from "./_owner.ts";
import { ExpressionRowReader } from "./_rows.ts";
import { listWantedSamples } from "./_wanted_samples.ts";
import type { ExpressionSample } from "./samples.ts";
import { isTitleOfLogarithms, type ValueKind } from "./value_kinds.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions } from "../../progress.ts";

/** Options for reading a table of expression. */
export interface ReadExpressionTableOptions extends AbortOptions {
  /**
   * The cell types whose expression is wanted. Other columns are ignored.
   *
   * @default {Every column of values is a cell type.}
   */
  readonly cellTypes?: readonly string[] | undefined;
  /**
   * The group of each cell type, if cell types are replicates of one. A cell type such as `liver.1` that the table lacks
   * has the expression of its group, `liver`.
   *
   * @default {Each cell type is a group of its own.}
   */
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  /**
   * A sample whose values are wanted besides those of the cell types, to be subtracted from them. A table may lack it;
   * `matchExpression` refuses a reference that no table has.
   */
  readonly reference?: string | undefined;
  /**
   * The columns of each cell type, which are averaged. A cell type without samples is found by its own name.
   *
   * @default {Every cell type is found by its own name.}
   */
  readonly samples?: readonly ExpressionSample[] | undefined;
  /** Name of the file that `samples` are from, for messages. */
  readonly samplesFile?: string | undefined;
  /**
   * The kind of values to take from a file that has several.
   *
   * @default {The first of TPM, FPKM (or RPKM) and counts that the file has.}
   */
  readonly value?: ValueKind | undefined;
  /**
   * Whether the file holds only one cell type, the one in `cellTypes` or their group, whatever its column is called.
   *
   * @default {false}
   */
  readonly isOfOneCellType?: boolean | undefined;
  /**
   * Cell types whose expression is in other files. If the only column of a file of one cell type is called as one of
   * these, the file is refused, since files were exchanged.
   *
   * @default {None.}
   */
  readonly otherCellTypes?: readonly string[] | undefined;
  /** Called with a warning about what is odd about the file but does not prevent reading it: mixed line ends. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A table of expression as it was read. `matchExpression` finds the genes in it. */
export interface ExpressionTable {
  /** Name of the file. */
  readonly file: string;
  /** The wanted cell types, and the reference if it is there. */
  readonly cellTypes: readonly string[];
  /** Names of columns that are of no wanted cell type. */
  readonly otherColumns?: readonly string[] | undefined;
  /** What the rows are or may be. Transcripts are added up to genes, unless the rows have names of genes. */
  readonly rows: "genes" | "transcripts";
  /** Name of the program that wrote the table, if the header shows it. */
  readonly program?: string | undefined;
  /** What the values measure, if the format or the names show it. */
  readonly kind?: ValueKind | undefined;
  /** Name of a wanted column whose values are logarithms by its name. */
  readonly logarithms?: string | undefined;
  /** The values, `[row, cellType]` row-major: the means of a cell type's columns, NaN where one of them is missing. */
  readonly values: readonly number[];
  /**
   * Names of the rows' genes by row, for each column of names, the main one first: a table may have ids and symbols.
   */
  readonly names: readonly [readonly string[], ...(readonly string[])[]];
  /** Titles of the columns of `names`. A title may be empty. */
  readonly nameTitles: readonly string[];
  /** The line of each row, counted from 1. */
  readonly lines: readonly number[];
  /** Texts in cells that should hold a number, by index in `values`. They are an error only in the row of a gene. */
  readonly invalid: ReadonlyMap<number, string>;
  /**
   * Number of cells in rows that do not have as many as the header, by row. It is an error only in the row of a gene.
   */
  readonly ragged: ReadonlyMap<number, number>;
  /** Number of columns in the header. */
  readonly width: number;
  /** Whether several rows of a gene are its parts, which are added up, rather than a mistake. */
  readonly adds: boolean;
  /** The part of its gene that each row is, such as a transcript; `undefined` if the names of the rows show it. */
  readonly parts?: readonly string[] | undefined;
  /** Notes about the choices that were made. */
  readonly notes: readonly string[];
}

/**
 * Reads a table of expression, gzip or not: genes × cell types with a header, the genes in the first column or in one
 * with the title `gene_id`. Columns are separated by tabs, commas, semicolons or blanks, with or without quotes, and
 * R's missing corner cell is allowed. It also reads GCT and the tables of featureCounts, htseq-count, nf-core, salmon,
 * kallisto, RSEM, StringTie, Cufflinks and the GDC. Mistakes in unwanted rows and columns do not matter.
 *
 * The column of a cell type has the cell type's name, or is the only one that has it without directories and endings
 * such as `.sorted.bam`.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options The wanted cell types and values.
 * @returns The values and names of all rows.
 * @throws {FormatError} If the file is not a table, has no rows, or is recognised as something else; also if its rows
 * are of several samples (long format), or if it has differences between samples instead of expression.
 * @throws {ContractError} If a cell type has no column or several, or the file lacks the wanted kind of values.
 *
 * @example One of two cell types
 * ```ts
 * import { readExpressionTable } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "gene_id\tgene_name\tliver.bam\tlung.bam\nENSG00000000419\tDPM1\t1.5\tNA\n";
 * const source = bytesSource(new TextEncoder().encode(text));
 * const table = await readExpressionTable(source, { cellTypes: ["liver"] });
 * deepStrictEqual(table.names, [["ENSG00000000419"], ["DPM1"]]);
 * deepStrictEqual(table.values, [1.5]);
 * ```
 */
export function readExpressionTable(
  input: BinarySource,
  options: ReadExpressionTableOptions = {},
): Promise<ExpressionTable> {
  return withSource(input, async (source, options) => {
    const parser = new TableParser(source.name, options);
    await visitTextLines(source, (line) => parser.readLine(line), options.onWarning);
    return parser.finish();
  }, options);
}

/** Number of lines from which the layout is detected, unless they are very long. */
const HEAD_LINES = 50;
/** Size of the lines, in bytes, at which fewer are enough. */
const HEAD_BYTES = 1 << 22;

class TableParser {
  readonly #file: string;
  readonly #options: ReadExpressionTableOptions;
  #head: Line[] = [];
  #headBytes = 0;
  /** Number of lines after the head that precede the rows. */
  #linesToSkip = 0;
  #layout: Layout | undefined;
  #cellTypes: readonly string[] = [];
  #chosen: ChosenColumns | undefined;
  #rows: ExpressionRowReader | undefined;
  #check: OneSampleCheck | undefined;

  constructor(file: string, options: ReadExpressionTableOptions) {
    this.#file = file;
    this.#options = options;
  }

  readLine(line: Line): void {
    if (this.#linesToSkip > 0) return void this.#linesToSkip--;
    if (this.#rows !== undefined) {
      this.#check?.check(line);
      return this.#rows.read(line);
    }
    // Keep only the first comment, which may show the format, and the last, which may be the header.
    if (this.#head.length > 1 && [...this.#head, line].every(isComment)) this.#head.pop();
    const bytes = line.bytes.slice(line.start, line.end);
    this.#head.push({ bytes, start: 0, end: bytes.length, number: line.number });
    this.#headBytes += bytes.length;
    const isEnough = this.#head.length >= HEAD_LINES ||
      this.#headBytes > HEAD_BYTES && this.#head.length > 4;
    if (isEnough) this.#start();
  }

  finish(): ExpressionTable {
    if (this.#rows === undefined && this.#head.length > 0) this.#start();
    const rows = this.#rows;
    if (rows === undefined || rows.lines.length === 0) {
      const found = rows === undefined ? "the file is empty" : "there is only a header";
      throw new FormatError(`Cannot read expression table: ${found}, expected rows`, {
        file: this.#file,
      });
    }
    const lost = describeLostRows(this.#layout!, { file: this.#file, found: rows.lines.length });
    if (lost !== undefined) this.#options.onWarning?.(lost);
    const { columns, kind, notes } = this.#chosen!;
    const titles = columns.flat().map(({ name }) => name);
    const { names, parts, lines, values, invalid, ragged } = rows;
    const { width, adds, mayBeTranscripts, nameTitles, program } = this.#layout!;
    const { areTranscripts, tellGenes } = describeRows(names[0]);
    const mayBe = mayBeTranscripts && !/Ensembl ids/.test(describeNames(names[0]));
    return {
      file: this.#file,
      cellTypes: this.#cellTypes,
      otherColumns: this.#otherColumns(),
      rows: !tellGenes && (areTranscripts || mayBe) ? "transcripts" : "genes",
      program,
      kind,
      logarithms: titles.find(isTitleOfLogarithms),
      values,
      names,
      nameTitles,
      lines,
      invalid,
      ragged,
      width,
      adds: adds || tellGenes,
      parts: parts.length === 0 ? undefined : parts,
      notes,
    };
  }

  #start(): void {
    const [first, ...others] = this.#head;
    if (first === undefined) return;
    // Detecting the layout may read parts of lines only, so check the encoding of whole lines first.
    for (const line of this.#head) visitText(line, lineText, this.#file);
    const { cellTypes = [], reference = [], samples: asked = [] } = this.#options;
    const columns = new Set([
      ...cellTypes,
      ...[reference].flat(),
      ...asked.map(({ sample }) => sample),
    ]);
    const { layout, linesBefore } = detectLayout([first, ...others], this.#file, columns);
    const check = new OneSampleCheck(layout, this.#file);
    for (const line of this.#head.slice(linesBefore)) check.check(line);
    if (layout.sampleColumns.length > 0) this.#check = check;
    const samples = listWantedSamples(layout, this.#options, this.#file);
    this.#layout = layout;
    this.#cellTypes = [...samples.keys()];
    const wanted = {
      samples,
      groups: this.#options.cellTypeGroups,
      others: this.#options.otherCellTypes,
      samplesFile: this.#options.samplesFile,
      value: this.#options.value,
      isOwn: this.#options.isOfOneCellType ?? false,
      file: this.#file,
    };
    this.#chosen = chooseColumns(layout, wanted);
    if (wanted.isOwn) checkOwner(check.samples, wanted, "the sample of its rows is called");
    const rows = new ExpressionRowReader(layout, this.#chosen.columns, this.#file);
    for (const line of this.#head.slice(linesBefore)) {
      visitText(line, (line) => rows.read(line), this.#file);
    }
    this.#rows = rows;
    this.#linesToSkip = Math.max(0, linesBefore - this.#head.length);
    this.#head = [];
  }

  #otherColumns(): string[] {
    const taken = new Set(this.#chosen!.columns.flat().map(({ column }) => column));
    return this.#layout!.values.filter(({ column }) => !taken.has(column)).map(({ name }) => name);
  }
}

/**
 * Finds out whether most of the first rows are transcripts, and whether their names contain the gene, as GENCODE's do.
 */
function describeRows(
  names: readonly string[],
): { readonly areTranscripts: boolean; readonly tellGenes: boolean } {
  const some = names.slice(0, 1000).map(parseGeneNames);
  const transcripts = some.filter(({ transcript }) => transcript !== undefined);
  const withGenes = transcripts.filter(({ id, transcript }) => id !== transcript);
  return {
    areTranscripts: transcripts.length * 2 > some.length,
    tellGenes: withGenes.length * 2 > some.length,
  };
}
