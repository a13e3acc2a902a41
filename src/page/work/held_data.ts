/** The samples that the page holds: a file in its store, read when it is needed. */

import { Dataset } from "../../data/dataset.ts";
import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import { blobSource } from "../../files/byte_source.ts";
import { checkName } from "../../io/names.ts";
import { readCompetition } from "../../io/competition.ts";
import { signalUnit } from "../../report/signal_unit.ts";
import { fingerprintDataset } from "../../training/fingerprint.ts";
import type { DataSummary } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import type { PageStore } from "./store.ts";
import { withoutCommands } from "./without_commands.ts";

/** Name of the file in the store. */
export const DATA_FILE = "data.npz";
/** Its name until it is whole and was read: what is damaged takes nothing's place. */
export const NEXT_DATA_FILE = "next.npz";

/** Samples, and the file that they are from. */
export interface HeldData {
  readonly data: Dataset;
  /** What reading them said. */
  readonly notes: readonly string[];
}

/** A file of samples in the store. */
export interface HeldFile {
  /** @default data.npz */
  readonly file?: string;
  /**
   * What messages call it.
   *
   * @default file
   */
  readonly name?: string;
}

/**
 * Reads the samples in the store, as commands read prepared data.
 *
 * @throws {ContractError} If nothing was prepared.
 * @throws {FormatError} If the file is damaged.
 */
export async function readHeldData(
  store: PageStore,
  { signal, onProgress }: CallContext,
  { file = DATA_FILE, name = file }: HeldFile = {},
): Promise<HeldData> {
  const blob = await store.read(file);
  if (blob === undefined) {
    throw new ContractError(
      "Cannot read data: they are missing, expected that files are counted first",
    );
  }
  const notes: string[] = [];
  const columns = await readCompetition(blobSource(blob, name), {
    onNote: (text) => void notes.push(withoutCommands(text)),
    onWarning: (text) => void notes.push(withoutCommands(text)),
    signal,
    onProgress: ({ done, total }) => onProgress({ doing: "Reading the data", done, total }),
  });
  for (const cellType of columns.cellTypes) checkName(cellType, { what: "cell type", file: name });
  for (const mark of columns.record.marks) checkName(mark, { what: "mark", file: name });
  return { data: new Dataset(columns), notes };
}

/** Says what samples are, in short. */
export async function summariseData(
  data: Dataset,
  notes: readonly string[],
): Promise<DataSummary> {
  const { columns: { genes, cellTypes }, record, bins, marks } = data;
  return {
    samples: data.length,
    genes: genes.length,
    cellTypes,
    marks,
    bins,
    ...(record.binSizeBp !== undefined && { binSizeBp: record.binSizeBp }),
    signalUnit: signalUnit(record),
    labelled: data.hasLabels,
    assembly: record.assembly,
    notes: [...notes, ...describeMissing(data)],
    digest: await fingerprintDataset(data),
    profiles: meanProfiles(data),
  };
}

function describeMissing({ missingMarks }: Dataset): string[] {
  return [...missingMarks].map(([cellType, marks]) =>
    `${cellType} lacks ${formatCountOf(marks.length, "mark")}: ${marks.join(", ")}`
  );
}

/** Mean counts by mark and bin, over all samples in which the mark was measured. */
function meanProfiles(data: Dataset): number[][] {
  const { bins, marks, length } = data;
  const sums = marks.map(() => new Float64Array(bins));
  const samples = new Uint32Array(marks.length);
  for (let position = 0; position < length; position++) {
    const signal = data.hasCounts ? data.countsOf(position) : data.signalOf(position);
    for (const [mark, name] of marks.entries()) {
      if (!data.hasMark(position, name)) continue;
      samples[mark]!++;
      const own = sums[mark]!;
      for (let bin = 0; bin < bins; bin++) own[bin]! += signal[bin * marks.length + mark]!;
    }
  }
  return sums.map((sum, mark) => Array.from(sum, (value) => value / Math.max(1, samples[mark]!)));
}
