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

/** Ends of the training curve in the report's Figure 4: 15 epochs of the final model on all the data. */
export const PUBLISHED_TRAINING_LOSS: readonly { readonly epoch: number; readonly loss: number }[] =
  [{ epoch: 1, loss: 3.26 }, { epoch: 15, loss: 3.02 }];

/** Describes the report's Figure 3, a 4-fold cross-validation, with values read off its curves. */
export const PUBLISHED_CROSS_VALIDATION =
  "In the published figure, of 4 contiguous folds, training falls from about 3.3 to between 2.97 and 3.03, and validation stays " +
  "between about 3.05 and 3.35.";
