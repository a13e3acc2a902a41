/** The page's tables. */

import type { CellTypeAgreement } from "../data/evaluate.ts";
import type { LargeError } from "../data/largest_errors.ts";
import { formatGene } from "../gene_id.ts";
import type { RegimeEvaluation } from "../validation/mod.ts";
import { formatCount, formatFraction, formatNumber, formatSeconds } from "./_format.ts";
import { type Html, html, type HtmlPart } from "./_html.ts";
import { regimeGroups, type RegimeRow } from "./_regime_rows.ts";
import type { EpochPoint, ExperimentRow, FoldHistory } from "./input.ts";
import { PUBLISHED_EXPERIMENTS } from "./published.ts";

/** A column's heading and its cells' content. */
interface Column<Row> {
  readonly title: HtmlPart;
  readonly cell: (row: Row) => string;
  /**
   * Whether cells are text, which is aligned left; numbers are aligned right.
   *
   * @default {false}
   */
  readonly isText?: boolean;
}

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
  const publishedOf = ({ name }: ExperimentRow) =>
    PUBLISHED_EXPERIMENTS.find((row) => row.name === name);
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

/** Makes the table of all settings; nested settings have dotted names. */
export function configurationTable(configuration: Readonly<Record<string, unknown>>): Html {
  return table("Every setting of the run", flatten(configuration), [
    { title: "Setting", cell: ([name]) => name, isText: true },
    { title: "Value", cell: ([, value]) => value, isText: true },
  ]);
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

/** Makes a table without groups. */
function table<Row>(caption: string, rows: readonly Row[], columns: readonly Column<Row>[]): Html {
  return tableOf(
    caption,
    html`<tbody>${rows.map((row) => tableRow(row, columns))}</tbody>`,
    columns,
  );
}

/** Makes a table in groups of rows, each under a heading. */
function groupedTable<Row>(
  caption: string,
  groups: readonly { readonly title: string; readonly rows: readonly Row[] }[],
  columns: readonly Column<Row>[],
): Html {
  const bodies = groups.map(({ title, rows }) =>
    html`
      <tbody>
        <tr><th scope="rowgroup" colspan="${columns.length}" class="text">${title}</th></tr>
        ${rows.map((row) => tableRow(row, columns))}
      </tbody>
    `
  );
  return tableOf(caption, bodies, columns);
}

/** Makes the frame of a table, which scrolls separately on a narrow page. */
function tableOf<Row>(caption: string, bodies: HtmlPart, columns: readonly Column<Row>[]): Html {
  const headings = columns.map((column) =>
    html`<th scope="col" class="${kindOf(column)}">${column.title}</th>`
  );
  return html`
    <div class="scroll" role="region" aria-label="${caption}" tabindex="0">
      <table>
        <caption>${caption}</caption>
        <thead><tr>${headings}</tr></thead>
        ${bodies}
      </table>
    </div>
  `;
}

/** Makes a row, whose first cell is its heading. */
function tableRow<Row>(row: Row, columns: readonly Column<Row>[]): Html {
  const [first, ...others] = columns.map((column, index) =>
    index === 0
      ? html`<th scope="row" class="${kindOf(column)}">${column.cell(row)}</th>`
      : html`<td class="${kindOf(column)}">${column.cell(row)}</td>`
  );
  return html`
    <tr>
      ${first ?? ""}
      ${others}
    </tr>
  `;
}

function kindOf({ isText }: { readonly isText?: boolean }): string {
  return isText ? "text" : "number";
}

/** Makes a table that opens on demand, since its figure shows the same values. */
function folded(content: Html): Html {
  return html`
    <details><summary>Numbers</summary>
    ${content}</details>
  `;
}
