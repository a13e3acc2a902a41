/**
 * Reading annotations: genes with their transcription start sites by strand, and what they are of.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { failLine, type Line, lineText, withSource } from "../text/lines.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { isGff3Style } from "./_attributes.ts";
import { isTrackLine, parseBedLine, splitBed } from "./_bed_genes.ts";
import { GeneList } from "./_gene_list.ts";
import { GenePredGenes, splitGenePred } from "./_gene_pred.ts";
import { GffGenes } from "./_gff_genes.ts";
import { hasBlankColumns } from "./_gff_line.ts";
import type { GeneRow } from "./_make_gene.ts";
import { isTableHeader, TABLE_COLUMNS, tableParser } from "./_table_genes.ts";
import { type OnWarning, unquoteCell, visitTextLines } from "./text_lines.ts";
import { ToldAssembly } from "./_told_assembly.ts";
import type { Gene } from "./gene.ts";
import { isTranscriptId } from "./transcript_id.ts";

/**
 * A format of genes. `genepred` is UCSC's tables of transcripts, refFlat too. `table` is
 * separated by tabs or commas, with the header `gene_id chrom tss strand`, `tss` 0-based, and, where it
 * has them, the columns `symbol`, `type` and `entrez_id`; or with the 1-based columns of BioMart.
 */
export type GeneFormat = "gtf" | "gff3" | "bed" | "genepred" | "table";

/** Every {@linkcode GeneFormat}. */
export const GENE_FORMATS: readonly GeneFormat[] = ["gtf", "gff3", "bed", "genepred", "table"];

/** How to read a file of genes. */
export interface ReadGenesOptions {
  /**
   * The file's format.
   *
   * Default: told from the file's first lines.
   */
  readonly format?: GeneFormat;
  /**
   * Types of the genes to take, such as `protein_coding`; upper or lower case.
   *
   * Default: all genes.
   */
  readonly geneTypes?: readonly string[];
  /**
   * Called with what does not keep the file from being read: genes that are left out, each reason
   * once with their number and an example, and what else is odd about the file.
   */
  readonly onWarning?: (message: string) => void;
}

/** What a file of genes tells. */
export interface Annotation {
  /** The genes in the order of the file. */
  readonly genes: Gene[];
  /**
   * The assembly that its header, the lengths of its chromosomes or their accession numbers tell:
   * its name at UCSC, such as `hg38`, or its own where that is not known.
   */
  readonly assembly?: string;
}

/**
 * Reads an annotation: GTF, GFF3, BED, genePred, refFlat or a table, gzip or not.
 *
 * Of GFF3 the features count that are genes by the Sequence Ontology, by their `ID` without the
 * `gene:` or `gene-` before it; a gene on several lines reaches from the first to the last of its
 * bases. Of GTF the lines of genes count, by `gene_id`, likewise. Genes without a line of their own are made
 * from their transcripts: they reach from the first to the last base of them all. Of BED each line
 * is a gene, by its name. Comments, track lines and blank lines are skipped.
 *
 * The TSS is strand-aware: the first base of a gene on the plus strand, the last of one on the
 * minus strand. It is 0-based, whatever the format's own coordinates. Ids keep their versions; that
 * two lines hold the same gene is told by `geneKey`, without them.
 *
 * Genes that cannot be used are left out, with a warning: those without a strand or an id, at
 * several places, trans-spliced, what Liftoff copied a second time, and the copies on chromosome Y of pseudoautosomal genes. Of a gene
 * that is on a chromosome and on scaffolds or alternate loci, or on X and Y, the first is taken.
 *
 * @param input Path of the file, or a source of its bytes.
 * @throws {FormatError} With the line, if one is damaged; also if the file is empty, in none of
 * the formats, or has no gene that can be used.
 * @throws {ContractError} If no gene is of the types that are wanted; with those that there are.
 *
 * @example
 * ```ts
 * import { readAnnotation } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "#!genome-build GRCh38.p14\n" +
 *   '1\tensembl\tgene\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003"; gene_name "TSPAN6";\n';
 * const { genes, assembly } = await readAnnotation(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(genes, [
 *   { id: "ENSG00000000003", chromosome: "1", tss: 1999, strand: "-", line: 2, symbol: "TSPAN6" },
 * ]);
 * deepStrictEqual(assembly, "hg38");
 * ```
 */
export function readAnnotation(
  input: string | URL | ByteSource,
  options: ReadGenesOptions = {},
): Promise<Annotation> {
  return withSource(input, async (source) => {
    const reader = new AnnotationReader(source.name, options);
    await visitTextLines(source, (line) => reader.readLine(line), options.onWarning);
    return reader.finish();
  });
}

/**
 * The genes of {@linkcode readAnnotation}.
 *
 * @param input Path of the file, or a source of its bytes.
 * @returns The genes in the order of the file.
 * @throws {FormatError} As `readAnnotation` does.
 * @throws {ContractError} As `readAnnotation` does.
 *
 * @example
 * ```ts
 * import { readGenes } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = 'chr1\tHAVANA\tgene\t1001\t2000\t.\t-\t.\tgene_id "ENSG00000000003.15";\n';
 * const genes = await readGenes(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(genes, [
 *   { id: "ENSG00000000003.15", chromosome: "chr1", tss: 1999, strand: "-", line: 1 },
 * ]);
 * ```
 */
export async function readGenes(
  input: string | URL | ByteSource,
  options: ReadGenesOptions = {},
): Promise<Gene[]> {
  return (await readAnnotation(input, options)).genes;
}

/** Reads a line; `undefined` if it holds no gene. */
type RowParser = (line: Line, file: string) => GeneRow | undefined;

const [HASH, QUOTE] = [35, 34];

class AnnotationReader {
  readonly #file: string;
  readonly #onWarning: OnWarning;
  readonly #list: GeneList;
  readonly #told = new ToldAssembly();
  #format: GeneFormat | undefined;
  /** What reads the lines after those that told the format. */
  #reader: GffGenes | GenePredGenes | undefined;
  #parse: RowParser | undefined;
  #lineCount = 0;

  constructor(file: string, options: ReadGenesOptions) {
    const { format, geneTypes, onWarning = () => {} } = options;
    this.#file = file;
    this.#onWarning = onWarning;
    this.#format = format;
    this.#list = new GeneList({ file, geneTypes });
  }

  readLine(line: Line): void {
    this.#lineCount = line.number;
    if (isComment(line)) return this.#readComment(line);
    if (this.#reader !== undefined) return this.#reader.readLine(line);
    if (this.#parse === undefined) return this.#readFirstLine(line);
    const row = this.#parse(line, this.#file);
    if (row !== undefined) this.#list.add(row);
  }

  finish(): Annotation {
    this.#reader?.finish();
    if (this.#list.lines === 0) this.#failEmpty();
    const genes = this.#list.finish();
    this.#list.report.warnings(this.#file).forEach((message) => this.#onWarning(message));
    const warn = (message: string) => this.#onWarning(`${this.#file} ${message}`);
    const assembly = this.#told.finish(genes, warn);
    return assembly === undefined ? { genes } : { genes, assembly };
  }

  #failEmpty(): never {
    const found = this.#lineCount === 0
      ? "the file is empty"
      : `none of its ${this.#lineCount} lines is a gene`;
    const hint = this.#lineCount > 0 && this.#reader !== undefined
      ? '. It must hold features of type "gene", as those of GENCODE and Ensembl do, or transcripts that say which ' +
        "gene they are of"
      : "";
    throw new FormatError(`Cannot read genes: ${found}, expected genes${hint}`, {
      file: this.#file,
    });
  }

  #readComment(line: Line): void {
    const text = unquoteCell(lineText(line));
    if (/^##gff-version\s+3/.test(text)) this.#format ??= "gff3";
    this.#told.readComment(text);
    if (this.#reader instanceof GffGenes) this.#reader.readComment(text);
  }

  #readFirstLine(line: Line): void {
    const text = lineText(line);
    if (isTrackLine(text)) return this.#told.readComment(text);
    if (text.trim() === "" || tellsNoFormat(text)) return;
    const format = this.#format ?? detectFormat(text) ?? this.#failFormat(line, text);
    this.#format = format;
    if (format === "table") {
      this.#parse = tableParser(line, this.#file);
      return;
    }
    const target = { file: this.#file, list: this.#list };
    if (format === "bed") this.#parse = (line, file) => this.#readBed(line, file);
    else if (format === "genepred") this.#reader = new GenePredGenes(target);
    else this.#reader = new GffGenes({ ...target, format, told: this.#told });
    this.readLine(line);
  }

  #readBed(line: Line, file: string): GeneRow | undefined {
    const row = parseBedLine(line, file);
    if (row?.id !== undefined && isTranscriptId(row.id)) {
      this.#list.report.note(
        "took",
        "whose ids are those of transcripts",
        `"${row.id}" (line ${row.line})`,
      );
    }
    return row;
  }

  #failFormat(line: Line, text: string): never {
    const found = hasBlankColumns(text) ? "columns are separated by blanks in" : "line is";
    failLine(
      this.#file,
      line,
      `Cannot read genes: ${found} "${
        text.slice(0, 80)
      }", expected GTF, GFF3, genePred, refFlat, ` +
        `BED of at least 6 columns, or the header ${
          TABLE_COLUMNS.join(" ")
        }, each separated by tabs`,
    );
  }
}

/** Whether a line is a comment; spreadsheets put those with commas in quotes. */
function isComment({ bytes, start }: Line): boolean {
  return bytes[start] === HASH || (bytes[start] === QUOTE && bytes[start + 1] === HASH);
}

/** The format that a file's first line of data is written in. */
function detectFormat(text: string): GeneFormat | undefined {
  const columns = text.split("\t").map((column) => column.trim());
  if (isTableHeader(text)) return "table";
  // Before GFF, since BED may have nine columns with digits in all the places where GFF has them,
  // and one more.
  const [, start, end] = splitBed(text);
  if (isDigits(start) && isDigits(end)) return "bed";
  if (splitGenePred(text) !== undefined) return "genepred";
  if (columns.length < 9 || !isDigits(columns[3]) || !isDigits(columns[4])) return undefined;
  return isGff3Style(unquoteCell(columns[8])) ? "gff3" : "gtf";
}

/** Whether a line is one of GTF or GFF3, such as a chromosome's, that has no attributes to tell which. */
function tellsNoFormat(text: string): boolean {
  const columns = text.split("\t");
  const [, source, kind, start, end, , , , attributes = ""] = columns;
  return (columns.length === 8 || columns.length === 9) && !isDigits(source) && isDigits(start) &&
    isDigits(end) && ["", "."].includes(attributes.trim()) && kind !== "gene";
}

function isDigits(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text.trim());
}
