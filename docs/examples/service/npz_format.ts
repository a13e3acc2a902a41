/**
 * Samples as an npz file in the competition's layout: an array `[gene, bin, column]` for each cell type, whose columns are
 * the gene's number and the marks. The answer has an array of the same name for each, with a row for each gene.
 */

import { Dataset } from "@waka/histone/data";
import { ContractError } from "@waka/histone/errors";
import {
  bytesSource,
  type NpzMemberData,
  openNpz,
  readCompetition,
  writeNpz,
} from "@waka/histone/io";
import type { Answer, Format, ReadOptions } from "./format.ts";
import { checkNumber } from "./samples.ts";

/** Files of numpy. */
export const NPZ_FORMAT: Format = {
  types: ["application/x-npz", "application/zip"],
  async read(
    body,
    { maxSamples, maxInflatedBytes: maxBytes, takeRoom }: ReadOptions,
  ): Promise<Dataset> {
    const source = bytesSource(body, "body");
    const { members } = await openNpz(source);
    const size = members.reduce((sum, { size }) => sum + size, 0);
    // What is larger is refused below, in words that say so.
    if (size <= maxBytes) takeRoom(size);
    const columns = await readCompetition(source, { threads: 1, maxBytes });
    checkNumber(columns.geneIndex.length, maxSamples);
    return new Dataset(columns);
  },
  async write({ data, details }: Answer): Promise<Uint8Array<ArrayBuffer>> {
    const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
    // Both are waited for: a rejection that nobody hears would end the process.
    const [bytes] = await Promise.all([
      new Response(readable).bytes(),
      writeNpz(writable, membersOf(data, columnsOf(details))),
    ]).catch(refuseNames);
    return bytes;
  },
};

/** Names that cannot be those of files are the client's. */
function refuseNames(error: unknown): never {
  if (!(error instanceof RangeError)) throw error;
  throw new ContractError(error.message, { cause: error });
}

/** What there is of each sample: the prediction, and the spread and the ends of the interval if they are known. */
function columnsOf({ predictions, spread, intervals }: Answer["details"]): Float32Array[] {
  const { low, high } = intervals ?? {};
  return [predictions, spread, low, high].filter((column) => column !== undefined);
}

/** An array `[gene]` for each cell type, or `[gene, column]`. */
function* membersOf(
  data: Dataset,
  columns: readonly Float32Array[],
): Generator<NpzMemberData> {
  const positions = Map.groupBy(Array(data.length).keys(), (position) => data.cellTypeOf(position));
  for (const [name, own] of positions) {
    const values = own.flatMap((position) => columns.map((column) => column[position]!));
    const shape = columns.length === 1 ? [own.length] : [own.length, columns.length];
    yield { name, dtype: "float32", shape, data: Float32Array.from(values) };
  }
}
