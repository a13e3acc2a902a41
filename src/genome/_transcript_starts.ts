/** Collects the transcripts of genes, for windows around the starts of transcripts rather than of genes. */

import { geneKey } from "../gene_id.ts";
import { copyText } from "./_copy_text.ts";
import { LARGEST_INTRON_BP } from "./_make_gene.ts";

/** A transcript, or a part of one, from a line of an annotation. */
export interface TranscriptStart {
  /** The transcript's id; `undefined` where the line has none. */
  readonly transcript: string | undefined;
  readonly chromosome: string;
  readonly strand: string;
  /** 0-based half-open. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** How telling its tag of a representative is, as `canonicalRank` says; `undefined` without such a tag. */
  readonly rank?: number | undefined;
  /** Whether the line holds the whole transcript: another of its id is then a copy at another place, not a part. */
  readonly isWhole?: boolean;
}

/** Collects transcripts by gene. */
export class TranscriptStarts {
  /** The transcripts of each gene, by the gene's name in their own lines, then by id and place. */
  readonly #byGene = new Map<string, Map<string, TranscriptStart>>();
  /** The ids of genes whose transcripts call them by another name. */
  readonly #idOfName = new Map<string, string>();
  readonly #isWanted: (rank: number | undefined) => boolean;

  /** Whether any transcript names a gene by another id than its own, and the number of transcripts. */
  #namesGenes = false;
  #count = 0;

  /** Collects all transcripts, or only those with a tag. */
  constructor(options: { readonly onlyTagged: boolean }) {
    this.#isWanted = options.onlyTagged ? (rank) => rank !== undefined : () => true;
  }

  /** Notes by what name a gene's transcripts call it, where that is not its id. */
  addGene(name: string | undefined, id: string | undefined): void {
    if (name !== undefined && id !== undefined && name !== id) this.#idOfName.set(name, id);
  }

  /** Adds a transcript or a part of one; parts of one transcript reach from their first base to their last. */
  add(gene: string, row: TranscriptStart): void {
    if (!this.#isWanted(row.rank)) return;
    this.#namesGenes ||= row.transcript !== gene;
    let own = this.#byGene.get(gene);
    if (own === undefined) this.#byGene.set(copyText(gene), own = new Map());
    const { chromosome, strand, line } = row;
    const transcript = row.transcript === undefined ? undefined : copyText(row.transcript);
    // Lines without the transcript's id are transcripts of their own.
    const key = `${transcript ?? `line ${line}`}\t${chromosome}\t${strand}`;
    const other = own.get(key);
    if (other === undefined) {
      this.#count++;
      own.set(key, { ...row, transcript });
    } else if (isOneCopy(other, row)) {
      own.set(key, join(other, row));
    } else own.set(`${key}\t${row.start}\t${row.end}`, { ...row, transcript });
  }

  /** Whether each of several transcripts has its own id where its gene's should be, as in some of UCSC's files. */
  get areOwnGenes(): boolean {
    return !this.#namesGenes && this.#count > 1;
  }

  /** Returns a function that lists the transcripts of the gene with an id. */
  byId(): (id: string) => readonly TranscriptStart[] {
    const found = new Map<string, TranscriptStart[]>();
    for (const [name, transcripts] of this.#byGene) {
      const key = geneKey(this.#idOfName.get(name) ?? name);
      const own = found.get(key) ?? [];
      for (const transcript of transcripts.values()) own.push(transcript);
      found.set(key, own);
    }
    return (id) => found.get(geneKey(id)) ?? [];
  }
}

/** Whether two lines of a transcript are of the same copy of it. */
function isOneCopy(one: TranscriptStart, other: TranscriptStart): boolean {
  if (one.isWhole && other.isWhole) return one.start === other.start && one.end === other.end;
  if (one.isWhole || other.isWhole) return true;
  return one.start <= other.end + LARGEST_INTRON_BP && other.start <= one.end + LARGEST_INTRON_BP;
}

/** Joins two lines of a transcript. A line of the whole says where it is; parts reach from their first base to their last. */
function join(one: TranscriptStart, other: TranscriptStart): TranscriptStart {
  const ranks = [one.rank, other.rank].filter((rank) => rank !== undefined);
  const rank = ranks.length === 0 ? undefined : Math.min(...ranks);
  const whole = one.isWhole ? one : other.isWhole ? other : undefined;
  if (whole !== undefined) return { ...whole, transcript: one.transcript, rank };
  const [start, end] = [Math.min(one.start, other.start), Math.max(one.end, other.end)];
  return { ...one, start, end, rank };
}
