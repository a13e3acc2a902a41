/** Collects what was seen of a file whose genes are counted in several bands. */

import { sumPairs } from "./_kept_file.ts";
import type { PairsSeen } from "./signal/track.ts";

/** What was seen of a file near the genes of one band. */
export interface BandSeen {
  /** Number of reads in the whole file; `undefined` if it is not known. */
  readonly reads: number | undefined;
  /** Number of reads in the band's windows; `undefined` without reads. */
  readonly readsInWindows: number | undefined;
  /** Whether all values are zero. */
  readonly isEmpty: boolean;
  readonly pairs: PairsSeen | undefined;
}

/** What was seen of a file near all genes. */
export class FileTally {
  readonly #bands: number;
  readonly #seen = new Map<number, BandSeen>();
  readonly #genesDone = new Map<number, number>();

  /** @param bands How many bands there are. */
  constructor(bands: number) {
    this.#bands = bands;
  }

  /** Number of reads in the whole file, as soon as a band has shown it. */
  get reads(): number | undefined {
    return [...this.#seen.values()].find(({ reads }) => reads !== undefined)?.reads;
  }

  /** Sets how many genes of a band are done. */
  setGenesDone(band: number, genes: number): void {
    this.#genesDone.set(band, genes);
  }

  /** How many genes are done. */
  get genesDone(): number {
    return [...this.#genesDone.values()].reduce((sum, genes) => sum + genes, 0);
  }

  /**
   * Adds a band. A control that did not fit into memory is counted again, which adds nothing.
   *
   * @returns What was seen near all genes, with the last band only.
   */
  add(band: number, seen: BandSeen): BandSeen | undefined {
    if (this.#seen.has(band)) return undefined;
    this.#seen.set(band, seen);
    if (this.#seen.size < this.#bands) return undefined;
    const all = [...this.#seen.values()];
    const windows = all.map(({ readsInWindows }) => readsInWindows);
    return {
      reads: this.reads,
      readsInWindows: windows.includes(undefined)
        ? undefined
        : windows.reduce<number>((sum, reads) => sum + reads!, 0),
      isEmpty: all.every(({ isEmpty }) => isEmpty),
      pairs: sumPairs(all.flatMap(({ pairs }) => pairs ?? [])),
    };
  }
}
