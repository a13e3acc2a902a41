/** Reads where transcripts of GTF and GFF3 start. Exons of a transcript with a line of its own are skipped undecoded. */

import type { Line } from "../text/lines.ts";
import { lineText } from "../text/lines.ts";
import { decodeText } from "../text/numbers.ts";
import { type Attributes, decodePercent, parseAttributes } from "./_attributes.ts";
import { canonicalRank } from "./_canonical_tag.ts";
import { isExtraCopy } from "./_gene_attributes.ts";
import {
  attributesStart,
  type GffFeature,
  parseFeature,
  type Place,
  standsAt,
} from "./_gff_line.ts";
import { stripGenePrefix, stripTranscriptPrefix } from "./id_prefixes.ts";
import { isInsideGene, isTranscriptKind, parentOf } from "./_transcript_features.ts";
import type { TranscriptStarts } from "./_transcript_starts.ts";
import { copyText } from "./_copy_text.ts";
import { unquoteCell } from "./text_lines.ts";

/** The start of a GTF's attributes, up to and including the transcript's id. */
const UP_TO_TRANSCRIPT = /^.*?\btranscript_id "[^"]*"/;

/** Reads the lines of transcripts. */
export class GffStarts {
  readonly #file: string;
  readonly #isGtf: boolean;
  readonly #starts: TranscriptStarts;
  /** Names of chromosomes and strands, each once. */
  readonly #names = new Map<string, string>();
  /** GTF: the start of the attributes of the last transcript that had a line of its own. */
  #last = new Uint8Array();

  constructor(options: {
    readonly file: string;
    readonly format: "gtf" | "gff3";
    readonly starts: TranscriptStarts;
  }) {
    this.#file = options.file;
    this.#isGtf = options.format === "gtf";
    this.#starts = options.starts;
  }

  /** Notes a gene's line, since transcripts of GFF3 name their gene by its `ID`, which may differ from its id here. */
  addGene(attributes: Attributes, id: string | undefined): void {
    if (!this.#isGtf) this.#starts.addGene(attributes.first("ID"), id);
  }

  /** Reads a line whose feature, named at `place`, is not a gene. */
  readLine(line: Line, place: Place): void {
    if (this.#isGtf && this.#isOfLast(line, place)) return;
    const kind = decodeText(line.bytes, place.start, place.end);
    if (this.#isGtf ? isInsideGene(kind) : !isTranscriptKind(kind)) return;
    this.readFeature(parseFeature(line, this.#file), line);
  }

  /** Reads a feature that may be a transcript or, in GTF, a part of one. */
  readFeature(feature: GffFeature, line: Line): void {
    const attributes = parseAttributes(feature.attributes);
    if (isExtraCopy(attributes)) return;
    const [gene, transcript] = this.#isGtf ? namesOfGtf(attributes) : namesOfGff3(attributes);
    if (gene === undefined) return;
    const { start, end } = feature;
    const isWhole = this.#isGtf && feature.kind === "transcript";
    const name = this.#isGtf ? feature.chromosome : decodePercent(feature.chromosome);
    this.#starts.add(gene, {
      transcript,
      chromosome: this.#keep(name),
      strand: this.#keep(feature.strand.trim()),
      start,
      end,
      line: line.number,
      rank: canonicalRank(attributes),
      isWhole,
    });
    if (isWhole) this.#skipPartsOf(line);
  }

  #keep(name: string): string {
    const kept = this.#names.get(name) ?? copyText(name);
    this.#names.set(kept, kept);
    return kept;
  }

  #skipPartsOf(line: Line): void {
    const text = unquoteCell(lineText(line).split("\t")[8] ?? "");
    this.#last = new TextEncoder().encode(UP_TO_TRANSCRIPT.exec(text)?.[0] ?? "");
  }

  #isOfLast(line: Line, place: Place): boolean {
    return this.#last.length > 0 && standsAt(line.bytes, attributesStart(line, place), this.#last);
  }
}

type Names = readonly [gene: string | undefined, transcript: string | undefined];

function namesOfGtf(attributes: Attributes): Names {
  const gene = attributes.first("gene_id");
  const transcript = attributes.first("transcript_id");
  if (gene === undefined || transcript === undefined) return [undefined, undefined];
  return [stripGenePrefix(gene), stripTranscriptPrefix(transcript)];
}

/** A transcript whose parent is another transcript, such as a mature miRNA, belongs to no gene by this name. */
function namesOfGff3(attributes: Attributes): Names {
  const id = attributes.first("transcript_id", "ID");
  return [parentOf(attributes), id === undefined ? undefined : stripTranscriptPrefix(id)];
}
