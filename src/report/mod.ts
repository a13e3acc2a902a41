/**
 * Reports of runs: figures and one self-contained HTML page. Figures are Vega-Lite specifications made by pure
 * functions; Vega and the PNG renderer are loaded when the first figure is drawn.
 *
 * Start with {@linkcode writeReport}, which writes the page and all figures of a run. The functions whose names start
 * with `plot` make single figures, and {@linkcode renderFigure} draws them.
 *
 * @module
 */

export { ATTRIBUTIONS_PAGE_START, renderAttributionsPage } from "./attributions_page.ts";
export type {
  AttributionsPageInput,
  ExpressionGroupProfile,
  MeanProfile,
  NullBand,
} from "./attributions_page_input.ts";
export { plotCellTypes } from "./cell_type_figure.ts";
export type { CountedFile, DataFinding, DataPageInput } from "./data_input.ts";
export { dataFigures, renderDataPage } from "./data_page.ts";
export { plotDensity } from "./density_figure.ts";
export {
  plotClassProbabilities,
  plotDistributions,
  plotResiduals,
} from "./distribution_figures.ts";
export { type ExperimentsFigureOptions, plotExperiments } from "./experiments_figure.ts";
export type { Figure, FigureSpec } from "./figure.ts";
export { GENE_PAGE_START, renderGenePage } from "./gene_page.ts";
export type {
  EditEffect,
  ExplainedGene,
  ExplanationMethod,
  GeneInCellType,
  GenePageInput,
  GenePosition,
  InputSum,
  LikeGene,
  PlainInterval,
} from "./gene_page_input.ts";
export {
  genePageFiles,
  GENES_INDEX_START,
  type GenesIndexInput,
  type IndexedGene,
  indexGene,
  renderGenesIndex,
} from "./genes_index.ts";
export { type Bins, chooseBins, countInBins, countPairsInBins } from "./histogram.ts";
export type {
  EpochPoint,
  ExperimentRow,
  FoldHistory,
  FoldRegimeScores,
  FoldSpread,
  PredictionPairs,
  ReportEvaluation,
  ReportInput,
} from "./input.ts";
export {
  type MotifRow,
  MOTIFS_PAGE_MARK,
  MOTIFS_PAGE_START,
  type MotifsPageInput,
  renderMotifsPage,
} from "./motifs_page.ts";
export { type LossFigureOptions, plotCrossValidation, plotTrainingLoss } from "./loss_figures.ts";
export { multiqcFiles, type MultiqcOptions } from "./multiqc.ts";
export { plotPace } from "./pace_figure.ts";
export { renderPage, reportFigures } from "./page.ts";
export {
  findPublished,
  PUBLISHED_DNA_EXPERIMENTS,
  PUBLISHED_EXPERIMENTS,
  PUBLISHED_TRAINING_LOSS,
  type PublishedExperiment,
} from "./published.ts";
export { plotRegimes } from "./regime_figure.ts";
export { type RenderedFigure, renderFigure, renderSvg } from "./render.ts";
export { renderReport, type ReportFile, writeReport } from "./write.ts";
