/** Tables written a group of rows at a time. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { parquetReadObjects } from "hyparquet";
import type { ParquetTable } from "../../src/io/parquet.ts";
import { ROW_FORMATS, type RowFormat, writeRowTable } from "../../src/io/row_table.ts";

async function write(table: ParquetTable, format: RowFormat): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const bytes = new Response(readable).bytes();
  const [read] = await Promise.all([bytes, writeRowTable(writable, table, { format })]);
  return read;
}

const COLUMNS: ParquetTable["columns"] = [
  { name: "gene", type: "text" },
  { name: "tss", type: "int64", nullable: true },
  { name: "value", type: "float32" },
  { name: "sum", type: "float64", nullable: true },
];
const TABLE: ParquetTable = {
  columns: COLUMNS,
  rowGroups: [
    [["DPM1", "a,b"], [50, null], [0.1, -0], [1 / 3, null]],
    [['"x"'], [0], [1e-20], [-2]],
  ],
};

Deno.test("every format holds the same cells", async () => {
  const text = async (format: RowFormat) => new TextDecoder().decode(await write(TABLE, format));
  strictEqual(
    await text("tsv"),
    'gene\ttss\tvalue\tsum\nDPM1\t50\t0.1\t0.3333333333333333\na,b\t\t0\t\n"x"\t0\t1e-20\t-2\n',
  );
  strictEqual(
    await text("csv"),
    'gene,tss,value,sum\nDPM1,50,0.1,0.3333333333333333\n"a,b",,0,\n"""x""",0,1e-20,-2\n',
  );
  const objects = (await text("jsonl")).trimEnd().split("\n").map((line) => JSON.parse(line));
  const parquet = await parquetReadObjects({ file: (await write(TABLE, "parquet")).buffer });
  const plain = parquet.map(({ gene, tss, value, sum }) => ({
    gene,
    tss: tss === null ? null : Number(tss),
    value: Math.fround(value as number) + 0,
    sum,
  }));
  deepStrictEqual(
    objects.map((row) => ({ ...row, value: Math.fround(row.value) + 0 })),
    plain,
  );
  strictEqual(objects.length, 3);
});

Deno.test("a tab, a number that is not finite, and columns of different lengths are refused", async () => {
  const refuse = async (rows: ParquetTable["rowGroups"], format: RowFormat, message: RegExp) => {
    const sink = new WritableStream<Uint8Array>();
    await rejects(writeRowTable(sink, { columns: COLUMNS, rowGroups: rows }, { format }), message);
  };
  await refuse([[["a\tb"], [1], [1], [1]]], "tsv", /"a\\tb" holds a tab or a line end/);
  for (const format of ["tsv", "csv", "jsonl"] as const) {
    await refuse([[["a"], [1], [NaN], [1]]], format, /column "value" is NaN, expected a finite/);
    await refuse([[["a"], [1], [1e300], [1]]], format, /column "value" is 1e\+300/);
  }
  for (const format of ROW_FORMATS) {
    await refuse([[["a"], [1, 2], [1], [1]]], format, /columns of 1, 2, 1, 1 cells, expected 4/);
  }
});

Deno.test("rows are taken as they are needed", async () => {
  let given = 0;
  function* rowGroups() {
    for (; given < 100; given++) yield [["x".repeat(100_000)], [given], [given], [given]];
  }
  let most = 0;
  let received = 0;
  const sink = new WritableStream<Uint8Array>({
    write(bytes) {
      received += bytes.length;
      most = Math.max(most, given - received / 100_000);
    },
  });
  await writeRowTable(sink, { columns: COLUMNS, rowGroups: rowGroups() }, { format: "tsv" });
  strictEqual(most < 3, true, `${most}`);
});
