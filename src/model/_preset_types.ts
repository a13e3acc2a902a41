/** What a preset consists of; see `presets.ts`. */

import type { Transform } from "../record.ts";
import type { Schedule } from "./schedule.ts";
import type { BranchedSpec, LayerSpec, Loss } from "./spec.ts";

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
  /**
   * Steps that a run should have at least: on few samples, batches are smaller; see `presetSettings`.
   *
   * @default {0}
   */
  readonly leastSteps?: number;
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
  /**
   * Share of training samples whose references' labels are hidden; for models that read a panel.
   *
   * @default {0}
   */
  readonly labelDropout?: number;
  /**
   * Share of training samples whose references are hidden, marks and labels; for models that read a panel.
   *
   * @default {0}
   */
  readonly geneDropout?: number;
  /**
   * Share of training samples whose references' marks are hidden, so that of the gene only label statistics are known; for
   * models that read a panel.
   *
   * @default {0}
   */
  readonly referenceDropout?: number;
  /**
   * Share of marks that are hidden from training samples and their references; for models that read a panel.
   *
   * @default {0}
   */
  readonly markDropout?: number;
}

/** What any preset consists of. */
export interface AnyPreset {
  /** One line on what it is. */
  readonly description: string;
  /** What training minimises. */
  readonly loss: Loss;
  /** Learning rate, batch size and epochs. */
  readonly training: TrainingDefaults;
}

/** A named sequential model with the settings it was trained with. */
export interface SequentialPreset extends AnyPreset {
  /** From input to output. */
  readonly layers: readonly LayerSpec[];
}

/** A named model with branches with the settings it was trained with. */
export interface PanelPreset extends AnyPreset {
  /** Besides the sample's own marks. */
  readonly reads: "panel";
  /** Branches and head; the sizes of its inputs follow from the data. */
  readonly parts: Pick<BranchedSpec, "branches" | "head">;
}

/** A named model of marks and DNA with the settings it was trained with. */
export interface DnaPreset extends AnyPreset {
  /** Besides the sample's own marks. */
  readonly reads: "sequence";
  /** Branches and head; the sizes of its inputs follow from the data. */
  readonly parts: Pick<BranchedSpec, "branches" | "head">;
  /** The most bases around the TSS that it reads, half of them on either side. */
  readonly mostBases: number;
}

/** A named model with the settings it was trained with. */
export type Preset = SequentialPreset | PanelPreset | DnaPreset;

/** Name of a preset that reads a reference panel. */
export type PanelPresetName = "waka3";

/** Name of a preset that reads the signal and the DNA around the TSS. */
export type DnaPresetName =
  | "waka-dna"
  | "waka-dna-text"
  | "waka-dna-figure"
  | "waka-dna-experiment1"
  | "waka-dna-experiment2"
  | "waka-dna-experiment3"
  | "waka-dna-experiment4"
  | "waka-dna-experiment5"
  | "waka-dna-experiment6"
  | "waka-dna-gru"
  | "waka-dna-lstm"
  | "waka-dna-bigru10"
  | "waka-dna-lstm200";

/** Name of a preset. */
export type PresetName = SequentialPresetName | PanelPresetName | DnaPresetName;

/** Name of a preset that reads the signal alone. */
export type SequentialPresetName =
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
