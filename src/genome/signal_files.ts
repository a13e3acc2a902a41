/**
 * The files that a sample sheet names.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { fileSize, pathKind, realPath } from "../files/file.ts";
import { addressIdentity, isAddress, parseAddress, showPlace } from "../files/http_address.ts";
import { HttpFiles } from "../files/http_files.ts";
import { openSignalFile, type OpenSignalFileOptions } from "./open_signal_file.ts";
import { isAbsolute, resolveSheetPath } from "./sheet_paths.ts";
import type { ControlInput, SignalInput } from "./prepare_options.ts";
import type { SampleSheet, SheetFile } from "./sample_sheet.ts";
import { SHARED_FORMATS } from "./signal/count_crew.ts";
import { signalFormat } from "./signal/open_signal.ts";

/** Options of {@linkcode signalFiles}. */
export interface SignalFilesOptions {
  /**
   * What opens files on servers.
   *
   * @default {One for all files of the sheet.}
   */
  readonly remote?: HttpFiles | undefined;
}

/**
 * Lists the files of a sample sheet, for {@linkcode prepare}. Relative paths start at the sheet's own directory. Files
 * with an `http:` or `https:` address are not asked for before they are opened.
 *
 * @param sheet The sheet.
 * @param sheetPath Path of the file that the sheet was read from.
 * @param options What opens files on servers.
 * @returns The files by cell type, mark and replicate. Rows with one control share its object.
 * @throws {FormatError} With the line of the sheet, if a file does not exist, its name does not show its format, it is
 * not as large as the sheet says, or two rows name the same file by different paths or links, or one as a mark and one
 * as a control: its reads would be counted twice.
 *
 * @example A path relative to the sheet
 * ```ts
 * import { readSampleSheet, signalFiles } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 *
 * const directory = await mkdtemp(`${tmpdir()}/sheet-`);
 * await writeFile(`${directory}/liver.bed`, "chr1\t95\t131\n");
 * await writeFile(`${directory}/samples.tsv`, "cell_type\tmark\tpath\nliver\tH3K4me3\tliver.bed\n");
 * const sheet = await readSampleSheet(`${directory}/samples.tsv`);
 * const [input] = await signalFiles(sheet, `${directory}/samples.tsv`);
 * strictEqual(input?.name, `${directory}/liver.bed`);
 * await rm(directory, { recursive: true });
 * ```
 */
export async function signalFiles(
  sheet: SampleSheet,
  sheetPath: string,
  { remote = new HttpFiles() }: SignalFilesOptions = {},
): Promise<SignalInput[]> {
  const finder = { sheetPath, remote };
  const marks = new Map<string, SheetFile>();
  const controls = new Map<string, ControlInput>();
  const inputs: SignalInput[] = [];
  for (const entry of sheet.entries) {
    const { cellType, mark, replicate } = entry;
    const { real, input } = await findFile(entry, finder);
    const other = marks.get(real);
    if (other !== undefined) {
      failEntry(
        `"${showPlace(entry.path)}" is the same file as "${showPlace(other.path)}" in line ` +
          `${other.line}, expected each file once: its reads would be counted twice`,
        { sheetPath, entry },
      );
    }
    marks.set(real, entry);
    inputs.push({ cellType, mark, ...input, ...replicate !== undefined && { replicate } });
  }
  for (const [i, { control }] of sheet.entries.entries()) {
    if (control === undefined) continue;
    const { real, input } = await findFile(control, finder);
    const mark = marks.get(real);
    if (mark !== undefined) {
      failEntry(
        `control "${showPlace(control.path)}" is the same file as "${showPlace(mark.path)}" in ` +
          `line ${mark.line}, expected a file that is not counted as a mark`,
        { sheetPath, entry: control },
      );
    }
    const shared = controls.get(real) ?? input;
    controls.set(real, shared);
    inputs[i] = { ...inputs[i]!, control: shared };
  }
  return inputs;
}

/**
 * Number of bytes of the files of a sheet on disk that several threads count together, BAM and bigWig.
 *
 * @param sheet The sheet, whose files are there.
 * @param sheetPath Path of the file that the sheet was read from.
 */
export async function sharedBytes({ entries }: SampleSheet, sheetPath: string): Promise<number> {
  const files = entries.flatMap((entry) => [entry, ...entry.control ? [entry.control] : []]);
  let bytes = 0;
  for (const { path, format } of files) {
    const place = resolveSheetPath(path, sheetPath);
    if (isAddress(place) || !SHARED_FORMATS.has(format ?? signalFormat(place))) continue;
    bytes += await fileSize(place);
  }
  return bytes;
}

/** Finds the file of a row: what identifies it, whichever path or address leads to it, and what opens it. */
async function findFile(
  entry: SheetFile,
  { sheetPath, remote }: { readonly sheetPath: string; readonly remote: HttpFiles },
): Promise<{ readonly real: string; readonly input: ControlInput }> {
  const path = resolveSheetPath(entry.path, sheetPath);
  const problem = await findProblem(path, entry);
  if (problem !== undefined) throw new FormatError(problem, { file: sheetPath, line: entry.line });
  const { format, assembly } = entry;
  const index = await findIndex(entry, sheetPath);
  return {
    real: isAddress(path) ? addressIdentity(path) : await realPath(path),
    input: {
      name: showPlace(path),
      ...assembly !== undefined && { assembly },
      open: () => openSignalFile(path, { remote, format, ...index }),
    },
  };
}

/** The index that a row names. `none` says that the file has no index and is to be read whole. */
async function findIndex(
  entry: SheetFile,
  sheetPath: string,
): Promise<Pick<OpenSignalFileOptions, "index" | "readsWhole">> {
  if (entry.index === undefined) return {};
  if (entry.index.toLowerCase() === "none") return { readsWhole: true };
  const index = resolveSheetPath(entry.index, sheetPath);
  if (!isAddress(index) && await pathKind(index) !== "file") {
    failEntry(`index "${index}" is not there`, { sheetPath, entry });
  }
  return { index };
}

function failEntry(
  found: string,
  { sheetPath, entry }: { readonly sheetPath: string; readonly entry: SheetFile },
): never {
  throw new FormatError(`${READ} ${found}`, { file: sheetPath, line: entry.line });
}

const READ = "Cannot read sample sheet:";

/** Finds what would prevent opening a file, without opening it. */
async function findProblem(path: string, entry: SheetFile): Promise<string | undefined> {
  if (isAddress(path)) return findProblemOfName(() => parseAddress(path).shown, entry);
  const kind = await pathKind(path);
  if (kind === "directory") return `${READ} "${path}" is a directory, expected a file`;
  if (kind === undefined) return `${READ} ${describeMissing(path, entry)}`;
  const { sizeBytes } = entry;
  const found = sizeBytes === undefined ? undefined : await fileSize(path);
  if (found !== sizeBytes) {
    return `${READ} "${path}" has ${found} bytes, expected ${sizeBytes}: was it downloaded whole?`;
  }
  return findProblemOfName(() => path, entry);
}

function findProblemOfName(name: () => string, { format }: SheetFile): string | undefined {
  try {
    const shown = name();
    if (format === undefined) signalFormat(shown);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Says that a file does not exist, and why that may be. */
function describeMissing(path: string, entry: SheetFile): string {
  const missing = `"${path}" is not there`;
  if (isAbsolute(entry.path)) return missing;
  if (/^\w+:\/\//.test(entry.path)) {
    return `"${entry.path}" is an address, expected a path, or one that begins with https:// or http://: download the file first`;
  }
  if (entry.path.startsWith("~")) {
    return `${missing}: write the path of your home directory instead of ~`;
  }
  return `${missing}: relative paths start at the sheet's own directory`;
}
