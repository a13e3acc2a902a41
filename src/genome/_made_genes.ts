/** Makes genes from their transcripts if the file has no lines for the genes. */

import type { GeneList } from "./_gene_list.ts";
import { type GeneFacts, LARGEST_GAP_BP } from "./_make_gene.ts";

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
}

/** Facts about a gene from the line of a transcript. */
export interface TranscriptFacts extends GeneFacts {
  /** The gene of the reference with which StringTie identifies this one. */
  readonly referenceGene?: string | undefined;
}

interface MadeGene {
  facts: GeneFacts;
  readonly referenceGenes: Set<string>;
  /** By transcript, chromosome and strand. */
  readonly extents: Map<string, Extent>;
}

/** Collects transcripts by gene. */
export class MadeGenes {
  readonly #genes = new Map<string, MadeGene>();
  /** Number of genes with the same id as their transcript. */
  #ownIds = 0;

  /**
   * Adds a transcript or a part of one.
   *
   * @param readFacts Reads other facts about the gene. It is called for each of the gene's transcripts, since StringTie
   * writes the name only for transcripts of the reference.
   */
  add(row: TranscriptRow, readFacts: () => TranscriptFacts = () => ({})): void {
    let gene = this.#genes.get(row.gene);
    if (gene === undefined) {
      gene = { facts: {}, referenceGenes: new Set(), extents: new Map() };
      this.#genes.set(row.gene, gene);
      if (row.transcript === row.gene) this.#ownIds++;
    }
    const { transcript = "", chromosome, strand, start, end, line } = row;
    const key = `${transcript}\t${chromosome}\t${strand}`;
    const other = gene.extents.get(key);
    if (other !== undefined) return extend(other, row);
    gene.extents.set(key, { chromosome, strand, start, end, line });
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
    for (const [id, { extents, facts, referenceGenes }] of this.#genes) {
      if (list.has(id) || isKnown(id)) continue;
      const places = joinOverlapping([...extents.values()]);
      const line = places[0]?.line;
      list.report.note("made from their transcripts", which, `"${id}" (line ${line})`);
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
  };
}

/**
 * Joins extents on the same strand that overlap or lie near each other. The results are sorted by their first lines.
 */
function joinOverlapping(extents: readonly Extent[]): Extent[] {
  const places: Extent[] = [];
  for (const extent of extents.toSorted((a, b) => a.start - b.start)) {
    const near = places.find(({ chromosome, strand, end }) =>
      chromosome === extent.chromosome && strand === extent.strand &&
      extent.start <= end + LARGEST_GAP_BP
    );
    if (near === undefined) places.push({ ...extent });
    else extend(near, extent);
  }
  return places.toSorted((a, b) => a.line - b.line);
}

function extend(extent: Extent, { start, end, line }: Readonly<Extent>): void {
  extent.start = Math.min(extent.start, start);
  extent.end = Math.max(extent.end, end);
  extent.line = Math.min(extent.line, line);
}
