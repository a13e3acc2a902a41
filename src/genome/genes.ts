/**
 * Reading genes: their transcription start sites by strand.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import type { ByteSource } from "../io/byte_source.ts";
import { type Line, withSource } from "../io/_lines.ts";
import { isTrackLine, parseBedLine } from "./_bed_genes.ts";
import { GFF3, GTF, parseGffLine } from "./_gff.ts";
import { makeGene, parsePosition } from "./_make_gene.ts";
import { readTableHeader } from "./_table_columns.ts";
import { failLine, lineText, visitTextLines } from "./_text_lines.ts";
import { geneKey } from "../gene_id.ts";
import type { Gene } from "./gene.ts";

/**
 * A format of genes: `table` is tab-separated with the header `gene_id chrom tss strand`, `tss`
 * 0-based.
 */
export type GeneFormat = "gtf" | "gff3" | "bed" | "table";

/** Every {@linkcode GeneFormat}. */
export const GENE_FORMATS: readonly GeneFormat[] = ["gtf", "gff3", "bed", "table"];

/** How to read a file of genes. */
export interface ReadGenesOptions {
  /**
   * The file's format.
   *
   * Default: told from the file's first lines.
   */
  readonly format?: GeneFormat;
  /** Called with what is odd about the file but does not keep it from being read: mixed line ends. */
  readonly onWarning?: (message: string) => void;
}

const TABLE_COLUMNS = ["gene_id", "chrom", "tss", "strand"] as const;
const HASH = 35;

/**
 * Reads the genes of a GTF, GFF3, BED or table, gzip or not. Of GTF and GFF3 the features that are
 * genes count (`gene`; in GFF3 also `ncRNA_gene` and `pseudogene`), by `gene_id` or, in GFF3, by
 * `ID` without its `gene:`; of BED each line, by its name. No gene is made up from transcripts,
 * whose starts differ: a file without features of genes is refused. Comments, track lines and blank
 * lines are skipped.
 *
 * The TSS is strand-aware: the first base of a gene on the plus strand, the last of one on the
 * minus strand. It is 0-based, whatever the format's own coordinates. Ids keep their versions; that
 * two lines hold the same gene is told by {@linkcode geneKey}, without them.
 *
 * @param input Path of the file, or a source of its bytes.
 * @returns The genes in the order of the file.
 * @throws {FormatError} With the line, if one cannot be read, a gene has no strand or stands there
 * twice; also if the file is empty, has no gene, or is in none of the formats.
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
export function readGenes(
  input: string | URL | ByteSource,
  options: ReadGenesOptions = {},
): Promise<Gene[]> {
  return withSource(input, async (source) => {
    const collector = new GeneCollector(source.name, options.format);
    await visitTextLines(source, (line) => collector.readLine(line), options.onWarning);
    return collector.finish();
  });
}

/** Reads a line; `undefined` if it holds no gene. */
type LineParser = (line: Line, file: string) => Gene | undefined;

class GeneCollector {
  readonly #file: string;
  #format: GeneFormat | undefined;
  #parse: LineParser | undefined;
  readonly #genes: Gene[] = [];
  /** Line of each gene, by its key. */
  readonly #lines = new Map<string, number>();
  #lineCount = 0;
  #sequencesFollow = false;

  constructor(file: string, format: GeneFormat | undefined) {
    this.#file = file;
    this.#format = format;
  }

  readLine(line: Line): void {
    this.#lineCount = line.number;
    if (this.#sequencesFollow) return;
    if (line.bytes[line.start] === HASH) return this.#readComment(line);
    if (this.#parse === undefined) return this.#readFirstLine(line);
    const gene = this.#parse(line, this.#file);
    if (gene !== undefined) this.#add(gene, line);
  }

  finish(): Gene[] {
    if (this.#genes.length > 0) return this.#genes;
    const found = this.#lineCount === 0
      ? "the file is empty"
      : `none of its ${this.#lineCount} lines is a gene`;
    const annotation = this.#format === "gtf" || this.#format === "gff3";
    const hint = this.#lineCount > 0 && annotation
      ? '. It must hold features of type "gene", as those of GENCODE and Ensembl do'
      : "";
    throw new FormatError(`Cannot read genes: ${found}, expected genes${hint}`, {
      file: this.#file,
    });
  }

  #readComment(line: Line): void {
    const text = lineText(line);
    if (/^##gff-version\s+3/.test(text)) this.#format ??= "gff3";
    // GFF3 may have the genome's sequence behind its features.
    if (this.#format === "gff3" && text.startsWith("##FASTA")) this.#sequencesFollow = true;
  }

  #readFirstLine(line: Line): void {
    const text = lineText(line);
    if (isTrackLine(text)) return;
    this.#format ??= detectFormat(text);
    if (this.#format === undefined) {
      const found = `line is "${text.slice(0, 80)}"`;
      failLine(
        this.#file,
        line,
        `Cannot read genes: ${found}, expected GTF, GFF3, BED of at least 6 columns, or the header ` +
          `${TABLE_COLUMNS.join(" ")}, each separated by tabs`,
      );
    }
    if (this.#format === "table") {
      this.#parse = tableParser(line, this.#file);
    } else {
      this.#parse = PARSERS[this.#format];
      this.readLine(line);
    }
  }

  #add(gene: Gene, line: Line): void {
    const key = geneKey(gene.id);
    const earlier = this.#lines.get(key);
    if (earlier !== undefined) {
      failLine(
        this.#file,
        line,
        `Cannot read gene "${gene.id}": it stands in line ${earlier} and in line ${line.number}, ` +
          "expected once",
      );
    }
    this.#lines.set(key, line.number);
    this.#genes.push(gene);
  }
}

const PARSERS: Record<Exclude<GeneFormat, "table">, LineParser> = {
  gtf: (line, file) => parseGffLine(GTF, line, file),
  gff3: (line, file) => parseGffLine(GFF3, line, file),
  bed: parseBedLine,
};

function tableParser(header: Line, file: string): LineParser {
  const readRow = readTableHeader(TABLE_COLUMNS, "genes", { line: header, file });
  return (line, file) => {
    const { gene_id: id, chrom: chromosome, tss, strand } = readRow(line, file);
    const start = parsePosition(tss, "tss", { line, file, least: 0 });
    return makeGene({ id, chromosome, start, end: start + 1, strand }, line, file);
  };
}

/** The format that a file's first line of data is written in. */
function detectFormat(text: string): GeneFormat | undefined {
  const columns = text.split("\t").map((column) => column.trim());
  if (columns.includes("gene_id")) return "table";
  // Before GFF, since BED may have nine columns with digits in all the places where GFF has them,
  // and one more.
  if (columns.length >= 3 && isDigits(columns[1]) && isDigits(columns[2])) return "bed";
  if (columns.length < 9 || !isDigits(columns[3]) || !isDigits(columns[4])) return undefined;
  return /^[^\s=;"]+=/.test(columns[8]) ? "gff3" : "gtf";
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}
