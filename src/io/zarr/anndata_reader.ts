/**
 * Reads samples from AnnData.
 *
 * @module
 */

import { withWatchedHooks } from "../../base/watched_hook.ts";
import type { DataRecord } from "../../record.ts";
import type { PackedColumns } from "../columns.ts";
import { PackedBuilder } from "../packing.ts";
import { storeValues } from "../signal_values.ts";
import { readSampleFacts, type SampleFacts } from "./_sample_facts.ts";
import { signalArray } from "./_signal_array.ts";
import { SignalBands } from "./_signal_bands.ts";
import { endedBy } from "./_ended_store.ts";
import type { ZarrReadStore } from "./read_store.ts";
import { ZarrReader } from "./reader.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";

/** Options of {@linkcode readAnndata}. */
export interface ReadAnndataOptions extends AbortOptions {
  /**
   * What the numbers are.
   *
   * @default {The record in `uns["histone"]`}
   */
  readonly record?: DataRecord | undefined;
  /**
   * Name of the data, for messages.
   *
   * @default {"AnnData"}
   */
  readonly name?: string | undefined;
  /** Called from time to time with the number of samples that are read. */
  readonly onProgress?: OnProgress | undefined;
}

/**
 * Reads samples as `writeAnndata` writes them, also after Python's anndata has written them again, in Zarr v2 or v3: with
 * fewer or other samples, fewer marks, or further columns.
 *
 * `X` must be dense. A mark whose signal is NaN in all samples of a cell type was not measured in it. Columns `symbol
 * chrom tss strand gene group label` of `obs` may be missing.
 *
 * @param store The files, such as a `Map` or a store of zarrita.
 * @param options What the numbers are.
 * @returns The samples.
 * @throws {TypeError} If the store has no `get`.
 * @throws {FormatError} If a file is damaged or missing, the features are not all marks in all bins, or what is said about
 * a sample contradicts another.
 *
 * @example What was written is read back
 * ```ts
 * import { readAnndata, writeAnndata } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const store = new Map<string, Uint8Array>();
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: [3, 0], labels: [1.5] };
 * await writeAnndata(store, [block], { record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] } });
 * const { signal, labels, bins } = await readAnndata(store);
 * deepStrictEqual([[...signal], [...labels!], bins], [[3, 0], [1.5], 2]);
 * ```
 */
export async function readAnndata(
  store: ZarrReadStore,
  options: ReadAnndataOptions = {},
): Promise<PackedColumns> {
  options.signal?.throwIfAborted();
  if (typeof (store as Partial<ZarrReadStore>).get !== "function") {
    throw new TypeError(
      "Cannot read AnnData: found something that has no get, expected a store such as a Map; readDataset takes a path",
    );
  }
  const columns = await withWatchedHooks(options, (watched) => readColumns(store, watched))
    .catch((error) => {
      // The reader of Zarr takes whatever its files throw for a fault of theirs.
      options.signal?.throwIfAborted();
      throw error;
    });
  // No further file is asked for after the last, which may be the only one: asking would end the reading.
  options.signal?.throwIfAborted();
  return columns;
}

async function readColumns(
  store: ZarrReadStore,
  options: ReadAnndataOptions,
): Promise<PackedColumns> {
  const { record: given, name = "AnnData", onProgress } = options;
  const reader = new ZarrReader(endedBy(store, options.signal), name);
  const facts = await readSampleFacts(reader, given);
  const { signal, markMask } = await readSignal(reader, facts, onProgress);
  return {
    ...storeValues(signal, facts.record.transform),
    ...facts,
    ...(markMask && { markMask }),
  };
}

async function readSignal(
  reader: ZarrReader,
  facts: SampleFacts,
  onProgress: OnProgress | undefined,
): Promise<Pick<PackedColumns, "signal" | "markMask">> {
  const { bins, cellTypes, cellTypeIndex, record: { marks } } = facts;
  const array = await signalArray(reader, facts);
  const width = bins * marks.length;
  const samples = cellTypeIndex.length;
  const signal = new PackedBuilder(samples * width);
  const bands = new SignalBands({
    cellTypes: cellTypeIndex,
    count: cellTypes.length,
    marks: marks.length,
  });
  let done = 0;
  for await (const band of reader.rows("/X", array)) {
    const fault = bands.take(band as Exclude<typeof band, string[]>, bins);
    if (typeof fault === "string") throw reader.fail("/X", fault);
    signal.append(fault);
    done += fault.length / width;
    onProgress?.({ done, total: samples, unit: "samples" });
  }
  return { signal: signal.finish(), markMask: bands.markMask() };
}
