import { type Loss, lossName, lossWords } from "../model/loss.ts";
import { epochAxis, epochPoints, LEGEND, NEXT_LEGEND } from "./_axes.ts";
import { checkNotEmpty } from "./_check.ts";
import { formatNumber } from "./_format.ts";
import { rangeOf } from "./_range.ts";
import { BLUE, CONFIG, INK, LABEL_UNIT, PALETTE, PLOT_WIDTH, VERMILION } from "./_theme.ts";
import type { Figure } from "./figure.ts";
import type { ReportFigureName } from "./figure_names.ts";
import type { EpochPoint, FoldHistory } from "./input.ts";
import { PUBLISHED_CROSS_VALIDATION, PUBLISHED_TRAINING_LOSS } from "./published.ts";

/** Options of the figures of losses. */
export interface LossFigureOptions {
  /**
   * The loss that training minimised.
   *
   * @default {"meanSquaredError"}
   */
  readonly loss?: Loss | undefined;
  /**
   * Whether the published values are shown as well.
   *
   * @default {false}
   */
  readonly published?: boolean | undefined;
}

/** One point of one curve. */
interface LossRow {
  readonly epoch: number;
  readonly loss: number;
  /** The data on which the loss was measured: training or validation. */
  readonly part: string;
  readonly fold: string;
}

/** The part of a point that the axes need. */
type LossPoint = Pick<LossRow, "epoch" | "loss">;

const TRAINING = "Training";
const VALIDATION = "Validation";
const PUBLISHED = "Training, published";
const PART_COLOR = {
  field: "part",
  type: "nominal" as const,
  scale: { domain: [TRAINING, VALIDATION], range: [BLUE, VERMILION] },
  legend: LEGEND,
};
/** If the largest loss is this many times the smallest, a linear axis would hide all but the first epochs. */
const LOG_SCALE_FROM = 5;

/**
 * Plots the report's Figure 3: training and validation loss of each epoch, with one colour for each fold.
 *
 * @param folds Epochs of each fold.
 * @param options Kind of loss, and whether to name the published values.
 * @returns The figure.
 * @throws {RangeError} If there are no folds, or a fold has no epochs.
 *
 * @example Two folds of one epoch
 * ```ts
 * import { plotCrossValidation } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const history = [{ epoch: 1, loss: 3.3, validationLoss: 3.4 }];
 * const { alt } = plotCrossValidation([{ fold: 1, history }, { fold: 2, history }]);
 * match(alt, /for each of 2 folds: .* training loss is 3.300 and validation loss 3.400/);
 * ```
 */
export function plotCrossValidation(
  folds: readonly FoldHistory[],
  options: LossFigureOptions = {},
): Figure {
  checkNotEmpty("cross-validation", folds);
  folds.forEach(({ history }) => checkNotEmpty("cross-validation", history));
  const rows = folds.flatMap(({ fold, history }) => lossRows(history, `Fold ${fold}`));
  const lasts = folds.flatMap(({ history }) => history.slice(-1));
  const training = lasts.map(({ loss }) => loss);
  const validation = lasts.flatMap(({ validationLoss }) => validationLoss ?? []);
  const ends = `after the last epoch, training loss is ${formatRange(training)} and validation ` +
    `loss ${formatRange(validation)}`;
  return {
    name: "figure-3-cross-validation" satisfies ReportFigureName,
    title: "Loss by epoch in cross-validation",
    caption:
      `Loss on the training and validation parts of ${folds.length} folds, one colour for each fold. ` +
      (options.published ? PUBLISHED_CROSS_VALIDATION : ""),
    alt: `Line chart with two curves for each of ${folds.length} folds: ${ends}.`,
    spec: {
      config: CONFIG,
      width: PLOT_WIDTH,
      height: 320,
      data: { values: rows },
      mark: { type: "line", strokeWidth: 2, point: rows.length <= 2 * folds.length },
      encoding: {
        x: epochAxis(rows),
        y: lossAxis(rows, options.loss),
        color: {
          field: "fold",
          type: "nominal",
          scale: { range: [...PALETTE] },
          sort: null,
          legend: { ...LEGEND, symbolType: "stroke", symbolSize: 300 },
        },
        strokeDash: {
          field: "part",
          type: "nominal",
          scale: { domain: [VALIDATION, TRAINING], range: [[1, 0], [4, 3]] },
          legend: { ...NEXT_LEGEND, symbolSize: 300 },
        },
      },
    },
  };
}

/**
 * Plots the report's Figure 4: training loss of each epoch, with validation loss where it was measured.
 *
 * @param history Epochs of a training run.
 * @param options Kind of loss, and whether to mark the ends of the published curve.
 * @returns The figure.
 * @throws {RangeError} If there are no epochs.
 *
 * @example Two epochs
 * ```ts
 * import { plotTrainingLoss } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const { alt } = plotTrainingLoss([{ epoch: 1, loss: 3.26 }, { epoch: 2, loss: 3.18 }]);
 * match(alt, /training loss goes from 3.260 in epoch 1 to 3.180 in epoch 2/);
 * ```
 */
export function plotTrainingLoss(
  history: readonly EpochPoint[],
  options: LossFigureOptions = {},
): Figure {
  checkNotEmpty("training loss", history);
  const published = options.published ? PUBLISHED_TRAINING_LOSS : [];
  const curves = lossRows(history, "");
  const rows = [...curves, ...published];
  const validated = curves.some(({ part }) => part === VALIDATION);
  const [x, y] = [epochAxis(rows), lossAxis(rows, options.loss)];
  return {
    name: "figure-4-training-loss" satisfies ReportFigureName,
    title: "Loss by epoch",
    caption: "Mean loss over the samples of each epoch, while the weights change" +
      (validated ? ", and on the validation data after it." : ".") +
      (options.published ? " Open circles: the ends of the published curve, 3.26 and 3.02." : ""),
    alt: `Line chart: ${describeHistory(history)}.`,
    spec: {
      config: CONFIG,
      width: PLOT_WIDTH,
      height: 300,
      layer: [
        {
          data: { values: curves },
          mark: { type: "line", strokeWidth: 2, color: BLUE, point: epochPoints(history.length) },
          encoding: { x, y, ...(validated && { color: PART_COLOR }) },
        },
        ...(published.length === 0 ? [] : [publishedLayer(published, { x, y })]),
      ],
    },
  };
}

/** Makes the layer of open circles at the ends of the published curve. */
function publishedLayer(
  points: readonly LossPoint[],
  axes: { readonly x: ReturnType<typeof epochAxis>; readonly y: ReturnType<typeof lossAxis> },
) {
  return {
    data: { values: points.map((point) => ({ ...point, source: PUBLISHED })) },
    mark: { type: "point" as const, size: 70, strokeWidth: 1.5, color: INK },
    encoding: {
      ...axes,
      shape: {
        field: "source",
        type: "nominal" as const,
        scale: { range: ["circle"] },
        legend: { ...NEXT_LEGEND, symbolStrokeColor: INK },
      },
    },
  };
}

function lossRows(history: readonly EpochPoint[], fold: string): LossRow[] {
  return history.flatMap(({ epoch, loss, validationLoss }) => [
    { epoch, loss, part: TRAINING, fold },
    ...(validationLoss === undefined
      ? []
      : [{ epoch, loss: validationLoss, part: VALIDATION, fold }]),
  ]);
}

function lossAxis(rows: readonly LossPoint[], loss: Loss = "meanSquaredError") {
  const [low, high] = rangeOf(rows.map((row) => row.loss));
  const name = nameOfAxis(loss);
  const axis = { field: "loss", type: "quantitative" as const };
  if (low <= 0 || high / low < LOG_SCALE_FROM) {
    return { ...axis, title: name, scale: { zero: false }, axis: { tickCount: 6 } };
  }
  return {
    ...axis,
    title: `${name}, log scale`,
    scale: { type: "log" as const, domain: [low / 1.1, high * 1.1], nice: false },
    axis: { values: logTicks(low, high), format: "~g" },
  };
}

function nameOfAxis(loss: Loss): string {
  const words = lossWords(loss);
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  switch (lossName(loss)) {
    case "meanSquaredError":
      return `${title} (${LABEL_UNIT}²)`;
    case "binaryCrossentropy":
    case "rank":
      return `${title} (nats)`;
    case "huber":
      return title;
  }
}

/** Chooses round numbers in a range of a few powers of ten. */
function logTicks(low: number, high: number): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from(
    { length: Math.ceil(Math.log10(high)) - first + 1 },
    (_, i) => first + i,
  );
  const leading = high / low < 100 ? [1, 2, 3, 5, 7] : [1, 3];
  return powers.flatMap((power) => leading.map((digit) => Number(`${digit}e${power}`)))
    .filter((tick) => tick >= low / 1.1 && tick <= high * 1.1);
}

function describeHistory(history: readonly [EpochPoint, ...EpochPoint[]]): string {
  const [first] = history;
  const last = history.at(-1) ?? first;
  const part = (name: string, from?: number, to?: number) =>
    to === undefined
      ? ""
      : `${name} loss goes from ${formatNumber(from)} in epoch ${first.epoch} ` +
        `to ${formatNumber(to)} in epoch ${last.epoch}`;
  const validation = part("validation", first.validationLoss, last.validationLoss);
  return [part("training", first.loss, last.loss), validation].filter(Boolean).join(", ");
}

function formatRange(values: readonly number[]): string {
  if (values.length === 0) return "not known";
  const [low, high] = rangeOf(values);
  const [least, most] = [formatNumber(low), formatNumber(high)];
  return least === most ? least : `${least} to ${most}`;
}
