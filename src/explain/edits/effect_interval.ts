import { checkConfidence } from "../../base/check_confidence.ts";
import { studentQuantile } from "../../metrics/student_t.ts";

/** Effects of one edit on one sample, by model and draw. */
export interface EffectTable {
  /** `[model, draw]` row-major. */
  readonly effects: ArrayLike<number>;
  /** Number of models. */
  readonly models: number;
  /** Number of draws; 1 if nothing was drawn. */
  readonly draws: number;
}

/** What effects are on average, and how sure that is. */
export interface EffectInterval {
  /** The mean over models and draws. */
  readonly mean: number;
  /** The lower end of the interval; NaN for a single effect. */
  readonly low: number;
  /** The upper end of the interval; NaN for a single effect. */
  readonly high: number;
  /** The standard deviation over models of their means over draws; NaN for one model. */
  readonly modelSd: number;
  /** The standard deviation over draws of their means over models; NaN for one draw. */
  readonly drawSd: number;
}

/**
 * Averages effects over models and draws, and gives the interval of Student's _t_ that holds the mean over all models that
 * training could have given and over all genes that could have been drawn, with the given confidence, if both are samples of
 * these and effects are nearly normal. An interval of two or three models is wide, and of one model says nothing of others.
 *
 * Models and draws are crossed factors: the variance of the mean is the sum of what they and their interaction add, each
 * estimated from its mean square and not below 0, and the degrees of freedom are Satterthwaite's (1946, "An approximate
 * distribution of estimates of variance components", Biometrics Bulletin 2).
 *
 * @param table The effects.
 * @param options How sure the interval is to be.
 * @returns Mean, interval and standard deviations, in the unit of the effects.
 * @throws {RangeError} If the confidence is not between 0 and 1, or there are not models × draws effects.
 *
 * @example Three models
 * ```ts
 * import { effectInterval } from "@waka/histone/explain";
 * import { ok, strictEqual } from "node:assert";
 *
 * const { mean, low, high, drawSd } = effectInterval({ effects: [1, 2, 3], models: 3, draws: 1 });
 * strictEqual(mean, 2);
 * ok(Math.abs(high - (2 + 4.303 / Math.sqrt(3))) < 1e-3); // 4.303 is t for 2 degrees of freedom
 * ok(low < 0 && Number.isNaN(drawSd));
 * ```
 */
export function effectInterval(
  { effects, models, draws }: EffectTable,
  { confidence = 0.95 }: {
    /**
     * The share of such intervals that hold the mean.
     *
     * @default {0.95}
     */
    readonly confidence?: number | undefined;
  } = {},
): EffectInterval {
  checkConfidence(confidence, "make interval");
  if (effects.length !== models * draws || effects.length === 0) {
    throw new RangeError(
      `Cannot make interval: ${effects.length} effects, expected ${models} models × ${draws} draws`,
    );
  }
  const byModel = meansOf(effects, { groups: models, of: (i) => Math.floor(i / draws) });
  const byDraw = meansOf(effects, { groups: draws, of: (i) => i % draws });
  const mean = byModel.reduce((sum, value) => sum + value, 0) / models;
  const [modelSquares, drawSquares] = [sumSquares(byModel, mean), sumSquares(byDraw, mean)];
  const restSquares = sumRest(effects, { byModel, byDraw, mean });
  const [modelDegrees, drawDegrees] = [models - 1, draws - 1];
  const { variance, degrees } = varianceOfMean({
    models: { square: draws * modelSquares / modelDegrees, degrees: modelDegrees },
    draws: { square: models * drawSquares / drawDegrees, degrees: drawDegrees },
    rest: {
      square: restSquares / (modelDegrees * drawDegrees),
      degrees: modelDegrees * drawDegrees,
    },
  });
  const half = degrees === 0
    ? NaN
    : studentQuantile((1 + confidence) / 2, degrees) * Math.sqrt(variance / (models * draws));
  return {
    mean,
    low: mean - half,
    high: mean + half,
    modelSd: Math.sqrt(modelSquares / modelDegrees),
    drawSd: Math.sqrt(drawSquares / drawDegrees),
  };
}

/** A mean square, and how many degrees of freedom it has; it means nothing without any. */
interface MeanSquare {
  readonly square: number;
  readonly degrees: number;
}

/** The variance of the mean, times the number of effects, and its degrees of freedom. */
function varianceOfMean(
  { models, draws, rest }: Readonly<Record<"models" | "draws" | "rest", MeanSquare>>,
): { readonly variance: number; readonly degrees: number } {
  if (rest.degrees === 0) {
    const only = models.degrees > 0 ? models : draws;
    return { variance: only.degrees === 0 ? NaN : only.square, degrees: only.degrees };
  }
  // Each factor adds what its mean square has beyond that of the interaction.
  const used = [models, draws].filter(({ square }) => square > rest.square);
  const restWeight = 1 - used.length;
  const variance = used.reduce((sum, { square }) => sum + square, restWeight * rest.square);
  const terms = [
    ...used.map(({ square, degrees }) => square ** 2 / degrees),
    (restWeight * rest.square) ** 2 / rest.degrees,
  ];
  const spread = terms.reduce((sum, term) => sum + term, 0);
  // Effects that do not vary at all have an interval of no width.
  return { variance, degrees: spread === 0 ? rest.degrees : variance ** 2 / spread };
}

/** The sum of squares of what neither models nor draws explain. */
function sumRest(
  effects: ArrayLike<number>,
  { byModel, byDraw, mean }: {
    readonly byModel: Float64Array;
    readonly byDraw: Float64Array;
    readonly mean: number;
  },
): number {
  const draws = byDraw.length;
  let sum = 0;
  for (let i = 0; i < effects.length; i++) {
    const fitted = byModel[Math.floor(i / draws)]! + byDraw[i % draws]! - mean;
    sum += (effects[i]! - fitted) ** 2;
  }
  return sum;
}

function meansOf(
  values: ArrayLike<number>,
  { groups, of }: { readonly groups: number; readonly of: (index: number) => number },
): Float64Array {
  const sums = new Float64Array(groups);
  for (let i = 0; i < values.length; i++) sums[of(i)]! += values[i]!;
  return sums.map((sum) => sum * groups / values.length);
}

function sumSquares(values: Float64Array, mean: number): number {
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum;
}
