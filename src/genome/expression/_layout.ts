/** What the columns of a table hold. */

import type { Separator } from "./_cells.ts";
import type { ValueKind } from "./value_kinds.ts";

/** A column with values. */
export interface ValueColumn {
  /** Index of the column, counted from 0. */
  readonly column: number;
  /** Name of the column in the header; empty in a file without a header. */
  readonly name: string;
  /** What the column measures, if the format or the name shows it. */
  readonly kind?: ValueKind | undefined;
  /** Index of the column that says whether the value could be computed. */
  readonly status?: number | undefined;
}

/** A column that names the sample of each row. */
export interface SampleColumn {
  readonly column: number;
  readonly title: string;
}

/** The columns of a table in a known format. */
export interface Columns {
  /**
   * Name of the program that wrote the table, such as `featureCounts`, for messages; `undefined` if it is not known.
   */
  readonly program?: string | undefined;
  /** The columns that name the genes, the main one first. */
  readonly names: readonly number[];
  /** The columns that hold values. */
  readonly values: readonly ValueColumn[];
  /** Whether all columns of values are of one sample, each of a different kind. */
  readonly ofOneSample: boolean;
  /** Whether the rows are or may be transcripts. The names of the rows decide. */
  readonly mayBeTranscripts: boolean;
  /** Whether several rows of a gene are its parts, which are added up. */
  readonly adds: boolean;
  /**
   * The columns that distinguish these parts, such as the column of transcripts.
   *
   * @default {The names of the rows distinguish them.}
   */
  readonly parts?: readonly number[] | undefined;
  /** The columns that name the sample of each row, which must be the same in all rows. */
  readonly sampleColumns: readonly SampleColumn[];
  /** Titles that show that the table has differences between samples; mostly empty. */
  readonly differences: readonly string[];
}

/** The layout of a table. */
export interface Layout extends Columns {
  /** How many rows the table has by its own word, as GCT says it. */
  readonly declaredRows?: number | undefined;
  /** The titles of the columns that name the genes. A title may be empty. */
  readonly nameTitles: readonly string[];
  readonly separator: Separator;
  /** Number of columns in the header, including a column of names without a title. */
  readonly width: number;
  /** The first column of text that does not name genes. Text may contain separators, so rows may vary from there. */
  readonly textFrom: number;
}
