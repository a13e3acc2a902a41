/** What a preset consists of; see `presets.ts`. */

import type { Transform } from "../record.ts";
import type { Schedule } from "./schedule.ts";
import type { LayerSpec, Loss } from "./spec.ts";

/** Training settings that belong to a preset. */
export interface TrainingDefaults {
  /** Adam's learning rate; with a schedule, its peak. */
  readonly learningRate: number;
  /**
   * How the learning rate changes from step to step.
   *
   * @default {{ type: "constant" }}
   */
  readonly schedule?: Schedule;
  /**
   * Decoupled weight decay of kernels (AdamW).
   *
   * @default {0}
   */
  readonly weightDecay?: number;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Passes over the training data. */
  readonly epochs: number;
  /**
   * Applied to the counts, and sealed into the model.
   *
   * @default {"none"}
   */
  readonly transform?: Transform;
  /**
   * Whether the effects of the trained genes are fitted after the network; see `fitGeneEffects`.
   *
   * @default {false}
   */
  readonly geneEffects?: boolean;
}

/** A named model with the settings it was trained with. */
export interface Preset {
  /** One line on what it is. */
  readonly description: string;
  /** From input to output. */
  readonly layers: readonly LayerSpec[];
  /** What training minimises. */
  readonly loss: Loss;
  /** Learning rate, batch size and epochs. */
  readonly training: TrainingDefaults;
}

/** Name of a preset. */
export type PresetName =
  | "wakawaka"
  | "waka2"
  | "experiment1"
  | "experiment2"
  | "experiment3"
  | "experiment4"
  | "experiment5"
  | "experiment6"
  | "experiment7"
  | "experiment8"
  | "bigru10"
  | "bigru25"
  | "bigru50"
  | "deepchrome";
