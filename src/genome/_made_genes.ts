/** Makes genes from their transcripts if the file has no lines for the genes. */

import { groupBy } from "../base/group_by.ts";
import type { GeneList } from "./_gene_list.ts";
import { type GeneFacts, LARGEST_GAP_BP, LARGEST_INTRON_BP } from "./_make_gene.ts";
import { stripCopyNumber, transcriptKey } from "./transcript_id.ts";

/** The bases from the start to the end of a transcript. */
interface Extent {
  readonly chromosome: string;
  readonly strand: string;
  /** 0-based half-open. */
  start: number;
  end: number;
  line: number;
}

/** A transcript, or a part of one. */
export interface TranscriptRow extends Readonly<Extent> {
  /** Id of the gene. */
  readonly gene: string;
  /** Id of the transcript, by which its parts are joined. */
  readonly transcript?: string | undefined;
  /** Whether the line holds the whole transcript: another line of its id is then a copy at another place, not a part. */
  readonly isWhole?: boolean;
  /** Whether the line cannot show where transcription starts, such as that of a coding sequence. */
  readonly isCoding?: boolean;
}

/** Facts about a gene from the line of a transcript. */
export interface TranscriptFacts extends GeneFacts {
  /** The gene of the reference with which StringTie identifies this one. */
  readonly referenceGene?: string | undefined;
}

/** Where the lines of a transcript place it on one strand of a chromosome. */
interface TranscriptPlaces {
  /** The lines that hold the whole transcript, each distinct place once. */
  readonly whole: Extent[];
  /** Its parts, joined where they are near each other. They matter only if no line holds the whole. */
  readonly parts: Extent[];
}

interface MadeGene {
  facts: GeneFacts;
  /** Whether only coding sequences were found, which start where translation does. */
  isCoding: boolean;
  readonly referenceGenes: Set<string>;
  /** By transcript, chromosome and strand. */
  readonly transcripts: Map<string, TranscriptPlaces>;
}

/** What is said of genes that have neither exons nor transcripts. */
const FROM_CODING = [
  "made from coding sequences alone, so that windows are around the start of translation and not of transcription:",
  "without lines of exons or transcripts",
] as const;

/** Collects transcripts by gene. */
export class MadeGenes {
  readonly #genes = new Map<string, MadeGene>();
  readonly #splitsCopies: boolean;
  /** Number of genes with the same id as their transcript. */
  #ownIds = 0;

  /**
   * @param splitsCopies Whether lines of one transcript at places that do not overlap are copies of the gene, however
   * near they are. In GFF3 they may be parts of one feature, and where transcripts are samples, copies are left out alone.
   */
  constructor(splitsCopies: boolean) {
    this.#splitsCopies = splitsCopies;
  }

  /**
   * Adds a transcript or a part of one.
   *
   * @param readFacts Reads other facts about the gene. It is called for each of the gene's transcripts, since StringTie
   * writes the name only for transcripts of the reference.
   */
  add(row: TranscriptRow, readFacts: () => TranscriptFacts = () => ({})): void {
    let gene = this.#genes.get(row.gene);
    if (gene === undefined) {
      gene = { facts: {}, isCoding: true, referenceGenes: new Set(), transcripts: new Map() };
      this.#genes.set(row.gene, gene);
      if (row.transcript === row.gene) this.#ownIds++;
    }
    gene.isCoding &&= row.isCoding === true;
    const { transcript = "", chromosome, strand } = row;
    const key = `${transcript}\t${chromosome}\t${strand}`;
    const places = gene.transcripts.get(key);
    if (places !== undefined) {
      addPlace(places, row);
      return;
    }
    gene.transcripts.set(key, addPlace({ whole: [], parts: [] }, row));
    const { referenceGene, ...facts } = readFacts();
    gene.facts = joinFacts(gene.facts, facts);
    if (referenceGene !== undefined && referenceGene !== row.gene) {
      gene.referenceGenes.add(referenceGene);
    }
  }

  has(gene: string): boolean {
    return this.#genes.has(gene);
  }

  /**
   * Adds to a list the genes that it lacks.
   *
   * @param isKnown Whether the id that a transcript gives its gene is known to belong to something else.
   */
  addTo(list: GeneList, isKnown: (id: string) => boolean = () => false): void {
    const which = this.#ownIds > 1 && this.#ownIds === this.#genes.size
      ? "whose ids are those of transcripts"
      : "without a line of their own";
    for (const [id, { transcripts, facts, isCoding, referenceGenes }] of this.#genes) {
      if (list.has(id) || isKnown(id)) continue;
      const extents = [...transcripts.values()].flatMap(extentsOf);
      const gapBp = this.#splitsCopies && haveCopies(transcripts) ? 0 : LARGEST_GAP_BP;
      const places = joinNear(extents, gapBp).toSorted((a, b) => a.line - b.line);
      const line = places[0]?.line;
      const [how, of] = isCoding ? FROM_CODING : ["made from their transcripts", which];
      list.report.note(how, of, `"${id}" (line ${line})`);
      const [reference] = referenceGenes;
      if (reference !== undefined) {
        const example = `"${id}" (${reference})`;
        list.report.note("took by their gene_id", "with another ref_gene_id", example);
      }
      // A locus that covers several genes of the reference is not one of them.
      const references = referenceGenes.size === 1 ? referenceGenes : [];
      const aliases = [...facts.aliases ?? [], ...references];
      for (const place of places) list.add({ id, ...facts, aliases, ...place });
    }
  }
}

/** Adds the facts of another transcript to the known facts about a gene. */
function joinFacts(known: GeneFacts, more: GeneFacts): GeneFacts {
  return {
    symbol: known.symbol ?? more.symbol,
    entrezId: known.entrezId ?? more.entrezId,
    type: known.type ?? more.type,
    aliases: [...new Set([...known.aliases ?? [], ...more.aliases ?? []])],
    isPseudoautosomal: known.isPseudoautosomal === true || more.isPseudoautosomal === true,
  };
}

/** Adds a line to the places of its transcript. */
function addPlace(places: TranscriptPlaces, row: TranscriptRow): TranscriptPlaces {
  const { chromosome, strand, start, end, line } = row;
  const extents = row.isWhole ? places.whole : places.parts;
  const other = extents.find((extent) =>
    row.isWhole ? extent.start === start && extent.end === end : isNear(extent, row)
  );
  if (other === undefined) extents.push({ chromosome, strand, start, end, line });
  else extend(other, row);
  return places;
}

/** Whether a part may be of the same copy of its transcript as others. */
function isNear(extent: Extent, { start, end }: TranscriptRow): boolean {
  return start <= extent.end + LARGEST_INTRON_BP && extent.start <= end + LARGEST_INTRON_BP;
}

/** The copies of a transcript. */
function extentsOf({ whole, parts }: TranscriptPlaces): Extent[] {
  if (whole.length > 0) return whole;
  // Parts in any order may have started two copies before one between them joined these.
  return parts.length === 1 ? parts : joinNear(parts, LARGEST_INTRON_BP);
}

/** Whether a transcript of a gene stands at places on one strand that do not overlap, however near they are. */
function haveCopies(transcripts: ReadonlyMap<string, TranscriptPlaces>): boolean {
  const byName = groupBy(transcripts, ([key]) => nameOfCopies(key));
  return [...byName.values()].some((copies) => {
    const extents = copies.flatMap(([, places]) => extentsOf(places));
    return extents.length > 1 && joinNear(extents, 0).length > 1;
  });
}

/**
 * What the copies of a transcript on one strand have in common. UCSC's programs number the further ones, as in
 * `NM_001098785_dup1` and `NM_001098785_1`.
 */
function nameOfCopies(key: string): string {
  const [transcript = "", ...strand] = key.split("\t");
  return [transcriptKey(stripCopyNumber(transcript)), ...strand].join("\t");
}

/** Joins extents on the same strand that overlap or have at most `gapBp` bases between them. */
function joinNear(extents: readonly Extent[], gapBp: number): Extent[] {
  const places: Extent[] = [];
  for (const extent of extents.toSorted((a, b) => a.start - b.start)) {
    const near = places.find(({ chromosome, strand, end }) =>
      chromosome === extent.chromosome && strand === extent.strand && extent.start <= end + gapBp
    );
    if (near === undefined) places.push({ ...extent });
    else extend(near, extent);
  }
  return places;
}

function extend(extent: Extent, { start, end, line }: Readonly<Extent>): void {
  extent.start = Math.min(extent.start, start);
  extent.end = Math.max(extent.end, end);
  extent.line = Math.min(extent.line, line);
}
