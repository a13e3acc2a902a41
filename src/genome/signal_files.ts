/**
 * The files that a sample sheet names.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { modificationTime, openFile, pathKind, realPath } from "../files/file.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { isAbsolute, resolveSheetPath } from "./sheet_paths.ts";
import type { ControlInput, OpenedSignal, SignalInput } from "./prepare_options.ts";
import type { SampleSheet, SheetFile } from "./sample_sheet.ts";
import { checkIndexAge, indexNames, openSignal, signalFormat } from "./signal/open_signal.ts";
import type { SignalFormat } from "./signal/track.ts";

/** Options of {@linkcode openSignalFile}. */
export interface OpenSignalFileOptions {
  /**
   * Path of the file's index.
   *
   * @default {It is looked for in the directory of the file.}
   */
  readonly index?: string | undefined;
  /**
   * What the file holds.
   *
   * @default {The format that the ending of the file's name shows.}
   */
  readonly format?: SignalFormat | undefined;
}

/**
 * Opens a file of reads or signal on disk, together with its index if there is one in the same directory.
 *
 * @param path Path of the file, whose ending shows the format.
 * @param options Its index, if that is elsewhere, and its format, if the name does not show it.
 * @returns The opened file.
 * @throws {FormatError} As `openSignal` does, and if the index is older than the file.
 *
 * @example A bedGraph file
 * ```ts
 * import { openSignalFile } from "@waka/histone/genome";
 * import { strictEqual } from "node:assert";
 * import { mkdtemp, rm, writeFile } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 *
 * const directory = await mkdtemp(`${tmpdir()}/signal-`);
 * await writeFile(`${directory}/liver.bedGraph`, "chr1\t0\t100\t2.5\n");
 * const { track, close } = await openSignalFile(`${directory}/liver.bedGraph`);
 * strictEqual(track.format, "bedgraph");
 * close();
 * await rm(directory, { recursive: true });
 * ```
 */
export async function openSignalFile(
  path: string,
  options: OpenSignalFileOptions = {},
): Promise<OpenedSignal> {
  const sources: ByteSource[] = [];
  const close = () => sources.forEach((source) => source.close());
  const open = async (name: string): Promise<ByteSource> => {
    const source = await openFile(name);
    sources.push(source);
    return source;
  };
  try {
    const source = await open(path);
    const indexPath = await findIndex(path, options.index);
    const index = indexPath === undefined ? undefined : await open(indexPath);
    return { track: await openSignal(source, { index, format: options.format }), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function findIndex(path: string, named: string | undefined): Promise<string | undefined> {
  for (const name of named === undefined ? indexNames(path) : [named]) {
    if (named === undefined && await pathKind(name) !== "file") continue;
    checkIndexAge(
      { name: path, modified: await modificationTime(path) },
      { name, modified: await modificationTime(name) },
    );
    return name;
  }
  return undefined;
}

/**
 * Lists the files of a sample sheet, for {@linkcode prepare}. Relative paths start at the sheet's own directory.
 *
 * @param sheet The sheet.
 * @param sheetPath Path of the file that the sheet was read from.
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
export async function signalFiles(sheet: SampleSheet, sheetPath: string): Promise<SignalInput[]> {
  const marks = new Map<string, SheetFile>();
  const controls = new Map<string, ControlInput>();
  const inputs: SignalInput[] = [];
  for (const entry of sheet.entries) {
    const { cellType, mark, replicate } = entry;
    const found = await findFile(entry, sheetPath);
    const other = marks.get(found.real);
    if (other !== undefined) {
      failEntry(
        `"${entry.path}" is the same file as "${other.path}" in line ${other.line}, expected ` +
          "each file once: its reads would be counted twice",
        { sheetPath, entry },
      );
    }
    marks.set(found.real, entry);
    inputs.push({ cellType, mark, ...found.input, ...replicate !== undefined && { replicate } });
  }
  for (const [i, { control }] of sheet.entries.entries()) {
    if (control === undefined) continue;
    const found = await findFile(control, sheetPath);
    const mark = marks.get(found.real);
    if (mark !== undefined) {
      failEntry(
        `control "${control.path}" is the same file as "${mark.path}" in line ${mark.line}, expected a ` +
          "file that is not counted as a mark",
        { sheetPath, entry: control },
      );
    }
    const shared = controls.get(found.real) ?? found.input;
    controls.set(found.real, shared);
    inputs[i] = { ...inputs[i]!, control: shared };
  }
  return inputs;
}

/** Finds the file of a row: the path that links lead to, and what opens it. */
async function findFile(
  entry: SheetFile,
  sheetPath: string,
): Promise<{ readonly real: string; readonly input: ControlInput }> {
  const path = resolveSheetPath(entry.path, sheetPath);
  const problem = await findProblem(path, entry);
  if (problem !== undefined) throw new FormatError(problem, { file: sheetPath, line: entry.line });
  const { format } = entry;
  const index = entry.index === undefined ? undefined : resolveSheetPath(entry.index, sheetPath);
  if (index !== undefined && await pathKind(index) !== "file") {
    failEntry(`index "${index}" is not there`, { sheetPath, entry });
  }
  const open = () => openSignalFile(path, { index, format });
  return { real: await realPath(path), input: { name: path, open } };
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
  const kind = await pathKind(path);
  if (kind === "directory") return `${READ} "${path}" is a directory, expected a file`;
  if (kind === undefined) return `${READ} ${describeMissing(path, entry)}`;
  const { sizeBytes, format } = entry;
  const found = sizeBytes === undefined ? undefined : await sizeOf(path);
  if (found !== sizeBytes) {
    return `${READ} "${path}" has ${found} bytes, expected ${sizeBytes}: was it downloaded whole?`;
  }
  try {
    if (format === undefined) signalFormat(path);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

async function sizeOf(path: string): Promise<number> {
  const source = await openFile(path);
  source.close();
  return source.size;
}

/** Says that a file does not exist, and why that may be. */
function describeMissing(path: string, entry: SheetFile): string {
  const missing = `"${path}" is not there`;
  if (isAbsolute(entry.path)) return missing;
  if (/^\w+:\/\//.test(entry.path)) {
    return `"${entry.path}" is an address, expected a path: download the file first`;
  }
  if (entry.path.startsWith("~")) {
    return `${missing}: write the path of your home directory instead of ~`;
  }
  return `${missing}: relative paths start at the sheet's own directory`;
}
