/**
 * Data sets: samples with their cell type, gene and label, views of them, and the evaluation of predictions.
 *
 * Start with {@linkcode readDataset} for files, or {@linkcode Dataset} for your own arrays; {@linkcode kFold}
 * divides the samples, {@linkcode evaluatePredictions} measures predictions.
 *
 * @module
 */

export {
  attachSequences,
  type AttachSequencesOptions,
  countMaskedGenes,
  type NamedSequences,
} from "./attach_sequences.ts";
export {
  controlSequences,
  planSequenceControl,
  type SequencedColumns,
} from "./sequence_control.ts";
export { batches } from "./batches.ts";
export { type GenePlace, placeGenes, placesByGene } from "./chromosomes.ts";
export { measureSequences, type SequenceStatistics } from "./sequence_statistics.ts";
export { Dataset } from "./dataset.ts";
export type { Sample } from "./sample.ts";
export type { FromSamplesOptions } from "./sample_columns.ts";
export { SampleView } from "./sample_view.ts";
export {
  type Agreement,
  type CellTypeAgreement,
  evaluatePredictions,
  type Evaluation,
  type GeneAgreement,
} from "./evaluate.ts";
export { geneOrder } from "./gene_order.ts";
export { gridOrder, type GridOrderOptions } from "./grid_order.ts";
export { FOLD_SCHEMES, type FoldScheme } from "./fold_scheme.ts";
export { type Fold, type FoldOptions, kFold } from "./kfold.ts";
export { type LargeError, largestErrors, type LargestErrorsOptions } from "./largest_errors.ts";
export { type PredictionAnndata, writePredictionAnndata } from "./prediction_anndata.ts";
export {
  PREDICTION_FORMATS,
  type PredictionFormat,
  type PredictionRegime,
  type PredictionTable,
  type PredictionValues,
  writePredictionTable,
} from "./prediction_table.ts";
export { readDataset, type ReadDatasetOptions } from "./read_dataset.ts";
export {
  type SamplePlace,
  type SummaryBlock,
  SummaryCollector,
  type SummaryCollectorOptions,
} from "./summary/collector.ts";
export { summariseDataset } from "./summary/summarise.ts";
export type {
  DataSummary,
  GroupedAxis,
  HeatMapOrder,
  HeatMaps,
  LabelCorrelations,
  LabelScale,
  LabelSummary,
  TrackSummary,
} from "./summary/types.ts";
