/** The columns of a table that are wanted, and the error of a table that does not have them. */

import { ContractError } from "../../errors.ts";
import type { ValueKind } from "./value_kinds.ts";

/** The wanted columns. */
export interface WantedColumns {
  /** The samples of each wanted cell type. A cell type without samples is found by its own name. */
  readonly samples: ReadonlyMap<string, readonly string[]>;
  /** The group of each cell type, whose name finds the column of a cell type without one; see `cellTypeGroups`. */
  readonly groups?: ReadonlyMap<string, string> | undefined;
  /** The cell types of the sample sheet that are wanted of other files, and their groups. */
  readonly others?: readonly string[] | undefined;
  /** Name of the file that lists the samples of each cell type, if there is one. */
  readonly samplesFile?: string | undefined;
  /** The wanted kind of values, if there are several. */
  readonly value?: ValueKind | undefined;
  /** Whether the file holds one cell type only, whatever its column is called. */
  readonly isOwn: boolean;
  readonly file: string;
}

/** The group of a cell type, or its own name. */
export function groupOf({ groups }: WantedColumns, cellType: string): string {
  return groups?.get(cellType) ?? cellType;
}

/** Whether the wanted cell types are replicates of one, or one only. */
export function areOfOneGroup(wanted: WantedColumns): boolean {
  return new Set(Array.from(wanted.samples.keys(), (name) => groupOf(wanted, name))).size === 1;
}

/** Throws an error about columns that cannot be chosen. */
export function failChoice({ file }: WantedColumns, found: string, expected: string): never {
  throw new ContractError(`Cannot take expression from ${file}: ${found}, expected ${expected}`);
}
