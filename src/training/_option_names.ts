/** The names of all options of training and prediction, each once. */

import type { EarlyStopping } from "../model/trained_model.ts";

/**
 * The names, each once, with what they take; tests/training/option_names_test.ts lets the compiler compare them with the types. They are one list,
 * since one object of options may be for several functions: `fitEnsemble` and then `predictEnsemble`.
 */
export const OPTIONS = {
  acceptAssembly: "boolean",
  batchBy: "string",
  batchSize: "number",
  checkpoint: "options",
  collectCalls: "boolean",
  confidence: "number",
  data: "data",
  dropMarks: "list",
  earlyStopping: "options",
  engine: "string",
  epochs: "number",
  folds: "number",
  frozen: "list",
  geneDropout: "number",
  geneEffects: "any",
  groups: "list",
  initial: "any",
  labelDropout: "number",
  labelStatistics: "boolean",
  learningRate: "number",
  loss: "any",
  markDropout: "number",
  maxQueued: "number",
  members: "number",
  memory: "any",
  onEpoch: "function",
  onFold: "function",
  onFoldEnd: "function",
  onNote: "function",
  onPhase: "function",
  onProgress: "function",
  onStart: "function",
  otherArithmetic: "boolean",
  ownPanel: "boolean",
  path: "string",
  referenceDropout: "number",
  repeats: "number",
  resume: "object",
  sampleWeights: "list",
  schedule: "object",
  scheme: "string",
  seed: "number",
  sequenceControl: "object",
  signal: "signal",
  stop: "signal",
  stratified: "boolean",
  takeOutputs: "function",
  threads: "number",
  transform: "string",
  unlabelled: "list",
  validation: "data",
  weightDecay: "number",
  window: "number",
} as const;

/** Those of `earlyStopping`. */
export const EARLY_STOPPING_NAMES: readonly string[] = Object.keys(
  { patience: true, restoreBest: true } satisfies Record<keyof EarlyStopping, true>,
);
