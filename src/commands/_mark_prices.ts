/** What marks are worth: the prices of marks that are left out, and which missing mark to measure next. */

import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import { listSome } from "../base/wording.ts";
import type { Dataset } from "../data/dataset.ts";
import { CALIBRATED_REGIMES } from "../model/calibration.ts";
import { trainedGenesOf } from "../model/known_genes.ts";
import type { MarkErrors } from "../model/mark_errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { regimesOf } from "../training/intervals.ts";
import { priceMarks, type PriceMarksOptions, type RegimePrices } from "../training/mark_prices.ts";
import { describeRegime } from "../validation/intervals.ts";
import { findNextAssay, type NextAssay } from "../validation/next_assay.ts";
import { formatMetric } from "./_metrics.ts";
import { ProgressLine } from "./_progress.ts";

/** The flag of prices. */
export interface MarkPricesFlags {
  readonly markPrices?: boolean | undefined;
}

/** Of more cell types only some are named. */
const MOST_NAMES = 4;

/** Declares the flag. */
export function declareMarkPrices(command: Command): Command {
  return command.option(
    "--mark-prices",
    "also the error without each mark, by regime: which assay is worth its cost (for models that read a panel)",
    false,
  );
}

/** Measures prices with a progress line. */
export async function measurePrices(
  models: readonly TrainedModel[],
  data: Dataset,
  options: PriceMarksOptions,
): Promise<RegimePrices[]> {
  // Callers give all their flags.
  const { engine, threads, geneEffects, acceptAssembly, unlabelled, dropMarks, signal } = options;
  const progress = new ProgressLine("samples");
  const prices = await priceMarks(models, data, {
    engine,
    threads,
    geneEffects,
    acceptAssembly,
    unlabelled,
    dropMarks,
    signal,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "leaving marks out" }),
  });
  progress.clear();
  return prices;
}

/** Formats prices: the marks of each regime, the dearest first. */
export function formatPrices(prices: readonly RegimePrices[]): string {
  const width = Math.max(...prices.flatMap(({ marks }) => marks.map(({ mark }) => mark.length)));
  const lines = prices.flatMap(({ regime, samples, mse, marks }) => [
    `  ${describeRegime(regime)}, ${formatCountOf(samples, "sample")}: MSE ${formatMetric(mse)}`,
    ...marks.map(({ mark, mseWithout, price, standardError, samples: own }) => {
      const error = standardError === null ? "" : ` ± ${formatMetric(standardError)}`;
      const some = own === samples ? "" : `, ${formatCountOf(own, "sample")} that have it`;
      return `    without ${mark.padEnd(width)}  ${formatMetric(mseWithout)}  (${
        formatSigned(price)
      }${error}${some})`;
    }),
  ]);
  const title = "The price of each mark, if it is missing (± standard error over genes):";
  return [title, ...lines].join("\n");
}

/** Formats what a calibration says of single missing marks. */
export function formatMarkErrors({ marks, samples, subsets }: MarkErrors): string {
  const width = Math.max(...marks.map((mark) => mark.length));
  const singles = subsets.filter(({ missing }) => missing.length === 1);
  const lines = CALIBRATED_REGIMES.flatMap((regime) => {
    const whole = subsets[0]!.mse[regime];
    if (whole === undefined) return [];
    const rows = singles.map(({ missing: [mark], mse }) => {
      return { mark: mark!, mse: mse[regime]! };
    }).sort((a, b) => b.mse - a.mse);
    return [
      `  ${describeRegime(regime)}, ${formatCountOf(samples[regime]!, "sample")}: MSE ${
        formatMetric(whole)
      }`,
      ...rows.map(({ mark, mse }) =>
        `    without ${mark.padEnd(width)}  ${formatMetric(mse)}  (${formatSigned(mse - whole)})`
      ),
    ];
  });
  return ["The price of each mark, if it is missing:", ...lines].join("\n");
}

function formatSigned(value: number): string {
  return `${value < 0 ? "−" : "+"}${formatMetric(Math.abs(value))}`;
}

/** Cell types that lack the same marks, and which of these to measure next. */
export interface CellTypesNextAssay extends NextAssay {
  readonly cellTypes: readonly string[];
}

/**
 * Finds for cell types that lack marks which to measure next, by what the calibration of the model says.
 *
 * @returns One item for the cell types that lack the same marks; none for models that were not calibrated with marks hidden.
 */
export function nextAssays(
  model: TrainedModel | undefined,
  data: Dataset,
  { dropMarks = [], unlabelled = [] }: Pick<PriceMarksOptions, "dropMarks" | "unlabelled">,
): CellTypesNextAssay[] {
  const errors = model?.calibration?.markErrors;
  const genes = model && trainedGenesOf(model);
  if (model === undefined || errors === undefined || genes === undefined) return [];
  const masked = data.missingMarks;
  const regimes = regimesOf(model, data, { genes, unlabelled });
  const positions = Array.from(data.rows, (_, position) => position);
  const missingIn = (position: number) =>
    errors.marks.filter((mark) =>
      !data.marks.includes(mark) || dropMarks.includes(mark) ||
      masked.get(data.cellTypeOf(position))?.includes(mark)
    );
  const byMissing = Map.groupBy(positions, (position) => missingIn(position).join("\n"));
  return [...byMissing.values()].flatMap((own) => {
    const missing = missingIn(own[0]!);
    if (missing.length === 0) return [];
    const found = findNextAssay(errors, { missing, regimes: own.map((row) => regimes[row]!) });
    const cellTypes = [...new Set(own.map((position) => data.cellTypeOf(position)))];
    return found === undefined ? [] : [{ ...found, cellTypes }];
  });
}

/** Says which mark to measure next, as a note without its full stop. */
export function describeNextAssay({ cellTypes, mse, choices }: CellTypesNextAssay): string {
  const words = choices.map(({ mark, mse: found, gain }, place) => {
    const error = place === 0 ? "the expected MSE" : "it";
    return gain <= 0
      ? `${mark} would not lower ${error}`
      : `${mark} would lower ${error} from ${mse.toFixed(3)} to ${found.toFixed(3)}`;
  });
  return `which assay next for ${listSome(cellTypes, MOST_NAMES)}: ${words.join("; ")}`;
}
