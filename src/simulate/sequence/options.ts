/**
 * The options of a simulation's DNA.
 *
 * @module
 */

/** DNA of a simulation, and what it says of the labels. */
export interface SimulatedSequenceOptions {
  /**
   * Bases on each side of the TSS, from 300 to 500,000.
   *
   * @default {5000}
   */
  readonly halfWidthBp?: number | undefined;
  /**
   * Share of the level's variance that planted motifs explain: a part of `hiddenShare`, which the marks do not show. With
   * 0 the DNA says nothing about expression: motifs have no effect, and CpG islands lie at genes without regard to
   * activity.
   *
   * @default {0.15}
   */
  readonly effect?: number | undefined;
}

/** {@linkcode SimulatedSequenceOptions} with defaults filled in. */
export interface SequenceSettings {
  /** Bases on each side of the TSS. */
  readonly halfWidthBp: number;
  /** Share of the level's variance that planted motifs explain. */
  readonly effect: number;
}

const SEQUENCE_DEFAULTS: SequenceSettings = { halfWidthBp: 5000, effect: 0.15 };
/** Motifs need some room. */
const LEAST_HALF_WIDTH_BP = 300;
const MOST_HALF_WIDTH_BP = 500_000;

/**
 * Fills in the defaults and checks the values.
 *
 * @param options The options.
 * @param hiddenShare The share of the level's variance of which the effect is a part.
 * @throws {RangeError} If an option is out of range; the message names it.
 */
export function resolveSequences(
  { halfWidthBp = SEQUENCE_DEFAULTS.halfWidthBp, effect = SEQUENCE_DEFAULTS.effect }:
    SimulatedSequenceOptions,
  hiddenShare: number,
): SequenceSettings {
  const isWidth = Number.isInteger(halfWidthBp) && halfWidthBp >= LEAST_HALF_WIDTH_BP &&
    halfWidthBp <= MOST_HALF_WIDTH_BP;
  if (!isWidth) {
    throw new RangeError(
      `Cannot simulate: sequences.halfWidthBp is ${halfWidthBp}, expected an integer from ` +
        `${LEAST_HALF_WIDTH_BP} to ${MOST_HALF_WIDTH_BP}`,
    );
  }
  if (!Number.isFinite(effect) || effect < 0 || effect > hiddenShare) {
    throw new RangeError(
      `Cannot simulate: sequences.effect is ${effect}, expected a number from 0 to hiddenShare, ` +
        `which is ${hiddenShare}`,
    );
  }
  return { halfWidthBp, effect };
}
