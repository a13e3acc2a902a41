/**
 * Tables of measured expression, as programs and people write them.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { type Line, lineText, visitText, withSource } from "../../text/lines.ts";
import { visitTextLines } from "../text_lines.ts";
import { chooseColumns, type ChosenColumns } from "./_choose_columns.ts";
import { detectLayout, isComment } from "./_detect.ts";
import { describeNames, parseGeneNames } from "./_gene_names.ts";
import type { Layout } from "./_layout.ts";
import { OneSampleCheck } from "./_long_format.ts";
import { plainSampleName } from "./_sample_names.ts";
import { ExpressionRowReader } from "./_rows.ts";
import type { ExpressionSample } from "./samples.ts";
import type { ValueKind } from "./value_kinds.ts";

/** How to read a table of expression. */
export interface ReadExpressionTableOptions {
  /**
   * The cell types whose expression is wanted; other columns are not looked at.
   *
   * Default: every column of values is a cell type.
   */
  readonly cellTypes?: readonly string[];
  /**
   * Which columns make which cell type; those of a cell type are averaged. Cell types that it does not name are found
   * by their own name.
   */
  readonly samples?: readonly ExpressionSample[];
  /** Name of the file that `samples` are from, for messages. */
  readonly samplesFile?: string;
  /**
   * Which values to take from a file that has several.
   *
   * Default: the first of TPM, FPKM (or RPKM) and counts that it has.
   */
  readonly value?: ValueKind;
  /**
   * Whether the file holds the only cell type of `cellTypes` and no other, whatever its column is called.
   *
   * Default: `false`.
   */
  readonly isOfOneCellType?: boolean;
  /** Called with what is odd about the file but does not keep it from being read: mixed line ends. */
  readonly onWarning?: (message: string) => void;
}

/** Expression as a table has it; `matchExpression` finds the genes in it. */
export interface ExpressionTable {
  /** Name of the file. */
  readonly file: string;
  /** The cell types that were asked for. */
  readonly cellTypes: readonly string[];
  /** What the rows are, or may be: transcripts are added up to genes, if genes do not have their names. */
  readonly rows: "genes" | "transcripts";
  /** What wrote the table, where its header tells. */
  readonly program?: string;
  /** What the values measure, where format or names tell. */
  readonly kind?: ValueKind;
  /** The values, `[row, cellType]` row-major: means of the columns of a cell type; NaN where one of them is missing. */
  readonly values: readonly number[];
  /** Names of each row's gene, the main ones first: a table may have ids and symbols. */
  readonly names: readonly (readonly string[])[];
  /** Titles of the columns of `names`; empty where there is none. */
  readonly nameTitles: readonly string[];
  /** Line of each row, counted from 1. */
  readonly lines: readonly number[];
  /** What stands where a number should, by its place in `values`; an error only where it is a gene's. */
  readonly invalid: ReadonlyMap<number, string>;
  /** Number of cells of the rows that have others than the header; an error only where one is a gene's. */
  readonly ragged: ReadonlyMap<number, number>;
  /** Number of columns of the header. */
  readonly width: number;
  /** Whether several rows of a gene are parts of it, to be added up, and not a mistake. */
  readonly adds: boolean;
  /** What tells such rows apart, such as the transcript, by row; `undefined` where the names of the rows do. */
  readonly parts?: readonly string[];
  /** What was chosen where there was a choice, to be told. */
  readonly notes: readonly string[];
}

/**
 * Reads a table of expression, gzip or not: genes × cell types with a header, the genes in the first column or in one
 * titled `gene_id`; separated by tabs, commas, semicolons or blanks, in quotes or not, with or without a corner cell as
 * R writes; GCT; tables of featureCounts, htseq-count, nf-core, salmon, kallisto, RSEM, StringTie, Cufflinks and the
 * GDC. What is wrong in rows and columns that nobody asks for does not matter.
 *
 * The column of a cell type has its name; or it is the only one that has it when directories and endings such as
 * `.sorted.bam` are taken away.
 *
 * @param input Path of the file, or a source of its bytes.
 * @throws {FormatError} If the file is no table, has no row, or is known for something else; also if its rows are of
 * several samples (long format), or if it has differences between samples and no expression.
 * @throws {ContractError} If a cell type has no column or may have several, or the kind of values that is asked for is
 * not there.
 *
 * @example
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
  input: string | URL | ByteSource,
  options: ReadExpressionTableOptions = {},
): Promise<ExpressionTable> {
  return withSource(input, async (source) => {
    const parser = new TableParser(source.name, options);
    await visitTextLines(source, (line) => parser.readLine(line), options.onWarning);
    return parser.finish();
  });
}

/** So many lines are looked at to tell the layout, unless they are very long. */
const HEAD_LINES = 50;
const HEAD_BYTES = 1 << 22;

class TableParser {
  readonly #file: string;
  readonly #options: ReadExpressionTableOptions;
  #head: Line[] = [];
  #headBytes = 0;
  /** Number of lines after the head that are no rows yet. */
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
    // Of many comments the first may tell the format, the last may be the header.
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
      const found = rows === undefined ? "the file is empty" : "there is a header only";
      throw new FormatError(`Cannot read expression table: ${found}, expected rows`, {
        file: this.#file,
      });
    }
    const { kind, notes } = this.#chosen!;
    const { names, parts, lines, values, invalid, ragged } = rows;
    const { width, adds, mayBeTranscripts, nameTitles, program } = this.#layout!;
    const { areTranscripts, tellGenes } = describeRows(names[0]);
    const mayBe = mayBeTranscripts && !/Ensembl ids/.test(describeNames(names[0]));
    return {
      file: this.#file,
      cellTypes: this.#cellTypes,
      rows: !tellGenes && (areTranscripts || mayBe) ? "transcripts" : "genes",
      program,
      kind,
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
    // The layout is told from whole lines.
    for (const line of this.#head) visitText(line, lineText, this.#file);
    const { cellTypes = [], samples: asked = [] } = this.#options;
    const columns = new Set([...cellTypes, ...asked.map(({ sample }) => sample)]);
    const { layout, linesBefore } = detectLayout(this.#head, this.#file, columns);
    const check = new OneSampleCheck(layout, this.#file);
    for (const line of this.#head.slice(linesBefore)) check.check(line);
    if (layout.sampleColumns.length > 0) this.#check = check;
    const samples = this.#wantedSamples(layout);
    this.#layout = layout;
    this.#cellTypes = [...samples.keys()];
    this.#chosen = chooseColumns(layout, {
      samples,
      samplesFile: this.#options.samplesFile,
      value: this.#options.value,
      isOwn: this.#options.isOfOneCellType ?? false,
      file: this.#file,
    });
    const rows = new ExpressionRowReader(layout, this.#chosen.columns, this.#file);
    for (const line of this.#head.slice(linesBefore)) {
      visitText(line, (line) => rows.read(line), this.#file);
    }
    this.#rows = rows;
    this.#linesToSkip = Math.max(0, linesBefore - this.#head.length);
    this.#head = [];
  }

  /** The names of the samples that make each cell type; none where it is found by its own name. */
  #wantedSamples(layout: Layout): Map<string, string[]> {
    const { cellTypes, samples = [] } = this.#options;
    const own = layout.ofOneSample
      ? [plainSampleName(this.#file)]
      : layout.values.map(({ name }) => name);
    const all = cellTypes ?? own;
    const wanted = new Map<string, string[]>(all.map((cellType) => [cellType, []]));
    for (const { sample, cellType } of samples) wanted.get(cellType)?.push(sample);
    return wanted;
  }
}

/** Whether most of some rows are transcripts, and whether these say of which gene, as GENCODE's sequences do. */
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
