import { ContractError } from "../errors.ts";
import type { ByRegime, MarkErrors, SubsetErrors } from "../model/mark_errors.ts";
import { subsetKey } from "../model/mark_errors.ts";
import { type KnownRegime, SUBSTITUTES } from "./intervals.ts";

/** A mark that could be measured next, and what is expected of it. */
export interface AssayChoice {
  /** The mark. */
  readonly mark: string;
  /** Expected mean squared error with it. */
  readonly mse: number;
  /** By how much the expected error falls; below 0 where it rises. */
  readonly gain: number;
}

/** What is expected of samples that lack marks, and of measuring each of these. */
export interface NextAssay {
  /** The marks that are missing. */
  readonly missing: readonly string[];
  /** Expected mean squared error without them. */
  readonly mse: number;
  /** The missing marks, the one that lowers the error most first. */
  readonly choices: readonly AssayChoice[];
}

/** Samples that lack marks. */
export interface LackingSamples {
  /** The marks that they lack, of those of the model. */
  readonly missing: readonly string[];
  /** What is new about each, `[sample]`. */
  readonly regimes: readonly KnownRegime[];
}

/**
 * Finds which missing mark would lower the error of some samples most, from a model's errors on samples of which marks were
 * hidden. Errors of the regimes are weighted by how many of the samples are of each; samples whose gene and cell type were
 * both trained on count as those of a new cell type.
 *
 * @param errors The errors, of a model's calibration.
 * @param samples The missing marks, and the regimes of the samples.
 * @returns What is expected; `undefined` if that was not measured: for a regime of which nothing was held out, or for more
 * missing marks than were hidden together.
 * @throws {ContractError} If a mark is not one of the model's.
 *
 * @example H3K4me3 rather than H3K9me3
 * ```ts
 * import { findNextAssay } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const marks = ["H3K4me3", "H3K9me3", "H3K36me3"];
 * const subsets = [
 *   { missing: [], mse: { newGene: 2 } },
 *   { missing: ["H3K4me3"], mse: { newGene: 2.5 } },
 *   { missing: ["H3K9me3"], mse: { newGene: 2 } },
 *   { missing: ["H3K4me3", "H3K9me3"], mse: { newGene: 2.5 } },
 * ];
 * const missing = ["H3K9me3", "H3K4me3"];
 * const next = findNextAssay({ marks, samples: { newGene: 100 }, subsets }, { missing, regimes: ["newGene"] });
 * deepStrictEqual(next?.choices, [
 *   { mark: "H3K4me3", mse: 2, gain: 0.5 },
 *   { mark: "H3K9me3", mse: 2.5, gain: 0 },
 * ]);
 * ```
 */
export function findNextAssay(
  { marks, subsets }: MarkErrors,
  { missing, regimes }: LackingSamples,
): NextAssay | undefined {
  const unknown = missing.find((mark) => !marks.includes(mark));
  if (unknown !== undefined) {
    throw new ContractError(
      `Cannot say what to measure next: "${unknown}" is missing, expected marks among the model's, ` +
        marks.join(", "),
    );
  }
  const shares = countRegimes(regimes);
  const byKey = new Map(subsets.map((subset) => [subsetKey(subset.missing), subset]));
  const expectedWithout = (hidden: readonly string[]) =>
    expectedError(byKey.get(subsetKey(hidden)), shares);
  const mse = expectedWithout(missing);
  if (mse === undefined) return undefined;
  const choices: AssayChoice[] = [];
  for (const mark of missing) {
    const found = expectedWithout(missing.filter((other) => other !== mark));
    if (found === undefined) return undefined;
    choices.push({ mark, mse: found, gain: mse - found });
  }
  return { missing, mse, choices: choices.sort((a, b) => a.mse - b.mse) };
}

function countRegimes(regimes: readonly KnownRegime[]): ReadonlyMap<KnownRegime, number> {
  const counts = new Map<KnownRegime, number>();
  for (const regime of regimes) counts.set(regime, (counts.get(regime) ?? 0) + 1);
  return counts;
}

/** The mean of the errors of regimes, by the number of samples of each. */
function expectedError(
  subset: SubsetErrors | undefined,
  counts: ReadonlyMap<KnownRegime, number>,
): number | undefined {
  if (subset === undefined || counts.size === 0) return undefined;
  let [sum, samples] = [0, 0];
  for (const [regime, count] of counts) {
    const mse = errorIn(subset.mse, regime);
    if (mse === undefined) return undefined;
    sum += mse * count;
    samples += count;
  }
  return sum / samples;
}

function errorIn(mse: ByRegime, regime: KnownRegime): number | undefined {
  return SUBSTITUTES[regime].map((name) => mse[name]).find((value) => value !== undefined);
}
