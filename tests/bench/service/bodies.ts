/** Samples as clients send them. */

import {
  Field,
  FixedSizeList,
  makeData,
  Table,
  tableToIPC,
  Uint16,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import type { Dataset } from "../../../src/data/dataset.ts";
import { writeCompetition } from "../../../src/io/competition_writer.ts";

/** A format of requests. */
export type BodyKind = "json" | "npz" | "arrow";

/** Their media types. */
export const MEDIA_TYPES: Readonly<Record<BodyKind, string>> = {
  json: "application/json",
  npz: "application/x-npz",
  arrow: "application/vnd.apache.arrow.stream",
};

/** Makes the body of a request for all samples of a data set. */
export async function makeBody(kind: BodyKind, data: Dataset): Promise<Uint8Array<ArrayBuffer>> {
  if (kind === "json") return new TextEncoder().encode(JSON.stringify(asObjects(data)));
  return kind === "npz" ? await asNpz(data) : asArrow(data);
}

function asObjects(data: Dataset) {
  return positionsOf(data).map((i) => ({
    gene: data.geneOf(i),
    cellType: data.cellTypeOf(i),
    signal: Array.from(data.countsOf(i)),
  }));
}

/** As `simulate` and `prepare` write it, stored, each cell type's samples in their order. */
async function asNpz(data: Dataset): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const blocks = [...new Set(positionsOf(data).map((i) => data.cellTypeOf(i)))].map((cellType) => {
    const own = data.filter((i) => data.cellTypeOf(i) === cellType);
    return {
      cellType,
      genes: positionsOf(own).map((i) => own.geneOf(i)),
      signal: Float64Array.from(positionsOf(own).flatMap((i) => Array.from(own.countsOf(i)))),
    };
  });
  const [bytes] = await Promise.all([
    new Response(readable).bytes(),
    writeCompetition(writable, blocks, { record: data.record, dtype: "float32" }),
  ]);
  return bytes;
}

function asArrow(data: Dataset): Uint8Array<ArrayBuffer> {
  const size = data.bins * data.marks.length;
  const counts = Uint16Array.from(positionsOf(data).flatMap((i) => Array.from(data.countsOf(i))));
  const type = new Uint16();
  const signal = makeData({
    type: new FixedSizeList(size, new Field("item", type, false)),
    length: data.length,
    nullCount: 0,
    child: makeData({ type, length: counts.length, data: counts }),
  });
  const table = new Table({
    gene: vectorFromArray(positionsOf(data).map((i) => data.geneOf(i)), new Utf8()),
    cellType: vectorFromArray(positionsOf(data).map((i) => data.cellTypeOf(i)), new Utf8()),
    signal: new Vector([signal]),
  });
  return tableToIPC(table, "stream") as Uint8Array<ArrayBuffer>;
}

function positionsOf(data: Dataset): number[] {
  return Array.from({ length: data.length }, (_, position) => position);
}
