/**
 * The files that a sample sheet names.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { directoryOf, modificationTime, openFile, pathKind, realPath } from "../files/file.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { isAbsolute } from "./sheet_paths.ts";
import type { OpenedSignal, SignalInput } from "./prepare_options.ts";
import type { SampleSheet, SampleSheetEntry } from "./sample_sheet.ts";
import { checkIndexAge, indexNames, openSignal, signalFormat } from "./signal/open_signal.ts";

/**
 * Opens a file of reads or signal on disk, together with its index if there is one in the same directory.
 *
 * @param path Path of the file, whose ending shows the format.
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
export async function openSignalFile(path: string): Promise<OpenedSignal> {
  const sources: ByteSource[] = [];
  const close = () => sources.forEach((source) => source.close());
  const open = async (name: string): Promise<ByteSource> => {
    const source = await openFile(name);
    sources.push(source);
    return source;
  };
  try {
    const source = await open(path);
    const indexPath = await findIndex(path);
    const index = indexPath === undefined ? undefined : await open(indexPath);
    return { track: await openSignal(source, { index }), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function findIndex(path: string): Promise<string | undefined> {
  for (const name of indexNames(path)) {
    if (await pathKind(name) !== "file") continue;
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
 * @returns The files, `[cellType, mark]` row-major.
 * @throws {FormatError} With the line of the sheet, if a file does not exist, its name does not show its format, or two
 * rows name the same file by different paths or links: its reads would be counted twice.
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
  const directory = directoryOf(sheetPath);
  const earlier = new Map<string, SampleSheetEntry>();
  const inputs: SignalInput[] = [];
  for (const entry of sheet.entries) {
    const { cellType, mark, line } = entry;
    const path = isAbsolute(entry.path) ? entry.path : `${directory}${entry.path}`;
    const fail = (message: string): never => {
      throw new FormatError(message, { file: sheetPath, line });
    };
    const problem = await findProblem(path, entry);
    if (problem !== undefined) fail(problem);
    const real = await realPath(path);
    const other = earlier.get(real);
    if (other !== undefined) {
      fail(
        `${READ} "${entry.path}" is the same file as "${other.path}" in line ${other.line}, expected ` +
          "each file once: its reads would be counted twice",
      );
    }
    earlier.set(real, entry);
    inputs.push({ cellType, mark, name: path, open: () => openSignalFile(path) });
  }
  return inputs;
}

const READ = "Cannot read sample sheet:";

/** Finds what would prevent opening a file, without opening it. */
async function findProblem(path: string, entry: SampleSheetEntry): Promise<string | undefined> {
  const kind = await pathKind(path);
  if (kind === "directory") return `${READ} "${path}" is a directory, expected a file`;
  if (kind === undefined) return `${READ} ${describeMissing(path, entry)}`;
  try {
    signalFormat(path);
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

/** Says that a file does not exist, and why that may be. */
function describeMissing(path: string, entry: SampleSheetEntry): string {
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
