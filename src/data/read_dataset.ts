import { ContractError } from "../errors.ts";
import { readCompetition } from "../io/competition.ts";
import { readDeepchromeCsv, readDeepchromeFolder } from "../io/deepchrome_csv.ts";
import { checkName } from "../io/names.ts";
import { isZarrFolder, readAnndataFolder } from "../io/zarr/folder.ts";
import { pathKind } from "../files/file.ts";
import type { DataRecord } from "../record.ts";
import { Dataset } from "./dataset.ts";
import type { AbortOptions, OnProgress } from "../progress.ts";

/** Options of {@linkcode readDataset}. */
export interface ReadDatasetOptions extends AbortOptions {
  /**
   * What the numbers are.
   *
   * @default {The record that the data carry, or else that of their kind; see `ReadCompetitionOptions`}
   */
  readonly record?: DataRecord | undefined;
  /**
   * Number of threads that decode npz files; see `ReadCompetitionOptions`.
   *
   * @default {The number of cores, at most 8}
   */
  readonly threads?: number | undefined;
  /** Called if an npz file lacks a record and the options do too, with what its values were taken for. */
  readonly onNote?: ((message: string) => void) | undefined;
  /** Called with peculiarities of an npz file that do not keep it from being read; see `ReadCompetitionOptions`. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called from time to time with the amount read, in a unit that depends on the kind of data. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Reads a data set of any known kind: a `.npz` file of the competition, a `.csv` file of DeepChrome, a folder of
 * DeepChrome's cell types, from which it reads the `train.csv` files, or a folder of AnnData in Zarr.
 *
 * @param path Path of the file or folder.
 * @param options What the numbers are, and how to read them.
 * @returns The data.
 * @throws {ContractError} If nothing has that path, or the kind is not known.
 * @throws {FormatError} If the content is damaged.
 *
 * @example
 * ```ts
 * import { readDataset } from "@waka/histone/data";
 * import { rejects } from "node:assert";
 *
 * await rejects(readDataset("nowhere/train.npz"), {
 *   name: "ContractError",
 *   message: 'Cannot read data: no file or folder "nowhere/train.npz"',
 * });
 * ```
 */
export async function readDataset(
  path: string | URL,
  options: ReadDatasetOptions = {},
): Promise<Dataset> {
  const kind = await pathKind(path);
  if (kind === undefined) throw new ContractError(`Cannot read data: no file or folder "${path}"`);
  const read = kind === "file"
    ? readerOf(path)
    : await isZarrFolder(path)
    ? readAnndataFolder
    : readDeepchromeFolder;
  const columns = await read(path, options);
  const file = String(path);
  for (const cellType of columns.cellTypes) checkName(cellType, { what: "cell type", file });
  for (const mark of columns.record.marks) checkName(mark, { what: "mark", file });
  return new Dataset(columns);
}

function readerOf(path: string | URL): typeof readCompetition | typeof readDeepchromeCsv {
  const name = String(path).toLowerCase();
  if (name.endsWith(".npz")) return readCompetition;
  if (name.endsWith(".csv")) return readDeepchromeCsv;
  if (/\.h5(ad)?$/.test(name)) {
    throw new ContractError(
      `Cannot read data: "${path}" is HDF5, expected AnnData in Zarr: ` +
        'anndata.read_h5ad("x.h5ad").write_zarr("x.zarr") makes that of it in Python',
    );
  }
  throw new ContractError(
    `Cannot read data: "${path}" is of no known kind, expected .npz, .csv, .zarr or a folder`,
  );
}
