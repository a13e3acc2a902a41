/** What the statistics of changes share: which genes are compared, and how they are drawn again. */

import { showValue } from "../../base/show_value.ts";
import { checkConfidence } from "../../base/check_confidence.ts";
import { checkInteger } from "../../base/check_integer.ts";
import { drawResamples, percentileInterval } from "../../validation/bootstrap.ts";
import type { Estimate } from "../../validation/regime_scores.ts";
import type { ChangeAgreementOptions } from "./change_options.ts";
import { PairedChanges } from "./_paired_changes.ts";

/** Options with their defaults. */
export interface DrawPlan {
  /** Bootstrap samples, and exchanges. */
  readonly samples: number;
  /** Share of bootstrap samples that intervals hold. */
  readonly confidence: number;
  /** Seed of the draws. */
  readonly seed: number;
}

/**
 * Checks options and gives them their defaults.
 *
 * @throws {RangeError} If one is out of range.
 */
export function planDraws(
  { samples = 1000, confidence = 0.95, seed = 0 }: ChangeAgreementOptions,
): DrawPlan {
  const action = "compare changes";
  checkInteger(samples, { action, name: "samples", least: 1 });
  checkInteger(seed, { action, name: "seed", least: 0 });
  checkConfidence(confidence, action);
  return { samples, confidence, seed };
}

/**
 * The genes that have both changes.
 *
 * @throws {TypeError} If the columns differ in length.
 * @throws {RangeError} If a change is infinite.
 */
export function knownPairs(
  predicted: ArrayLike<number>,
  measured: ArrayLike<number>,
): number[] {
  if (predicted.length !== measured.length) {
    throw new TypeError(
      `Cannot compare changes: found ${predicted.length} predicted and ${measured.length} measured, ` +
        "expected as many of both",
    );
  }
  const known: number[] = [];
  for (let gene = 0; gene < predicted.length; gene++) {
    const [a, b] = [predicted[gene]!, measured[gene]!];
    if (Number.isNaN(a) || Number.isNaN(b)) continue;
    if (!Number.isFinite(a) || !Number.isFinite(b)) {
      throw new RangeError(
        `Cannot compare changes: that of gene ${gene} is ${
          Number.isFinite(a) ? b : a
        }, expected finite numbers`,
      );
    }
    known.push(gene);
  }
  return known;
}

/**
 * Throws unless an option that has a value for each gene has as many: of a shorter one, or of a number in its place, the rest
 * would be read as missing.
 *
 * @returns The option; `undefined` if it was not given, for which JSON has `null`.
 * @throws {TypeError} Naming the option.
 */
export function valuesOfGenes(
  values: ArrayLike<number> | null | undefined,
  { name, genes }: { readonly name: string; readonly genes: number },
): ArrayLike<number> | undefined {
  if (values === undefined || values === null) return undefined;
  const { length } = Object(values) as Partial<ArrayLike<number>>;
  if (typeof values === "object" && length === genes) return values;
  const found = length === undefined || typeof values !== "object"
    ? `${name} is ${showValue(values)}`
    : `${name} has ${length} values`;
  throw new TypeError(
    `Cannot compare changes: ${found}, expected one for each of the ${genes} genes`,
  );
}

/** Some genes' changes in pairs. */
export function pairsAt(
  genes: readonly number[],
  predicted: ArrayLike<number>,
  measured: ArrayLike<number>,
): PairedChanges {
  return new PairedChanges(
    Float64Array.from(genes, (gene) => predicted[gene]!),
    Float64Array.from(genes, (gene) => measured[gene]!),
  );
}

/** The units of some genes, numbered from 0 in the order in which they come. */
export function unitsAt(
  genes: readonly number[],
  units: ArrayLike<number> | undefined,
): Uint32Array {
  const numbers = new Map<number, number>();
  return Uint32Array.from(genes, (gene) => {
    const unit = units?.[gene] ?? gene;
    const number = numbers.get(unit) ?? numbers.size;
    numbers.set(unit, number);
    return number;
  });
}

/** How a figure is drawn again. */
export interface DrawOptions {
  readonly plan: DrawPlan;
  /** `[pair]` */
  readonly units: Uint32Array;
}

/**
 * Computes figures of bootstrap samples.
 *
 * @param figures What to compute with the weights of each pair.
 * @returns For each figure its values, `[figure][sample]`.
 */
export function drawFigures(
  figures: readonly ((weights: Float64Array) => number)[],
  { plan, units }: DrawOptions,
): number[][] {
  const drawn: number[][] = figures.map(() => []);
  const count = units.reduce((most, unit) => Math.max(most, unit + 1), 0);
  const weights = new Float64Array(units.length);
  for (const times of drawResamples([[...Array(count).keys()]], plan)) {
    for (let pair = 0; pair < weights.length; pair++) weights[pair] = times[units[pair]!]!;
    for (const [place, figure] of figures.entries()) drawn[place]!.push(figure(weights));
  }
  return drawn;
}

/** Makes an estimate of a figure and its values in bootstrap samples. */
export function estimate(value: number, drawn: readonly number[], confidence: number): Estimate {
  if (Number.isNaN(value)) return { value: null, low: null, high: null };
  const { low, high } = percentileInterval(drawn, confidence);
  return { value, low: orNull(low), high: orNull(high) };
}

/** `null` for NaN. */
export function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
