import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { type ParquetColumn, type ParquetRows, writeParquet } from "../../src/io/parquet.ts";
import { runPython, testWithPython } from "../helpers/python.ts";
import { collect, withDirectory } from "./_npz_helpers.ts";

const COLUMNS: readonly ParquetColumn[] = [
  { name: "gene", type: "text" },
  { name: "symbol", type: "text", nullable: true },
  { name: "tss", type: "int64", nullable: true },
  { name: "single", type: "float32" },
  { name: "double", type: "float64", nullable: true },
];

/** Texts that repeat, some odd ones, and numbers at the ends of their types. */
function rowsFrom(start: number, count: number): ParquetRows {
  const rows = Array.from({ length: count }, (_, i) => start + i);
  return [
    rows.map((row) => ['α,"β"\n', "ENSG00000000003.15", "", "'=x"][row % 4]!),
    rows.map((row) => row % 3 === 0 ? null : `S${row % 5}`),
    rows.map((row) => row % 7 === 0 ? null : row * 2 ** 33 - 2 ** 40),
    rows.map((row) => row === 1 ? 3.4028234663852886e38 : Math.fround(row / 3)),
    rows.map((row) => row % 5 === 0 ? null : row / 3),
  ];
}

function objectsOf(groups: readonly ParquetRows[]): Record<string, unknown>[] {
  return groups.flatMap((cells) =>
    cells[0]!.map((_, row) =>
      Object.fromEntries(COLUMNS.map(({ name, type }, column) => {
        const cell = cells[column]![row]!;
        return [name, type === "int64" && cell !== null ? BigInt(cell) : cell];
      }))
    )
  );
}

Deno.test("what is written as Parquet is read back equal, group by group", async () => {
  const rowGroups = [rowsFrom(0, 2000), rowsFrom(2000, 1), rowsFrom(2001, 999)];
  const metadata = { histone: '{"model":"ä"}' };
  const bytes = await collect((sink) =>
    writeParquet(sink, { columns: COLUMNS, rowGroups, metadata })
  );
  const file = bytes.buffer;
  const read = parquetMetadata(file);
  deepStrictEqual(read.row_groups.map(({ num_rows }) => Number(num_rows)), [2000, 1, 999]);
  deepStrictEqual(read.key_value_metadata, [{ key: "histone", value: metadata.histone }]);
  deepStrictEqual(
    parquetSchema(read).children.map((
      { element },
    ) => [element.name, element.type, element.repetition_type]),
    [
      ["gene", "BYTE_ARRAY", "REQUIRED"],
      ["symbol", "BYTE_ARRAY", "OPTIONAL"],
      ["tss", "INT64", "OPTIONAL"],
      ["single", "FLOAT", "REQUIRED"],
      ["double", "DOUBLE", "OPTIONAL"],
    ],
  );
  const gene = read.row_groups[0]!.columns[0]!.meta_data!;
  ok(gene.encodings.includes("RLE_DICTIONARY"), "repeated text has no dictionary");
  const objects = await parquetReadObjects({ file });
  const wanted = objectsOf(rowGroups);
  strictEqual(objects.length, wanted.length);
  for (const [i, object] of objects.entries()) deepStrictEqual(object, wanted[i]);
});

Deno.test("a table without rows is a file with its columns, and empty groups are left out", async () => {
  for (const rowGroups of [[], [rowsFrom(0, 0)]]) {
    const bytes = await collect((sink) => writeParquet(sink, { columns: COLUMNS, rowGroups }));
    const read = parquetMetadata(bytes.buffer);
    deepStrictEqual([read.num_rows, read.row_groups.length], [0n, 0]);
    strictEqual(read.key_value_metadata, undefined);
  }
});

Deno.test("cells that do not fit their columns are refused, and the sink is aborted", async () => {
  const wrong: readonly [ParquetRows, RegExp][] = [
    [[["a"], [null], [1], [1]], /columns of 1, 1, 1, 1 cells, expected 5 columns/],
    [[["a"], [null], [1], [1, 2], [1]], /columns of 1, 1, 1, 2, 1 cells, expected 5 columns/],
    [[[null], [null], [1], [1], [1]], /column "gene" is null, expected text$/],
    [[["a"], [5], [1], [1], [1]], /column "symbol" is 5, expected text or null/],
    [[["a"], [null], [0.5], [1], [1]], /column "tss" is 0\.5, expected int64 or null/],
    [[["a"], [null], [2 ** 53], [1], [1]], /column "tss" is 9007199254740992, expected int64/],
    [[["a"], [null], [1], ["1"], [1]], /column "single" is "1", expected float32/],
  ];
  for (const [rows, message] of wrong) {
    let aborted: unknown;
    const sink = new WritableStream<Uint8Array>({ abort: (reason) => void (aborted = reason) });
    const rowGroups = [rowsFrom(0, 10), rows];
    await rejects(writeParquet(sink, { columns: COLUMNS, rowGroups }), {
      name: "TypeError",
      message,
    });
    ok(aborted instanceof TypeError);
  }
});

Deno.test("groups are asked for one at a time, once the former one is written", async () => {
  const events: string[] = [];
  function* rowGroups(): Generator<ParquetRows> {
    for (let group = 0; group < 3; group++) {
      events.push(`group ${group}`);
      yield rowsFrom(0, 100);
    }
  }
  const sink = new WritableStream<Uint8Array>({ write: () => void events.push("written") });
  await writeParquet(sink, { columns: COLUMNS, rowGroups: rowGroups() });
  deepStrictEqual(events, [
    "group 0",
    "written",
    "group 1",
    "written",
    "group 2",
    "written",
    "written",
  ]);
});

testWithPython(
  "pyarrow",
  "pyarrow reads the types, the nulls and the values that were written",
  () =>
    withDirectory(async (directory) => {
      const rowGroups = [rowsFrom(0, 500), rowsFrom(500, 300)];
      const bytes = await collect((sink) => writeParquet(sink, { columns: COLUMNS, rowGroups }));
      await Deno.writeFile(`${directory}/t.parquet`, bytes);
      const program = `
import json, sys, pyarrow.parquet as pq
table = pq.read_table(sys.argv[1])
print(json.dumps([[str(f.type), f.nullable] for f in table.schema]))
print(json.dumps(table.to_pylist()))`;
      const printed = await runPython("pyarrow", ["-c", program, `${directory}/t.parquet`]);
      const [types = "", rows = ""] = printed.split("\n");
      deepStrictEqual(JSON.parse(types), [
        ["string", false],
        ["string", true],
        ["int64", true],
        ["float", false],
        ["double", true],
      ]);
      const wanted = objectsOf(rowGroups).map((row) => ({
        ...row,
        tss: row.tss === null ? null : Number(row.tss),
      }));
      deepStrictEqual(JSON.parse(rows), wanted);
    }),
);
