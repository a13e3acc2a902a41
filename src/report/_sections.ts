/** The sections of a report: which figures and tables they have, and in which order. */

import { armsContent } from "./_arms_table.ts";
import type { Section } from "./_document.ts";
import { type Html, html } from "./_html.ts";
import { regimeGroups } from "./_regime_rows.ts";
import {
  cellTypesTable,
  configurationTable,
  experimentTables,
  foldScoresTable,
  foldsTable,
  historyTable,
  largestErrorsTable,
  regimesTable,
} from "./_tables.ts";
import { plotCellTypes } from "./cell_type_figure.ts";
import { plotDensity } from "./density_figure.ts";
import {
  plotClassProbabilities,
  plotDistributions,
  plotResiduals,
} from "./distribution_figures.ts";
import { plotExperiments } from "./experiments_figure.ts";
import type { Figure } from "./figure.ts";
import type { ReportInput } from "./input.ts";
import { plotCrossValidation, plotTrainingLoss } from "./loss_figures.ts";
import { plotPace } from "./pace_figure.ts";
import { plotRegimes } from "./regime_figure.ts";

/** Makes the sections for which the input has something to show. */
export function reportSections(input: ReportInput): Section[] {
  const sections = [
    { id: "training", title: "Training", content: training(input) },
    { id: "cross-validation", title: "Cross-validation", content: crossValidation(input) },
    { id: "predictions", title: "Predictions", content: predictions(input) },
    { id: "by-regime", title: "Regimes", content: regimes(input) },
    { id: "dna", title: "What DNA adds", content: armsContent(input.arms) },
    { id: "experiments", title: "Experiments", content: experiments(input) },
    { id: "configuration", title: "Configuration", content: configuration(input) },
  ];
  return sections.filter(({ content }) => content.length > 0);
}

function training({ history = [], loss, onCompetitionData }: ReportInput): Section["content"] {
  if (history.length === 0) return [];
  const paced = history.some((point) =>
    point.samplesPerSecond !== undefined || point.learningRate !== undefined
  );
  return [
    plotTrainingLoss(history, { loss, published: onCompetitionData }),
    historyTable(history),
    ...(paced ? [plotPace(history)] : []),
  ];
}

function crossValidation(input: ReportInput): Section["content"] {
  const { loss, onCompetitionData } = input;
  const folds = (input.folds ?? []).filter(({ history }) => history.length > 0);
  if (folds.length === 0) return [];
  const { foldScores = [], foldMix } = input;
  return [
    ...(foldScores.length === 0 ? [] : [foldScoresTable(foldScores, foldMix)]),
    plotCrossValidation(folds, { loss, published: onCompetitionData }),
    foldsTable(folds),
  ];
}

function predictions({ evaluation, loss }: ReportInput): Section["content"] {
  if (evaluation === undefined) return [];
  const { samplesName, overall, byCellType = [], pairs, largestErrors = [] } = evaluation;
  const content: (Figure | Html)[] = [];
  if (pairs !== undefined && pairs.measured.length > 0) {
    content.push(
      ...(loss === "binaryCrossentropy"
        ? [plotClassProbabilities(pairs)]
        : [plotDensity(pairs), plotResiduals(pairs), plotDistributions(pairs)]),
    );
  }
  if (byCellType.some(({ mse }) => mse !== null)) {
    content.push(plotCellTypes(byCellType, overall), cellTypesTable(byCellType));
  }
  if (largestErrors.length > 0) content.push(largestErrorsTable(largestErrors));
  return content.length === 0 ? [] : [html`<p>On ${samplesName}.</p>`, ...content];
}

function regimes({ regimes }: ReportInput): Section["content"] {
  if (regimes === undefined || regimeGroups(regimes).length === 0) return [];
  const note = html`
    <p>Skill is the share of the best baseline’s error that a model takes away: 1 − MSE / its MSE. In
    each group the best baseline has an asterisk. <i>r</i> of a gene is the median over genes of the
    correlation across cell types.</p>
  `;
  return [plotRegimes(regimes), note, regimesTable(regimes)];
}

function experiments({ experiments = [], onCompetitionData = false }: ReportInput) {
  if (experiments.length === 0) return [];
  const measured = experiments.some(({ trainMse, testMse }) =>
    trainMse !== null || testMse !== null
  );
  return [
    ...(measured ? [plotExperiments(experiments, { published: onCompetitionData })] : []),
    ...experimentTables(experiments, onCompetitionData),
  ];
}

function configuration({ configuration = {} }: ReportInput): Section["content"] {
  return Object.keys(configuration).length === 0 ? [] : [configurationTable(configuration)];
}
