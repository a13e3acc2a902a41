import type { DataSummary } from "../data/summary/types.ts";
import type { VarianceShares } from "../validation/variance_shares.ts";

/** A finding about a data set; one of `diagnoseSamples` has these fields. */
export interface DataFinding {
  /** Whether it is most likely a fault, or worth knowing. */
  readonly severity: "warning" | "note";
  /** The part of the data to which it refers. */
  readonly where: string;
  /** What was found. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}

/** A file of reads or signal that was counted. */
export interface CountedFile {
  /** Name or path of the file. */
  readonly name: string;
  /** Name of the cell type. */
  readonly cellType: string;
  /** Name of the mark; of a control, `control of` the mark. */
  readonly mark: string;
  /** What it holds, such as `bam`. */
  readonly format: string;
  /** Number of reads in the whole file; missing for signal and where the file does not say. */
  readonly reads?: number | undefined;
  /** Number of reads, or of fragments, that were counted in a window at least. */
  readonly readsInWindows?: number | undefined;
  /** Share of the file's reads that were counted in a window at least, 0 to 1. */
  readonly shareInWindows?: number | undefined;
}

/** What a page about a data set shows. A part that is absent has no section. */
export interface DataPageInput {
  /** Name of the data set: the page's title. */
  readonly name: string;
  /** What the data look like. */
  readonly data: DataSummary;
  /** Where the variance of the labels lies; missing without labels, and where it was not looked for. */
  readonly labelVariance?: VarianceShares | undefined;
  /** What `doctor` found; missing if the data were not examined. */
  readonly findings?: readonly DataFinding[] | undefined;
  /** What `doctor` could not check, a sentence each. */
  readonly notChecked?: readonly string[] | undefined;
  /** Warnings that arose while the data were made, or read. */
  readonly warnings?: readonly string[] | undefined;
  /** Sentences below the page's name, such as what numbers without a data record were taken for. */
  readonly notes?: readonly string[] | undefined;
  /** The files that were counted. */
  readonly files?: readonly CountedFile[] | undefined;
  /** Names and versions of the programs. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
}
