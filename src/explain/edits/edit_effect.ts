import type { EngineReport } from "../../engine/select.ts";
import type { PredictOptions } from "../../training/predict_options.ts";
import type { Edit } from "./edits.ts";
import type { OnProgress } from "../../progress.ts";

/** What an edit does to the prediction of a sample. */
export interface EditEffect {
  /** The edit. */
  readonly edit: Edit;
  /** The sample's position in the data set. */
  readonly position: number;
  /** The prediction before the edit: the mean over the models. */
  readonly before: number;
  /** The prediction after it: the mean over models and draws. */
  readonly after: number;
  /** What the edit adds to the prediction: `after` − `before`. */
  readonly effect: number;
  /** The lower end of the effect's interval; NaN for one model and nothing drawn. See `effectInterval`. */
  readonly low: number;
  /** The upper end. */
  readonly high: number;
  /** Number of models. */
  readonly models: number;
  /** Number of genes that were drawn; 1 if the edit draws none. */
  readonly draws: number;
  /** The standard deviation of the effect over the models; NaN for one. */
  readonly modelSd: number;
  /** The standard deviation of the effect over the draws; NaN for one. */
  readonly drawSd: number;
  /**
   * The share of the cell type's genes that lie at least as far from their nearest one as the edited sample does, as the
   * mean over draws: small where the edited sample is unlike real ones. `undefined` where the data have fewer than 100
   * genes of the cell type, or no marks are edited.
   */
  readonly typicality: number | undefined;
  /**
   * Why the prediction after the edit is worth less than others: the sample is unlike the genes of its cell type
   * (`typicality` below 0.01), or the edit makes the whole cell type unlike those that the model was trained on. Empty where
   * it is not.
   */
  readonly unlike: string;
}

/** Options of `predictEdits`. */
export interface PredictEditsOptions extends
  Pick<
    PredictOptions,
    | "engine"
    | "threads"
    | "path"
    | "acceptAssembly"
    | "onNote"
    | "unlabelled"
    | "dropMarks"
    | "signal"
  > {
  /** The edits. */
  readonly edits: readonly Edit[];
  /**
   * Genes that are drawn for each edit that draws some, from 1 to 10,000.
   *
   * @default {20}
   */
  readonly draws?: number | undefined;
  /**
   * Seed of the draws.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * The confidence of intervals, between 0 and 1.
   *
   * @default {0.95}
   */
  readonly confidence?: number | undefined;
  /** Called once, before the first sample, with engine and device in words and the reason for the choice. */
  readonly onStart?: ((report: EngineReport) => void) | undefined;
  /** Called with the number of edited samples that are predicted. */
  readonly onProgress?: OnProgress | undefined;
}
