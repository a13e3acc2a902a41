/**
 * What a rebuilding of the competition's files is given, and what it says.
 *
 * @module
 */

import type { RoadmapFiles } from "./roadmap_files.ts";
import type { Progress } from "../progress.ts";

/** The files that {@linkcode rebuildCompetition} writes, in the order in which they are written. */
export const REBUILT_FILES = ["train.npz", "eval.npz", "eval_labels.csv"] as const;

/** What becomes of a cell type of which a file or the expression is missing: it is refused, or it is left out. */
export type MissingRule = "refuse" | "leave-out";

/** Every {@linkcode MissingRule}. */
export const MISSING_RULES: readonly MissingRule[] = ["refuse", "leave-out"];

/** How far a rebuilding is: bytes that were read, of those that this run reads. */
export interface RebuildProgress extends Progress {
  /** Number of files of alignments that are counted. */
  readonly files: number;
  /** Number of files of alignments in all. */
  readonly totalFiles: number;
  /** The cell type whose last file was just counted, if one was. */
  readonly finished?: string | undefined;
}

/** Options of {@linkcode rebuildCompetition}. */
export interface RebuildOptions {
  /** Where Roadmap's files are: `webRoadmap` or `localRoadmap`. */
  readonly files: RoadmapFiles;
  /**
   * The cell types.
   *
   * @default {All 56.}
   */
  readonly cellTypes?: readonly string[] | undefined;
  /**
   * What becomes of a cell type of which something is missing.
   *
   * @default {"refuse"}
   */
  readonly missing?: MissingRule | undefined;
  /**
   * Whether to keep the files that come from a server, below the directory at their paths in the tree.
   *
   * @default {false}
   */
  readonly keep?: boolean | undefined;
  /**
   * How many files are read at a time.
   *
   * @default {3}
   */
  readonly concurrency?: number | undefined;
  /** Compares the plan with what the caller wants before any alignments are read; may throw. */
  readonly onPlan?: ((plan: RebuildPlan) => void | Promise<void>) | undefined;
  /** Called from time to time while files are counted. */
  readonly onProgress?: ((progress: RebuildProgress) => void) | undefined;
  /** Called before each output is written, with its name. */
  readonly onWriting?: ((file: string) => void) | undefined;
  /** Called with what may be wrong but does not prevent the work. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /**
   * Gives the work up: it rejects with the signal's reason. What is counted is kept, and the next call continues from it.
   */
  readonly signal?: AbortSignal | undefined;
}

/** What will be read. */
export interface RebuildPlan {
  /** The cell types, in the order of eval.npz. */
  readonly cellTypes: readonly string[];
  /** The cell types that are left out, each with what it lacks. */
  readonly leftOut: ReadonlyMap<string, readonly string[]>;
  /** The files of alignments, five for each cell type, in the order in which they are read. */
  readonly files: readonly {
    /** Name of the cell type. */
    readonly cellType: string;
    /** Name of the mark. */
    readonly mark: string;
    /** Length of the file, in bytes. */
    readonly size: number;
    /** Whether a stopped run has counted it already. */
    readonly isCounted: boolean;
  }[];
}

/** What was written. */
export interface RebuiltCompetition {
  /** The cell types, in the order of eval.npz. */
  readonly cellTypes: readonly string[];
  /** The number of rows of each file. */
  readonly rows: { readonly train: number; readonly eval: number };
}
