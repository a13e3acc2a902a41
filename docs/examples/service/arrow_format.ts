/**
 * Samples as a stream of Arrow: columns `gene` and `cellType` of strings, and `signal`, lists of a fixed size with the counts
 * of a sample, `[bin, mark]`. The answer has `gene`, `cellType`, `expression` and what else is known.
 */

import {
  type Data,
  DataType,
  makeTable,
  Table,
  tableFromIPC,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from "apache-arrow";
import type { Dataset } from "@waka/histone/data";
import { FormatError } from "@waka/histone/errors";
import type { Sample } from "@waka/histone/training";
import type { Answer, Format, ReadOptions } from "./format.ts";
import { datasetOf } from "./samples.ts";

/** Streams of Arrow's own format. */
export const ARROW_FORMAT: Format = {
  types: ["application/vnd.apache.arrow.stream"],
  read(body, { model }: ReadOptions): Dataset {
    return datasetOf(model, samplesOf(parse(body)));
  },
  write({ data, details }: Answer): Uint8Array<ArrayBuffer> {
    const { predictions, spread, intervals } = details;
    const numbers = makeTable({
      expression: predictions,
      ...(spread && { spread }),
      ...(intervals && { low: intervals.low, high: intervals.high }),
    });
    const positions = Array.from(predictions.keys());
    const columns = {
      gene: strings(positions.map((i) => data.geneOf(i))),
      cellType: strings(positions.map((i) => data.cellTypeOf(i))),
      ...Object.fromEntries(numbers.schema.names.map((name) => [name, numbers.getChild(name)!])),
      ...(intervals && { regime: strings([...intervals.regimes]) }),
    };
    return tableToIPC(new Table(columns), "stream") as Uint8Array<ArrayBuffer>;
  },
};

function strings(values: readonly string[]): Vector {
  return vectorFromArray(values, new Utf8());
}

function parse(body: Uint8Array): Table {
  try {
    return tableFromIPC(body);
  } catch (error) {
    return fail(`found no stream of Arrow: ${error instanceof Error ? error.message : error}`);
  }
}

function samplesOf(table: Table): Sample[] {
  const genes = stringsOf(table, "gene");
  const cellTypes = stringsOf(table, "cellType");
  const signals = signalsOf(table);
  const lengths = new Set([genes.length, cellTypes.length, signals.length]);
  if (lengths.size > 1) fail(`found columns of ${[...lengths].join(" and ")} rows`);
  return signals.map((signal, row) => ({
    gene: genes[row]!,
    cellType: cellTypes[row]!,
    signal,
  }));
}

function columnOf(table: Table, name: string): Vector {
  const column = table.getChild(name);
  if (column === null) fail(`found no column "${name}", expected gene, cellType and signal`);
  if (column.nullCount > 0) fail(`column "${name}" has ${column.nullCount} nulls, expected none`);
  return column;
}

function stringsOf(table: Table, name: string): string[] {
  const column = columnOf(table, name);
  return Array.from({ length: column.length }, (_, row) => {
    const value: unknown = column.get(row);
    if (typeof value !== "string") fail(`column "${name}" has ${typeof value}, expected strings`);
    return value;
  });
}

/** The counts of each row, without a copy. */
function signalsOf(table: Table): ArrayLike<number>[] {
  const column = columnOf(table, "signal");
  if (!DataType.isFixedSizeList(column.type)) {
    fail(`column "signal" is ${column.type}, expected lists of a fixed size`);
  }
  const size = column.type.listSize;
  return column.data.flatMap((data: Data) => {
    const [child] = data.children;
    const values: unknown = child?.values;
    if (!isNumbers(values)) fail(`signals are of ${child?.type}, expected integers or floats`);
    if (child!.nullCount > 0) fail(`signals have ${child!.nullCount} nulls, expected none`);
    // A batch may be a view of a longer array.
    const first = data.offset * size;
    if (values.length < first + data.length * size) fail("signals end before their rows do");
    return Array.from(
      { length: data.length },
      (_, row) => values.subarray(first + row * size, first + (row + 1) * size),
    );
  });
}

type Numbers =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

const NUMBERS = [
  Uint8Array,
  Uint16Array,
  Uint32Array,
  Int8Array,
  Int16Array,
  Int32Array,
  Float32Array,
  Float64Array,
];

function isNumbers(values: unknown): values is Numbers {
  return NUMBERS.some((Kind) => values instanceof Kind);
}

function fail(what: string): never {
  throw new FormatError(`Cannot read the request: ${what}`, { file: "body" });
}
