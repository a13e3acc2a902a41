/** A share of the work of counting a file: what lies on one of its sequences. Tasks are plain data, for any thread. */

import type { VirtualRange } from "./bgzf.ts";
import type { MergedIntervals } from "./intervals.ts";
import type { CountingRule, PairsSeen } from "./track.ts";
import type { ContigWindows } from "./_window_counter.ts";

/** The windows on one sequence, by ascending start. */
export interface TaskWindows extends Pick<ContigWindows, "starts" | "earlierStarts"> {
  readonly bins: number;
  readonly binSizeBp: number;
}

/** What all tasks have. */
interface SharedTask {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly rule: CountingRule;
  readonly windows: TaskWindows;
  /** Length of the sequence, in base pairs. */
  readonly lengthBp: number;
  /** Intervals of a blacklist on the sequence. */
  readonly leftOut: MergedIntervals | undefined;
  /** How many bytes of the file are read, approximately. */
  readonly bytes: number;
}

/** Counts the reads on one sequence of a BAM file. */
export interface BamTask extends SharedTask {
  readonly format: "bam";
  /** Number of the sequence. */
  readonly contig: number;
  /** Where the reads lie, in the file's order. */
  readonly ranges: readonly VirtualRange[];
  readonly extendBp: number;
  readonly minMappingQuality: number;
  readonly excludedFlags: number;
  readonly fragments: boolean;
}

/** Counts the values on one sequence of a bigWig file. */
export interface BigWigTask extends SharedTask {
  readonly format: "bigwig";
  /** Number of the sequence. */
  readonly contig: number;
  /** Name of the sequence. */
  readonly name: string;
  readonly isDeflated: boolean;
  /** The sections, in the file's order. */
  readonly places: readonly SectionPlace[];
}

/** The place of a section in the file. */
export interface SectionPlace {
  readonly offset: number;
  readonly end: number;
  /** Whether the index says that the section is on one sequence only, as the sections of all known writers are. */
  readonly isOfOne: boolean;
}

/** Counts what lies on one sequence of a file. */
export type CountTask = BamTask | BigWigTask;

/** What a task found. */
export interface TaskCounts {
  /** The numbers of the bins, `[window, bin]`. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Number of reads that overlapped a window at least. */
  readonly overlapping: number;
  /** Number of intervals whose value is NaN. */
  readonly missing: number;
  /** What was seen of pairs, if fragments are counted. */
  readonly pairs: PairsSeen | undefined;
}

/** Called from time to time with the number of windows of the task that are done. */
export type OnTaskProgress = (windowsDone: number) => void;
