/** Transcripts of GTF and GFF3 whose genes have no gene lines. */

import { QUOTE } from "../text/characters.ts";
import { type Line, lineText } from "../text/lines.ts";
import { decodeText } from "../text/numbers.ts";
import { type Attributes, decodePercent, parseAttributes } from "./_attributes.ts";
import { CodingGenes } from "./_coding_genes.ts";
import { readGeneFactsOfTranscript } from "./_gene_attributes.ts";
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
import type { TranscriptStarts } from "./_transcript_starts.ts";
import { stripCopyNumber } from "./transcript_id.ts";
import { StrandWatch } from "./_strand_watch.ts";
import {
  isCodingPart,
  isInsideGene,
  isTranscriptKind,
  parentGene,
  transcriptOf,
} from "./_transcript_features.ts";

const T = 116;
const GENE_ID = /(?:^|;)[ \t]*gene_id[ \t]+"([^"]+)"/;
const TRANSCRIPT_ID = /(?:^|;)[ \t]*transcript_id[ \t]+"([^"]+)"/;

/** A transcript of GFF3 as most programs write it, without percent-encoded characters. */
const ID_AND_PARENT = /\tID=([^;%"]+);Parent=([^;,%"]+)(?:;|$)/;

/** Where a gene's own line is, and what strand it names. */
interface OwnLine {
  readonly strand: string;
  readonly line: number;
}

/** Reads the lines of features other than genes. Most transcripts whose gene has a line are skipped undecoded. */
export class GffTranscripts {
  readonly #file: string;
  readonly #isGtf: boolean;
  readonly #list: GeneList;
  readonly #made: MadeGenes;
  readonly #coding = new CodingGenes();
  readonly #strands: StrandWatch;
  /** The ids in the lines of genes, whether the genes are usable or not. */
  readonly #geneIds = new Set<string>();
  /** GFF3: the genes' other names, by which transcripts without a parent may name them. */
  readonly #geneNames = new Set<string>();
  /** GFF3: the ids of transcripts, which may be the parents of other features. */
  readonly #transcriptIds = new Set<string>();
  /** GFF3: genes that transcripts name only by attributes other than `Parent`. */
  readonly #onlyNamed = new Set<string>();
  /** The start, up to a quotation mark, of the attributes of lines that add nothing new. */
  #skipped = new Uint8Array();
  /** Whether such lines are skipped because of a gene's line rather than a transcript's. */
  #hasGeneLine = false;

  constructor(options: {
    readonly file: string;
    readonly format: "gtf" | "gff3";
    readonly list: GeneList;
    /** Where transcripts go whose own starts are wanted. */
    readonly starts?: TranscriptStarts | undefined;
  }) {
    this.#file = options.file;
    this.#isGtf = options.format === "gtf";
    this.#list = options.list;
    this.#made = new MadeGenes(this.#isGtf && options.starts === undefined);
    this.#strands = new StrandWatch(options.list.report);
  }

  /** Records that a gene has its own line, so that the lines of its transcripts can be skipped. */
  addGeneLine(attributes: Attributes, { strand, line }: OwnLine): void {
    const id = attributes.first(this.#isGtf ? "gene_id" : "ID") ?? attributes.word ?? "";
    this.#geneIds.add(stripGenePrefix(id));
    if (this.#isGtf) {
      this.#skipped = new TextEncoder().encode(`gene_id "${id}`);
      this.#hasGeneLine = true;
      this.#strands.start({ id, strand, line });
      return;
    }
    for (const key of ["gene_id", "locus_tag", "gene", "Name"]) {
      const name = attributes.first(key);
      if (name !== undefined) this.#geneNames.add(name);
    }
  }

  /** Records that a transcript has its own line, so that its exons can be skipped. */
  #skipParts(gene: string, transcript: string): void {
    this.#skipped = new TextEncoder().encode(`gene_id "${gene}"; transcript_id "${transcript}`);
    this.#hasGeneLine = false;
  }

  /** Reads a line whose feature, named at `place`, is not a gene. */
  readLine(line: Line, place: Place): void {
    if (this.#isGtf && this.#isSkipped(line, place)) return;
    if (!this.#isGtf && this.#coding.readLine(line, place)) return;
    const kind = decodeText(line.bytes, place.start, place.end);
    if (this.#isGtf ? isInsideGene(kind) : !isTranscriptKind(kind)) return;
    if (!this.#isGtf && this.#isOfGeneLine(line)) return;
    this.readFeature(parseFeature(line, this.#file), line);
  }

  /** Whether a transcript of GFF3 belongs to a gene with a line, as far as the undecoded text shows. */
  #isOfGeneLine(line: Line): boolean {
    const [, id, parent] = ID_AND_PARENT.exec(lineText(line)) ?? [];
    if (id === undefined || parent === undefined) return false;
    if (!this.#geneIds.has(stripGenePrefix(parent))) return false;
    this.#transcriptIds.add(id);
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
    const transcript = gtfValue(attributes, "transcript_id");
    const isTranscript = written === transcript;
    const gene = stripGenePrefix(isTranscript ? stripCopyNumber(written) : written);
    if (this.#geneIds.has(gene) || this.#list.has(gene)) return;
    const isWhole = kind === "transcript";
    const isCoding = isCodingPart(kind);
    this.#made.add(
      { gene, transcript, chromosome, strand, start, end, line: line.number, isWhole, isCoding },
      () => readTranscriptFacts(parseAttributes(attributes)),
    );
    if (isWhole && transcript !== undefined) this.#skipParts(written, transcript);
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
      { gene, transcript, chromosome, strand, start, end, line: line.number, isWhole: true },
      () => readTranscriptFacts(attributes),
    );
  }

  /** Adds the genes that have no line to the list. */
  finish(): void {
    this.#strands.finish();
    const isKnown = (gene: string) =>
      this.#geneIds.has(gene) ||
      (this.#onlyNamed.has(gene) ? this.#geneNames : this.#transcriptIds).has(gene);
    this.#made.addTo(this.#list, isKnown);
    if (this.#list.lines === 0) return;
    this.#coding.report(this.#list, (gene) => isKnown(gene) || this.#geneNames.has(gene));
  }

  /** Whether a line adds nothing new. Only the own line of each transcript may. */
  #isSkipped(line: Line, kind: Place): boolean {
    const skipped = this.#skipped;
    if (skipped.length === 0) return false;
    const { bytes } = line;
    const start = attributesStart(line, kind);
    if (bytes[start + skipped.length] !== QUOTE || !standsAt(bytes, start, skipped)) return false;
    if (this.#hasGeneLine) this.#strands.see(bytes, start);
    return this.#hasGeneLine || bytes[kind.start] !== T;
  }
}

function readTranscriptFacts(attributes: Attributes) {
  return {
    ...readGeneFactsOfTranscript(attributes),
    referenceGene: attributes.first("ref_gene_id"),
  };
}

/** Finds a value of GTF. A value in quotes is found without parsing all attributes. */
function gtfValue(attributes: string, key: "gene_id" | "transcript_id"): string | undefined {
  const quick = key === "gene_id" ? GENE_ID : TRANSCRIPT_ID;
  return quick.exec(attributes)?.[1] ?? parseAttributes(attributes).first(key);
}
