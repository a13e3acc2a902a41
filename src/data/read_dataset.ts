import { ContractError } from "../errors.ts";
import { readCompetition } from "../io/competition.ts";
import { readDeepchromeCsv, readDeepchromeFolder } from "../io/deepchrome_csv.ts";
import { checkName } from "../io/names.ts";
import { pathKind } from "../files/file.ts";
import type { DataRecord } from "../record.ts";
import { Dataset } from "./dataset.ts";

/** Options of {@linkcode readDataset}. */
export interface ReadDatasetOptions {
  /**
   * What the numbers are.
   *
   * Default: the record that an npz file carries, else COMPETITION_RECORD.
   */
  readonly record?: DataRecord;
  /** Threads to read npz files on; see `ReadCompetitionOptions`. Default: all cores, at most 8. */
  readonly threads?: number;
  /** Called with what is odd about an npz file but does not keep it from being read; see `ReadCompetitionOptions`. */
  readonly onWarning?: (message: string) => void;
  /** Called now and then with how much is read and how much there is, in a unit that depends on the kind. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Reads a data set of any known kind: the competition's `.npz`, a DeepChrome `.csv`, or a folder of DeepChrome
 * cell types, of which it takes the `train.csv` files.
 *
 * @param path Path of the file or folder.
 * @throws {ContractError} If there is nothing at that path, or it is of no known kind.
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
  const read = kind === "directory" ? readDeepchromeFolder : readerOf(path);
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
  throw new ContractError(
    `Cannot read data: "${path}" is of no known kind, expected .npz, .csv or a folder`,
  );
}
