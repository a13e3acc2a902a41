/** The reader of Arrow in docs/examples/service/, beside the package apache-arrow. */

import { deepStrictEqual, ok, throws } from "node:assert";
import {
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  LargeUtf8,
  List,
  makeData,
  makeVector,
  Table,
  tableFromIPC,
  tableToIPC,
  Uint16,
  Uint32,
  Uint8,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import { readArrowStream } from "../../docs/examples/service/arrow_stream.ts";

const NAMES = ["ENSG1", "µ-gene", "ENSG1", "x"];
const ROWS = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [0, 0, 100]];

function bytesOf(table: Table): Uint8Array<ArrayBuffer> {
  return tableToIPC(table, "stream") as Uint8Array<ArrayBuffer>;
}

function tableOf(text: DataType, list: DataType): Table {
  return new Table({
    gene: vectorFromArray(NAMES, text),
    signal: vectorFromArray(ROWS, list),
  });
}

/** The same columns by the package. */
function byPackage(bytes: Uint8Array) {
  const table = tableFromIPC(bytes);
  const signal = table.getChild("signal")!;
  return {
    gene: [...table.getChild("gene")!],
    signal: Array.from(signal, (row) => Array.from(row as Iterable<number | bigint>, Number)),
  };
}

function byOurs(bytes: Uint8Array<ArrayBuffer>) {
  const { strings, lists } = readArrowStream(bytes);
  return {
    gene: [...strings.get("gene")!],
    signal: lists.get("signal")!.map((row) => Array.from<number | bigint, number>(row, Number)),
  };
}

const TEXTS = {
  strings: new Utf8(),
  "long strings": new LargeUtf8(),
  "a dictionary": new Dictionary(new Utf8(), new Int32()),
  "a dictionary of bytes": new Dictionary(new Utf8(), new Int8()),
};
const VALUES = [
  new Uint8(),
  new Uint16(),
  new Uint32(),
  new Int8(),
  new Int16(),
  new Int32(),
  new Float32(),
  new Float64(),
];

for (const [name, text] of Object.entries(TEXTS)) {
  Deno.test(`${name} and lists of every type of numbers are read as the package reads them`, () => {
    for (const type of VALUES) {
      for (
        const list of [
          new FixedSizeList(3, new Field("item", type)),
          new List(new Field("item", type)),
        ]
      ) {
        const bytes = bytesOf(tableOf(text, list));
        const found = byOurs(bytes);
        deepStrictEqual(found, byPackage(bytes), `${list}`);
        deepStrictEqual(found, { gene: NAMES, signal: ROWS });
        // Where the bytes begin is of no concern.
        for (const shift of [1, 4]) {
          const shifted = new Uint8Array(bytes.length + shift);
          shifted.set(bytes, shift);
          deepStrictEqual(byOurs(shifted.subarray(shift)), found);
        }
      }
    }
  });
}

Deno.test("integers of 64 bits, several batches and batches without rows are read", () => {
  const list = new List(new Field("item", new Int64()));
  const signal = vectorFromArray(ROWS.map((row) => row.map(BigInt)), list);
  const table = new Table({ gene: vectorFromArray(NAMES, new Utf8()), signal });
  deepStrictEqual(byOurs(bytesOf(table)), { gene: NAMES, signal: ROWS });
  const plain = tableOf(new Utf8(), new FixedSizeList(3, new Field("item", new Uint16())));
  const [batch] = plain.batches;
  const twice = new Table(plain.schema, [batch!, batch!]);
  deepStrictEqual(byOurs(bytesOf(twice)), {
    gene: NAMES.concat(NAMES),
    signal: ROWS.concat(ROWS),
  });
  const empty = new Table(plain.schema, [batch!.slice(0, 0)]);
  deepStrictEqual(byOurs(bytesOf(empty)), { gene: [], signal: [] });
});

Deno.test("rows are counted over all batches, before they are read", () => {
  const plain = tableOf(new Utf8(), new FixedSizeList(3, new Field("item", new Uint16())));
  const [batch] = plain.batches;
  const bytes = bytesOf(new Table(plain.schema, [batch!, batch!]));
  const counted: number[] = [];
  readArrowStream(bytes, (rows) => void counted.push(rows));
  deepStrictEqual(counted, [4, 4, 8, 8]);
  const refuse = (rows: number) => {
    if (rows > 5) throw new Error(`${rows} rows`);
  };
  throws(() => readArrowStream(bytes, refuse), /^Error: 8 rows$/);
});

Deno.test("a dictionary of millions of words is refused", () => {
  const [length, type] = [1_000_001, new Utf8()];
  const words = makeData({
    type,
    length,
    nullCount: 0,
    valueOffsets: new Int32Array(length + 1),
    data: new Uint8Array(),
  });
  const gene = makeVector(makeData({
    type: new Dictionary(type, new Int32(), 0),
    data: Int32Array.of(0),
    dictionary: new Vector([words]),
  }));
  throws(() => readArrowStream(bytesOf(new Table({ gene }))), /a dictionary is too long/);
});

Deno.test("nulls, other types and what is no stream are refused by name", () => {
  const list = new List(new Field("item", new Uint8()));
  const withNull = new Table({
    gene: vectorFromArray(["a", null], new Utf8()),
    signal: vectorFromArray([[1], [2]], list),
  });
  throws(() => readArrowStream(bytesOf(withNull)), /TypeError: found 1 nulls/);
  const numbers = new Table({ gene: vectorFromArray([1, 2], new Int32()) });
  throws(() => readArrowStream(bytesOf(numbers)), /TypeError: column "gene" is of type 2/);
  const words = new List(new Field("item", new Utf8()));
  const texts = new Table({ signal: vectorFromArray([["a"]], words) });
  throws(() => readArrowStream(bytesOf(texts)), TypeError);
  throws(() => readArrowStream(new Uint8Array(0)), /RangeError: there is no schema/);
});

Deno.test("a stream that is cut anywhere is refused, or read as the rows before the cut", () => {
  const bytes = bytesOf(
    tableOf(TEXTS["a dictionary"], new FixedSizeList(3, new Field("item", new Uint8()))),
  );
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    try {
      const { gene, signal } = byOurs(bytes.slice(0, length));
      ok(gene.length === signal.length && (gene.length === 0 || gene.length === 4));
    } catch (error) {
      ok(error instanceof RangeError, `${error}`);
      refused++;
    }
  }
  ok(refused > bytes.length / 2);
});
