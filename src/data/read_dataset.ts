import { kindOfValue } from "../base/kind_of_value.ts";
import type { OptionKind } from "../base/option_names.ts";
import { plainOptions } from "../base/plain_options.ts";
import { showValue } from "../base/show_value.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { ownUrl } from "../base/kinds.ts";
import { ContractError, FormatError, NotFoundError } from "../errors.ts";
import { readCompetition } from "../io/competition.ts";
import { openCompetitionParts } from "../io/competition_parts.ts";
import { openStoredCompetition } from "../io/stored_competition.ts";
import { readDeepchromeCsv, readDeepchromeFolder } from "../io/deepchrome_csv.ts";
import { checkName } from "../io/names.ts";
import { pathKind } from "../files/file.ts";
import { wholeMemory } from "../files/lent.ts";
import type { DataRecord } from "../record.ts";
import { checkWhenRead } from "./_checked_signal.ts";
import { splitDataPaths } from "./data_paths.ts";
import { Dataset } from "./dataset.ts";
import { joinColumns, type NamedColumns } from "./join_columns.ts";
import type { AbortOptions, OnProgress } from "../progress.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { isAddress } from "../files/http_address.ts";
import type { SampleColumns } from "../io/columns.ts";
import { isStored, signalBytes } from "../io/stored_signal.ts";

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
  /**
   * Bytes of signal that are read into memory. The signal of a folder of AnnData, or of an npz file without DNA, that has
   * more stays there: a chunk is read when it is needed; see `Dataset.isInMemory`. Other kinds are always read into memory.
   *
   * @default {Half of the memory that the machine lends, where that is known, else all}
   */
  readonly mostBytes?: number | undefined;
  /** Called if an npz file lacks a record and the options do too, with what its values were taken for. */
  readonly onNote?: ((message: string) => void) | undefined;
  /** Called with peculiarities of a file or folder that do not keep it from being read. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Called from time to time with the amount read, in a unit that depends on the kind of data. */
  readonly onProgress?: OnProgress | undefined;
}

const OPTIONS = {
  record: "object",
  threads: "number",
  mostBytes: "number",
  onNote: "function",
  onWarning: "function",
  onProgress: "function",
  signal: "signal",
} as const satisfies Record<keyof ReadDatasetOptions, OptionKind>;

/**
 * Reads a data set of any known kind: a `.npz` file of the competition, a `.csv` file of DeepChrome, a folder of
 * DeepChrome's cell types, from which it reads the `train.csv` files, or a folder of AnnData in Zarr. What is given without
 * a name is known by its content if it is an npz file. Several paths with commas between them are read as one data set.
 *
 * @param path Path of the file or folder, or whatever else a file may be read from.
 * @param options What the numbers are, and how to read them.
 * @returns The data.
 * @throws {TypeError} If this is no source, the record or a function is something else, or an option is misspelt.
 * @throws {RangeError} If `threads` or `mostBytes` is out of range.
 * @throws {NotFoundError} If nothing has that path.
 * @throws {ContractError} If the kind is not known.
 * @throws {FormatError} If the content is damaged.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example
 * ```ts
 * import { readDataset } from "@waka/histone/data";
 * import { rejects } from "node:assert";
 *
 * await rejects(readDataset("nowhere/train.npz"), {
 *   name: "NotFoundError",
 *   message: 'Cannot read data: no file or folder "nowhere/train.npz"',
 * });
 * ```
 */
export async function readDataset(
  path: BinarySource,
  options: ReadDatasetOptions = {},
): Promise<Dataset> {
  return await withWatchedHooks(checkOptions(options), (plain) => readColumns(path, plain));
}

async function readColumns(path: BinarySource, options: ReadDatasetOptions): Promise<Dataset> {
  options.signal?.throwIfAborted();
  const given = ownUrl(path);
  const isPath = (typeof given === "string" || given instanceof URL) && !isAddress(String(given));
  const { columns, file } = isPath
    ? { columns: await readPath(given, options), file: String(given) }
    : await readGiven(given, options);
  for (const cellType of columns.cellTypes) checkName(cellType, { what: "cell type", file });
  for (const mark of columns.record.marks) checkName(mark, { what: "mark", file });
  return new Dataset(columns);
}

function checkOptions(options: ReadDatasetOptions): ReadDatasetOptions {
  const plain = plainOptions(options, { action: "read data", kinds: OPTIONS });
  const { record, mostBytes } = plain;
  if (record !== undefined && !Array.isArray(Object(record).marks)) {
    throw new TypeError(
      `Cannot read data: record is ${kindOfValue(record)}, expected a record with marks`,
    );
  }
  if (mostBytes === undefined || mostBytes >= 0 && typeof mostBytes === "number") return plain;
  throw new RangeError(
    `Cannot read data: mostBytes is ${showValue(mostBytes)}, expected a number of at least 0`,
  );
}

async function readPath(path: string | URL, options: ReadDatasetOptions): Promise<SampleColumns> {
  const paths = typeof path === "string" ? await splitDataPaths(path) : [path];
  if (paths.length > 1) return await readSeveral(paths, options);
  const kind = await pathKind(path);
  if (kind === undefined) {
    const message = `Cannot read data: no file or folder "${path}"`;
    throw new NotFoundError(message, { path: String(path) });
  }
  if (kind === "file" && /\.npz$/i.test(String(path))) return await readNpz(path, options);
  if (kind === "file") return await readerOf(String(path))(path, options);
  return await readFolder(path, options);
}

/** Reads files whose samples are one data set. What those before have in memory is no longer there for the next. */
async function readSeveral(
  paths: readonly (string | URL)[],
  options: ReadDatasetOptions,
): Promise<SampleColumns> {
  const files: NamedColumns[] = [];
  let { mostBytes = usualMostBytes() } = options;
  for (const path of paths) {
    const columns = await readPath(path, { ...options, mostBytes });
    files.push({ name: String(path), columns });
    if (!isStored(columns.signal)) mostBytes = Math.max(0, mostBytes - columns.signal.byteLength);
  }
  return checkWhenRead(await joinColumns(files));
}

/**
 * Reads an npz file, or opens it if it has too much signal for memory: each value takes at least a byte, and whether it
 * takes more shows when it was read.
 */
async function readNpz(path: string | URL, options: ReadDatasetOptions): Promise<SampleColumns> {
  const { mostBytes = usualMostBytes(), onNote, ...others } = options;
  const { values, hasSequences } = await openCompetitionParts(path, others);
  const isCertain = values > mostBytes;
  if (values * MOST_VALUE_BYTES <= mostBytes || (hasSequences && !isCertain)) {
    return await readCompetition(path, options);
  }
  const stored = await openStoredCompetition(path, { ...others, onNote });
  const files = stored.map((columns) => ({
    name: `${columns.cellTypes[0]} of ${path}`,
    columns,
  }));
  const joined = await joinColumns(files);
  if (signalBytes(joined.signal) <= mostBytes) return await readCompetition(path, others);
  return checkWhenRead(joined);
}

/** Reads a folder, or opens one of AnnData if it has too much signal for memory. */
async function readFolder(path: string | URL, options: ReadDatasetOptions): Promise<SampleColumns> {
  // Its 32 kB of code are loaded for folders alone, which pages cannot read.
  const zarr = await import("../io/zarr/folder.ts");
  if (!await zarr.isZarrFolder(path)) return await readDeepchromeFolder(path, options);
  const { mostBytes = usualMostBytes() } = options;
  const isSmall = await zarr.anndataSignalBytes(path) <= mostBytes;
  if (isSmall) return await zarr.readAnndataFolder(path, options);
  return checkWhenRead(await zarr.openAnndataFolder(path, options));
}

/**
 * How many bytes of signal are read into memory unless something else is said. It does not depend on what else the machine
 * does, since a run that began with data in memory cannot resume on the same data on disk.
 */
export function usualMostBytes(): number {
  return fixedMostBytes ?? Math.floor((wholeMemory() ?? Infinity) / 2);
}

let fixedMostBytes: number | undefined;

/**
 * Fixes what {@linkcode usualMostBytes} returns: machines that share some work must all read data into memory, or none of them,
 * since the order of samples in training depends on it.
 *
 * @param bytes The number; without it, that of this machine is taken, as at the start.
 */
export function fixUsualMostBytes(bytes: number | undefined): void {
  fixedMostBytes = bytes;
}

/** A value takes no more: float64. */
const MOST_VALUE_BYTES = 8;

/** The first bytes of a zip file, which npz is. */
const ZIP = [0x50, 0x4b, 3, 4];

async function readGiven(
  given: BinarySource,
  options: ReadDatasetOptions,
): Promise<{ readonly columns: SampleColumns; readonly file: string }> {
  using source = await openSource(given, options);
  if (source.size === 0) {
    throw new FormatError("Cannot read data: found 0 bytes, expected an .npz or a .csv file", {
      file: source.name,
    });
  }
  const head = await source.read(0, Math.min(ZIP.length, source.size));
  const isZip = ZIP.every((byte, i) => head[i] === byte);
  const read = isZip ? readCompetition : readerOf(source.name);
  return { columns: await read(source, options), file: source.name };
}

function readerOf(path: string): typeof readCompetition | typeof readDeepchromeCsv {
  const name = path.toLowerCase();
  if (name.endsWith(".npz")) return readCompetition;
  if (name.endsWith(".csv")) return readDeepchromeCsv;
  if (/\.h5(ad)?$/.test(name)) {
    throw new ContractError(
      `Cannot read data: "${path}" is HDF5, expected AnnData in Zarr: ` +
        'anndata.read_h5ad("x.h5ad").write_zarr("x.zarr") makes that of it in Python',
    );
  }
  if (/\.csv\.(?:gz|bz2|xz|zst|zip)$/.test(name)) {
    throw new ContractError(
      `Cannot read data: "${path}" is compressed, expected a .csv that is not: unpack it`,
    );
  }
  // Bytes are known by no name; only npz is known by its content.
  const advice = path.includes(".") ? "" : '. Of bytes give new File([bytes], "NAME.csv")';
  throw new ContractError(
    `Cannot read data: "${path}" is of no known kind, expected .npz, .csv, .zarr or a folder${advice}`,
  );
}
