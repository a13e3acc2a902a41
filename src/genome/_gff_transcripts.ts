/** Transcripts of GTF and GFF3 whose genes have no lines of their own. */

import { QUOTE } from "../text/characters.ts";
import { type Line, lineText } from "../text/lines.ts";
import { decodeText } from "../text/numbers.ts";
import { type Attributes, decodePercent, parseAttributes } from "./_attributes.ts";
import { CodingGenes } from "./_coding_genes.ts";
import { describeGeneOf } from "./_gene_attributes.ts";
import type { GeneList } from "./_gene_list.ts";
import {
  attributesStart,
  type GffFeature,
  parseFeature,
  type Place,
  standsAt,
} from "./_gff_line.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import { MadeGenes } from "./_made_genes.ts";
import { isInnerPart, isTranscriptKind, parentGene, transcriptOf } from "./_transcript_features.ts";

const T = 116;
const GENE_ID = /(?:^|;)[ \t]*gene_id[ \t]+"([^"]+)"/;
const TRANSCRIPT_ID = /(?:^|;)[ \t]*transcript_id[ \t]+"([^"]+)"/;

/** A transcript of GFF3 as most programs write it, without a character that is written as its code. */
const ID_AND_PARENT = /\tID=([^;%"]+);Parent=([^;,%"]+)(?:;|$)/;

/** Reads the lines that are no genes. Those of transcripts whose gene has a line are mostly not decoded. */
export class GffTranscripts {
  readonly #file: string;
  readonly #isGtf: boolean;
  readonly #list: GeneList;
  readonly #made = new MadeGenes();
  readonly #coding = new CodingGenes();
  /** What the lines of genes are called by, whether the genes can be used or not. */
  readonly #geneIds = new Set<string>();
  /** GFF3: what else they are called, by which transcripts without a parent may name them. */
  readonly #geneNames = new Set<string>();
  /** GFF3: the transcripts, which may be the parents of others. */
  readonly #transcriptIds = new Set<string>();
  /** GFF3: genes that transcripts name by other attributes than `Parent`. */
  readonly #onlyNamed = new Set<string>();
  /** What the attributes start with of lines that tell nothing new, up to a quotation mark. */
  #skipped = new Uint8Array();
  /** Whether they are skipped because of a gene's line, and not of a transcript's. */
  #hasGeneLine = false;

  constructor(options: {
    readonly file: string;
    readonly format: "gtf" | "gff3";
    readonly list: GeneList;
  }) {
    this.#file = options.file;
    this.#isGtf = options.format === "gtf";
    this.#list = options.list;
  }

  /** Says that a gene has a line of its own, so that those of its transcripts need not be looked at. */
  addGeneLine(attributes: Attributes): void {
    const id = attributes.first(this.#isGtf ? "gene_id" : "ID") ?? attributes.word ?? "";
    this.#geneIds.add(stripGenePrefix(id));
    if (this.#isGtf) {
      this.#skipped = new TextEncoder().encode(`gene_id "${id}`);
      this.#hasGeneLine = true;
      return;
    }
    for (const key of ["gene_id", "locus_tag", "gene", "Name"]) {
      const name = attributes.first(key);
      if (name !== undefined) this.#geneNames.add(name);
    }
  }

  /** Says that a transcript has a line of its own, so that its exons need not be looked at. */
  #skipParts(gene: string, transcript: string): void {
    this.#skipped = new TextEncoder().encode(`gene_id "${gene}"; transcript_id "${transcript}`);
    this.#hasGeneLine = false;
  }

  /** Reads a line whose kind, which stands at `place`, is not that of a gene. */
  readLine(line: Line, place: Place): void {
    if (this.#isGtf && this.#isSkipped(line, place)) return;
    if (!this.#isGtf && this.#coding.readLine(line, place)) return;
    const kind = decodeText(line.bytes, place.start, place.end);
    if (this.#isGtf ? isInnerPart(kind) : !isTranscriptKind(kind)) return;
    if (!this.#isGtf && this.#isOfGeneLine(line)) return;
    this.readFeature(parseFeature(line, this.#file), line);
  }

  /** Whether a transcript of GFF3 is of a gene that has a line, told from the text alone where that suffices. */
  #isOfGeneLine(line: Line): boolean {
    const match = ID_AND_PARENT.exec(lineText(line));
    if (match === null || !this.#geneIds.has(stripGenePrefix(match[2]))) return false;
    this.#transcriptIds.add(match[1]);
    return true;
  }

  readFeature(feature: GffFeature, line: Line): void {
    if (this.#isGtf) this.#readGtf(feature, line);
    else this.#readGff3(feature, line);
  }

  #readGtf(feature: GffFeature, line: Line): void {
    const { kind, attributes, chromosome, start, end, strand } = feature;
    const written = gtfValue(attributes, "gene_id");
    if (written === undefined) return;
    const gene = stripGenePrefix(written);
    if (this.#geneIds.has(gene) || this.#list.has(gene)) return;
    const transcript = gtfValue(attributes, "transcript_id");
    this.#made.add(
      { gene, transcript, chromosome, strand, start, end, line: line.number },
      () => describeFromTranscript(parseAttributes(attributes)),
    );
    if (kind === "transcript" && transcript !== undefined) this.#skipParts(written, transcript);
  }

  #readGff3(feature: GffFeature, line: Line): void {
    const attributes = parseAttributes(feature.attributes);
    const transcript = transcriptOf(attributes);
    if (transcript !== undefined) this.#transcriptIds.add(transcript);
    const gene = parentGene(attributes);
    if (gene === undefined || this.#geneIds.has(gene) || this.#list.has(gene)) return;
    if (attributes.first("Parent") !== undefined) this.#onlyNamed.delete(gene);
    else if (!this.#made.has(gene)) this.#onlyNamed.add(gene);
    const { start, end, strand } = feature;
    const chromosome = decodePercent(feature.chromosome);
    this.#made.add(
      { gene, transcript, chromosome, strand, start, end, line: line.number },
      () => describeFromTranscript(attributes),
    );
  }

  /** Adds to the list the genes that have no line there. */
  finish(): void {
    const isKnown = (gene: string) =>
      this.#geneIds.has(gene) ||
      (this.#onlyNamed.has(gene) ? this.#geneNames : this.#transcriptIds).has(gene);
    this.#made.addTo(this.#list, isKnown);
    if (this.#list.lines === 0) return;
    this.#coding.report(this.#list, (gene) => isKnown(gene) || this.#geneNames.has(gene));
  }

  /** Whether a line is one of those that tell nothing new; each transcript's own line may. */
  #isSkipped(line: Line, kind: Place): boolean {
    const skipped = this.#skipped;
    if (skipped.length === 0) return false;
    const { bytes } = line;
    const start = attributesStart(line, kind);
    if (bytes[start + skipped.length] !== QUOTE || !standsAt(bytes, start, skipped)) return false;
    return this.#hasGeneLine || bytes[kind.start] !== T;
  }
}

function describeFromTranscript(attributes: Attributes) {
  return { ...describeGeneOf(attributes), referenceGene: attributes.first("ref_gene_id") };
}

/** A value of GTF, without a look at all attributes where it is in quotes. */
function gtfValue(attributes: string, key: "gene_id" | "transcript_id"): string | undefined {
  const quick = key === "gene_id" ? GENE_ID : TRANSCRIPT_ID;
  return quick.exec(attributes)?.[1] ?? parseAttributes(attributes).first(key);
}
