/** Finds genes whose DNA is that of other genes too: overlapping windows, copies and repeats. */

import {
  type GeneSequences,
  NO_SEQUENCE,
  UNKNOWN_BASE,
  unpackSequence,
  visitRuns,
} from "../../base/sequences.ts";

/** Bases of a word: two halves of 24 bits. Random DNA of 175 million bases has one of 24 bases twice once in 1,600. */
const WORD = 24;
const HALF_BITS = 0xffffff;
/** About this many words of a sequence are compared. */
const WORDS_OF_SEQUENCE = 40;
/** Fewer words say too little. */
const LEAST_WORDS = 8;
/** Share of words that another gene has too, from which on genes share DNA. */
const SHARED = 0.5;

/** Words of a gene, each as a number. */
type Words = readonly number[];

/**
 * Finds genes whose DNA is mostly that of others.
 *
 * @param sequences The DNA.
 * @param options The genes that are asked for, if they are not these, and the group of each gene of `sequences`: members
 * of one group, such as the transcripts of a gene, may share DNA.
 * @returns Places of such genes, and how many genes have enough DNA to tell.
 */
export function findSharedDna(
  sequences: GeneSequences,
  { others, groupOf }: {
    readonly others?: GeneSequences | undefined;
    readonly groupOf: ArrayLike<number>;
  },
): { readonly shared: readonly number[]; readonly compared: number } {
  const own = wordsOfGenes(sequences);
  /** The group that has each word, or −1 if several have it. */
  const owners = new Map<number, number>();
  for (const [gene, words] of own) {
    const group = groupOf[gene]!;
    for (const word of words) {
      const owner = owners.get(word);
      owners.set(word, owner === undefined || owner === group ? group : -1);
    }
  }
  const asked = others === undefined ? own : wordsOfGenes(others);
  const shared: number[] = [];
  for (const [gene, words] of asked) {
    const isShared = (word: number) => {
      const owner = owners.get(word);
      return others === undefined ? owner === -1 : owner !== undefined;
    };
    if (words.filter(isShared).length >= SHARED * words.length) shared.push(gene);
  }
  return { shared, compared: asked.size };
}

function wordsOfGenes(sequences: GeneSequences): Map<number, Words> {
  const codes = new Uint8Array(sequences.bases);
  const found = new Map<number, Words>();
  /** Genes of one entry have one window. */
  const known = new Map<number, Words>();
  for (const [gene, entry] of sequences.entryOf.entries()) {
    if (entry === NO_SEQUENCE) continue;
    let words = known.get(entry);
    if (words === undefined) {
      unpackSequence(sequences, entry, codes);
      // Most letters in lower case are of repeats, which many genes have.
      visitRuns(sequences.softMasked, entry, (start, end) => codes.fill(UNKNOWN_BASE, start, end));
      words = chooseWords(codes);
      known.set(entry, words);
    }
    if (words.length >= LEAST_WORDS) found.set(gene, words);
  }
  return found;
}

/** Chooses words by what they are, so that a word is chosen wherever it stands, on either strand. */
function chooseWords(codes: Uint8Array): number[] {
  const words = new Set<number>();
  const mask = 2 ** Math.max(0, Math.floor(Math.log2(codes.length / WORDS_OF_SEQUENCE))) - 1;
  let [high, low, otherHigh, otherLow, length] = [0, 0, 0, 0, 0];
  for (const code of codes) {
    if (code === UNKNOWN_BASE) {
      length = 0;
      continue;
    }
    high = (high << 2 | low >>> 22) & HALF_BITS;
    low = (low << 2 | code) & HALF_BITS;
    otherLow = otherLow >>> 2 | (otherHigh & 3) << 22;
    otherHigh = otherHigh >>> 2 | (3 - code) << 22;
    if (++length < WORD) continue;
    const isFirst = high < otherHigh || high === otherHigh && low <= otherLow;
    const [a, b] = isFirst ? [high, low] : [otherHigh, otherLow];
    const hash = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) >>> 8;
    if ((hash & mask) === 0) words.add(a * 2 ** 24 + b);
  }
  return [...words];
}
