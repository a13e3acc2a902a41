import { parquetReadObjects } from "hyparquet";
import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { type Table, type TableColumn, type TableRow, writeTable } from "../../src/io/table.ts";

const COLUMNS: readonly TableColumn[] = [
  { name: "gene", kind: "text" },
  { name: "note", kind: "text", nullable: true },
  { name: "tss", kind: "integer", nullable: true },
  { name: "effect", kind: "float32" },
  { name: "exact", kind: "float64", nullable: true },
];

const ROWS: readonly TableRow[] = [
  ["DPM1", "a, b", 7, 0.1, 0.1],
  ["FGR", undefined, undefined, Math.fround(1 / 3), undefined],
];

async function bytesOf(table: Table): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const bytes = new Response(readable).bytes();
  bytes.catch(() => undefined);
  await writeTable(writable, table);
  return await bytes;
}

async function textOf(format: "tsv" | "csv" | "jsonl", rows = ROWS): Promise<string> {
  const bytes = await bytesOf({ columns: COLUMNS, blocks: rows.map((row) => [row]), format });
  return new TextDecoder().decode(bytes);
}

Deno.test("each text format writes what is not known in its own way", async () => {
  strictEqual(
    await textOf("tsv"),
    "gene\tnote\ttss\teffect\texact\nDPM1\ta, b\t7\t0.1\t0.1\nFGR\t\t\t0.33333334\t\n",
  );
  strictEqual(
    await textOf("csv"),
    'gene,note,tss,effect,exact\nDPM1,"a, b",7,0.1,0.1\nFGR,,,0.33333334,\n',
  );
  deepStrictEqual((await textOf("jsonl")).trimEnd().split("\n").map((line) => JSON.parse(line)), [
    { gene: "DPM1", note: "a, b", tss: 7, effect: 0.1, exact: 0.1 },
    { gene: "FGR", note: null, tss: null, effect: 0.33333334, exact: null },
  ]);
});

Deno.test("a table without rows is its header", async () => {
  strictEqual(await textOf("tsv", []), "gene\tnote\ttss\teffect\texact\n");
  strictEqual(await textOf("jsonl", []), "");
});

Deno.test("Parquet has the same rows, whatever the blocks were", async () => {
  const rows = Array.from(
    { length: 70_000 },
    (_, i): TableRow => [`g${i % 11}`, undefined, i, i / 8, undefined],
  );
  async function* blocks() {
    for (let start = 0; start < rows.length; start += 999) {
      yield await Promise.resolve(rows.slice(start, start + 999));
    }
  }
  const bytes = await bytesOf({
    columns: COLUMNS,
    blocks: blocks(),
    format: "parquet",
    metadata: { from: "a test" },
  });
  const read = await parquetReadObjects({ file: bytes.buffer });
  strictEqual(read.length, rows.length);
  deepStrictEqual(read[69_999], {
    gene: `g${69_999 % 11}`,
    note: null,
    tss: 69_999n,
    effect: 69_999 / 8,
    exact: null,
  });
});

Deno.test("cells that do not fit are refused with their row, and the stream is aborted", async () => {
  const faults: readonly (readonly [TableRow, RegExp])[] = [
    [["DPM1", undefined, 1, NaN, 1], /effect of "DPM1" is NaN, expected a finite float32/],
    [["DPM1", undefined, 1, 1e39, 1], /effect of "DPM1" is 1e\+39, expected a finite float32/],
    [["DPM1", undefined, 1.5, 1, 1], /tss of "DPM1" is 1.5, expected a finite integer/],
    [["DPM1", undefined, 1, undefined, 1], /effect of "DPM1" is empty, expected a number/],
    [["DPM1", 5, 1, 1, 1], /note of "DPM1" is 5, expected text/],
    [["DPM1", undefined, "x", 1, 1], /tss of "DPM1", "x" is x, expected a number/],
    [["DPM1"], /a row has 1 cells, expected 5/],
    [["DP\tM1", undefined, 1, 1, 1], /"DP\\tM1", in the row of .* holds a tab or a line end/],
  ];
  for (const [row, message] of faults) await rejects(textOf("tsv", [ROWS[0]!, row]), message);
  await rejects(
    bytesOf({ columns: COLUMNS, blocks: [ROWS, [["", undefined, 1, NaN, 1]]], format: "parquet" }),
    /effect of a row is NaN/,
  );
  await rejects(
    bytesOf({ columns: COLUMNS, blocks: [ROWS], format: "xml" as "tsv" }),
    /format is "xml", expected one of tsv, csv, jsonl, parquet/,
  );
});
