/** The tables of a run's page. */

import type { CellTypeAgreement } from "../data/evaluate.ts";
import type { LargeError } from "../data/largest_errors.ts";
import { formatGene } from "../gene_id.ts";
import type { RegimeEvaluation } from "../validation/mod.ts";
import { formatCount, formatFraction, formatNumber, formatSeconds } from "./_format.ts";
import { type Html, html } from "./_html.ts";
import { REGIME_TITLES, regimeGroups, type RegimeRow } from "./_regime_rows.ts";
import { type Column, folded, groupedTable, table } from "./_table.ts";
import type {
  EpochPoint,
  ExperimentRow,
  FoldHistory,
  FoldRegimeScores,
  FoldSpread,
} from "./input.ts";
import { findPublished } from "./published.ts";

/**
 * Makes the tables of the experiments' final figures, with published figures if they are comparable; classifiers have a
 * separate table.
 */
export function experimentTables(rows: readonly ExperimentRow[], published: boolean): Html[] {
  const ofClasses = rows.filter(hasAuroc);
  const ofErrors = rows.filter((row) => hasError(row) || !hasAuroc(row));
  return [
    ...(ofErrors.length > 0 ? [errorsTable(ofErrors, published)] : []),
    ...(ofClasses.length > 0 ? [aurocTable(ofClasses)] : []),
  ];
}

function hasError({ trainMse, testMse }: ExperimentRow): boolean {
  return trainMse !== null || testMse !== null;
}

function hasAuroc({ trainAuroc, testAuroc }: ExperimentRow): boolean {
  return (trainAuroc ?? testAuroc ?? null) !== null;
}

const NAME: Column<ExperimentRow> = { title: "Model", cell: ({ name }) => name, isText: true };
const PARAMETERS: Column<ExperimentRow> = {
  title: "Parameters",
  cell: ({ parameters }) => formatCount(parameters),
};
const TIME: Column<ExperimentRow> = {
  title: "Time",
  cell: ({ seconds }) => formatSeconds(seconds),
};

function errorsTable(rows: readonly ExperimentRow[], published: boolean): Html {
  const publishedOf = ({ name }: ExperimentRow) => findPublished(name);
  const publishedColumns: Column<ExperimentRow>[] = [
    { title: "Published train", cell: (row) => formatNumber(publishedOf(row)?.trainMse) },
    { title: "Published test", cell: (row) => formatNumber(publishedOf(row)?.testMse) },
  ];
  return table("Final figures of each experiment", rows, [
    NAME,
    PARAMETERS,
    { title: "Train MSE", cell: ({ trainMse }) => formatNumber(trainMse) },
    { title: "Test MSE", cell: ({ testMse }) => formatNumber(testMse) },
    ...(published ? publishedColumns : []),
    { title: html`Train <i>r</i>`, cell: ({ pearson }) => formatFraction(pearson) },
    { title: html`Test <i>r</i>`, cell: ({ testPearson }) => formatFraction(testPearson) },
    TIME,
  ]);
}

function aurocTable(rows: readonly ExperimentRow[]): Html {
  return table("Area under the ROC curve of classifiers", rows, [
    NAME,
    PARAMETERS,
    { title: "Train AUROC", cell: ({ trainAuroc }) => formatFraction(trainAuroc) },
    { title: "Test AUROC", cell: ({ testAuroc }) => formatFraction(testAuroc) },
    TIME,
  ]);
}

/** Makes the table of errors by regime with their intervals. */
export function regimesTable(evaluation: RegimeEvaluation): Html {
  const groups = regimeGroups(evaluation);
  return groupedTable<RegimeRow>("Error by regime, of models and baselines", groups, [
    {
      title: "Predictor",
      cell: ({ predictor, isBestBaseline }) => predictor + (isBestBaseline ? " *" : ""),
      isText: true,
    },
    { title: "MSE", cell: ({ mse }) => formatNumber(mse) },
    {
      title: "Interval or range",
      cell: ({ interval }) => interval?.map(formatNumber).join(" to ") ?? formatNumber(null),
    },
    { title: html`Pearson&nbsp;<i>r</i>`, cell: ({ pearson }) => formatFraction(pearson) },
    { title: html`<i>r</i>&nbsp;of a gene`, cell: ({ byGene }) => formatFraction(byGene) },
    { title: "Skill", cell: ({ skill }) => formatFraction(skill) },
  ]);
}

/** Makes the table of agreement within each cell type. */
export function cellTypesTable(rows: readonly CellTypeAgreement[]): Html {
  return folded(table<CellTypeAgreement>("Agreement within each cell type", rows, [
    { title: "Cell type", cell: ({ cellType }) => cellType, isText: true },
    { title: "Samples", cell: ({ samples }) => formatCount(samples) },
    { title: "MSE", cell: ({ mse }) => formatNumber(mse) },
    { title: html`Pearson&nbsp;<i>r</i>`, cell: ({ pearson }) => formatFraction(pearson) },
    { title: html`Spearman&nbsp;<i>ρ</i>`, cell: ({ spearman }) => formatFraction(spearman) },
    { title: html`<i>R</i>²`, cell: ({ r2 }) => formatFraction(r2) },
  ]));
}

/** Makes the table of the samples with the largest errors. */
export function largestErrorsTable(rows: readonly LargeError[]): Html {
  return table<LargeError>("Samples whose predictions are farthest off", rows, [
    { title: "Gene", cell: ({ gene, symbol }) => formatGene(gene, { symbol }), isText: true },
    { title: "Cell type", cell: ({ cellType }) => cellType, isText: true },
    { title: "Measured", cell: ({ measured }) => formatNumber(measured) },
    { title: "Predicted", cell: ({ predicted }) => formatNumber(predicted) },
  ]);
}

/** Makes the table of losses by epoch. */
export function historyTable(history: readonly EpochPoint[]): Html {
  const validated = history.some(({ validationLoss }) => validationLoss !== undefined);
  return folded(table<EpochPoint>("Loss of each epoch", history, [
    { title: "Epoch", cell: ({ epoch }) => formatCount(epoch) },
    { title: "Training loss", cell: ({ loss }) => formatNumber(loss) },
    ...(validated
      ? [{
        title: "Validation loss",
        cell: ({ validationLoss }: EpochPoint) => formatNumber(validationLoss),
      }]
      : []),
    { title: "Learning rate", cell: ({ learningRate }) => formatNumber(learningRate) },
    { title: "Samples / s", cell: ({ samplesPerSecond }) => formatNumber(samplesPerSecond) },
  ]));
}

/** Makes the table of the last losses of each fold that has epochs. */
export function foldsTable(folds: readonly FoldHistory[]): Html {
  const rows = folds.flatMap(({ fold, history }) =>
    history.slice(-1).map((last) => ({ fold, last }))
  );
  return table("Losses of each fold after its last epoch", rows, [
    { title: "Fold", cell: ({ fold }) => formatCount(fold) },
    { title: "Epochs", cell: ({ last }) => formatCount(last.epoch) },
    { title: "Training loss", cell: ({ last }) => formatNumber(last.loss) },
    { title: "Validation loss", cell: ({ last }) => formatNumber(last.validationLoss) },
  ]);
}

const FOLD_TITLES = { ...REGIME_TITLES, mix: "The three in the competition’s proportions" };

/** A regime, or the mix of three, of which only the error is known. */
type FoldRow =
  & Partial<Omit<FoldRegimeScores, "regime" | "mse">>
  & Pick<FoldRegimeScores, "mse">
  & { readonly regime: FoldRegimeScores["regime"] | "mix" };

/** Makes the table of a cross-validation's scores by regime, beside the mean of each gene. The mix is the last row. */
export function foldScoresTable(
  scores: readonly FoldRegimeScores[],
  mix: FoldSpread | undefined,
): Html {
  const spread = (value: FoldSpread | undefined, format: typeof formatNumber) =>
    value === undefined
      ? "–"
      : value.sd === null
      ? format(value.mean)
      : `${format(value.mean)} ± ${format(value.sd)}`;
  const hasClasses = scores.some(({ auroc }) => auroc !== undefined);
  const rows: FoldRow[] = [
    ...scores,
    ...mix === undefined ? [] : [{ regime: "mix", mse: mix } as const],
  ];
  return table("Scores by what is new, mean ± standard deviation of the folds", rows, [
    { title: "What is new", cell: ({ regime }) => FOLD_TITLES[regime], isText: true },
    { title: "Samples", cell: ({ samples }) => samples === undefined ? "–" : formatCount(samples) },
    { title: "MSE", cell: ({ mse }) => spread(mse, formatNumber) },
    hasClasses
      ? { title: "AUROC", cell: ({ auroc }) => spread(auroc, formatFraction) }
      : { title: html`Pearson <i>r</i>`, cell: ({ pearson }) => spread(pearson, formatFraction) },
    { title: "Gene mean’s MSE", cell: ({ geneMeanMse }) => spread(geneMeanMse, formatNumber) },
  ]);
}

/** Makes the table of all settings; nested settings have dotted names. */
export function configurationTable(configuration: Readonly<Record<string, unknown>>): Html {
  const settings = table("Every setting of the run", flatten(configuration), [
    { title: "Setting", cell: ([name]) => name, isText: true },
    { title: "Value", cell: ([, value]) => value, isText: true },
  ]);
  return html`<div class="settings">${settings}</div>`;
}

function flatten(settings: object, prefix = ""): (readonly [name: string, value: string])[] {
  return Object.entries(settings).flatMap(([name, value]) => {
    if (value === null || typeof value !== "object") {
      return [[prefix + name, String(value)] as const];
    }
    if (Array.isArray(value) && value.every((item) => item === null || typeof item !== "object")) {
      return [[prefix + name, value.join(", ")] as const];
    }
    return flatten(value, `${prefix}${name}.`);
  });
}
