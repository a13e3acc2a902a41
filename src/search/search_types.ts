/** What a search takes and returns. */

import type { EngineName, EngineReport } from "../engine/select.ts";
import type { Progress } from "../progress.ts";
import type { FitManyOptions } from "../training/fit_types.ts";
import type { SearchSettings } from "./settings.ts";
import type { ScoredTrial, TrialRecord } from "./trial.ts";

/** The progress of a search: trials of this rung that are done, with the shares of those under way. */
export interface SearchProgress extends Progress {
  /** Number of the rung under way, from 1. */
  readonly rung: number;
  /** Number of rungs. */
  readonly rungs: number;
}

/** Trials that train side by side. */
export interface TrialGroup {
  /** Number of their rung, from 1. */
  readonly rung: number;
  /** Their numbers, from 1. */
  readonly trials: readonly number[];
}

/** Where a {@linkcode TrialGroup} keeps its checkpoints. */
export interface GroupCheckpoints extends Pick<FitManyOptions, "checkpoint" | "resume"> {
  /** Called when the group is finished and its trials were passed on: its checkpoints are no longer needed. */
  readonly finish: () => Promise<void>;
}

/** Options of {@linkcode searchModels}, besides {@linkcode SearchSettings}, which decide the result. */
export interface SearchOptions extends SearchSettings {
  /**
   * Where to compute.
   *
   * @default {"auto"}
   */
  readonly engine?: EngineName | undefined;
  /**
   * Threads to compute on, for engines that have threads; results do not depend on it.
   *
   * @default {all}
   */
  readonly threads?: number | undefined;
  /**
   * Trials of an earlier search with the same settings on the same data; see `checkSameSearch`. They are not trained
   * again.
   *
   * @default {none}
   */
  readonly finished?: readonly TrialRecord[] | undefined;
  /**
   * Whether trials that were computed with different arithmetic may be ranked together; see `Engine.arithmetic`.
   *
   * @default {false}
   */
  readonly otherArithmetic?: boolean | undefined;
  /**
   * Called before trials are trained: gives them a place for checkpoints, and the checkpoint that they resume from if
   * the same trials were under way when an earlier search ended. Another engine may group trials in another way.
   *
   * @default {trials are trained from the start}
   */
  readonly openCheckpoints?: ((group: TrialGroup) => Promise<GroupCheckpoints>) | undefined;
  /** Called once, when the first trial begins. */
  readonly onStart?: ((engine: EngineReport) => void) | undefined;
  /** Called with each trial when it is done, but not with those that were `finished`. */
  readonly onTrial?: ((record: TrialRecord, progress: SearchProgress) => void) | undefined;
  /** Called every few steps. */
  readonly onProgress?: ((progress: SearchProgress) => void) | undefined;
  /** Gives the search up: the call rejects with the signal's reason, whatever function of these options it waits for. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the search early: the call resolves with the trials that were done. */
  readonly stop?: AbortSignal | undefined;
  /**
   * Trains these trials of this rung and nothing else, so that other processes can train the others. A rung after the
   * first is not compared with the trials of the one before it: `wanted` of a search with `elsewhere` says what belongs
   * to it.
   *
   * @default {all trials of all rungs}
   */
  readonly part?: TrialGroup | undefined;
  /**
   * Trials that other processes trained, each as a `part`. If this is given, nothing is trained here: the trials are
   * taken in their order, and the search ends early at the first rung of which one is missing; see `wanted`.
   *
   * @default {all trials are trained here}
   */
  readonly elsewhere?: readonly TrialRecord[] | undefined;
}

/** What {@linkcode searchModels} returns. */
export interface SearchResult {
  /** Every trial in every rung it was in, by rung and number. */
  readonly records: readonly TrialRecord[];
  /** The last record of each trial, best first; see `rankTrials`. */
  readonly ranking: readonly TrialRecord[];
  /** The first of the ranking; `undefined` if no trial has a score. */
  readonly best: ScoredTrial | undefined;
  /** True if `stop`, or a trial that `elsewhere` lacks, ended the search before its last trial. */
  readonly interrupted: boolean;
  /** The trials that `elsewhere` lacks, of the first rung of which one is missing; `undefined` if it lacks none. */
  readonly wanted?: TrialGroup | undefined;
}
