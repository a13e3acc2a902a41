import type { RegimeEvaluation } from "../validation/mod.ts";
import { LEGEND } from "./_axes.ts";
import { checkNotEmpty } from "./_check.ts";
import { formatNumber } from "./_format.ts";
import { describeBars, type RegimeGroup, regimeGroups } from "./_regime_rows.ts";
import { BLUE, CONFIG, INK, LABEL_UNIT } from "./_theme.ts";
import type { Figure } from "./figure.ts";
import type { ReportFigureName } from "./figure_names.ts";

const MODEL = "Model";
const BASELINE = "Baseline";

/**
 * Plots the errors of models and baselines with intervals, in one panel for each regime and a last panel for the
 * competition's mix.
 *
 * @param evaluation The result of `evaluateRegimes`.
 * @returns The figure.
 * @throws {RangeError} If the evaluation has no errors.
 *
 * @example A model that is always right
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { plotRegimes } from "@waka/histone/report";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { evaluateRegimes, makeGeneMean, splitRegimes } from "@waka/histone/validation";
 * import { match } from "node:assert";
 *
 * const size = { cellTypes: 6, genes: 30, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const data = new Dataset(simulateColumns(size).train);
 * const { train, test } = splitRegimes(data, { newCellTypes: 2 });
 * const trial = { train, test, predictions: { oracle: test.labels() } };
 * const evaluation = evaluateRegimes(trial, { baselines: [makeGeneMean()], bootstrapSamples: 20 });
 * match(plotRegimes(evaluation).alt, /^Dot plot of errors by regime/);
 * ```
 */
export function plotRegimes(evaluation: RegimeEvaluation): Figure {
  const groups = regimeGroups(evaluation);
  checkNotEmpty("error by regime", groups);
  return {
    name: "regimes" satisfies ReportFigureName,
    title: "Error by regime",
    caption: "Mean squared error if gene, cell type or both are new, and in the competition’s " +
      `proportions. Bars are ${describeBars(evaluation)}.`,
    alt: `Dot plot of errors by regime. ${groups.map(describeGroup).join(" ")}`,
    spec: {
      config: CONFIG,
      spacing: 14,
      resolve: { scale: { x: "shared" } },
      vconcat: groups.map((group, index) =>
        panel(group, { labelled: index === groups.length - 1 })
      ),
    },
  };
}

/** Makes the panel of one regime; the last panel has the axis of all. */
function panel({ title, rows }: RegimeGroup, { labelled }: { readonly labelled: boolean }) {
  const x = {
    type: "quantitative" as const,
    title: labelled ? `Mean squared error (${LABEL_UNIT}²)` : null,
    scale: { zero: false, padding: 10 },
    axis: { tickCount: 6, labels: labelled, ticks: labelled, domain: labelled },
  };
  return {
    title: { text: title, anchor: "start" as const, frame: "group" as const, offset: 6 },
    width: 400,
    height: { step: 22 },
    data: {
      values: rows.map(({ predictor, isBaseline, mse, interval }) => ({
        predictor,
        mse,
        kind: isBaseline ? BASELINE : MODEL,
        low: interval?.[0] ?? mse,
        high: interval?.[1] ?? mse,
      })),
    },
    encoding: {
      y: {
        field: "predictor",
        type: "nominal" as const,
        sort: null,
        title: null,
        axis: { domain: false, grid: true, labelLimit: 230, ticks: false },
      },
      color: {
        field: "kind",
        type: "nominal" as const,
        scale: { domain: [MODEL, BASELINE], range: [BLUE, INK] },
        legend: LEGEND,
      },
    },
    layer: [
      {
        mark: { type: "rule" as const, strokeWidth: 2 },
        encoding: { x: { field: "low", ...x }, x2: { field: "high" } },
      },
      {
        mark: { type: "point" as const, filled: true, size: 70, opacity: 1 },
        encoding: { x: { field: "mse", ...x } },
      },
    ],
  };
}

/** Describes a regime's least error among models and among baselines. */
function describeGroup({ title, rows }: RegimeGroup): string {
  const ascending = rows.toSorted((a, b) => a.mse - b.mse);
  const model = ascending.find(({ isBaseline }) => !isBaseline);
  const baseline = ascending.find(({ isBaseline }) => isBaseline);
  const parts = [
    model && `${model.predictor} ${formatNumber(model.mse)}`,
    baseline && `best baseline ${formatNumber(baseline.mse)} (${baseline.predictor})`,
  ];
  return `${title}: ${parts.filter((part) => part !== undefined).join(", ")}.`;
}
