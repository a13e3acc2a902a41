import type { SheetRow } from "./types.ts";

/** The rows of a sheet, by cell type and by mark. */
export type RowTable = ReadonlyMap<string, ReadonlyMap<string, readonly SheetRow[]>>;
