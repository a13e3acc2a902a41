/** Parquet tables, of which only the metadata at the end are read. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { parseRecord } from "../../record.ts";
import { recordFacts } from "./_record.ts";
import { type Description, type Fact, grouped, listFacts } from "./facts.ts";

const MAGIC = "PAR1";
/** The length of the metadata, and the magic word, with which a file ends. */
const TAIL_BYTES = 8;
/** Tables with longer metadata are not described: those of a million columns are shorter. */
const MOST_METADATA_BYTES = 256 * 2 ** 20;

/** Describes a table by its metadata. */
export async function describeParquet(source: ByteSource): Promise<Description> {
  const bytes = await readMetadata(source);
  const { parquetMetadata } = await import("hyparquet");
  const { num_rows, schema, key_value_metadata = [] } = parquetMetadata(bytes);
  const rows = Number(num_rows);
  // The first element stands for the table; a column has no elements below it.
  const columns = schema.slice(1).filter(({ num_children }) => !num_children).map(({ name }) =>
    name
  );
  const own = key_value_metadata.find(({ key }) => key === "histone")?.value;
  return {
    kind: "parquet",
    what: own === undefined ? "a Parquet table" : "a table of predictions (Parquet)",
    facts: [
      ...listFacts([
        ["rows", "rows", rows, grouped(rows)],
        ["columns", "columns", columns, columns.join(", ")],
      ]),
      ...own === undefined ? [] : ownFacts(own, source.name),
    ],
  };
}

/** What `predict` said about its table. */
function ownFacts(text: string, name: string): Fact[] {
  const { model, members, record } = JSON.parse(text) as Record<string, unknown>;
  return [
    ...listFacts([
      ["model", "model", typeof model === "string" ? model : undefined],
      ["members", "models", typeof members === "number" ? members : undefined],
    ]),
    ...record === undefined ? [] : recordFacts(parseRecord(record, name)),
  ];
}

async function readMetadata(source: ByteSource): Promise<ArrayBuffer> {
  const { name, size } = source;
  if (size < MAGIC.length + TAIL_BYTES) throw cutShort(name);
  const tail = await source.read(size - TAIL_BYTES, TAIL_BYTES);
  if (new TextDecoder("latin1").decode(tail.subarray(4)) !== MAGIC) throw cutShort(name);
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (length > size - MAGIC.length - TAIL_BYTES || length > MOST_METADATA_BYTES) {
    throw new FormatError(
      `Cannot read ${name}: its metadata have ${length} bytes, expected at most ${
        Math.min(size - MAGIC.length - TAIL_BYTES, MOST_METADATA_BYTES)
      }`,
    );
  }
  // The parser wants the tail, too.
  const start = size - TAIL_BYTES - length;
  return (await source.read(start, length + TAIL_BYTES)).slice().buffer;
}

function cutShort(name: string): FormatError {
  return new FormatError(
    `Cannot read ${name}: a Parquet file ends with ${MAGIC}, and this does not; it was cut short`,
  );
}
