/** Which column of a table holds what. */

import type { Separator } from "./_cells.ts";
import type { ValueKind } from "./value_kinds.ts";

/** A column with values. */
export interface ValueColumn {
  /** Its place in a row, counted from 0. */
  readonly column: number;
  /** Its name in the header; empty in a file without one. */
  readonly name: string;
  /** What it measures, where the format or its name tells. */
  readonly kind?: ValueKind;
  /** Column that says whether the value could be computed. */
  readonly status?: number;
}

/** A column that tells which sample a row is of. */
export interface SampleColumn {
  readonly column: number;
  readonly title: string;
}

/** What a format says of its columns. */
export interface Columns {
  /** What wrote the table, for messages: such as `featureCounts`; `undefined` of a table as anyone writes it. */
  readonly program?: string;
  /** Columns that name the genes, the main one first. */
  readonly names: readonly number[];
  /** Columns that hold values. */
  readonly values: readonly ValueColumn[];
  /** Whether all columns of values are of one sample, each of another kind. */
  readonly ofOneSample: boolean;
  /** Whether the rows are transcripts, or may be; the names of the rows have the last word. */
  readonly mayBeTranscripts: boolean;
  /** Whether several rows of a gene are parts of it, to be added up. */
  readonly adds: boolean;
  /** Columns that tell such parts apart, such as that of transcripts; where there are none, the rows' names do. */
  readonly parts?: readonly number[];
  /** Columns that tell which sample a row is of; it must be the same in all rows. */
  readonly sampleColumns: readonly SampleColumn[];
  /** Titles that say that the table has differences between samples; none in most. */
  readonly differences: readonly string[];
}

/** Where a table has what. */
export interface Layout extends Columns {
  /** The titles of the columns that name the genes; empty where there is none. */
  readonly nameTitles: readonly string[];
  readonly separator: Separator;
  /** Number of the columns that the header names, that of names without a title included. */
  readonly width: number;
  /** The first column of text that names no gene; text may hold separators, so that rows differ from there on. */
  readonly textFrom: number;
}
