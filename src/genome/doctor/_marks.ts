/** What is known of the marks that experiments look at most. */

/** Windows of fewer base pairs need not hold any of a mark, and H3K4me1 dips in the middle of them. */
export const LEAST_WINDOW_BP = 6000;

/** What a mark does at genes. */
export interface MarkBiology {
  /** 1 where the mark goes up with expression, −1 where it goes down; `undefined` where it does either. */
  readonly direction: 1 | -1 | undefined;
  /** Whether the direction shows at the promoter, and not only along the gene. */
  readonly showsAtPromoter: boolean;
  /** The fifth of the window around the TSS has at least this many times as much as its ends. */
  readonly leastEnrichment: number;
  /** Share of genes that have any signal in a window of several thousand base pairs, at the least. */
  readonly leastPresent: number;
}

const ACTIVE = { direction: 1, showsAtPromoter: true, leastPresent: 0.4 } as const;

/**
 * Directions and places: Barski et al. 2007, Cell 129:823; Karlić et al. 2010, PNAS 107:2926. The limits lie below what
 * eight cell types of peaks and two of counts have (ENCODE and Roadmap): H3K4me3 rises 2.5 to 17 times around the TSS,
 * H3K4me1 1.3 to 3, H3K27me3 1.1 to 2.3, H3K9me3 0.85 to 1.1, H3K36me3 0.55 to 0.95.
 */
const BIOLOGY: Readonly<Record<string, MarkBiology>> = {
  H3K4me3: { ...ACTIVE, leastEnrichment: 1.5 },
  H3K4me2: { ...ACTIVE, leastEnrichment: 1.2 },
  H3K27ac: { ...ACTIVE, leastEnrichment: 1.2 },
  H3K9ac: { ...ACTIVE, leastEnrichment: 1.2 },
  H3K4me1: { ...ACTIVE, leastEnrichment: 0.7 },
  H3K36me3: { direction: 1, showsAtPromoter: false, leastEnrichment: 0.25, leastPresent: 0.3 },
  H3K79me2: { direction: 1, showsAtPromoter: false, leastEnrichment: 0.5, leastPresent: 0.3 },
  H3K27me3: { direction: -1, showsAtPromoter: true, leastEnrichment: 0.5, leastPresent: 0.1 },
};

/** H3K9me3, which goes either way near promoters, and marks that are not known. */
const UNKNOWN: MarkBiology = {
  direction: undefined,
  showsAtPromoter: false,
  leastEnrichment: 0.3,
  leastPresent: 0.02,
};

/** What is known of a mark. */
export function biologyOf(mark: string): MarkBiology {
  return Object.hasOwn(BIOLOGY, mark) ? BIOLOGY[mark] : UNKNOWN;
}
