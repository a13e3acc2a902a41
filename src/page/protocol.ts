/**
 * What the page's window asks of its worker, and what the worker answers. The window shows and asks; the worker holds
 * the files, the data, the models and everything that is computed.
 *
 * @module
 */

import type { CountingRule } from "../genome/mod.ts";
import type { ControlRule, ExpressionTransform, ReplicateRule, Transform } from "../record.ts";

/** The name of a bundled annotation: protein-coding genes of a human assembly. */
export type BundledGenes = "hg19" | "hg38";

/** What the page can do here, found out once. */
export interface PageMachine {
  /** The engine that will compute, and why: one line for people. */
  readonly engine: string;
  /** Threads that will be used; 1 where the page is not isolated or is a file on disk. */
  readonly threads: number;
  /** Whether this page was opened from a disk, without a server. */
  readonly fromDisk: boolean;
  /** Whether state outlives a reload here. */
  readonly keepsState: boolean;
}

/** What a dropped file was taken for. */
export type FileRole =
  | "signal"
  | "index"
  | "annotation"
  | "expression"
  | "sheet"
  | "data"
  | "model"
  | "genome"
  | "unknown";

/** A file that was given to the page. */
export interface PageFile {
  /** Its name, unique among the files. */
  readonly name: string;
  readonly bytes: number;
  readonly role: FileRole;
  /** What it is, in words: `BAM, 24 chromosomes of hg38, 5.2 million reads`. */
  readonly about: string;
  /** For signal: the mark and the cell type, as the name, a sheet or the user says; empty if unknown. */
  readonly mark?: string;
  readonly cellType?: string;
  /** Whether mark and cell type were only read off the name: they are for the user to confirm or change. */
  readonly isSuggested?: boolean;
  /** What keeps it from being used, with what to do: `its index, liver.bam.bai, is missing: drop it too`. */
  readonly problem?: string;
}

/** All that will be counted, and whether it can be. */
export interface Inputs {
  readonly files: readonly PageFile[];
  /** The genes: a bundled annotation or a file's name, and how many. */
  readonly genes?: { readonly name: string; readonly count: number; readonly assembly?: string };
  /** The assembly that the signal files say, if they agree. */
  readonly assembly?: string;
  /** What is still needed before counting, in words; empty if it can begin. */
  readonly missing: readonly string[];
  /** What the user must decide before counting: settings of {@linkcode CountSettings}, and why they are needed. */
  readonly choices?: readonly InputChoice[];
}

/** A decision about the files that nothing but the user can take. */
export interface InputChoice {
  /** The setting that holds the decision. */
  readonly setting: "replicates" | "missingMarks";
  /** Why it is asked for, in words: `liver has two files of H3K4me3`. */
  readonly why: string;
}

/** How signal is counted; what is not given follows from the files, as in the command `prepare`. */
export interface CountSettings {
  /** The assembly of files that do not say it, such as peaks with a GTF that does not either. */
  readonly assembly?: string;
  /** Of reads `reads`, of signal tracks `mean`, of peaks `enrichment`, unless it is given. */
  readonly rule?: CountingRule;
  /** What becomes of expression before it is a label; `none` unless it is given. */
  readonly expressionTransform?: Exclude<ExpressionTransform, "signed-log-difference">;
  /** How replicates are combined; without it, they are refused. */
  readonly replicates?: ReplicateRule;
  /** How the controls are used that a sheet names; without it, they are not. */
  readonly control?: ControlRule;
  /** What becomes of cell types that lack a mark; without it, they are refused. */
  readonly missingMarks?: "mask" | "leave-out";
}

/** A data set in the worker. */
export interface DataSummary {
  readonly samples: number;
  readonly genes: number;
  readonly cellTypes: readonly string[];
  readonly marks: readonly string[];
  readonly bins: number;
  readonly binSizeBp?: number;
  /** What a bin holds, such as `Reads`. */
  readonly signalUnit?: string;
  readonly labelled: boolean;
  readonly assembly: string;
  /** What was counted and how, and what was left out: lines for people. */
  readonly notes: readonly string[];
  /** SHA-256 of names, signal and labels, the same as the command prints of the same data. */
  readonly digest: string;
  /** Mean signal `[mark][bin]`, over all samples. */
  readonly profiles: readonly (readonly number[])[];
}

/** A finding of `doctor`. */
export interface PageFinding {
  readonly severity: "error" | "warning" | "note";
  readonly title: string;
  readonly text: string;
}

/** What `doctor` says of the data. */
export interface Examination {
  readonly findings: readonly PageFinding[];
  /** Checks that were not made, and what they lack. */
  readonly skipped: readonly string[];
}

/** How a model is trained; what is not given is the preset's. */
export interface TrainSettings {
  readonly preset: string;
  readonly epochs?: number;
  readonly seed?: number;
  readonly batchSize?: number;
  /** Applied to the counts. The guide trains most presets on `log1p` of reads. */
  readonly transform?: Transform;
  /** Holds samples out to calibrate intervals. */
  readonly calibrate?: boolean;
}

/** A model in the worker. */
export interface ModelSummary {
  readonly name: string;
  readonly parameters: number;
  /** Where it comes from: `trained here, 15 epochs of 1,200 samples`, `the starter model`, a file. */
  readonly source: string;
  readonly marks: readonly string[];
  /** The assembly of the data that it was trained on, if it is known. */
  readonly assembly?: string;
  /** Measures on the data that it was trained on, or none. */
  readonly metrics?: { readonly mse: number; readonly pearson: number };
  /** SHA-256 of the weights, the same as the command's for the same data and settings. */
  readonly digest: string;
  readonly calibrated: boolean;
  /** Mean loss of each epoch trained here. */
  readonly losses: readonly number[];
}

/** What was predicted, in short. */
export interface PredictionSummary {
  readonly samples: number;
  readonly interval?: number;
  readonly measured?: { readonly mse: number; readonly pearson: number };
  /** Warnings: cell types unlike the training data, genes that the model does not know. */
  readonly notes: readonly string[];
  /** SHA-256 of the predictions as float32, little-endian. */
  readonly digest: string;
}

/** A row of the table of predictions. */
export interface PredictionRow {
  readonly gene: string;
  readonly symbol?: string;
  readonly cellType: string;
  readonly prediction: number;
  readonly low?: number;
  readonly high?: number;
  readonly label?: number;
}

/** Which rows of the table are wanted. */
export interface RowsWanted {
  readonly offset: number;
  readonly limit: number;
  /** Part of a gene's id or symbol, or of a cell type. */
  readonly query?: string;
  readonly sortBy?: "gene" | "cellType" | "prediction" | "label";
  readonly descending?: boolean;
}

/** Why a gene is predicted so. */
export interface Explanation {
  readonly gene: string;
  readonly symbol?: string;
  readonly cellType: string;
  readonly prediction: number;
  readonly baseline: number;
  readonly marks: readonly string[];
  /** Signal and attributions, `[mark][bin]`. */
  readonly signal: readonly (readonly number[])[];
  readonly attributions: readonly (readonly number[])[];
  /** Sum over bins, `[mark]`. */
  readonly totals: readonly number[];
  readonly binSizeBp?: number;
  /** What the figures mean, and how exact they are. */
  readonly notes: readonly string[];
}

/** With what the example is counted and trained, as in the guide. */
export const EXAMPLE: { readonly count: CountSettings; readonly train: TrainSettings } = {
  count: { rule: "reads", expressionTransform: "log2p1", assembly: "hg38" },
  train: { preset: "waka2", epochs: 30 },
};

/** What can be saved. */
export type DownloadKind =
  | "data.npz"
  | "predictions.tsv"
  | "model.zip"
  | "tracks.zip"
  | "explanation.html"
  | "report.html";

/** Where the work stands, kept over reloads where the browser allows. */
export interface PageState {
  readonly machine: PageMachine;
  readonly inputs: Inputs;
  readonly data?: DataSummary;
  readonly examination?: Examination;
  readonly model?: ModelSummary;
  readonly predictions?: PredictionSummary;
  /** A training that a reload interrupted, and can be resumed. */
  readonly interrupted?: { readonly settings: TrainSettings; readonly epoch: number };
}

/** The calls, by name: what is given, and what is answered. */
export interface PageCalls {
  /** Finds out what the machine can do, and what was kept. */
  open(given: Record<never, never>): PageState;
  /** Adds files; indexes and sheets find their files by name. */
  addFiles(given: { readonly files: readonly File[] }): Inputs;
  /** Adds files by address; only on the page that says that it connects. */
  addAddresses(given: { readonly addresses: readonly string[] }): Inputs;
  removeFiles(given: { readonly names: readonly string[] }): Inputs;
  /** Says which mark of which cell type a file is. */
  assign(
    given: { readonly name: string; readonly mark?: string; readonly cellType?: string },
  ): Inputs;
  chooseGenes(given: { readonly genes: BundledGenes | { readonly file: string } }): Inputs;
  /** Takes the example's files in place of those that are there. */
  takeExample(given: Record<never, never>): Inputs;
  /** Counts, or opens prepared data. */
  prepare(given: CountSettings): DataSummary;
  examine(given: Record<never, never>): Examination;
  train(given: TrainSettings): ModelSummary;
  /** Resumes what `interrupted` of the state tells of. */
  resumeTraining(given: Record<never, never>): ModelSummary;
  useStarter(given: Record<never, never>): ModelSummary;
  /** A model's files: a zip of ours, or the files of its directory. */
  openModel(given: { readonly files: readonly File[] }): ModelSummary;
  /** Predicts; data of another assembly than the model's are refused unless they are accepted. */
  predict(
    given: { readonly interval?: number; readonly acceptAssembly?: boolean },
  ): PredictionSummary;
  rows(given: RowsWanted): { readonly total: number; readonly rows: readonly PredictionRow[] };
  explain(given: { readonly gene: string; readonly cellType: string }): Explanation;
  download(given: { readonly kind: DownloadKind }): { readonly name: string; readonly file: Blob };
  /** Forgets everything, on the disk too. */
  clear(given: Record<never, never>): PageState;
}

/** The name of a call. */
export type CallName = keyof PageCalls;

/** How far a call is. */
export interface PageProgress {
  /** What is being done: `Counting H3K4me3 of liver`. */
  readonly doing: string;
  readonly done: number;
  readonly total: number;
  /** Mean signal by bin of a mark so far, while counting. */
  readonly bins?: { readonly mark: string; readonly cellType: string; readonly mean: number[] };
  /** An epoch that ended, while training. */
  readonly epoch?: { readonly epoch: number; readonly loss: number; readonly samplesPerS: number };
}

/** From the window to the worker. */
export type ToWorker =
  | { readonly type: "call"; readonly id: number; readonly name: CallName; readonly given: object }
  | { readonly type: "cancel"; readonly id: number };

/** From the worker to the window. */
export type FromWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: PageProgress }
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | {
    readonly type: "failure";
    readonly id: number;
    /** `code` of a HistoneError, `cancelled`, or `unknown`; the message names what to do. */
    readonly code: string;
    readonly message: string;
  };
