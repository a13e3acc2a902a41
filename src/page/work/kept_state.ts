/** What the page keeps over a reload, besides data, model, predictions and checkpoints themselves. */

import type { Contig } from "../../genome/mod.ts";
import type { EpochRecord, TrainingSettings } from "../../training/mod.ts";
import type {
  DataSummary,
  Examination,
  ModelSummary,
  PredictionSummary,
  TrainSettings,
} from "../protocol.ts";
import type { PageStore } from "./store.ts";

/** What is kept. */
export interface KeptState {
  readonly data?: DataSummary;
  readonly examination?: Examination;
  readonly model?: ModelSummary;
  readonly predictions?: PredictionSummary;
  /** Whether the user took data of another assembly than the model's. */
  readonly acceptAssembly?: boolean;
  /** How the model was trained here, for its report. */
  readonly history?: {
    readonly settings: TrainingSettings;
    readonly epochs: readonly EpochRecord[];
    /** Digest of the samples that it learned from. */
    readonly samples: string;
  };
  /** The chromosomes of the genes with their lengths, as the files of the data say. */
  readonly chromosomes?: readonly Required<Contig>[];
  /** A training under way, and the epochs whose checkpoint is kept. */
  readonly training?: { readonly settings: TrainSettings; readonly epoch: number };
}

const FILE = "state.json";
/** Changes when older states can no longer be read; they are forgotten then. */
const VERSION = 1;

/** Reads what was kept; nothing if that was by another version of the page, or is damaged. */
export async function readState(store: PageStore): Promise<KeptState> {
  const file = await store.read(FILE);
  if (file === undefined) return {};
  try {
    const { version, ...state } = JSON.parse(await file.text());
    if (version === VERSION) return state;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  await store.clear();
  return {};
}

/** Keeps the state in place of the last one. */
export async function writeState(store: PageStore, state: KeptState): Promise<void> {
  await store.write(FILE, JSON.stringify({ version: VERSION, ...state }));
}
