/**
 * The motifs that simulated promoters carry. They are made up, so that nobody takes what a model finds for biology, and of
 * known effect, so that what it finds can be checked.
 *
 * @module
 */

/** Probability of the letter of the consensus at a position that says much. */
const STRONG = 0.94;
/** The same at a position that says little. */
const WEAK = 0.7;

/** A motif of the simulator, with its effect and the law of its places. */
export interface SimulatedMotif {
  /** Its name in `truth.json`. */
  readonly name: string;
  /** The most probable letter of each position. */
  readonly consensus: string;
  /** Probabilities of A, C, G and T at each position, `[position, letter]`. */
  readonly matrix: readonly (readonly number[])[];
  /** Whether sites are on the strand of the gene alone, or on either with equal probability. */
  readonly strand: "sense" | "either";
  /** Mean distance of a site's first base from the TSS in bp, positive downstream. */
  readonly meanBp: number;
  /** Standard deviation of that distance. */
  readonly spreadBp: number;
  /** Share of genes that carry a site. */
  readonly share: number;
  /**
   * What a site adds to the level of its gene, before all effects are scaled to the variance that they are to explain. A
   * motif of effect 0 is a decoy: it is as frequent, and means nothing.
   */
  readonly effect: number;
}

/** The description of a motif: small letters are positions that say little. */
interface Described extends Omit<SimulatedMotif, "consensus" | "matrix"> {
  readonly word: string;
}

const DESCRIBED: readonly Described[] = [
  { name: "planted1", word: "GATTGCCA", ...law(-90, 35, "sense"), share: 0.4, effect: 1 },
  { name: "planted2", word: "aCATGTGAt", ...law(-220, 50, "either"), share: 0.35, effect: 0.8 },
  { name: "planted3", word: "TTCCGGAA", ...law(-50, 30, "sense"), share: 0.4, effect: -1 },
  { name: "planted4", word: "CTAACGTCg", ...law(120, 40, "sense"), share: 0.3, effect: -0.7 },
  { name: "planted5", word: "gAGGCTAACt", ...law(-150, 60, "either"), share: 0.3, effect: 0.6 },
  { name: "decoy", word: "TGACTCAC", ...law(-120, 40, "sense"), share: 0.4, effect: 0 },
];

function law(
  meanBp: number,
  spreadBp: number,
  strand: SimulatedMotif["strand"],
): Pick<SimulatedMotif, "meanBp" | "spreadBp" | "strand"> {
  return { meanBp, spreadBp, strand };
}

/** The letters in the order of their codes. */
export const LETTERS = "ACGT";

/** Every motif, in the order of `truth.json`. */
export const SIMULATED_MOTIFS: readonly SimulatedMotif[] = DESCRIBED.map(({ word, ...motif }) => ({
  ...motif,
  consensus: word.toUpperCase(),
  matrix: [...word].map(columnOf),
}));

/** The probabilities of a position, of which the letters besides that of the consensus have equal shares. */
function columnOf(letter: string): number[] {
  const upper = letter.toUpperCase();
  const likely = letter === upper ? STRONG : WEAK;
  const rounded = (value: number) => Math.round(value * 1e6) / 1e6;
  return [...LETTERS].map((each) => each === upper ? likely : rounded((1 - likely) / 3));
}

/**
 * Standard deviation of the sum of all effects between genes. Sites are independent of each other, and of everything that
 * the marks show.
 */
export const EFFECT_SPREAD = Math.sqrt(
  SIMULATED_MOTIFS.reduce((sum, { effect, share }) => sum + effect ** 2 * share * (1 - share), 0),
);

/** Mean of the sum of all effects. */
export const EFFECT_MEAN = SIMULATED_MOTIFS.reduce(
  (sum, { effect, share }) => sum + effect * share,
  0,
);
