import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";
import type { PackedArray, PackedType } from "../base/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import type { SampleColumns } from "../io/columns.ts";
import { geneGroupsOf, hasGroups } from "../io/item_groups.ts";
import { asType, narrowestType } from "../io/packing.ts";
import { isStored } from "../io/stored_signal.ts";
import { decodeValues, type SignalValues } from "../io/signal_values.ts";

/** Values that are digested together, since `crypto.subtle` takes only whole buffers of unshared memory. */
const PIECE_VALUES = 2 ** 22;

/**
 * Digests the content of a data set: its samples, in their order, with signal, labels, names, groups, mask and record. The same
 * samples in memory have the same digest whatever file they were read from; where the signal stays in a file, its digest
 * stands for its values.
 *
 * @param data The samples.
 * @returns 32 hexadecimal digits, from SHA-256.
 */
export async function fingerprintDataset({ columns, rows }: Dataset): Promise<string> {
  // Training and test data are often views of the same columns, whose signal takes seconds to digest.
  const known = digests.get(columns) ?? digestColumns(columns);
  digests.set(columns, known);
  return await fingerprintValue([await known, await digestColumn(rows)]);
}

const digests = new WeakMap<SampleColumns, Promise<string>>();

async function digestColumns(columns: SampleColumns): Promise<string> {
  const { labels, cellTypes, cellTypeIndex, genes, geneIndex, bins, record } = columns;
  const parts = await digestSignal(columns);
  for (const column of [labels ?? new Float64Array(0), cellTypeIndex, geneIndex]) {
    parts.push(await digestColumn(column));
  }
  return await fingerprintValue({
    cellTypes,
    genes,
    bins,
    record,
    parts,
    ...describeItems(columns),
    ...await describeSequences(columns),
  });
}

/** The DNA as models see it, without soft-masked letters; empty for data that have none. */
async function describeSequences({ sequences }: SampleColumns): Promise<object> {
  if (sequences === undefined) return {};
  const { packed, unknown: { offsets, starts, lengths }, entryOf } = sequences;
  const digests: string[] = [];
  for (const column of [packed, offsets, starts, lengths, entryOf]) {
    digests.push(await digestColumn(column));
  }
  return { sequences: digests };
}

/** What else decides which samples are trained on together; empty for data without groups and with every mark. */
function describeItems(columns: SampleColumns): object {
  const { cellTypes, cellTypeGroups, markMask } = columns;
  const groupsAreNamed = cellTypeGroups?.some((group, i) => group !== cellTypes[i]);
  const { names, ofItem } = geneGroupsOf(columns);
  return {
    ...(groupsAreNamed && { cellTypeGroups }),
    ...(markMask?.includes(0) && { markMask: [...markMask] }),
    ...(hasGroups(geneGroupsOf(columns)) &&
      { geneGroups: Array.from(ofItem, (place) => names[place]) }),
  };
}

/** The type and the digest of a signal's values: the same whether logarithms are kept as floats or as their counts. */
async function digestSignal({ signal, signalValues }: SampleColumns): Promise<string[]> {
  if (isStored(signal)) {
    // It is known without reading the values, and never that of a signal in memory, which has two parts.
    const values = signalValues === undefined ? [] : [await digestColumn(signalValues)];
    return ["stored", signal.type, signal.digest, ...values];
  }
  // Counts may have a wider type than they need.
  const narrowest = narrowestType(signal);
  const isZero = narrowest === "uint8" && signal.every((value) => value === 0);
  const type = signalValues === undefined || isZero ? narrowest : narrowestType(signalValues);
  return [type, await digestColumn(signal, { type, values: signalValues })];
}

/**
 * Digests a JSON value, its fields in their order.
 *
 * @param value Anything that `JSON.stringify` keeps.
 * @returns 32 hexadecimal digits, from SHA-256.
 */
export async function fingerprintValue(value: unknown): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(value)));
  return toHex(digest).slice(0, 32);
}

async function digestColumn(
  column: PackedArray,
  { type, values }: {
    readonly type?: PackedType | undefined;
    readonly values?: SignalValues | undefined;
  } = {},
): Promise<string> {
  const digests: string[] = [];
  for (let start = 0; start < column.length; start += PIECE_VALUES) {
    const part = decodeValues(column.subarray(start, start + PIECE_VALUES), values);
    const { buffer, byteOffset, byteLength } = type === undefined ? part : asType(part, type);
    digests.push(toHex(await sha256(new Uint8Array(buffer, byteOffset, byteLength).slice())));
  }
  return await fingerprintValue(digests);
}
