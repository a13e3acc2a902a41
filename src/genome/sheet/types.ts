/** What a sample sheet says, whichever form it has. */

import type { ReplicateRule } from "../../record.ts";
import type { ExpressionFiles } from "../sheet_expression.ts";
import type { SignalFormat } from "../signal/track.ts";

/** A file that a sample sheet names. */
export interface SheetFile {
  /** Path or address of the file as the sheet has it. Relative paths start at the sheet's own directory. */
  readonly path: string;
  /**
   * Path or address of the file's index.
   *
   * @default {It is looked for beside the file.}
   */
  readonly index?: string | undefined;
  /**
   * What the file holds.
   *
   * @default {The format that the ending of the file's name shows.}
   */
  readonly format?: SignalFormat | undefined;
  /** Size of the file in bytes as the sheet has it. A file of another size was not downloaded whole. */
  readonly sizeBytes?: number | undefined;
  /** The assembly of the file as the sheet has it, as UCSC calls it. */
  readonly assembly?: string | undefined;
  /** Line of the sheet, counted from 1; for messages. */
  readonly line: number;
}

/** One row of a sample sheet: a mark, or a replicate of a mark, in one cell type. */
export interface SampleSheetEntry extends SheetFile {
  /** Name of the cell type. If replicates are kept apart, it ends in a dot and the name of the replicate. */
  readonly cellType: string;
  /** Name of the mark. */
  readonly mark: string;
  /** Name of the replicate, if the sheet has it. */
  readonly replicate?: string | undefined;
  /** The control, such as an input or IgG sample, if controls are wanted. */
  readonly control?: SheetFile | undefined;
}

/** What a sample sheet says about the files of a data set. */
export interface SampleSheet {
  /** Cell types, in order of first appearance. */
  readonly cellTypes: readonly string[];
  /** The competition's marks first, in its order, then others by first appearance; in the order of names that have others. */
  readonly marks: readonly string[];
  /** The files by cell type, by mark and by replicate. */
  readonly entries: readonly SampleSheetEntry[];
  /** The files of expression of each cell type, if the sheet has a column `expression`. */
  readonly expression?: ReadonlyMap<string, ExpressionFiles>;
  /** The group of each cell type, if replicates are kept apart: the name that the sheet has for the cell type. */
  readonly cellTypeGroups?: ReadonlyMap<string, string>;
  /** The marks that were not measured in a cell type, for those that lack some, if these are masked. */
  readonly missingMarks?: ReadonlyMap<string, readonly string[]>;
  /** The names of cell types that the sheet has and that are not read; left out if all are. */
  readonly otherCellTypes?: readonly string[];
}

/**
 * What becomes of a cell type that lacks a mark which another one has: `refuse` throws an error, `mask` takes the mark's
 * values as 0 and says in the data set that they were not measured, `leave-out` leaves the cell type out.
 */
export type MissingMarkRule = "refuse" | "mask" | "leave-out";

/** Every {@linkcode MissingMarkRule}. */
export const MISSING_MARK_RULES: readonly MissingMarkRule[] = ["refuse", "mask", "leave-out"];

/** Options for arranging the rows of a sheet as a table. */
export interface ArrangeOptions {
  /**
   * What becomes of replicates, several files of one mark in one cell type. With `keep`, each is a cell type of its own,
   * such as `liver.1`, of which `cellTypeGroups` says that it belongs to `liver`.
   *
   * @default {Replicates are refused.}
   */
  readonly replicates?: ReplicateRule | undefined;
  /**
   * What becomes of cell types that lack a mark.
   *
   * @default {"refuse"}
   */
  readonly missingMarks?: MissingMarkRule | undefined;
  /**
   * The marks to take, in this order unless all of them are the competition's, which keep its own; rows of others are skipped.
   *
   * @default {All marks of the sheet.}
   */
  readonly marks?: readonly string[] | undefined;
  /**
   * The cell types to take; rows of others are skipped.
   *
   * @default {All cell types of the sheet.}
   */
  readonly cellTypes?: readonly string[] | undefined;
  /** Called with a note about what the sheet was taken to say, or about what was left out because you asked for it. */
  readonly onNote?: ((message: string) => void) | undefined;
  /** Called with a warning about what is odd about the sheet but does not prevent reading it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A row of a sheet before the rows are arranged as a table. */
export interface SheetRow extends SampleSheetEntry {
  /** The row's cell of expression; empty if it has none. */
  readonly expression: string;
}

/** Removes the fields that are undefined. */
export function withoutUndefined<T extends object>(fields: T): T {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as T;
}
