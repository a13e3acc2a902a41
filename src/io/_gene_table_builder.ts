/** Collects the genes of a competition file that is written. */

import type { GeneSequences } from "../base/sequences.ts";
import { ensemblGeneId, type GeneDetails, geneKey, geneNumber } from "../gene_id.ts";
import type { CompetitionBlock } from "./_competition_rows.ts";
import { encodeGeneTable } from "./_gene_table.ts";
import type { SequencesToWrite } from "./_sequence_members.ts";

/** Sequences, and the genes that have them. */
export interface SequencesByGene {
  /** Identifiers of genes, `[gene]`. */
  readonly genes: readonly string[];
  /** The sequence of each, `[gene]`. */
  readonly sequences: GeneSequences;
}

/** Numbers the genes, and collects them for the file's table. */
export class GeneTableBuilder {
  readonly #known: ReadonlyMap<string, GeneDetails>;
  /** The place of each gene in the table, by its number. Objects of a quarter of a million genes would take memory. */
  readonly #places = new Map<number, number>();
  readonly #numbers: number[] = [];
  readonly #ids: string[] = [];
  /** The last block that had each gene, counted from 1, `[place]`. */
  readonly #lastBlocks: number[] = [];
  #blocks = 0;
  /** Whether the numbers alone do not identify the genes, or more is known about one. */
  #isNeeded = false;

  constructor(known: ReadonlyMap<string, GeneDetails> = new Map()) {
    this.#known = known;
  }

  /** The numbers of a block's genes, `[gene]`. */
  add({ cellType, genes }: Pick<CompetitionBlock, "cellType" | "genes">): Float64Array {
    this.#blocks++;
    return Float64Array.from(genes as ArrayLike<string | number>, (gene) => {
      const id = typeof gene === "number" ? ensemblGeneId(gene) : gene;
      const number = typeof gene === "number" ? gene : geneNumber(gene);
      const place = this.#places.get(number) ?? this.#addGene(id, number);
      if (id === "" || this.#lastBlocks[place] === this.#blocks) {
        throw new RangeError(
          `Cannot write cell type "${cellType}": ${
            id === "" ? "a gene id is empty" : `gene "${id}" appears twice`
          }`,
        );
      }
      this.#lastBlocks[place] = this.#blocks;
      const earlier = this.#ids[place]!;
      if (earlier !== id && geneKey(earlier) !== geneKey(id)) {
        // Practically impossible, since the numbers are made of 53 bits of a hash.
        throw new RangeError(`Cannot write genes "${earlier}" and "${id}": they have one number`);
      }
      return number;
    });
  }

  /** The table; `undefined` if the file needs no table. */
  finish(): Uint8Array<ArrayBuffer> | undefined {
    if (!this.#isNeeded) return undefined;
    return encodeGeneTable({
      length: this.#ids.length,
      at: (place) => {
        const id = this.#ids[place]!;
        return { number: this.#numbers[place]!, id, details: this.#detailsOf(id) };
      },
    });
  }

  /** The sequences of the genes that blocks had. */
  choose({ genes, sequences }: SequencesByGene): SequencesToWrite {
    const numbers: number[] = [];
    const entryOf: number[] = [];
    for (const [gene, id] of genes.entries()) {
      const number = geneNumber(id);
      if (!this.#places.has(number)) continue;
      numbers.push(number);
      entryOf.push(sequences.entryOf[gene]!);
    }
    return { sequences, numbers, entryOf };
  }

  #addGene(id: string, number: number): number {
    const place = this.#ids.length;
    this.#places.set(number, place);
    this.#numbers.push(number);
    this.#ids.push(id);
    this.#lastBlocks.push(0);
    this.#isNeeded ||= id !== ensemblGeneId(number) || Object.keys(this.#detailsOf(id)).length > 0;
    return place;
  }

  #detailsOf(id: string): GeneDetails {
    return this.#known.get(id) ?? {};
  }
}
