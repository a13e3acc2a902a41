/**
 * The options of a simulation.
 *
 * @module
 */

import { showValue } from "../base/show_value.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { GENE_ID_LIMIT } from "./genes.ts";
import {
  resolveSequences,
  type SequenceSettings,
  type SimulatedSequenceOptions,
} from "./sequence/options.ts";

export type { SequenceSettings, SimulatedSequenceOptions } from "./sequence/options.ts";

/** Size and parameters of a simulation. The defaults give the competition's size, and marks and labels like the real ones. */
export interface SimulationOptions {
  /**
   * Random seed, an integer from 0 to 2^53 − 1.
   *
   * @default {1}
   */
  readonly seed?: number | undefined;
  /**
   * Number of training cell types, at most 65,536: the first of the competition's 50, then `S051`, `S052`, …
   *
   * @default {50}
   */
  readonly cellTypes?: number | undefined;
  /**
   * Number of training genes.
   *
   * @default {16000}
   */
  readonly genes?: number | undefined;
  /**
   * Number of cell types that only eval has: the first of the competition's 6, then `N007`, `N008`, …
   *
   * @default {6}
   */
  readonly newCellTypes?: number | undefined;
  /**
   * Number of genes that only eval has.
   *
   * @default {1447}
   */
  readonly newGenes?: number | undefined;
  /**
   * Number of 100 bp bins of a sample, at most 65,536; the TSS is in the middle. All samples together have at most 2^32
   * bins.
   *
   * @default {100}
   */
  readonly bins?: number | undefined;
  /**
   * What the labels are of the simulated RPKM: the competition's, `signed-log-difference` from the reference E000, or
   * `log2p1`, log2(RPKM + 1). Counts, RPKM and genes are the same.
   *
   * @default {"signed-log-difference"}
   */
  readonly expressionTransform?: SimulatedExpression | undefined;
  /**
   * Share of the level's variance that the activity explains, which the marks show; from 0 to 1. The level is the
   * standard normal number of which RPKM are a curve.
   *
   * @default {0.71}
   */
  readonly visibleShare?: number | undefined;
  /**
   * Share of the level's variance that belongs to the gene: it is the same in all cell types, and the marks do not show
   * it. What is left after both is noise.
   *
   * @default {0.22}
   */
  readonly hiddenShare?: number | undefined;
  /**
   * Share of the activity's variance that differs between cell types along the gene programmes.
   *
   * @default {0.18}
   */
  readonly programmeShare?: number | undefined;
  /**
   * Share of the activity's variance that is particular to one gene in one cell type; the rest, after this and
   * `programmeShare`, is the gene's baseline.
   *
   * @default {0.12}
   */
  readonly particularShare?: number | undefined;
  /**
   * Factor on all rates, above 0 and at most 1000; 1 gives the counts of a real sample.
   *
   * @default {1}
   */
  readonly depth?: number | undefined;
  /**
   * Standard deviation of the logarithm of a sample's depth, from 0 to 1 (a sample is one mark in one cell
   * type).
   *
   * @default {0.2}
   */
  readonly depthSpread?: number | undefined;
  /**
   * Standard deviation of the logarithm of a sample's enrichment, the factor on its signal above the background; from 0 to
   * 1. It is what tells good antibodies from bad ones.
   *
   * @default {0.4}
   */
  readonly enrichmentSpread?: number | undefined;
  /**
   * Dispersion of the number of reads that start in a bin: its variance is μ + dispersion · μ². Above 0 and at most 10.
   *
   * @default {0.05}
   */
  readonly dispersion?: number | undefined;
  /** The DNA around the genes; missing if there is to be no DNA. Counts are the same with and without. */
  readonly sequences?: SimulatedSequenceOptions | undefined;
}

/** What the labels of a simulation can be, in the words of data records. */
export type SimulatedExpression = "signed-log-difference" | "log2p1";

/** Every {@linkcode SimulatedExpression}; the first is what a simulation has unless asked otherwise. */
export const SIMULATED_EXPRESSIONS: readonly SimulatedExpression[] = [
  "signed-log-difference",
  "log2p1",
];

/** What files and columns of a simulation hold: counts, or ln(1 + count) as the competition's files do. */
export type SimulatedFeatures = "counts" | "log1p";

/** Every {@linkcode SimulatedFeatures}; the first is what files hold unless asked otherwise. */
export const SIMULATED_FEATURES: readonly SimulatedFeatures[] = ["log1p", "counts"];

/**
 * Checks the name of what is to be held.
 *
 * @throws {RangeError} If it is neither.
 */
export function checkFeatures(features: SimulatedFeatures): void {
  checkOneOf("features", features, SIMULATED_FEATURES);
}

function checkOneOf(name: string, found: string, words: readonly string[]): void {
  if (words.includes(found)) return;
  throw new RangeError(
    `Cannot simulate: ${name} is ${showValue(found)}, expected one of ${words.join(", ")}`,
  );
}

/** Some 40 times the competition's number; uncompressed files of this size take 200 GB. */
const MAX_BINS_IN_ALL = 2 ** 32;

/** {@linkcode SimulationOptions} with defaults filled in. */
export type SimulationSettings =
  & {
    readonly [Name in Exclude<keyof SimulationOptions, "sequences">]-?: NonNullable<
      SimulationOptions[Name]
    >;
  }
  & { readonly sequences?: SequenceSettings | undefined };

const DEFAULTS: SimulationSettings = {
  seed: 1,
  cellTypes: 50,
  genes: 16000,
  newCellTypes: 6,
  newGenes: 1447,
  bins: 100,
  expressionTransform: "signed-log-difference",
  visibleShare: 0.71,
  hiddenShare: 0.22,
  programmeShare: 0.18,
  particularShare: 0.12,
  depth: 1,
  depthSpread: 0.2,
  enrichmentSpread: 0.4,
  dispersion: 0.05,
};

/**
 * Fills in the defaults and checks every value.
 *
 * @throws {TypeError} If an option has an unknown name.
 * @throws {RangeError} If an option is out of range; the message names it.
 */
export function resolveSimulationOptions(options: SimulationOptions): SimulationSettings {
  // JSON has null for what is not given.
  const given = Object.entries(options ?? {}).filter(([, value]) =>
    (value ?? undefined) !== undefined
  );
  const unknown = given.find(([name]) => !Object.hasOwn(DEFAULTS, name) && name !== "sequences");
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot simulate: "${unknown[0]}" is not an option, expected one of ${
        [...Object.keys(DEFAULTS), "sequences"].join(", ")
      }`,
    );
  }
  const all: SimulationSettings = { ...DEFAULTS, ...Object.fromEntries(given) };
  checkSizes(all);
  checkShares(all, "visibleShare", "hiddenShare");
  checkShares(all, "programmeShare", "particularShare");
  // The limits on depth, its spread, the enrichment's and the dispersion keep every count within 32 bits.
  for (const [name, most] of [["depth", 1000], ["dispersion", 10]] as const) {
    check(all, name, {
      wanted: `a number > 0 and <= ${most}`,
      accepts: (value) => value > 0 && value <= most,
    });
  }
  check(all, "depthSpread", SHARE);
  check(all, "enrichmentSpread", SHARE);
  checkOneOf("expressionTransform", all.expressionTransform, SIMULATED_EXPRESSIONS);
  const { sequences } = options ?? {};
  if (sequences === undefined || sequences === null) return all;
  if (typeof sequences !== "object") {
    throw new TypeError(
      `Cannot simulate: sequences is ${showValue(sequences)}, expected an object, such as {}`,
    );
  }
  return { ...all, sequences: resolveSequences(sequences, all.hiddenShare) };
}

/** The values that an option may have. */
interface Range {
  /** The values in words, for messages. */
  readonly wanted: string;
  readonly accepts: (value: number) => boolean;
}

const SHARE: Range = {
  wanted: "a number from 0 to 1",
  accepts: (value) => value >= 0 && value <= 1,
};

function integerFrom(least: number, most: number): Range {
  return {
    wanted: `an integer from ${least} to ${most}`,
    accepts: (value) => Number.isInteger(value) && value >= least && value <= most,
  };
}

function checkSizes(all: SimulationSettings): void {
  check(all, "seed", {
    wanted: "an integer from 0 to 2^53 - 1",
    accepts: (value) => Number.isSafeInteger(value) && value >= 0,
  });
  for (const [name, least] of [["cellTypes", 1], ["newCellTypes", 0], ["bins", 1]] as const) {
    check(all, name, integerFrom(least, MAX_EXTENT));
  }
  for (const [name, least] of [["genes", 1], ["newGenes", 0]] as const) {
    check(all, name, integerFrom(least, GENE_ID_LIMIT));
  }
  if (all.newCellTypes + all.newGenes === 0) {
    throw new RangeError(
      "Cannot simulate: newCellTypes and newGenes are both 0, expected at least one row in eval",
    );
  }
  checkTotal(all);
}

function checkTotal(all: SimulationSettings): void {
  const { cellTypes, genes, newCellTypes, newGenes, bins } = all;
  const rows = (cellTypes + newCellTypes) * (genes + newGenes);
  if (rows * bins <= MAX_BINS_IN_ALL) return;
  throw new RangeError(
    `Cannot simulate: ${cellTypes + newCellTypes} cell types × ${
      genes + newGenes
    } genes × ${bins} bins are ` +
      `${rows * bins} bins in all, expected at most ${MAX_BINS_IN_ALL}`,
  );
}

/** The names of the options that are numbers. */
type NumberName = Exclude<keyof SimulationOptions, "expressionTransform" | "sequences">;

function checkShares(all: SimulationSettings, ...names: readonly NumberName[]): void {
  for (const name of names) {
    check(all, name, SHARE);
  }
  const sum = names.reduce((total, name) => total + all[name], 0);
  if (sum > 1) {
    throw new RangeError(
      `Cannot simulate: ${names.join(" + ")} is ${sum}, expected at most 1`,
    );
  }
}

function check(
  all: SimulationSettings,
  name: NumberName,
  { wanted, accepts }: Range,
): void {
  if (typeof all[name] !== "number" || !accepts(all[name])) {
    throw new RangeError(`Cannot simulate: ${name} is ${showValue(all[name])}, expected ${wanted}`);
  }
}
