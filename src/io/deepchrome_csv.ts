import { ContractError } from "../errors.ts";
import { COMPETITION_RECORD, type DataRecord } from "../record.ts";
import { DeepchromeParser } from "./_deepchrome_parser.ts";
import { withSource } from "../text/lines.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { SampleColumns } from "./columns.ts";
import { listDirectory, pathKind } from "../files/file.ts";

/** Options of {@linkcode readDeepchromeCsv}. */
export interface DeepchromeCsvOptions {
  /**
   * What the numbers are; its marks name the columns between bin and label.
   *
   * Default: `COMPETITION_RECORD`.
   */
  readonly record?: DataRecord;
  /**
   * Name of the cell type that the file holds.
   *
   * Default: the file's folder (`E003` of `E003/train.csv`), else its name without the ending.
   */
  readonly cellType?: string;
  /** Called now and then with the bytes read and the file's size. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** One of the three files that DeepChrome has for each cell type, or all of them. */
export type DeepchromeSplit = "train" | "valid" | "test" | "all";

/** Options of {@linkcode readDeepchromeFolder}. */
export interface DeepchromeFolderOptions {
  /**
   * What the numbers are; its marks name the columns between bin and label.
   *
   * Default: `COMPETITION_RECORD`.
   */
  readonly record?: DataRecord;
  /**
   * Which file of each cell type to read.
   *
   * Default: `"train"`.
   */
  readonly split?: DeepchromeSplit;
  /** Called after each file with the number of files read and of files in all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads a file in the format of DeepChrome (Singh et al. 2016, Bioinformatics 32:i639): no header, one row a
 * bin, columns gene id, bin, one count a mark, label. The rows of a gene stand together with bins 1, 2, … in
 * order; all genes have as many bins as the first. Gene ids stay text, so `000003` keeps its zeros.
 *
 * @param input Path of the file, or a source of its bytes.
 * @returns One sample a gene, in the order of the file.
 * @throws {FormatError} With the line, if a column is missing or no number, a count is negative, bins are
 * missing or out of order, a gene's label changes, a gene stands there twice, or the file is empty.
 *
 * @example
 * ```ts
 * import { bytesSource, readDeepchromeCsv } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "000003,1,4,0\n000003,2,6,0\n000005,1,2,1\n000005,2,8,1\n";
 * const columns = await readDeepchromeCsv(bytesSource(new TextEncoder().encode(text)), {
 *   record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] },
 *   cellType: "E003",
 * });
 * deepStrictEqual(columns.genes, ["ENSG00000000003", "ENSG00000000005"]);
 * deepStrictEqual(columns.signal, Uint8Array.of(4, 6, 2, 8)); // [sample, bin, mark]
 * deepStrictEqual(columns.labels, Float64Array.of(0, 1));
 * ```
 */
export async function readDeepchromeCsv(
  input: string | URL | ByteSource,
  options: DeepchromeCsvOptions = {},
): Promise<SampleColumns> {
  const parser = new DeepchromeParser(options.record ?? COMPETITION_RECORD);
  await withSource(input, (source) => {
    const cellType = options.cellType ?? cellTypeOf(source.name);
    return parser.readFile(source, cellType, options.onProgress);
  });
  return parser.finish();
}

/**
 * Reads a folder with one sub-folder a cell type, each holding `train.csv`, `valid.csv` and `test.csv`, as
 * DeepChrome's data come; the files may also lie in a folder `classification` of the cell type's folder. A
 * folder that holds such files itself is one cell type. Sub-folders without CSV files are passed over.
 *
 * @param folder Path of the folder.
 * @returns The cell types in sorted order, each with its genes in the order of the file.
 * @throws {FormatError} As {@linkcode readDeepchromeCsv}; also if files differ in their number of bins.
 * @throws {ContractError} If the folder has no such files, or a cell type lacks the split.
 */
export async function readDeepchromeFolder(
  folder: string | URL,
  options: DeepchromeFolderOptions = {},
): Promise<SampleColumns> {
  const { record = COMPETITION_RECORD, split = "train", onProgress } = options;
  const files = await listSplitFiles(folder, split);
  const parser = new DeepchromeParser(record);
  for (const [index, file] of files.entries()) {
    const cellType = cellTypeOf(String(file));
    await withSource(file, (source) => parser.readFile(source, cellType));
    onProgress?.(index + 1, files.length);
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
export async function listSplitFiles(folder: Path, split: DeepchromeSplit): Promise<Path[]> {
  const own = await splitFilesIn(folder, split);
  if (own !== undefined) return own;
  const files: Path[] = [];
  for (const name of await listDirectory(folder)) {
    const cellType = join(folder, name);
    if (name.startsWith(".") || await pathKind(cellType) !== "directory") continue;
    const found = await splitFilesIn(cellType, split) ??
      await splitFilesIn(join(cellType, CLASSIFICATION), split);
    files.push(...found ?? []);
  }
  if (files.length === 0) {
    throw new ContractError(
      `Cannot read data: no DeepChrome files in "${folder}", ` +
        `expected train.csv, valid.csv or test.csv in it or in one folder a cell type`,
    );
  }
  return files;
}

/** The files of a split in one cell type's folder, or `undefined` if it has no file of any split. */
async function splitFilesIn(folder: Path, split: DeepchromeSplit): Promise<Path[] | undefined> {
  if (await pathKind(folder) !== "directory") return undefined;
  const names = await listDirectory(folder);
  const present = SPLITS.filter((name) => names.includes(`${name}.csv`));
  if (present.length === 0) return undefined;
  const wanted = split === "all" ? present : present.filter((name) => name === split);
  if (wanted.length === 0) {
    throw new ContractError(
      `Cannot read data: no ${split}.csv in "${folder}", found ${present.join(" and ")} only`,
    );
  }
  return wanted.map((name) => join(folder, `${name}.csv`));
}

function join(folder: Path, name: string): Path {
  if (typeof folder === "string") return `${folder.replace(/(?<=.)[/\\]+$/, "")}/${name}`;
  return new URL(encodeURIComponent(name), `${folder.href.replace(/\/+$/, "")}/`);
}

const CLASSIFICATION = "classification";

/** The cell type that a file's path names: its folder, or its own name where the path has none. */
function cellTypeOf(path: string): string {
  const parts = path.split(/[/\\]+/);
  const file = parts.pop() ?? "";
  if (parts.at(-1) === CLASSIFICATION) parts.pop();
  const folder = parts.at(-1) ?? "";
  const isName = folder !== "" && !/^\.+$/.test(folder);
  const name = isName ? folder : file.replace(/\.[^.]*$/, "");
  return path.startsWith("file:") ? decodeURIComponent(name) : name;
}
