/**
 * Reads annotations: genes with their transcription start sites by strand, and their assembly.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { failLine, type Line, lineText, withSource } from "../text/lines.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { isGff3Style } from "./_attributes.ts";
import { parseBedLine, splitBed } from "./_bed_genes.ts";
import { GeneList } from "./_gene_list.ts";
import { GenePredGenes, splitGenePred } from "./_gene_pred.ts";
import { GffGenes } from "./_gff_genes.ts";
import { hasBlankColumns } from "./_gff_line.ts";
import type { GeneRow } from "./_make_gene.ts";
import { isTableHeader, makeTableParser, TABLE_COLUMNS } from "./_table_genes.ts";
import { type OnWarning, unquoteCell, visitTextLines } from "./text_lines.ts";
import { AssemblyClues } from "./_assembly_clues.ts";
import type { Gene } from "./gene.ts";
import { isTrackLine } from "./track_lines.ts";
import { isTranscriptId } from "./transcript_id.ts";

/**
 * A format of genes. `genepred` stands for UCSC's tables of transcripts, including refFlat. A `table` is separated by
 * tabs or commas. It has either the header `gene_id chrom tss strand`, with a 0-based `tss` and optional columns
 * `symbol`, `type` and `entrez_id`, or the columns of BioMart, whose positions are 1-based.
 */
export type GeneFormat = "gtf" | "gff3" | "bed" | "genepred" | "table";

/** Every {@linkcode GeneFormat}. */
export const GENE_FORMATS: readonly GeneFormat[] = ["gtf", "gff3", "bed", "genepred", "table"];

/** Options for reading a file of genes. */
export interface ReadGenesOptions {
  /**
   * The file's format.
   *
   * @default {The format that the file's first lines show.}
   */
  readonly format?: GeneFormat | undefined;
  /**
   * Types of the genes to take, such as `protein_coding`, in upper or lower case.
   *
   * @default {All types.}
   */
  readonly geneTypes?: readonly string[] | undefined;
  /**
   * Called with warnings: one for each reason for which genes are left out, with their number and an example, and one
   * for each oddity of the file that does not prevent reading it.
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The contents of a file of genes. */
export interface Annotation {
  /** The genes in the order of the file. */
  readonly genes: Gene[];
  /**
   * The assembly according to the file's header, or to the lengths or accession numbers of its chromosomes: UCSC's
   * name, such as `hg38`, or the file's name for it if UCSC's is not known.
   */
  readonly assembly?: string | undefined;
}

/**
 * Reads an annotation: GTF, GFF3, BED, genePred, refFlat or a table, gzip or not.
 *
 * In GFF3 the genes are the features that are genes in the Sequence Ontology. A gene's id is its `ID`, without `gene:`
 * or `gene-` before it, and a gene on several lines reaches from its first base to its last. In GTF the genes are the
 * lines of genes, by their `gene_id`. Genes without such a line are made from their transcripts, and reach from the
 * first base of all these to the last. In BED each line is a gene, by its name. Comments, track lines and blank lines
 * are skipped.
 *
 * The TSS depends on the strand: it is the first base of a gene on the plus strand, and the last base of a gene on the
 * minus strand. It is 0-based in every format. Ids keep their versions. Two lines hold the same gene if their ids have
 * the same `geneKey`, which leaves versions out.
 *
 * Genes that are not usable are left out, with a warning: genes without a strand or an id, genes at several places,
 * trans-spliced genes, second copies by Liftoff, and the copies of pseudoautosomal genes on chromosome Y. If a gene is
 * on a chromosome and also on scaffolds or alternate loci, the one on the chromosome is taken; of X and Y, X is taken.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options The format, the types of genes to take, and what to do with warnings.
 * @returns The genes and their assembly.
 * @throws {FormatError} With the line, if a line is damaged; also if the file is empty, in an unknown format, or has no
 * usable gene.
 * @throws {ContractError} If no gene is of a wanted type; the message lists the types that there are.
 *
 * @example A gene on the minus strand in GTF
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
 * Reads the genes of an annotation, as {@linkcode readAnnotation} does, without their assembly.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options The format, the types of genes to take, and what to do with warnings.
 * @returns The genes in the order of the file.
 * @throws {FormatError} As `readAnnotation` does.
 * @throws {ContractError} As `readAnnotation` does.
 *
 * @example A gene of GENCODE
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

/** Reads a line. Returns `undefined` if the line does not hold a gene. */
type RowParser = (line: Line, file: string) => GeneRow | undefined;

const [HASH, QUOTE] = [35, 34];

class AnnotationReader {
  readonly #file: string;
  readonly #onWarning: OnWarning;
  readonly #list: GeneList;
  readonly #clues = new AssemblyClues();
  #format: GeneFormat | undefined;
  /** Reads all lines, starting with the line that shows the format. */
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
    const assembly = this.#clues.finish(genes, warn);
    return assembly === undefined ? { genes } : { genes, assembly };
  }

  #failEmpty(): never {
    const found = this.#lineCount === 0
      ? "the file is empty"
      : `none of its ${this.#lineCount} lines holds a gene`;
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
    this.#clues.readComment(text);
    if (this.#reader instanceof GffGenes) this.#reader.readComment(text);
  }

  #readFirstLine(line: Line): void {
    const text = lineText(line);
    if (isTrackLine(line)) return this.#clues.readComment(text);
    if (text.trim() === "" || tellsNoFormat(text)) return;
    const format = this.#format ?? detectFormat(text) ?? this.#failFormat(line, text);
    this.#format = format;
    if (format === "table") {
      this.#parse = makeTableParser(line, this.#file);
      return;
    }
    const target = { file: this.#file, list: this.#list };
    if (format === "bed") this.#parse = (line, file) => this.#readBed(line, file);
    else if (format === "genepred") this.#reader = new GenePredGenes(target);
    else this.#reader = new GffGenes({ ...target, format, clues: this.#clues });
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

/** Whether a line is a comment. Spreadsheets put comments that contain commas in quotes. */
function isComment({ bytes, start }: Line): boolean {
  return bytes[start] === HASH || (bytes[start] === QUOTE && bytes[start + 1] === HASH);
}

/** Detects the format from a file's first line of data. */
function detectFormat(text: string): GeneFormat | undefined {
  const columns = text.split("\t").map((column) => column.trim());
  if (isTableHeader(text)) return "table";
  // BED is tested before GFF, since a BED file may have nine columns with digits wherever GFF has them.
  const [, start, end] = splitBed(text);
  if (isDigits(start) && isDigits(end)) return "bed";
  if (splitGenePred(text) !== undefined) return "genepred";
  const [, , , gffStart, gffEnd, , , , attributes] = columns;
  if (attributes === undefined || !isDigits(gffStart) || !isDigits(gffEnd)) return undefined;
  return isGff3Style(unquoteCell(attributes)) ? "gff3" : "gtf";
}

/** Whether a line is GTF or GFF3 but lacks the attributes that show which, such as the line of a chromosome. */
function tellsNoFormat(text: string): boolean {
  const columns = text.split("\t");
  const [, source, kind, start, end, , , , attributes = ""] = columns;
  return (columns.length === 8 || columns.length === 9) && !isDigits(source) && isDigits(start) &&
    isDigits(end) && ["", "."].includes(attributes.trim()) && kind !== "gene";
}

function isDigits(text: string | undefined): boolean {
  return text !== undefined && /^\d+$/.test(text.trim());
}
