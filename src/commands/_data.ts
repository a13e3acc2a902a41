/** The data that commands read. */

import { formatBytes } from "../base/byte_count.ts";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { requireEveryMark } from "../data/missing_marks.ts";
import { readDataset, usualMostBytes } from "../data/read_dataset.ts";
import { signalBytes } from "../io/stored_signal.ts";
import { cellTypeGroupIndices, hasCellTypeGroups } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import { type DataRecord, parseRecord } from "../record.ts";
import { readJson } from "../runs/json.ts";
import { commandLine, findPackageFile } from "./_place.ts";
import { addSequences, describeSequences, type SequenceFlags } from "./_sequences.ts";
import { ProgressLine } from "./_progress.ts";
import { warn } from "./_warn.ts";

/** Flags that say how data are read. */
export interface DataFlags extends SequenceFlags {
  readonly record?: string | undefined;
  readonly threads?: number | undefined;
  /** Most bytes of signal in memory. */
  readonly memory?: number | undefined;
}

/** What data may be. */
export interface LoadOptions {
  /** Whether marks may be missing in some cell types; only models that read a panel take such data. */
  readonly allowMissingMarks?: boolean;
  /** Receives what the reader warns of, in place of standard error. */
  readonly onWarning?: ((text: string) => void) | undefined;
  /** Receives what is worth knowing, such as what numbers without a data record were taken for; it is printed, too. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/**
 * Chooses the data to train on. Without `--data` in a clone, it chooses those in fixtures/ and prints a line that says
 * so.
 *
 * @throws {ContractError} If no data are named and the package is not a clone.
 */
export function chooseData(data: string | undefined): string {
  if (data !== undefined) return data;
  const fixture = findPackageFile("fixtures/train.npz");
  if (fixture === undefined) {
    throw new ContractError(
      "Cannot train: found no --data, expected a competition .npz, a DeepChrome .csv or a folder of cell types; " +
        `${commandLine("simulate")} writes a small set to try`,
    );
  }
  console.info("No --data: training on the small simulated data set in fixtures/.");
  return fixture;
}

/**
 * Reads a data set with a progress line and prints what it holds.
 *
 * @throws {ContractError} If a mark was not measured in one of the cell types, unless that is allowed. It is told here,
 * before hours of training on other data.
 */
export async function loadData(
  path: string,
  flags: DataFlags,
  { allowMissingMarks = false, onWarning = warn, onNote }: LoadOptions = {},
): Promise<Dataset> {
  const { record, threads, memory } = flags;
  const progress = new ProgressLine();
  const read = await readDataset(path, {
    record: record === undefined ? undefined : await readDataRecord(record),
    threads: threads,
    mostBytes: memory,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "reading" }),
    onNote: (text) => {
      console.info(`${text}.`);
      onNote?.(`${text}.`);
    },
    onWarning,
  });
  progress.clear();
  const data = await addSequences(read, flags);
  const samples = formatCountOf(data.length, "sample");
  const genes = formatCountOf(data.columns.genes.length, "gene");
  const held = `${samples} (${describeCellTypes(data)}, ${genes})`;
  console.info(`Data: ${held}, ${formatShape(data)}, from ${path}`);
  if (!data.isInMemory) console.info(describeStored(data, memory));
  if (data.hasSequences) console.info(`Sequences: ${describeSequences(data)}`);
  if (!allowMissingMarks) requireEveryMark(data, `use ${path}`);
  return data;
}

/** Says that the signal of data stays on disk, and why. */
function describeStored({ columns: { signal } }: Dataset, memory: number | undefined): string {
  const most = memory ?? usualMostBytes();
  return `Their signal of ${
    formatBytes(signalBytes(signal))
  } stays on disk and is read where it is needed, since it is more than the ${
    formatBytes(most)
  } for data in memory (--memory SIZE).`;
}

/** Counts the cell types, and the groups of them if there are replicates. */
function describeCellTypes(data: Dataset): string {
  const cellTypes = formatCountOf(new Set(data.cellTypeIndices()).size, "cell type");
  if (!hasCellTypeGroups(data)) return cellTypes;
  return `${cellTypes} in ${formatCountOf(new Set(cellTypeGroupIndices(data)).size, "group")}`;
}

/** Reads a data record that a flag names. */
export async function readDataRecord(file: string): Promise<DataRecord> {
  return parseRecord(await readJson(file, "read data record"), file);
}

/** Formats the shape of a sample, such as `100 bins × 5 marks`. */
export function formatShape({ bins, marks }: Pick<Dataset, "bins" | "marks">): string {
  return `${formatCountOf(bins, "bin")} × ${formatCountOf(marks.length, "mark")}`;
}
