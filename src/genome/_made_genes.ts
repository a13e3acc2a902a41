/** Genes made from their transcripts, where they have no lines of their own. */

import type { GeneList } from "./_gene_list.ts";
import { type GeneRow, LARGEST_GAP_BP } from "./_make_gene.ts";

/** The bases of a transcript. */
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
  /** Id of the transcript; its parts are joined. */
  readonly transcript?: string;
}

type GeneDetails = Pick<GeneRow, "symbol" | "entrezId" | "type" | "aliases">;

/** What the line of a transcript tells of its gene. */
export interface TranscriptDetails extends GeneDetails {
  /** The gene of the reference that StringTie takes this one for. */
  readonly referenceGene?: string;
}

interface MadeGene {
  details: GeneDetails;
  readonly referenceGenes: Set<string>;
  /** By transcript, chromosome and strand. */
  readonly extents: Map<string, Extent>;
}

/** Gathers transcripts by their genes. */
export class MadeGenes {
  readonly #genes = new Map<string, MadeGene>();
  /** Number of genes whose id is that of their transcript. */
  #ownIds = 0;

  /**
   * Adds a transcript or a part of one.
   *
   * @param describe Gives what else is known of the gene; called for each of its transcripts, since those of
   * StringTie tell the name only where they are known.
   */
  add(row: TranscriptRow, describe: () => TranscriptDetails = () => ({})): void {
    let gene = this.#genes.get(row.gene);
    if (gene === undefined) {
      gene = { details: {}, referenceGenes: new Set(), extents: new Map() };
      this.#genes.set(row.gene, gene);
      if (row.transcript === row.gene) this.#ownIds++;
    }
    const { transcript = "", chromosome, strand, start, end, line } = row;
    const key = `${transcript}\t${chromosome}\t${strand}`;
    const other = gene.extents.get(key);
    if (other !== undefined) return extend(other, row);
    gene.extents.set(key, { chromosome, strand, start, end, line });
    const { referenceGene, ...details } = describe();
    gene.details = joinDetails(gene.details, details);
    if (referenceGene !== undefined && referenceGene !== row.gene) {
      gene.referenceGenes.add(referenceGene);
    }
  }

  has(gene: string): boolean {
    return this.#genes.has(gene);
  }

  /**
   * Adds to a list the genes that have no line there.
   *
   * @param isKnown Whether what a transcript calls its gene is known to be something else.
   */
  addTo(list: GeneList, isKnown: (id: string) => boolean = () => false): void {
    const which = this.#ownIds > 1 && this.#ownIds === this.#genes.size
      ? "whose ids are those of transcripts"
      : "without a line of their own";
    for (const [id, { extents, details, referenceGenes }] of this.#genes) {
      if (list.has(id) || isKnown(id)) continue;
      const places = joinOverlapping([...extents.values()]);
      list.report.note("made from their transcripts", which, `"${id}" (line ${places[0].line})`);
      const [reference] = referenceGenes;
      if (reference !== undefined) {
        const example = `"${id}" (${reference})`;
        list.report.note("took by their gene_id", "with another ref_gene_id", example);
      }
      // A locus of several genes of the reference is none of them.
      const aliases = [
        ...details.aliases ?? [],
        ...referenceGenes.size === 1 ? [reference] : [],
      ];
      for (const place of places) list.add({ id, ...details, aliases, ...place });
    }
  }
}

/** What is known of a gene, and what a further transcript tells beyond it. */
function joinDetails(known: GeneDetails, more: GeneDetails): GeneDetails {
  return {
    symbol: known.symbol ?? more.symbol,
    entrezId: known.entrezId ?? more.entrezId,
    type: known.type ?? more.type,
    aliases: [...new Set([...known.aliases ?? [], ...more.aliases ?? []])],
  };
}

/** Joins extents on the same strand that overlap or lie near each other; the results by their first lines. */
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
