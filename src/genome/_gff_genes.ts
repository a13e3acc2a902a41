/** Reads the genes of GTF and GFF3. */

import type { Line } from "../text/lines.ts";
import { decodeText } from "../text/numbers.ts";
import { type Attributes, decodePercent, parseAttributes } from "./_attributes.ts";
import { findGeneId, isExtraCopy, isSerialNumber, readGeneFacts } from "./_gene_attributes.ts";
import { isGeneKind, isGeneSegment, isNamedGene, typeOfKind } from "./_gene_kinds.ts";
import type { GeneList } from "./_gene_list.ts";
import { findKind, type GffFeature, parseFeature, type Place } from "./_gff_line.ts";
import { GffStarts } from "./_gff_starts.ts";
import { GffTranscripts } from "./_gff_transcripts.ts";
import { stripGenePrefix } from "./id_prefixes.ts";
import type { GeneRow } from "./_make_gene.ts";
import type { AssemblyClues } from "./assembly_clues.ts";
import type { TranscriptStarts } from "./_transcript_starts.ts";

const EXTRA_COPY = "copied again by Liftoff, of an extra_copy_number above 0";
const UNKNOWN_KIND = "of a kind that the Sequence Ontology lacks";
const [G, CAPITAL_G, E, N, R] = [103, 71, 101, 110, 114];
const GREATER = 62;
const REGION_LENGTH = "region".length;

/** What {@linkcode GffGenes} reads, and where its results go. */
export interface GffGenesOptions {
  readonly file: string;
  readonly format: "gtf" | "gff3";
  readonly list: GeneList;
  readonly clues: AssemblyClues;
  /** Where transcripts go whose own starts are wanted. */
  readonly starts?: TranscriptStarts | undefined;
}

/** Reads the lines of a GTF or GFF3. Most lines are not needed here, and are not decoded. */
export class GffGenes {
  readonly #options: GffGenesOptions;
  readonly #transcripts: GffTranscripts;
  readonly #starts: GffStarts | undefined;
  /** NCBI's GFF3: the chromosomes' names, by accession number. */
  readonly #aliases = new Map<string, string>();
  #sequencesFollow = false;

  constructor(options: GffGenesOptions) {
    this.#options = options;
    this.#transcripts = new GffTranscripts(options);
    const { starts } = options;
    this.#starts = starts && new GffStarts({ ...options, starts });
  }

  readComment(text: string): void {
    // In GFF3 the genome's sequence may follow the features.
    if (this.#options.format === "gff3" && text.startsWith("##FASTA")) this.#sequencesFollow = true;
  }

  readLine(line: Line): void {
    const { file, format } = this.#options;
    if (this.#sequencesFollow) return;
    if (line.bytes[line.start] === GREATER) {
      this.#sequencesFollow = true;
      return;
    }
    const place = findKind(line, file);
    if (place === undefined) return;
    if (holdsGene(line.bytes, place)) this.#readGene(line, place);
    else if (format === "gff3" && isRegion(line.bytes, place)) this.#readRegion(line);
    else this.#readOther(line, place);
  }

  /** Reads a line that is not a gene's. */
  #readOther(line: Line, place: Place): void {
    this.#transcripts.readLine(line, place);
    this.#starts?.readLine(line, place);
  }

  /** Adds the genes that can be made only after the last line. */
  finish(): void {
    this.#transcripts.finish();
  }

  #readGene(line: Line, kindPlace: Place): void {
    const { file, format, list } = this.#options;
    const feature = parseFeature(line, file);
    const attributes = parseAttributes(feature.attributes);
    const { kind } = feature;
    const own = { strand: feature.strand.trim(), line: line.number };
    if (isGeneSegment(kind)) {
      const isTranscript = format === "gtf" || attributes.first("Parent") !== undefined;
      if (isTranscript) {
        this.#starts?.readFeature(feature, line);
        return this.#transcripts.readFeature(feature, line);
      }
    } else if (!isGeneKind(kind)) {
      if (!isNamedGene(kind)) return this.#readOther(line, kindPlace);
      this.#transcripts.addGeneLine(attributes, own);
      return list.leaveOut(UNKNOWN_KIND, `${kind} in line ${line.number}`);
    }
    // Ensembl once gave the transcripts of pseudogenes the kind of a gene.
    const parent = kind === "gene" ? undefined : attributes.first("Parent");
    if (parent !== undefined && list.has(stripGenePrefix(parent))) {
      return this.#starts?.readFeature(feature, line);
    }
    this.#transcripts.addGeneLine(attributes, own);
    const row = this.#rowOf(feature, attributes, line);
    this.#starts?.addGene(attributes, row.id);
    if (isExtraCopy(attributes)) {
      return list.leaveOut(EXTRA_COPY, `"${row.id}" (line ${line.number})`);
    }
    list.add(row);
  }

  #rowOf(feature: GffFeature, attributes: Attributes, line: Line): GeneRow {
    const { kind, start, end, strand } = feature;
    const isGff3 = this.#options.format === "gff3";
    const chromosome = isGff3 ? decodePercent(feature.chromosome) : feature.chromosome;
    return {
      id: findGeneId(attributes, this.#options.format),
      ...readGeneFacts(attributes, typeOfKind(kind)),
      chromosome,
      chromosomeAlias: this.#aliases.get(chromosome),
      start,
      end,
      strand: strand.trim(),
      line: line.number,
      isPart: isGff3 && attributes.first("ID") !== undefined && !isSerialNumber(attributes),
      isTransSpliced: attributes.all("exception").includes("trans-splicing"),
    };
  }

  /** Reads the line in which NCBI names the chromosome of a sequence. */
  #readRegion(line: Line): void {
    const { clues } = this.#options;
    const { chromosome, start, end, attributes } = parseFeature(line, this.#options.file);
    const values = parseAttributes(attributes);
    if (values.first("genome") === "mitochondrion") this.#aliases.set(chromosome, "MT");
    if (values.first("genome") !== "chromosome" || start !== 0) return;
    const name = values.first("chromosome", "Name");
    if (name !== undefined) this.#aliases.set(chromosome, name);
    clues.addContig({ name: chromosome, length: end });
  }
}

/** Whether a feature's kind contains "gene", as the kinds of all genes do. */
function holdsGene(bytes: Uint8Array, { start, end }: Place): boolean {
  for (let at = start; at < end - 3; at++) {
    const first = bytes[at];
    if (first !== G && first !== CAPITAL_G) continue;
    if (bytes[at + 1] === E && bytes[at + 2] === N && bytes[at + 3] === E) return true;
  }
  return false;
}

function isRegion(bytes: Uint8Array, { start, end }: Place): boolean {
  return bytes[start] === R && end - start === REGION_LENGTH &&
    decodeText(bytes, start, end) === "region";
}
