/**
 * The files that a sample sheet names.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import { pathKind, realPath } from "../files/file.ts";
import { addressIdentity, isAddress, parseAddress } from "../files/http_address.ts";
import { HttpFiles } from "../files/http_files.ts";
import { openPlace } from "./open_place.ts";
import { isAbsolute, resolveSheetPath } from "./sheet_paths.ts";
import type { OpenedSignal, SignalInput } from "./prepare_options.ts";
import type { SampleSheet, SampleSheetEntry } from "./sample_sheet.ts";
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
  return await openPlace(path);
}

/**
 * Lists the files of a sample sheet, for {@linkcode prepare}. Relative paths start at the sheet's own directory. Files
 * with an `http:` or `https:` address are not asked for before they are opened.
 *
 * @param sheet The sheet.
 * @param sheetPath Path of the file that the sheet was read from.
 * @param options What opens files on servers.
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
export async function signalFiles(
  sheet: SampleSheet,
  sheetPath: string,
  { remote = new HttpFiles() }: SignalFilesOptions = {},
): Promise<SignalInput[]> {
  const earlier = new Map<string, SampleSheetEntry>();
  const inputs: SignalInput[] = [];
  for (const entry of sheet.entries) {
    const { cellType, mark, line } = entry;
    const path = resolveSheetPath(entry.path, sheetPath);
    const fail = (message: string): never => {
      throw new FormatError(message, { file: sheetPath, line });
    };
    const problem = await findProblem(path, entry);
    if (problem !== undefined) fail(problem);
    const real = isAddress(path) ? addressIdentity(path) : await realPath(path);
    const other = earlier.get(real);
    if (other !== undefined) {
      fail(
        `${READ} "${shownPlace(entry.path)}" is the same file as "${
          shownPlace(other.path)
        }" in line ` +
          `${other.line}, expected each file once: its reads would be counted twice`,
      );
    }
    earlier.set(real, entry);
    inputs.push({
      cellType,
      mark,
      name: shownPlace(path),
      open: () => openPlace(path, { remote }),
    });
  }
  return inputs;
}

/** A path, or an address without what may be secret in it. */
function shownPlace(place: string): string {
  return isAddress(place) ? parseAddress(place).shown : place;
}

const READ = "Cannot read sample sheet:";

/** Finds what would prevent opening a file, without opening it. */
async function findProblem(path: string, entry: SampleSheetEntry): Promise<string | undefined> {
  if (isAddress(path)) return findProblemOfAddress(path);
  const kind = await pathKind(path);
  if (kind === "directory") return `${READ} "${path}" is a directory, expected a file`;
  if (kind === undefined) return `${READ} ${describeMissing(path, entry)}`;
  return findProblemOfName(path);
}

function findProblemOfAddress(address: string): string | undefined {
  try {
    return findProblemOfName(parseAddress(address).shown);
  } catch (error) {
    return (error as Error).message;
  }
}

function findProblemOfName(name: string): string | undefined {
  try {
    signalFormat(name);
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
    return `"${entry.path}" is an address, expected a path, or one that begins with https:// or http://: download the file first`;
  }
  if (entry.path.startsWith("~")) {
    return `${missing}: write the path of your home directory instead of ~`;
  }
  return `${missing}: relative paths start at the sheet's own directory`;
}
