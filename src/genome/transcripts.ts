/**
 * Finds the gene of each transcript, for tables of expression by transcript.
 *
 * @module
 */

import { formatCountOf } from "../base/count.ts";
import { FormatError } from "../errors.ts";
import { type Line, lineText, withSource } from "../text/lines.ts";
import { decodeText } from "../text/numbers.ts";
import { type Attributes, isGff3Style, parseAttributes } from "./_attributes.ts";
import { detectFormat, isComment } from "./_detect_gene_format.ts";
import { splitGenePred } from "./_gene_pred.ts";
import { attributesStart, findKind, type Place, standsAt } from "./_gff_line.ts";
import type { GeneFormat } from "./gene_format.ts";
import { isTrackLine } from "./track_lines.ts";
import { findGeneId, isExtraCopy } from "./_gene_attributes.ts";
import { isGeneKind } from "./_gene_kinds.ts";
import { stripGenePrefix, stripTranscriptPrefix } from "./id_prefixes.ts";
import { type OnWarning, unquoteCell, visitTextLines } from "./text_lines.ts";
import { isInnerPart, isTranscriptKind, parentOf, transcriptOf } from "./_transcript_features.ts";
import {
  detectTranscriptTable,
  readTranscriptRow,
  type TranscriptTable,
} from "./_transcript_table.ts";
import { transcriptKey } from "./transcript_id.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** Options for reading the genes of transcripts. */
export interface ReadTranscriptGenesOptions extends AbortOptions {
  /** Called with a warning about what is odd about the file but does not prevent reading it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The error about a file that names no transcript's gene but is not damaged: who has another source can do without it. */
export class NoTranscriptsError extends FormatError {}

/**
 * Reads the gene of each transcript from a GTF, GFF3, genePred or refFlat, or from a table of transcripts and their
 * genes such as tximport's `tx2gene`, gzip or not. The table's columns are found by a header, such as `transcript_id`
 * and `gene_id`, or else by ids of Ensembl or RefSeq in the first row; they are separated by tabs or commas. In GTF every line with a
 * `transcript_id` names the gene. In GFF3 a transcript's `Parent` names it, or that parent's `Parent` and so on up to
 * the gene; transcripts without a parent name it in `geneID`, `gene_id` or `gene`.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What to do with warnings.
 * @returns The id of the gene, as `readGenes` returns it, by the {@linkcode transcriptKey} of each transcript. A
 * transcript of GFF3 is found both by its `ID`, without `transcript:` or `rna-`, and by its `transcript_id`.
 * @throws {FormatError} If a line is damaged or no line names a transcript's gene.
 *
 * @example An exon in GTF
 * ```ts
 * import { readTranscriptGenes } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = 'chr1\tHAVANA\texon\t11\t20\t.\t+\t.\tgene_id "G.1"; transcript_id "ENST00000373020.9";\n';
 * const genes = await readTranscriptGenes(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual([...genes], [["ENST00000373020", "G.1"]]);
 * ```
 */
export function readTranscriptGenes(
  input: BinarySource,
  options: ReadTranscriptGenesOptions = {},
): Promise<Map<string, string>> {
  return withSource(input, async (source, options) => {
    const collector = new TranscriptCollector(source.name);
    await visitTextLines(source, (line) => collector.readLine(line), options.onWarning);
    return collector.finish(options.onWarning);
  }, options);
}

const [GREATER, E, C] = [62, 101, 67];

/** Whether a feature is an exon or CDS, as most are: no other kind with the same first letter has the same length. */
function isExonOrCds(bytes: Uint8Array, { start, end }: Place): boolean {
  return (end - start === 4 && bytes[start] === E) || (end - start === 3 && bytes[start] === C);
}

class TranscriptCollector {
  readonly #file: string;
  readonly #genes = new Map<string, string>();
  /** GFF3: the parent of each feature that has one, by `ID`. */
  readonly #parents = new Map<string, string>();
  /** GFF3: the ids of the genes, which may be parts of operons, by `ID`. */
  readonly #geneIds = new Map<string, string>();
  /** GFF3: the RefSeq accession of a transcript, by its `ID`. */
  readonly #accessions = new Map<string, string>();
  /** The format, once a line shows it. */
  #format: GeneFormat | undefined;
  /** The columns, if the file is a table; `null` once it is known to be none. */
  #table: TranscriptTable | null | undefined;
  /** Whether a line has had attributes in GFF3's style. */
  #isGff3 = false;
  /** GTF: the start of the last transcript's attributes, up to and including its id. */
  #last = new Uint8Array();
  #sequencesFollow = false;
  #conflicts: string[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  readLine(line: Line): void {
    const first = line.bytes[line.start];
    if (first === GREATER) this.#sequencesFollow = true;
    if (this.#sequencesFollow || isComment(line) || this.#isRowOfTable(line)) return;
    this.#format ??= detectFormat(lineText(line));
    // Neither says which genes transcripts are of.
    if (this.#format === "bed" || this.#format === "table") return;
    if (this.#format === "genepred") return this.#addGenePred(line);
    this.#readFeature(line);
  }

  /** Reads a line of GTF or GFF3. */
  #readFeature(line: Line): void {
    const place = findKind(line, this.#file);
    if (place === undefined) return;
    const isPart = isExonOrCds(line.bytes, place);
    if (isPart && (this.#isGff3 || this.#isOfLast(line, place))) return;
    const kind = decodeText(line.bytes, place.start, place.end);
    if (isInnerPart(kind)) return;
    const text = unquoteCell(lineText(line).split("\t")[8] ?? "");
    const isGff3 = isGff3Style(text);
    this.#isGff3 ||= isGff3;
    if (isGff3 && isPart) return;
    const attributes = parseAttributes(text);
    // Liftoff gives the transcripts of each further copy of a gene the ids of the first copy.
    if (isExtraCopy(attributes)) return;
    if (isGff3) this.#addFeature(attributes, kind);
    else this.#addTranscript(attributes, text);
  }

  /** Reads a line if the file is a table of transcripts and their genes. Returns whether it is. */
  #isRowOfTable(line: Line): boolean {
    const isFirst = this.#table === undefined;
    if (isFirst && isTrackLine(line)) return false;
    if (isFirst) this.#table = detectTranscriptTable(lineText(line)) ?? null;
    if (this.#table === undefined || this.#table === null) return false;
    const row = isFirst && this.#table.hasHeader
      ? undefined
      : readTranscriptRow(lineText(line), this.#table);
    if (row !== undefined) this.#set(row.transcript, stripGenePrefix(row.gene));
    return true;
  }

  #addGenePred(line: Line): void {
    const found = splitGenePred(lineText(line));
    if (found !== undefined) this.#set(found.transcript, found.gene);
  }

  /** Whether a line has the transcript of the line before, as most lines of GTF do. */
  #isOfLast(line: Line, kind: Place): boolean {
    if (this.#last.length === 0) return false;
    return standsAt(line.bytes, attributesStart(line, kind), this.#last);
  }

  #addTranscript(attributes: Attributes, text: string): void {
    const transcript = attributes.first("transcript_id");
    const gene = attributes.first("gene_id");
    if (transcript === undefined || gene === undefined) return;
    const start = /^.*?\btranscript_id "[^"]*"/.exec(text)?.[0] ?? "";
    this.#last = new TextEncoder().encode(start);
    this.#set(transcript, stripGenePrefix(gene));
  }

  #addFeature(attributes: Attributes, kind: string): void {
    const id = transcriptOf(attributes);
    if (id === undefined) return;
    const parent = isTranscriptKind(kind) ? parentOf(attributes) : attributes.all("Parent").at(0);
    // Ensembl once gave the transcripts of pseudogenes the kind of a gene.
    const isGene = isGeneKind(kind) && (kind === "gene" || !this.#geneIds.has(parent ?? ""));
    if (isGene) return void this.#geneIds.set(id, findGeneId(attributes, "gff3")!);
    if (parent === undefined) return;
    if (!this.#parents.has(id)) this.#parents.set(id, parent);
    const accession = attributes.first("transcript_id");
    if (accession !== undefined) this.#accessions.set(id, accession);
  }

  finish(onWarning: OnWarning = () => {}): Map<string, string> {
    for (const [id, parent] of this.#parents) {
      const gene = this.#geneOf(parent);
      const accession = this.#accessions.get(id);
      if (accession !== undefined) this.#set(accession, gene);
      this.#set(id, gene);
    }
    if (this.#genes.size === 0) {
      throw new NoTranscriptsError(
        "Cannot read transcripts: no line names a transcript's gene, expected a GTF with transcript_id and gene_id, " +
          "a GFF3 with transcripts whose Parent is a gene, or a table of transcripts and their genes",
        { file: this.#file },
      );
    }
    const [first] = this.#conflicts;
    if (first !== undefined) {
      onWarning(
        `${this.#file}: ${formatCountOf(this.#conflicts.length, "transcript")} of several genes, ` +
          `such as ${first}: the first is taken`,
      );
    }
    return this.#genes;
  }

  /** Follows the parents of a feature up to the gene. */
  #geneOf(id: string): string {
    const passed = new Set<string>();
    let at = id;
    for (;;) {
      const gene = this.#geneIds.get(at);
      if (gene !== undefined) return gene;
      const parent = this.#parents.get(at);
      if (parent === undefined || passed.has(at)) return stripGenePrefix(at);
      passed.add(at);
      at = parent;
    }
  }

  #set(transcript: string, gene: string): void {
    const key = transcriptKey(stripTranscriptPrefix(transcript));
    const known = this.#genes.get(key);
    if (known === undefined) this.#genes.set(key, gene);
    else if (known !== gene) this.#conflicts.push(`"${transcript}" of ${known} and ${gene}`);
  }
}
