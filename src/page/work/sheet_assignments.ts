/** What sample sheets say of files. */

import { readSampleSheet } from "../../genome/mod.ts";
import type { ControlRule } from "../../record.ts";
import type { GivenFile } from "./given_file.ts";

/** What a row of a sheet says of a file. */
export interface SheetAssignment {
  /** Name of the file, without folders. */
  readonly name: string;
  readonly mark: string;
  readonly cellType: string;
  readonly replicate?: string;
  /** Name of the file of its control. */
  readonly control?: string;
}

/**
 * Reads what a sheet says of files.
 *
 * @throws {FormatError} As `readSampleSheet` does.
 */
export async function sheetAssignments(file: GivenFile): Promise<SheetAssignment[]> {
  const source = await file.open();
  try {
    const read = (control?: ControlRule) =>
      readSampleSheet(source, { control, replicates: "sum", missingMarks: "mask" });
    // Sheets without controls are refused where controls are asked for.
    const { entries } = await read("subtract").catch(() => read());
    return entries.map(({ path, mark, cellType, replicate, control }) => ({
      name: nameOf(path),
      mark,
      cellType,
      ...(replicate !== undefined && { replicate }),
      ...(control !== undefined && { control: nameOf(control.path) }),
    }));
  } finally {
    source.close();
  }
}

/** The last part of a path. */
function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
