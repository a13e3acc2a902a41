/**
 * What a simulation can be asked for.
 *
 * @module
 */

import { MAX_EXTENT } from "../base/limits.ts";
import { GENE_ID_LIMIT } from "./genes.ts";

/** Size and parameters of a simulation. The defaults are the competition's own size and label moments. */
export interface SimulationOptions {
  /**
   * Seed of everything, an integer from 0 to 2^53 − 1.
   * Default: `1`.
   */
  readonly seed?: number;
  /**
   * Number of training cell types, at most 65,536: a prefix of the competition's 50, then `S051`, `S052`, …
   * Default: `50`.
   */
  readonly cellTypes?: number;
  /**
   * Number of training genes.
   * Default: `16000`.
   */
  readonly genes?: number;
  /**
   * Number of cell types that only eval has: a prefix of the competition's 6, then `N007`, `N008`, …
   * Default: `6`.
   */
  readonly newCellTypes?: number;
  /**
   * Number of genes that only eval has.
   * Default: `1447`.
   */
  readonly newGenes?: number;
  /**
   * Number of 100 bp bins, at most 65,536; the TSS is in the middle. All genes in all cell types have at most 2^32.
   * Default: `100`.
   */
  readonly bins?: number;
  /**
   * Share of the label's variance that the activity behind the marks explains, from 0 to 1.
   * Default: `0.3`.
   */
  readonly visibleShare?: number;
  /**
   * Share of the label's variance that is a gene's own, the same in all cell types and unseen in the marks.
   * Default: `0.3`.
   */
  readonly hiddenShare?: number;
  /**
   * Mean of the label.
   * Default: `-0.25`.
   */
  readonly labelMean?: number;
  /**
   * Variance of the label, above 0 and at most a million.
   * Default: `3.5`.
   */
  readonly labelVariance?: number;
  /**
   * Share of the activity's variance that differs between cell types along the gene programmes they
   * share with their lineage.
   * Default: `0.3`.
   */
  readonly programmeShare?: number;
  /**
   * Share of the activity's variance that is particular to one gene in one cell type; what this and
   * `programmeShare` leave is the gene's baseline.
   * Default: `0.15`.
   */
  readonly particularShare?: number;
  /**
   * Factor on all rates, above 0 and at most 1000; 1 has the counts of a real sample.
   * Default: `1`.
   */
  readonly depth?: number;
  /**
   * Standard deviation of the logarithm of a sample's depth, from 0 to 1 (a sample is one mark in one cell
   * type).
   * Default: `0.3`.
   */
  readonly depthSpread?: number;
  /**
   * Dispersion of the counts: their variance is μ + dispersion · μ². Above 0 and at most 10.
   * Default: `0.1`.
   */
  readonly dispersion?: number;
}

/** Some 40 times the competition's, 200 GB as files that are not compressed. */
const MAX_BINS_IN_ALL = 2 ** 32;

const DEFAULTS: Required<SimulationOptions> = {
  seed: 1,
  cellTypes: 50,
  genes: 16000,
  newCellTypes: 6,
  newGenes: 1447,
  bins: 100,
  visibleShare: 0.3,
  hiddenShare: 0.3,
  labelMean: -0.25,
  labelVariance: 3.5,
  programmeShare: 0.3,
  particularShare: 0.15,
  depth: 1,
  depthSpread: 0.3,
  dispersion: 0.1,
};

/**
 * Fills in the defaults and checks every value.
 *
 * @throws {TypeError} If there is an option of another name.
 * @throws {RangeError} Naming the option that is out of range.
 */
export function resolveSimulationOptions(options: SimulationOptions): Required<SimulationOptions> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  const unknown = given.find(([name]) => !Object.hasOwn(DEFAULTS, name));
  if (unknown !== undefined) {
    throw new TypeError(
      `Cannot simulate: "${unknown[0]}" is no option, expected one of ${
        Object.keys(DEFAULTS).join(", ")
      }`,
    );
  }
  const all = { ...DEFAULTS, ...Object.fromEntries(given) };
  checkSizes(all);
  checkShares(all, "visibleShare", "hiddenShare");
  checkShares(all, "programmeShare", "particularShare");
  check(all, "labelMean", "a finite number", Number.isFinite);
  // The limits on depth, its spread and the dispersion keep every count within 32 bits.
  for (
    const [name, most] of [["labelVariance", 1e6], ["depth", 1000], ["dispersion", 10]] as const
  ) {
    check(all, name, `a number > 0 and <= ${most}`, (value) => value > 0 && value <= most);
  }
  check(all, "depthSpread", "a number from 0 to 1", (value) => value >= 0 && value <= 1);
  return all;
}

function checkSizes(all: Required<SimulationOptions>): void {
  check(
    all,
    "seed",
    "an integer from 0 to 2^53 - 1",
    (value) => Number.isSafeInteger(value) && value >= 0,
  );
  for (const [name, least] of [["cellTypes", 1], ["newCellTypes", 0], ["bins", 1]] as const) {
    check(
      all,
      name,
      `an integer from ${least} to ${MAX_EXTENT}`,
      (value) => Number.isInteger(value) && value >= least && value <= MAX_EXTENT,
    );
  }
  for (const [name, least] of [["genes", 1], ["newGenes", 0]] as const) {
    check(
      all,
      name,
      `an integer from ${least} to ${GENE_ID_LIMIT}`,
      (value) => Number.isInteger(value) && value >= least && value <= GENE_ID_LIMIT,
    );
  }
  if (all.newCellTypes + all.newGenes === 0) {
    throw new RangeError(
      "Cannot simulate: newCellTypes and newGenes are both 0, expected at least one row in eval",
    );
  }
  checkTotal(all);
}

function checkTotal(all: Required<SimulationOptions>): void {
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

function checkShares(
  all: Required<SimulationOptions>,
  ...names: readonly (keyof SimulationOptions)[]
): void {
  for (const name of names) {
    check(all, name, "a number from 0 to 1", (value) => value >= 0 && value <= 1);
  }
  const sum = names.reduce((total, name) => total + all[name], 0);
  if (sum > 1) {
    throw new RangeError(
      `Cannot simulate: ${names.join(" + ")} is ${sum}, expected at most 1`,
    );
  }
}

function check(
  all: Required<SimulationOptions>,
  name: keyof SimulationOptions,
  wanted: string,
  accepts: (value: number) => boolean,
): void {
  if (typeof all[name] !== "number" || !accepts(all[name])) {
    throw new RangeError(`Cannot simulate: ${name} is ${all[name]}, expected ${wanted}`);
  }
}
