/** The sample sheet that the page's files make together. */

import { bytesSource } from "../../files/byte_source.ts";
import { type ArrangeOptions, readSampleSheet, type SampleSheet } from "../../genome/mod.ts";
import type { ControlRule } from "../../record.ts";
import type { InputFile } from "./input_list.ts";

/** How the page's files are arranged. */
export interface ArrangeInputsOptions
  extends Pick<ArrangeOptions, "replicates" | "missingMarks" | "onNote" | "onWarning"> {
  readonly control?: ControlRule | undefined;
}

/** A file of signal of which mark and cell type are known. */
export type AssignedFile = InputFile & { readonly mark: string; readonly cellType: string };

/** Whether mark and cell type of a file are known. */
export function isAssigned(input: InputFile): input is AssignedFile {
  return input.mark !== undefined && input.cellType !== undefined;
}

/**
 * Arranges files as the command `prepare` does: as if a sheet named them.
 *
 * @param files The files of marks.
 * @param options What becomes of replicates, missing marks and controls.
 * @returns The sheet. The path of an entry is the place of its file in `files`, and that of a control the file's name.
 * @throws {FormatError} If replicates or missing marks are refused, or a control is missing.
 */
export async function arrangeInputs(
  files: readonly AssignedFile[],
  { control, ...options }: ArrangeInputsOptions = {},
): Promise<SampleSheet> {
  const numbers = numberReplicates(files);
  const rows = files.map((input, place) => {
    const { mark, cellType } = input;
    const { replicate = String(numbers[place]) } = input;
    return {
      cell_type: cellType,
      mark,
      path: String(place),
      replicate,
      control: input.control ?? "",
    };
  });
  const hasReplicates = numbers.some((number) => number > 1) ||
    files.some(({ replicate }) => replicate !== undefined);
  const columns = ["cell_type", "mark", "path"] as (keyof typeof rows[number])[];
  if (hasReplicates) columns.push("replicate");
  if (control !== undefined) columns.push("control");
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  const text = lines.map((cells) => cells.map(quote).join("\t") + "\n").join("");
  const source = bytesSource(new TextEncoder().encode(text), "the files");
  return await readSampleSheet(source, { ...options, control });
}

/**
 * Numbers the files of each mark and cell type by the order of their names: in whatever order files come, the first
 * replicate of one mark goes with the first of another.
 */
function numberReplicates(files: readonly AssignedFile[]): number[] {
  const { compare } = new Intl.Collator("en", { numeric: true });
  const byName = [...files.keys()].sort((a, b) =>
    compare(files[a]!.file.name, files[b]!.file.name)
  );
  const seen = new Map<string, number>();
  const numbers: number[] = [];
  for (const place of byName) {
    const { mark, cellType } = files[place]!;
    const key = JSON.stringify([mark, cellType]);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    numbers[place] = number;
  }
  return numbers;
}

/** A cell in quotes, so that names may have tabs and quotes. */
function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
