/** Transcripts of GTF and GFF3 whose genes have no lines of their own. */

import type { Line } from "../io/_lines.ts";
import { decodeText } from "../io/_numbers.ts";
import { decodePercent, parseAttributes } from "./_attributes.ts";
import { describeGeneOf } from "./_gene_attributes.ts";
import type { GeneList } from "./_gene_list.ts";
import { columnEnd, type GffFeature, parseFeature, type Place } from "./_gff_line.ts";
import { MadeGenes } from "./_made_genes.ts";
import { isInnerPart, isTranscriptKind, parentGene, transcriptOf } from "./_transcript_features.ts";

const QUOTE = 34;
const T = 116;
const GENE_ID = /(?:^|;)[ \t]*gene_id[ \t]+"([^"]+)"/;
const TRANSCRIPT_ID = /(?:^|;)[ \t]*transcript_id[ \t]+"([^"]+)"/;

/** Reads the lines that are no genes. Those of transcripts whose gene has a line are mostly not decoded. */
export class GffTranscripts {
  readonly #file: string;
  readonly #isGtf: boolean;
  readonly #list: GeneList;
  readonly #made = new MadeGenes();
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
  skipTranscripts(gene: string): void {
    this.#skipped = new TextEncoder().encode(`gene_id "${gene}`);
    this.#hasGeneLine = true;
  }

  /** Says that a transcript has a line of its own, so that its exons need not be looked at. */
  #skipParts(gene: string, transcript: string): void {
    this.#skipped = new TextEncoder().encode(`gene_id "${gene}"; transcript_id "${transcript}`);
    this.#hasGeneLine = false;
  }

  /** Reads a line whose kind, which stands at `place`, is not that of a gene. */
  readLine(line: Line, place: Place): void {
    // GFF3 has its transcripts after their genes.
    if (this.#isGtf ? this.#isSkipped(line, place) : this.#list.lines > 0) return;
    const kind = decodeText(line.bytes, place.start, place.end);
    if (this.#isGtf ? isInnerPart(kind) : !isTranscriptKind(kind)) return;
    this.readFeature(parseFeature(line, this.#file), line);
  }

  readFeature(feature: GffFeature, line: Line): void {
    const { kind, attributes, start, end, strand } = feature;
    const gene = this.#isGtf
      ? gtfValue(attributes, "gene_id")
      : parentGene(parseAttributes(attributes));
    if (gene === undefined || this.#list.has(gene)) return;
    const transcript = this.#isGtf
      ? gtfValue(attributes, "transcript_id")
      : transcriptOf(parseAttributes(attributes));
    const chromosome = this.#isGtf ? feature.chromosome : decodePercent(feature.chromosome);
    this.#made.add(
      { gene, transcript, chromosome, strand, start, end, line: line.number },
      () => describeGeneOf(parseAttributes(attributes)),
    );
    if (this.#isGtf && kind === "transcript" && transcript !== undefined) {
      this.#skipParts(gene, transcript);
    }
  }

  /** Adds to the list the genes that have no line there. */
  finish(): void {
    // Of GFF3 with lines of genes the transcripts were not all looked at.
    if (this.#isGtf || this.#list.lines === 0) this.#made.addTo(this.#list);
  }

  /** Whether a line is one of those that tell nothing new; each transcript's own line may. */
  #isSkipped(line: Line, kind: Place): boolean {
    const skipped = this.#skipped;
    if (skipped.length === 0) return false;
    const { bytes } = line;
    let start = kind.end + 1;
    for (let column = 3; column < 8; column++) start = columnEnd(line, start) + 1;
    if (bytes[start + skipped.length] !== QUOTE) return false;
    for (let i = 0; i < skipped.length; i++) {
      if (bytes[start + i] !== skipped[i]) return false;
    }
    return this.#hasGeneLine || bytes[kind.start] !== T;
  }
}

/** A value of GTF, without a look at all attributes where it is in quotes. */
function gtfValue(attributes: string, key: "gene_id" | "transcript_id"): string | undefined {
  const quick = key === "gene_id" ? GENE_ID : TRANSCRIPT_ID;
  return quick.exec(attributes)?.[1] ?? parseAttributes(attributes).first(key);
}
