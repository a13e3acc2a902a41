/** Reads the data record that AnnData carry. */

import { type DataRecord, parseRecord } from "../../record.ts";
import { readAll } from "./_frame_reader.ts";
import type { ZarrReader } from "./reader.ts";

/** Every field of the record of samples, which have no sequences in AnnData. */
const RECORD_FIELDS: Readonly<Record<Exclude<keyof DataRecord, "sequence">, true>> = {
  assembly: true,
  binSizeBp: true,
  orientation: true,
  countingRule: true,
  marks: true,
  transform: true,
  extendBp: true,
  minMappingQuality: true,
  normalisation: true,
  excludedFlags: true,
  fragments: true,
  replicates: true,
  control: true,
  blacklist: true,
  tss: true,
  expressionTransform: true,
  expressionReference: true,
  source: true,
};

/**
 * Reads the data record of AnnData.
 *
 * @throws {FormatError} If it is missing, or a field is wrong.
 */
export async function readRecord(reader: ZarrReader): Promise<DataRecord> {
  const place = "/uns/histone/record";
  if (await reader.node(place) === undefined) {
    throw reader.fail(
      place,
      "there is no data record, expected one as prepare writes it, or --record",
    );
  }
  const found: Record<string, unknown> = {};
  for (const field of Object.keys(RECORD_FIELDS)) {
    const node = await reader.node(`${place}/${field}`);
    if (node?.kind !== "array") continue;
    const items = await readAll(reader, `${place}/${field}`);
    const plain = Array.from(
      items as Iterable<unknown>,
      (item) => typeof item === "bigint" ? Number(item) : node.type === "bool" ? item === 1 : item,
    );
    found[field] = node.shape.length === 0 ? plain[0] : plain;
  }
  return parseRecord(found, `${reader.name}${place}`);
}
