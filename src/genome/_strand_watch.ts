/** Watches for genes of GTF whose own line names another strand than all lines of their transcripts do. */

import type { GeneReport } from "./_gene_report.ts";

const [PLUS, MINUS] = [43, 45];
/** The strand stands this many bytes before the attributes: `+`, a tab, the frame, a tab. */
const BEFORE_ATTRIBUTES = 4;

/** A gene with a line of its own. */
interface WatchedGene {
  readonly id: string;
  readonly line: number;
  readonly strand: number;
}

/** Compares the lines that follow a gene's with it. It looks at one byte of each, since these lines are not decoded. */
export class StrandWatch {
  readonly #report: GeneReport;
  #gene: WatchedGene | undefined;
  #same = 0;
  #other = 0;

  constructor(report: GeneReport) {
    this.#report = report;
  }

  /** Begins with the next gene. */
  start({ id, strand, line }: { id: string; strand: string; line: number }): void {
    this.finish();
    const byte = strand === "+" ? PLUS : strand === "-" ? MINUS : undefined;
    this.#gene = byte === undefined ? undefined : { id, line, strand: byte };
  }

  /** Sees a line of the gene whose attributes start at a place. */
  see(bytes: Uint8Array, attributes: number): void {
    const byte = bytes[attributes - BEFORE_ATTRIBUTES];
    if (byte === this.#gene?.strand) this.#same++;
    else if (byte === PLUS || byte === MINUS) this.#other++;
  }

  /** Counts the last gene if it is odd. */
  finish(): void {
    const gene = this.#gene;
    if (gene !== undefined && this.#same === 0 && this.#other > 0) {
      this.#report.note(
        "took the strand of their own line for",
        "whose transcripts are all on the other strand",
        `"${gene.id}" (line ${gene.line})`,
      );
    }
    this.#gene = undefined;
    [this.#same, this.#other] = [0, 0];
  }
}
