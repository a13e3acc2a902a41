import { formatCountOf } from "../base/count.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { listSome } from "../base/wording.ts";
import { ContractError } from "../errors.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../record.ts";
import { DeepchromeParser } from "./_deepchrome_parser.ts";
import { withSource } from "../text/lines.ts";
import type { PackedColumns } from "./columns.ts";
import { listDirectory, pathKind } from "../files/file.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions, OnProgress } from "../progress.ts";

/** Options of {@linkcode readDeepchromeCsv}. */
export interface DeepchromeCsvOptions extends AbortOptions {
  /**
   * What the numbers are; its marks name the columns between bin and label.
   *
   * @default {DEEPCHROME_RECORD}
   */
  readonly record?: DataRecord | undefined;
  /**
   * Name of the cell type that the file holds.
   *
   * @default {The file's folder (`E003` of `E003/train.csv`), or else its name without the extension}
   */
  readonly cellType?: string | undefined;
  /** Called from time to time with the number of bytes read. */
  readonly onProgress?: OnProgress | undefined;
}

/** One of the three files that DeepChrome provides for each cell type, or all of them. */
export type DeepchromeSplit = "train" | "valid" | "test" | "all";

/** Options of {@linkcode readDeepchromeFolder}. */
export interface DeepchromeFolderOptions extends AbortOptions {
  /**
   * What the numbers are; its marks name the columns between bin and label.
   *
   * @default {DEEPCHROME_RECORD}
   */
  readonly record?: DataRecord | undefined;
  /**
   * The file of each cell type to read.
   *
   * @default {"train"}
   */
  readonly split?: DeepchromeSplit | undefined;
  /** Called with a warning about sub-folders that are skipped although they seem to be of cell types. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called after each file with the number of files read. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Reads a file in the format of DeepChrome (Singh et al. 2016, Bioinformatics 32:i639): no header, and one row for each
 * bin, with the columns gene id, bin, one count for each mark, and label. With a header that names gene, bin, all marks and label,
 * columns may be in any order. The rows of a gene are consecutive, with bins
 * 1, 2, … in order; all genes have as many bins as the first. A gene id of digits only is that of a human Ensembl id:
 * `000003` is `ENSG00000000003`.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What the numbers are, and the cell type.
 * @returns One sample for each gene, in the order of the file.
 * @throws {FormatError} If a column is missing or not a number, a count is negative, bins are missing or out of order, a
 * gene's label changes, a gene appears twice, or the file is empty; the message has the line.
 *
 * @example
 * ```ts
 * import { bytesSource, readDeepchromeCsv } from "@waka/histone/io";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "000003,1,4,0\n000003,2,6,0\n000005,1,2,1\n000005,2,8,1\n";
 * const columns = await readDeepchromeCsv(bytesSource(new TextEncoder().encode(text)), {
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 *   cellType: "E003",
 * });
 * deepStrictEqual(columns.genes, ["ENSG00000000003", "ENSG00000000005"]);
 * deepStrictEqual(columns.signal, Uint8Array.of(4, 6, 2, 8)); // [sample, bin, mark]
 * deepStrictEqual(columns.labels, Float64Array.of(0, 1));
 * ```
 */
export async function readDeepchromeCsv(
  input: BinarySource,
  options: DeepchromeCsvOptions = {},
): Promise<PackedColumns> {
  const parser = new DeepchromeParser(options.record ?? DEEPCHROME_RECORD);
  await withSource(input, (source, { cellType, onProgress }) => {
    return parser.readFile(source, cellType ?? cellTypeOf(source.name), onProgress);
  }, options);
  return parser.finish();
}

/**
 * Reads a folder of DeepChrome's data: one sub-folder for each cell type, with `train.csv`, `valid.csv` and `test.csv`
 * in it or in its folder `classification`. A folder that holds these files itself is one cell type. Sub-folders without
 * CSV files are skipped, with a warning if they seem to be of cell types.
 *
 * @param folder Path of the folder.
 * @param options What the numbers are, and which files to read.
 * @returns The cell types in sorted order, each with its genes in the order of the file.
 * @throws {FormatError} As {@linkcode readDeepchromeCsv} does, and if files differ in their number of bins.
 * @throws {ContractError} If the folder has none of these files, or a cell type lacks the split or has it compressed.
 *
 * @example
 * ```ts
 * import { readDeepchromeFolder, writeFileAtomic } from "@waka/histone/io";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const folder = await Deno.makeTempDir();
 * await writeFileAtomic(`${folder}/E003/test.csv`, "000003,1,4,0\n");
 * await writeFileAtomic(`${folder}/E004/test.csv`, "000003,1,7,1\n");
 * const record = { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] };
 * const columns = await readDeepchromeFolder(folder, { record, split: "test" });
 * deepStrictEqual(columns.cellTypes, ["E003", "E004"]);
 * deepStrictEqual(columns.signal, Uint8Array.of(4, 7)); // [sample, bin, mark]
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readDeepchromeFolder(
  folder: string | URL,
  options: DeepchromeFolderOptions = {},
): Promise<PackedColumns> {
  return await withWatchedHooks(options, (watched) => readFolder(folder, watched));
}

async function readFolder(
  folder: string | URL,
  options: DeepchromeFolderOptions,
): Promise<PackedColumns> {
  const { record = DEEPCHROME_RECORD, split = "train", onProgress, onWarning } = options;
  const files = await listSplitFiles(folder, split, onWarning);
  const parser = new DeepchromeParser(record);
  for (const [index, file] of files.entries()) {
    const cellType = cellTypeOf(String(file));
    await withSource(file, (source) => parser.readFile(source, cellType), options);
    onProgress?.({ done: index + 1, total: files.length, unit: "files" });
  }
  return parser.finish();
}

type Path = string | URL;

const SPLITS: readonly DeepchromeSplit[] = ["train", "valid", "test"];

/**
 * The files of a split that {@linkcode readDeepchromeFolder} reads, in its order.
 *
 * @throws {ContractError} As it does.
 */
export async function listSplitFiles(
  folder: Path,
  split: DeepchromeSplit,
  onWarning?: (message: string) => void,
): Promise<Path[]> {
  const own = await splitFilesIn(folder, split);
  if (own !== undefined) return own;
  const files: Path[] = [];
  const skipped: string[] = [];
  for (const name of await listDirectory(folder)) {
    const cellType = join(folder, name);
    if (name.startsWith(".") || await pathKind(cellType) !== "directory") continue;
    const found = await splitFilesIn(cellType, split) ??
      await splitFilesIn(join(cellType, CLASSIFICATION), split);
    if (found === undefined) skipped.push(name);
    files.push(...found ?? []);
  }
  if (files.length === 0) {
    throw new ContractError(
      `Cannot read data: no DeepChrome files in "${folder}", ` +
        `expected train.csv, valid.csv or test.csv in it or in one folder for each cell type`,
    );
  }
  await warnOfSkipped(skipped, { folder, files, onWarning });
  return files;
}

/** Warns of skipped sub-folders that seem to be of cell types: they are named as others are, or a copy left them empty. */
async function warnOfSkipped(
  skipped: readonly string[],
  { folder, files, onWarning }: {
    readonly folder: Path;
    readonly files: readonly Path[];
    readonly onWarning: ((message: string) => void) | undefined;
  },
): Promise<void> {
  if (onWarning === undefined) return;
  const patternOf = (name: string) => name.replace(/\d/g, "0");
  const patterns = new Set(files.map((file) => patternOf(cellTypeOf(String(file)))));
  const doubtful: string[] = [];
  for (const name of skipped) {
    const isAlike = patterns.has(patternOf(name));
    if (isAlike || (await listDirectory(join(folder, name))).length === 0) doubtful.push(name);
  }
  if (doubtful.length === 0) return;
  const count = formatCountOf(doubtful.length, "sub-folder");
  onWarning(`${folder}: skipped ${count} without DeepChrome files: ${listSome(doubtful)}`);
}

/** The files of a split in one cell type's folder, or `undefined` if the folder has no file of any split. */
async function splitFilesIn(folder: Path, split: DeepchromeSplit): Promise<Path[] | undefined> {
  if (await pathKind(folder) !== "directory") return undefined;
  const names = await listDirectory(folder);
  const present = SPLITS.filter((name) => names.includes(`${name}.csv`));
  refuseCompressed(names, { folder, split, isCertain: present.length === 0 });
  if (present.length === 0) return undefined;
  const wanted = split === "all" ? present : present.filter((name) => name === split);
  if (wanted.length === 0) {
    throw new ContractError(
      `Cannot read data: no ${split}.csv in "${folder}", found ${present.join(" and ")} only`,
    );
  }
  return wanted.map((name) => join(folder, `${name}.csv`));
}

const COMPRESSED = /^((train|valid|test)\.csv)\.(?:gz|bz2|xz|zst|zip)$/i;

/** Throws if a file is there only in compressed form: its cell type would be left out without a word. */
function refuseCompressed(
  names: readonly string[],
  { folder, split, isCertain }: {
    readonly folder: Path;
    readonly split: DeepchromeSplit;
    /** Whether the folder has no file of any split that is not compressed. */
    readonly isCertain: boolean;
  },
): void {
  const found = names.filter((name) => {
    const [, plain = "", of] = COMPRESSED.exec(name) ?? [];
    return of !== undefined && !names.includes(plain) &&
      (isCertain || split === "all" || of === split);
  });
  const packed = found.find((name) => name.startsWith(split)) ?? found[0];
  if (packed === undefined) return;
  throw new ContractError(
    `Cannot read data: found "${packed}" in "${folder}", expected ${
      packed.replace(/\.[^.]*$/, "")
    }: unpack it`,
  );
}

function join(folder: Path, name: string): Path {
  if (typeof folder === "string") return `${folder.replace(/(?<=.)[/\\]+$/, "")}/${name}`;
  return new URL(encodeURIComponent(name), `${folder.href.replace(/\/+$/, "")}/`);
}

const CLASSIFICATION = "classification";

/** The cell type that a file's path names: its folder, or the file's name if the path has no folder. */
function cellTypeOf(path: string): string {
  const parts = path.split(/[/\\]+/);
  const file = parts.pop() ?? "";
  if (parts.at(-1) === CLASSIFICATION) parts.pop();
  const folder = parts.at(-1) ?? "";
  const isName = folder !== "" && !/^\.+$/.test(folder);
  const name = isName ? folder : file.replace(/\.[^.]*$/, "");
  return path.startsWith("file:") ? decodeURIComponent(name) : name;
}
