/** Facts about the most studied marks. */

/** Smaller windows may contain nothing of a mark, and H3K4me1 dips in their middle. */
export const LEAST_WINDOW_BP = 6000;

/** How a mark behaves at genes. */
export interface MarkBiology {
  /** 1 if the mark rises with expression, −1 if it falls; `undefined` if it may do either. */
  readonly direction: 1 | -1 | undefined;
  /** Whether the direction also shows at the promoter, rather than only along the gene. */
  readonly showsAtPromoter: boolean;
  /** Least ratio of the mark in the fifth of the window around the TSS to the mark at the window's ends. */
  readonly leastEnrichment: number;
  /** Least share of genes with any signal in a window of several thousand base pairs. */
  readonly leastPresent: number;
}

const ACTIVE = { direction: 1, showsAtPromoter: true, leastPresent: 0.4 } as const;

/**
 * Directions and places: Barski et al. 2007, Cell 129:823; Karlić et al. 2010, PNAS 107:2926. The limits lie below the
 * values of eight cell types with peaks and two with counts (ENCODE and Roadmap): around the TSS H3K4me3 is 2.5 to 17
 * times as high as at the window's ends, H3K4me1 1.3 to 3, H3K27me3 1.1 to 2.3, H3K9me3 0.85 to 1.1, H3K36me3 0.55 to
 * 0.95.
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

/** Used for H3K9me3, which may rise or fall near promoters, and for unknown marks. */
const UNKNOWN: MarkBiology = {
  direction: undefined,
  showsAtPromoter: false,
  leastEnrichment: 0.3,
  leastPresent: 0.02,
};

/** Returns the known facts about a mark. */
export function biologyOf(mark: string): MarkBiology {
  return (Object.hasOwn(BIOLOGY, mark) ? BIOLOGY[mark] : undefined) ?? UNKNOWN;
}
