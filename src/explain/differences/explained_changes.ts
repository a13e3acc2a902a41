/** How much of measured changes of genes the predicted ones explain: of all genes, of significant ones, of sets of genes. */

import { showValue } from "../../base/show_value.ts";
import { plainHook } from "../../base/watched_hook.ts";
import { meanOf } from "../../base/mean.ts";
import { falseDiscoveryRates } from "../../metrics/false_discovery.ts";
import { studentTail } from "../../metrics/student_t.ts";
import type { Estimate } from "../../validation/regime_scores.ts";
import {
  drawFigures,
  type DrawPlan,
  estimate,
  knownPairs,
  orNull,
  pairsAt,
  planDraws,
  unitsAt,
  valuesOfGenes,
} from "./_change_draws.ts";
import type { ChangeAgreementOptions } from "./change_options.ts";
import type { OnProgress } from "../../progress.ts";

/** How much is explained of the changes of some genes. Figures that do not exist are `null`. */
export interface ExplainedGenes {
  /** Number of genes with both changes. */
  readonly genes: number;
  /** Pearson's correlation of predicted with measured changes. */
  readonly pearson: Estimate;
  /**
   * The share of the variance of measured changes that a straight line through the predicted ones explains: the square of the
   * correlation, and 0 where that is negative.
   */
  readonly explained: Estimate;
  /** Share of the genes whose measured change is not 0 for which the predicted change has the same sign. */
  readonly sameSign: Estimate;
}

/** How much is explained of the changes of a set of genes. */
export interface ExplainedSet extends ExplainedGenes {
  /** Its name. */
  readonly name: string;
  /** Number of genes that the set has in its file. */
  readonly listed: number;
  /** Mean measured change; `null` of no genes. */
  readonly meanMeasured: number | null;
  /** Mean predicted change. */
  readonly meanPredicted: number | null;
  /** Spearman's rank correlation. */
  readonly spearman: number | null;
  /**
   * Probability of so high a rank correlation, or a higher one, if predicted changes told nothing of which genes of the set
   * change more than others; `null` of a set with too few genes.
   */
  readonly p: number | null;
  /** The p-value adjusted for the number of sets by Benjamini and Hochberg; `null` where that is. */
  readonly q: number | null;
}

/** A set of genes by their places. */
export interface PlacedGeneSet {
  /** Its name. */
  readonly name: string;
  /**
   * Number of genes that the set has in its file.
   *
   * @default {The number of places}
   */
  readonly listed?: number | undefined;
  /** Places of its genes in the columns of changes. */
  readonly places: readonly number[];
}

/** Measured changes, and which genes to look at. */
export interface ExplainChangesOptions extends Omit<ChangeAgreementOptions, "levels"> {
  /** Adjusted p-values of the measured changes, `[gene]`; NaN for genes without one. */
  readonly qValues?: ArrayLike<number> | undefined;
  /**
   * Genes below this q-value are significant.
   *
   * @default {0.05}
   */
  readonly significance?: number | undefined;
  /**
   * Sets of genes.
   *
   * @default {[]}
   */
  readonly sets?: readonly PlacedGeneSet[] | undefined;
  /**
   * Sets with fewer genes are not tested: 4 or more.
   *
   * @default {10}
   */
  readonly leastGenes?: number | undefined;
  /** Called with the number of sets of genes that are done. It must not be asynchronous. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the work up, between two sets: the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What predicted changes explain of measured ones. */
export interface ExplainedChanges {
  /** Of all genes. */
  readonly all: ExplainedGenes;
  /** Of genes whose measured change is significant; absent without q-values. */
  readonly significant?: ExplainedGenes | undefined;
  /** Of each set, in their order. */
  readonly sets: readonly ExplainedSet[];
}

/** A correlation of ranks of fewer pairs has no test. */
const FEWEST_GENES = 4;

/**
 * Says how much of measured changes, such as DESeq2's log2 fold changes, predicted changes explain. The two may be in
 * different units. Intervals are percentiles of bootstrap samples of genes.
 *
 * The test of a set asks whether, within the set, genes with a larger predicted change have a larger measured one: Spearman's
 * correlation against Student's t with n − 2 degrees of freedom, one-sided. It does not ask whether more is explained than of
 * other genes, nor whether the set as a whole goes up.
 *
 * This function is not asynchronous, so it can wait for nothing, and hear of nothing that `onProgress` promises.
 *
 * @param predicted Predicted changes, `[gene]`.
 * @param measured Measured changes, `[gene]`; genes with NaN in one of the two are left out.
 * @param options Significance, sets, units and draws.
 * @returns What is explained of all genes, of significant ones and of each set.
 * @throws {TypeError} If columns differ in length, or `onProgress` returns a promise.
 * @throws {RangeError} If an option is out of range, or a change is infinite.
 *
 * @example Half of a set is explained
 * ```ts
 * import { explainChanges } from "@waka/histone/explain";
 * import { ok, strictEqual } from "node:assert";
 *
 * const measured = Float64Array.from({ length: 40 }, (_, gene) => Math.sin(gene));
 * const predicted = measured.map((change, gene) => change + Math.cos(3 * gene));
 * const sets = [{ name: "FIRST", places: [...Array(20).keys()] }, { name: "TWO", places: [30, 31] }];
 * const { all, sets: [first, two] } = explainChanges(predicted, measured, { sets, samples: 100 });
 * ok(Math.abs(all.explained.value! - 0.5) < 0.1);
 * ok(first!.q! < 0.01);
 * strictEqual(two!.q, null);
 * ```
 */
export function explainChanges(
  predicted: ArrayLike<number>,
  measured: ArrayLike<number>,
  options: ExplainChangesOptions = {},
): ExplainedChanges {
  const plan = planDraws(options);
  const { significance = 0.05, sets = [], leastGenes = 10, signal } = options;
  const onProgress = plainHook(options.onProgress, {
    action: "explain changes",
    name: "onProgress",
  });
  if (typeof significance !== "number" || !(significance > 0 && significance <= 1)) {
    fail(`significance is ${showValue(significance)}, expected a number above 0 and at most 1`);
  }
  if (!Number.isInteger(leastGenes) || leastGenes < FEWEST_GENES) {
    fail(`leastGenes is ${showValue(leastGenes)}, expected an integer of at least ${FEWEST_GENES}`);
  }
  const known = knownPairs(predicted, measured);
  const genes = predicted.length;
  const qValues = valuesOfGenes(options.qValues, { name: "qValues", genes });
  const units = valuesOfGenes(options.units, { name: "units", genes });
  const columns = { predicted, measured, units, plan };
  const isKnown = new Set(known);
  const found: Omit<ExplainedSet, "q">[] = [];
  for (const set of sets) {
    signal?.throwIfAborted();
    const genes = [...new Set(set.places)].filter((gene) => isKnown.has(gene));
    found.push(explainSet(set, { genes, leastGenes, columns }));
    onProgress?.({ done: found.length, total: sets.length, unit: "gene sets" });
  }
  signal?.throwIfAborted();
  const rates = falseDiscoveryRates(found.map(({ p }) => p ?? NaN));
  const significant = qValues && known.filter((gene) => qValues[gene]! < significance);
  return {
    all: explainGenes(known, columns),
    ...(significant && { significant: explainGenes(significant, columns) }),
    sets: found.map((set, i) => ({ ...set, q: orNull(rates[i]!) })),
  };
}

function fail(what: string): never {
  throw new RangeError(`Cannot explain changes: ${what}`);
}

/** The columns, and how they are drawn again. */
interface ChangeColumns {
  readonly predicted: ArrayLike<number>;
  readonly measured: ArrayLike<number>;
  readonly units: ArrayLike<number> | undefined;
  readonly plan: DrawPlan;
}

/** Of genes that are too few for intervals, `isDrawn` is false. */
function explainGenes(
  genes: readonly number[],
  { predicted, measured, units, plan }: ChangeColumns,
  isDrawn = true,
): ExplainedGenes {
  const pairs = pairsAt(genes, predicted, measured);
  const [correlations, signs] = drawFigures(
    [(weights) => pairs.pearson(weights), (weights) => pairs.sameSign(weights)],
    { plan: isDrawn ? plan : { ...plan, samples: 0 }, units: unitsAt(genes, units) },
  ) as [number[], number[]];
  const correlation = pairs.pearson();
  const { confidence } = plan;
  return {
    genes: genes.length,
    pearson: estimate(correlation, correlations, confidence),
    explained: estimate(explainedBy(correlation), correlations.map(explainedBy), confidence),
    sameSign: estimate(pairs.sameSign(), signs, confidence),
  };
}

/** A negative correlation explains nothing: genes go the other way. */
function explainedBy(correlation: number): number {
  return correlation < 0 ? 0 : correlation * correlation;
}

function explainSet(
  { name, listed, places }: PlacedGeneSet,
  { genes, leastGenes, columns }: {
    readonly genes: readonly number[];
    readonly leastGenes: number;
    readonly columns: ChangeColumns;
  },
): Omit<ExplainedSet, "q"> {
  const { predicted, measured, units } = columns;
  const unitCount = new Set(unitsAt(genes, units)).size;
  const rank = pairsAt(genes, predicted, measured).spearman();
  const isTested = unitCount >= leastGenes && !Number.isNaN(rank);
  return {
    name,
    listed: listed ?? places.length,
    ...explainGenes(genes, columns, isTested),
    meanMeasured: orNull(meanOf(genes.map((gene) => measured[gene]!))),
    meanPredicted: orNull(meanOf(genes.map((gene) => predicted[gene]!))),
    spearman: orNull(rank),
    // Transcripts of one gene are not independent: they count as one.
    p: isTested ? orNull(tailOfCorrelation(rank, unitCount)) : null,
  };
}

/** The probability of a rank correlation of at least this if the ranks have nothing to do with each other. */
function tailOfCorrelation(rank: number, pairs: number): number {
  const tail = studentTail(rank * Math.sqrt((pairs - 2) / (1 - rank * rank)), pairs - 2);
  // One order of the genes among all is as likely as any other.
  let orders = 1;
  for (let count = 2; count <= pairs; count++) orders *= count;
  return Math.max(tail, 1 / orders);
}
