/** Opens samples of AnnData whose signal stays where it is. */

import { ContractError } from "../../errors.ts";
import type { SampleColumns } from "../columns.ts";
import type { StoredSignal } from "../stored_signal.ts";
import { endedBy } from "./_ended_store.ts";
import { holdsWholeRows, RowChunks } from "./_row_chunks.ts";
import { readSampleFacts } from "./_sample_facts.ts";
import { signalArray } from "./_signal_array.ts";
import { parseFacts } from "./_signal_facts.ts";
import { scanSignal, ZarrSignal } from "./_stored_signal.ts";
import type { ReadAnndataOptions } from "./anndata_reader.ts";
import type { ZarrReadStore } from "./read_store.ts";
import { ZarrReader } from "./reader.ts";

/** Samples whose signal stays where it is stored. */
export interface StoredColumns extends Omit<SampleColumns, "signal" | "signalValues"> {
  /** The signal, of which a chunk is read when it is needed. */
  readonly signal: StoredSignal;
}

/**
 * Opens samples of AnnData as `writeAnndata` writes them: all is read but the signal, of which a chunk is read when it is
 * needed. What another program wrote is read through once, since nothing says which values it has.
 *
 * @param store The files. To be read while the caller's thread waits, it must have `getRangeSync`, or a `get` that
 * gives files and no promises.
 * @param options What the numbers are.
 * @returns The samples.
 * @throws {FormatError} As `readAnndata` does.
 * @throws {ContractError} If chunks of the signal hold parts of samples.
 *
 * @example A chunk of what was written
 * ```ts
 * import { openStoredColumns, writeAnndata } from "@waka/histone/io";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { deepStrictEqual } from "node:assert";
 *
 * const store = new Map<string, Uint8Array>();
 * const block = { cellType: "E003", genes: ["ENSG00000115459"], signal: [3, 0], labels: [1.5] };
 * await writeAnndata(store, [block], { record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] } });
 * const { signal, labels } = await openStoredColumns(store);
 * deepStrictEqual([await signal.readChunk(0), [...labels!]], [Uint8Array.of(3, 0), [1.5]]);
 * ```
 */
export async function openStoredColumns(
  store: ZarrReadStore,
  options: ReadAnndataOptions = {},
): Promise<StoredColumns> {
  const { record, name = "AnnData", signal, onProgress } = options;
  signal?.throwIfAborted();
  const reader = new ZarrReader(endedBy(store, signal), name);
  const samples = await readSampleFacts(reader, record);
  const array = await signalArray(reader, samples);
  if (!holdsWholeRows(array)) {
    throw new ContractError(
      `Cannot leave the signal of ${name} on disk: chunks of X hold parts of samples, expected whole ones. ` +
        "It can be read into memory, and `convert` writes it so",
    );
  }
  const chunks = new RowChunks({ store, name, path: "/X", array });
  const places = samples.cellTypes.length * samples.record.marks.length;
  const known = parseFacts(array.attributes, places);
  if (typeof known === "string") throw reader.fail("/X", known);
  const fail = (found: string) => reader.fail("/X", found);
  const facts = known ?? await scanSignal(chunks, samples, { signal, onProgress, fail });
  return {
    ...samples,
    signal: new ZarrSignal(chunks, facts, samples),
    ...(facts.markMask && { markMask: facts.markMask }),
  };
}
