/** Reads the lines of an annotation in whatever format they are. */

import { formatCount } from "../base/count.ts";
import { ContractError, FormatError } from "../errors.ts";
import { failLine, type Line, lineText } from "../text/lines.ts";
import { parseBedLine, RowWidths } from "./_bed_genes.ts";
import { failWithoutTags } from "./_canonical_tag.ts";
import { detectFormat, isComment, tellsNoFormat } from "./_detect_gene_format.ts";
import { GeneList } from "./_gene_list.ts";
import { GenePredGenes, isGenePredHeader } from "./_gene_pred.ts";
import { GeneReport } from "./_gene_report.ts";
import { GffGenes } from "./_gff_genes.ts";
import { describeGffFrame, isGffHeader } from "./_gff_frames.ts";
import { hasBlankColumns } from "./_gff_line.ts";
import type { GeneRow } from "./_make_gene.ts";
import { TABLE_COLUMNS } from "./_table_cells.ts";
import { isBioMartHeader, makeTableParser } from "./_table_genes.ts";
import { TranscriptStarts } from "./_transcript_starts.ts";
import { moveToCanonical, noteSharedStarts, takeTranscripts } from "./_tss_rule.ts";
import { type OnWarning, unquoteCell } from "./text_lines.ts";
import { AssemblyClues } from "./assembly_clues.ts";
import type { Gene } from "./gene.ts";
import type { Annotation, AnnotationTss, GeneFormat, ReadGenesOptions } from "./gene_format.ts";
import { isTrackLine } from "./track_lines.ts";
import { isTranscriptId, transcriptKey } from "./transcript_id.ts";

/** Reads a line. Returns `undefined` if the line does not hold a gene. */
type RowParser = (line: Line, file: string) => GeneRow | undefined;

/** What formats that do not tag transcripts are called in messages. */
const WITHOUT_TAGS: Readonly<Partial<Record<GeneFormat, string>>> = {
  bed: "BED",
  genepred: "genePred",
};

/** Reads an annotation, line by line. */
export class AnnotationReader {
  readonly #file: string;
  readonly #onWarning: OnWarning;
  #list: GeneList;
  readonly #clues = new AssemblyClues();
  #format: GeneFormat | undefined;
  readonly #geneTypes: readonly string[] | undefined;
  readonly #tss: AnnotationTss;
  /** The transcripts of the genes, where their starts are wanted. */
  readonly #starts: TranscriptStarts | undefined;
  readonly #transcriptGenes: ReadonlyMap<string, string> | undefined;
  /** Whether the list holds transcripts, one a line, rather than genes. */
  #holdsRows = false;
  /** Reads all lines, starting with the line that shows the format. */
  #reader: GffGenes | GenePredGenes | undefined;
  #parse: RowParser | undefined;
  /** The widths of the rows of BED. */
  readonly #widths = new RowWidths();
  #lineCount = 0;

  constructor(file: string, options: ReadGenesOptions) {
    const { format, geneTypes, tss = "gene", onWarning = () => {} } = options;
    this.#file = file;
    this.#onWarning = onWarning;
    this.#format = format;
    this.#tss = tss;
    this.#starts = tss === "gene"
      ? undefined
      : new TranscriptStarts({ onlyTagged: tss === "canonical" });
    this.#transcriptGenes = options.transcriptGenes;
    this.#geneTypes = geneTypes;
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
    const genes = this.#moveStarts(this.#list.finish());
    const warn = (message: string) => this.#onWarning(`${this.#file} ${message}`);
    const odd = this.#widths.describe();
    if (odd !== undefined) warn(odd);
    const assembly = this.#clues.finish(genes, warn);
    return assembly === undefined ? { genes } : { genes, assembly };
  }

  /** Moves the genes' starts to where they are wanted, and gives all warnings about genes. */
  #moveStarts(genes: Gene[]): Gene[] {
    const { report } = this.#list;
    const transcriptReport = new GeneReport("transcript");
    const moved = this.#applyRule(genes, transcriptReport);
    for (const message of [report, transcriptReport].flatMap((one) => one.warnings(this.#file))) {
      this.#onWarning(message);
    }
    return moved;
  }

  #applyRule(genes: Gene[], transcriptReport: GeneReport): Gene[] {
    const starts = this.#starts;
    if (starts === undefined) return genes;
    const options = { starts, file: this.#file, report: this.#list.report };
    if (this.#holdsRows) {
      noteSharedStarts(genes, this.#list.report);
      return genes;
    }
    return this.#tss === "canonical"
      ? moveToCanonical(genes, options)
      : takeTranscripts(genes, { ...options, transcriptReport });
  }

  #failEmpty(): never {
    const found = this.#lineCount === 0
      ? "the file is empty"
      : `none of its ${formatCount(this.#lineCount)} lines holds a gene`;
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
    const detected = detectFormat(text);
    if (detected === undefined && (isGenePredHeader(text) || isGffHeader(text))) return;
    const format = this.#format ?? detected ?? this.#failFormat(line, text);
    this.#format = format;
    const withoutTags = WITHOUT_TAGS[format];
    if (this.#tss === "canonical" && withoutTags !== undefined) {
      failWithoutTags(this.#file, withoutTags);
    }
    if (format === "table") {
      if (this.#tss === "transcript" && !isBioMartHeader(text)) this.#takeRows();
      const options = { file: this.#file, tss: this.#tss, starts: this.#starts };
      this.#parse = makeTableParser(line, options);
      return;
    }
    if (format === "bed") {
      if (this.#tss === "transcript") this.#takeRows();
      this.#parse = (line, file) => this.#readBed(line, file);
      return this.readLine(line);
    }
    const target = { file: this.#file, list: this.#list, starts: this.#starts };
    const transcriptGenes = this.#transcriptGenes;
    this.#reader = format === "genepred"
      ? new GenePredGenes({ ...target, transcriptGenes })
      : new GffGenes({ ...target, format, clues: this.#clues });
    this.readLine(line);
  }

  /** Prepares for lines each of which is a transcript. */
  #takeRows(): void {
    this.#holdsRows = true;
    const report = new GeneReport("transcript");
    this.#list = new GeneList({ file: this.#file, geneTypes: this.#geneTypes, report });
  }

  #readBed(line: Line, file: string): GeneRow | undefined {
    const row = parseBedLine(line, file);
    if (row !== undefined) this.#widths.add(row);
    if (this.#tss === "transcript") return row && this.#withGene(row);
    if (row?.id !== undefined && isTranscriptId(row.id)) {
      this.#list.report.note(
        "took",
        "whose ids are those of transcripts",
        `"${row.id}" (line ${row.line})`,
      );
    }
    return row && { ...row, gene: undefined };
  }

  /** Adds the gene to a transcript of a BED. Without it, no split could keep the transcripts of a gene together. */
  #withGene(row: GeneRow): GeneRow | undefined {
    const { id, gene = this.#transcriptGenes?.get(transcriptKey(id ?? "")) } = row;
    if (gene !== undefined || id === undefined) return { ...row, gene };
    if (this.#transcriptGenes === undefined) {
      throw new ContractError(
        `Cannot take every transcript of ${this.#file}: BED does not say which genes they are of, so that splits would ` +
          "train and judge on the same gene, expected a table of transcripts and their genes " +
          "(prepare's --transcript-genes), or a GTF or GFF3",
      );
    }
    this.#list.leaveOut("whose gene is not known", `"${id}" (line ${row.line})`);
    return undefined;
  }

  #failFormat(line: Line, text: string): never {
    const frame = describeGffFrame(text);
    if (frame !== undefined) failLine(this.#file, line, `Cannot read genes: ${frame}`);
    const areBlanks = hasBlankColumns(text) || /^"?\S+"?(?: +"?\S+"?){3,}$/.test(text);
    const found = areBlanks ? "columns are separated by blanks in" : "line is";
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
