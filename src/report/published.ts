/** The published report's final errors of one experiment, in label units squared. */
export interface PublishedExperiment {
  /** Name of the preset. */
  readonly name: string;
  /** Mean squared error on the training data. */
  readonly trainMse: number;
  /** The competition's score: mean squared error on the test data. */
  readonly testMse: number;
  /** Whether the training error was read off the report's figure. */
  readonly readOffFigure?: boolean;
}

/** The eight experiments of the WakaWaka report's Figure 2, on the competition's data. */
export const PUBLISHED_EXPERIMENTS: readonly PublishedExperiment[] = [
  { name: "experiment1", trainMse: 3.42, testMse: 3.67 },
  { name: "experiment2", trainMse: 3.37, testMse: 3.697 },
  { name: "experiment3", trainMse: 3.28, testMse: 3.57 },
  { name: "experiment4", trainMse: 3.22, testMse: 3.54 },
  { name: "experiment5", trainMse: 3.11, testMse: 3.47 },
  { name: "experiment6", trainMse: 2.91, testMse: 3.51, readOffFigure: true },
  { name: "experiment7", trainMse: 3.04, testMse: 3.44, readOffFigure: true },
  { name: "experiment8", trainMse: 3.0212, testMse: 3.43688 },
];

/**
 * The experiments of the authors' later report (April 2021), of marks and DNA, on the competition's data; of the training
 * errors it gives the last one's alone.
 */
export const PUBLISHED_DNA_EXPERIMENTS:
  readonly (Omit<PublishedExperiment, "trainMse"> & Partial<PublishedExperiment>)[] = [
    { name: "waka-dna-experiment1", testMse: 3.298 },
    { name: "waka-dna-experiment2", testMse: 3.271 },
    { name: "waka-dna-experiment3", testMse: 3.33 },
    { name: "waka-dna-experiment4", testMse: 3.372 },
    { name: "waka-dna-experiment5", testMse: 3.334 },
    { name: "waka-dna-experiment6", testMse: 3.207 },
    { name: "waka-dna", trainMse: 2.13606, testMse: 3.15962 },
  ];

/**
 * Finds what the reports say of an experiment.
 *
 * @param name Name of the preset.
 * @returns The figures; `undefined` if neither report has it.
 *
 * @example
 * ```ts
 * import { findPublished } from "@waka/histone/report";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(findPublished("waka-dna")?.testMse, 3.15962);
 * strictEqual(findPublished("waka3"), undefined);
 * ```
 */
export function findPublished(
  name: string,
): (typeof PUBLISHED_DNA_EXPERIMENTS)[number] | undefined {
  return [...PUBLISHED_EXPERIMENTS, ...PUBLISHED_DNA_EXPERIMENTS].find((row) => row.name === name);
}

/** Ends of the training curve in the report's Figure 4: 15 epochs of the final model on all the data. */
export const PUBLISHED_TRAINING_LOSS: readonly { readonly epoch: number; readonly loss: number }[] =
  [{ epoch: 1, loss: 3.26 }, { epoch: 15, loss: 3.02 }];

/** Describes the report's Figure 3, a 4-fold cross-validation, with values read off its curves. */
export const PUBLISHED_CROSS_VALIDATION =
  "In the published figure, of 4 contiguous folds, training falls from about 3.3 to between 2.97 and 3.03, and validation stays " +
  "between about 3.05 and 3.35.";

/**
 * DeepChrome's published area under the ROC curve for each of its 56 cell types (Singh et al. 2016, Bioinformatics
 * 32:i639; mean 0.80), as the authors of ShallowChrome list them (Frasca et al. 2022; DEIB-GECO/ShallowChrome on GitHub).
 */
export const DEEPCHROME_AUROC: Readonly<Record<string, number>> = {
  E003: 0.77,
  E004: 0.81,
  E005: 0.80,
  E006: 0.82,
  E007: 0.77,
  E011: 0.76,
  E012: 0.80,
  E013: 0.79,
  E016: 0.79,
  E024: 0.77,
  E027: 0.80,
  E028: 0.81,
  E037: 0.81,
  E038: 0.83,
  E047: 0.83,
  E050: 0.80,
  E053: 0.80,
  E054: 0.80,
  E055: 0.83,
  E056: 0.89,
  E057: 0.90,
  E058: 0.84,
  E059: 0.90,
  E061: 0.84,
  E062: 0.80,
  E065: 0.76,
  E066: 0.80,
  E070: 0.76,
  E071: 0.73,
  E079: 0.74,
  E082: 0.78,
  E084: 0.71,
  E085: 0.72,
  E087: 0.74,
  E094: 0.73,
  E095: 0.82,
  E096: 0.72,
  E097: 0.76,
  E098: 0.74,
  E100: 0.90,
  E104: 0.79,
  E105: 0.78,
  E106: 0.76,
  E109: 0.74,
  E112: 0.69,
  E113: 0.73,
  E114: 0.83,
  E116: 0.91,
  E117: 0.92,
  E118: 0.85,
  E119: 0.83,
  E120: 0.84,
  E122: 0.83,
  E123: 0.92,
  E127: 0.83,
  E128: 0.83,
};
