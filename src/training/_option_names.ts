/** The names of all options of training and prediction, each once. */

import type { EarlyStopping } from "../model/trained_model.ts";

/**
 * The names, each once; tests/training/option_names_test.ts lets the compiler compare them with the types. They are one list,
 * since one object of options may be for several functions: `fitEnsemble` and then `predictEnsemble`.
 */
export const OPTIONS = {
  acceptAssembly: true,
  batchBy: true,
  batchSize: true,
  checkpoint: true,
  collectCalls: true,
  confidence: true,
  data: true,
  dropMarks: true,
  earlyStopping: true,
  engine: true,
  epochs: true,
  folds: true,
  frozen: true,
  geneDropout: true,
  geneEffects: true,
  groups: true,
  initial: true,
  labelDropout: true,
  labelStatistics: true,
  learningRate: true,
  loss: true,
  markDropout: true,
  maxQueued: true,
  members: true,
  memory: true,
  onEpoch: true,
  onFold: true,
  onFoldEnd: true,
  onNote: true,
  onPhase: true,
  onProgress: true,
  onStart: true,
  otherArithmetic: true,
  ownPanel: true,
  path: true,
  referenceDropout: true,
  repeats: true,
  resume: true,
  sampleWeights: true,
  schedule: true,
  scheme: true,
  seed: true,
  sequenceControl: true,
  signal: true,
  stop: true,
  stratified: true,
  subsets: true,
  takeOutputs: true,
  threads: true,
  transform: true,
  unlabelled: true,
  validation: true,
  weightDecay: true,
  window: true,
} as const;

/** All of them. */
export const OPTION_NAMES: readonly string[] = Object.keys(OPTIONS);

/** Those of `earlyStopping`. */
export const EARLY_STOPPING_NAMES: readonly string[] = Object.keys(
  { patience: true, restoreBest: true } satisfies Record<keyof EarlyStopping, true>,
);
