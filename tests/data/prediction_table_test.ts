import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import {
  Dataset,
  type PredictionFormat,
  type PredictionTable,
  writePredictionTable,
} from "../../src/data/mod.ts";
import { tableColumns } from "../helpers/samples.ts";

const COLUMNS = {
  ...tableColumns(1, 2),
  genes: ["ENSG00000000419.14", "PF3D7_0100100"],
  geneDetails: [{ symbol: "DPM1", chromosome: "chr20", tss: 50958531, strand: "-" as const }, {}],
};

async function bytesOf(
  data: Dataset,
  table: PredictionTable,
): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const bytes = new Response(readable).bytes();
  bytes.catch(() => undefined);
  await writePredictionTable(writable, data, table);
  return await bytes;
}

async function tableOf(
  data: Dataset,
  predictions: ArrayLike<number>,
  options: Omit<PredictionTable, "predictions"> = {},
): Promise<string> {
  return new TextDecoder().decode(await bytesOf(data, { predictions, ...options }));
}

Deno.test("a table of predictions has what is known about each gene, and empty cells for the rest", async () => {
  strictEqual(
    await tableOf(new Dataset(COLUMNS), Float32Array.of(0.1, -2)),
    "cell_type\tgene_id\tsymbol\tchrom\ttss\tstrand\tprediction\n" +
      "E001\tENSG00000000419.14\tDPM1\tchr20\t50958531\t-\t0.1\n" +
      "E001\tPF3D7_0100100\t\t\t\t\t-2\n",
  );
});

Deno.test("many predictions are written completely, and bad ones are refused with gene and cell type", async () => {
  const many = new Dataset(tableColumns(50, 200));
  const lines = (await tableOf(many, many.labels())).trimEnd().split("\n");
  strictEqual(lines.length, 10_001);
  strictEqual(lines.at(-1), "E050\tENSG00000000200\t\t\t\t\t9999");
  await rejects(tableOf(many, [1]), /1 for 10000 samples, expected one for each/);
  const infinite = many.labels().with(1, Infinity);
  await rejects(tableOf(many, infinite), /prediction of ENSG00000000002 in E001 is Infinity/);
  const odd = new Dataset({ ...COLUMNS, cellTypes: ["a\tb"] });
  await rejects(tableOf(odd, [1, 2]), /holds a tab or a line end/);
});

Deno.test("measured values stand beside their residuals, which are positive where more was measured", async () => {
  const measured = Float64Array.of(1.1, -3);
  strictEqual(
    await tableOf(new Dataset(COLUMNS), Float32Array.of(0.1, -2), { measured, spread: [0, 0.5] }),
    "cell_type\tgene_id\tsymbol\tchrom\ttss\tstrand\tprediction\tspread\tmeasured\tresidual\n" +
      "E001\tENSG00000000419.14\tDPM1\tchr20\t50958531\t-\t0.1\t0\t1.1\t1\n" +
      "E001\tPF3D7_0100100\t\t\t\t\t-2\t0.5\t-3\t-1\n",
  );
});

Deno.test("where samples are transcripts, a column names their genes", async () => {
  const geneDetails = [{ gene: "ENSG00000000419" }, {}];
  const text = await tableOf(new Dataset({ ...COLUMNS, geneDetails }), [0, 1], { format: "csv" });
  deepStrictEqual(text.split("\n").slice(0, 3), [
    "cell_type,gene_id,symbol,chrom,tss,strand,gene,prediction",
    "E001,ENSG00000000419.14,,,,,ENSG00000000419,0",
    "E001,PF3D7_0100100,,,,,,1",
  ]);
});

Deno.test("labels that were read from float32 have the digits of the file, others all that float64 needs", async () => {
  const cell = async (...measured: number[]) => {
    const text = await tableOf(new Dataset(COLUMNS), [0, 0], { measured, format: "csv" });
    return text.split("\n")[1]?.split(",").at(-2);
  };
  strictEqual(await cell(Math.fround(-2.9263823), 0.5), "-2.9263823");
  strictEqual(await cell(0.1 + 0.2, 0.5), "0.30000000000000004");
});

Deno.test("a measured value that is not known is an empty cell, null or a null of Parquet", async () => {
  const data = new Dataset(COLUMNS);
  const measured = Float64Array.of(NaN, 2);
  const csv = await tableOf(data, [1, 0.5], { measured, format: "csv" });
  deepStrictEqual(csv.split("\n").slice(1, 3), [
    "E001,ENSG00000000419.14,DPM1,chr20,50958531,-,1,,",
    "E001,PF3D7_0100100,,,,,0.5,2,1.5",
  ]);
  const lines = await tableOf(data, [1, 0.5], { measured, format: "jsonl" });
  deepStrictEqual(lines.trimEnd().split("\n").map((line) => JSON.parse(line)), [
    {
      cell_type: "E001",
      gene_id: "ENSG00000000419.14",
      symbol: "DPM1",
      chrom: "chr20",
      tss: 50958531,
      strand: "-",
      prediction: 1,
      measured: null,
      residual: null,
    },
    {
      cell_type: "E001",
      gene_id: "PF3D7_0100100",
      symbol: null,
      chrom: null,
      tss: null,
      strand: null,
      prediction: 0.5,
      measured: 2,
      residual: 1.5,
    },
  ]);
  const file = (await bytesOf(data, { predictions: [1, 0.5], measured, format: "parquet" })).buffer;
  const rows = await parquetReadObjects({ file });
  deepStrictEqual(rows.map(({ measured, residual }) => [measured, residual]), [
    [null, null],
    [2, 1.5],
  ]);
  const infinite = { measured: [Infinity, 1] };
  await rejects(tableOf(data, [1, 0.5], infinite), /measured value of ENSG\S+ in E001 is Infinity/);
  await rejects(tableOf(data, [1, 0.5], { measured: [1] }), /1 of "measured" for 2 samples/);
});

/** The rows of a table in CSV; quotes as in RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (
    const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n)/g)
  ) {
    rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") rows.push([]);
  }
  return rows.slice(0, -1);
}

Deno.test("every format holds the same rows, whatever names and numbers are", async () => {
  const name = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) =>
    // deno-lint-ignore no-control-regex
    !/[\t\r\n]/.test(text) && text.isWellFormed() && !/[\0-\x1f]/.test(text)
  );
  const number = fc.float({ noNaN: true, min: -(2 ** 100), max: 2 ** 100 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { minLength: 2, maxLength: 2 }),
      fc.array(fc.option(name), { minLength: 2, maxLength: 2 }),
      fc.maxSafeNat(),
      fc.array(number, { minLength: 2, maxLength: 2 }),
      fc.array(fc.double({ noNaN: true, min: -(2 ** 100), max: 2 ** 100 }), {
        minLength: 2,
        maxLength: 2,
      }),
      async (genes, symbols, tss, predictions, measured) => {
        const geneDetails = symbols.map((symbol) => symbol === null ? {} : { symbol, tss });
        const data = new Dataset({ ...COLUMNS, genes, geneDetails });
        const write = (format: PredictionFormat) =>
          bytesOf(data, { predictions, measured, format });
        const text = async (format: PredictionFormat) =>
          new TextDecoder("utf-8", { ignoreBOM: true }).decode(await write(format));
        const objects = (await text("jsonl")).trimEnd().split("\n").map((line) => JSON.parse(line));
        deepStrictEqual(objects.map(({ gene_id }) => gene_id), genes);
        deepStrictEqual(objects.map(({ symbol }) => symbol), symbols);
        deepStrictEqual(
          objects.map(({ prediction }) => Math.fround(prediction)),
          predictions.map((value) => value + 0),
        );
        const cells = objects.map((row) => Object.values(row).map((cell) => cell ?? ""));
        const typed = ([, ...rows]: string[][]) =>
          rows.map((row) => row.map((cell, i) => i === 4 || i > 5 ? cell && Number(cell) : cell));
        deepStrictEqual(typed(parseCsv(await text("csv"))), cells);
        const tsv = (await text("tsv")).split("\n").slice(0, -1).map((line) => line.split("\t"));
        deepStrictEqual(typed(tsv), cells);
        const parquet = await parquetReadObjects({ file: (await write("parquet")).buffer });
        for (const [i, row] of parquet.entries()) {
          const { tss, prediction, measured, residual, ...names } = objects[i]!;
          deepStrictEqual({ ...row, tss: Number(row.tss) }, {
            ...names,
            tss: tss ?? 0,
            prediction: Math.fround(prediction),
            measured: Math.fround(measured) === row.measured ? row.measured : measured,
            residual: Math.fround(residual),
          });
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("a large table as Parquet comes in row groups, with its metadata and without repeating names", async () => {
  const data = new Dataset(tableColumns(2, 50_000));
  const predictions = data.labels();
  const metadata = { histone: "{}" };
  const bytes = await bytesOf(data, { predictions, format: "parquet", metadata });
  const { row_groups, num_rows, key_value_metadata } = parquetMetadata(bytes.buffer);
  deepStrictEqual(row_groups.map((group) => Number(group.num_rows)), [65_536, 34_464]);
  strictEqual(num_rows, 100_000n);
  deepStrictEqual(key_value_metadata, [{ key: "histone", value: "{}" }]);
  const { total_compressed_size, encodings } = row_groups[0]!.columns[0]!.meta_data!;
  ok(encodings.includes("RLE_DICTIONARY") && total_compressed_size < 1000n);
});

Deno.test("a data set without samples gives a table without rows, and an unknown format is refused", async () => {
  const data = new Dataset(COLUMNS).subset([]);
  const wanted = { tsv: 53, csv: 53, jsonl: 0 };
  for (const [format, length] of Object.entries(wanted)) {
    const text = await tableOf(data, [], { format: format as PredictionFormat });
    strictEqual(text.length, length, format);
  }
  const bytes = await bytesOf(data, { predictions: [], format: "parquet" });
  strictEqual(parquetMetadata(bytes.buffer).num_rows, 0n);
  const format = "xlsx" as PredictionFormat;
  await rejects(
    tableOf(data, [], { format }),
    /format is "xlsx", expected one of tsv, csv, jsonl, p/,
  );
});

Deno.test("intervals stand beside predictions, what was new and what is unlike in words after all numbers", async () => {
  const data = new Dataset(COLUMNS);
  const table = {
    measured: Float64Array.of(1, NaN),
    low: Float32Array.of(-1, -2.5),
    high: Float32Array.of(1.5, 0),
    regimes: ["newGene", "bothNewInPanel"],
    unlike: ["", "H3K4me1 has no signal"],
  } as const;
  strictEqual(
    await tableOf(data, [0.5, -2], table),
    "cell_type\tgene_id\tsymbol\tchrom\ttss\tstrand\tprediction\tlow\thigh\tmeasured\tresidual\tregime\tunlike\n" +
      "E001\tENSG00000000419.14\tDPM1\tchr20\t50958531\t-\t0.5\t-1\t1.5\t1\t0.5\tnew gene\t\n" +
      "E001\tPF3D7_0100100\t\t\t\t\t-2\t-2.5\t0\t\t\tboth new, gene in panel\tH3K4me1 has no signal\n",
  );
  const lines = (await tableOf(data, [0.5, -2], { ...table, format: "jsonl" })).trimEnd().split(
    "\n",
  );
  deepStrictEqual(
    lines.map((line) => JSON.parse(line)).map(({ low, regime, unlike }) => [low, regime, unlike]),
    [[-1, "new gene", null], [-2.5, "both new, gene in panel", "H3K4me1 has no signal"]],
  );
  // A comma in a cell is quoted.
  match(await tableOf(data, [0.5, -2], { ...table, format: "csv" }), /"both new, gene in panel"/);
  await rejects(tableOf(data, [1, 2], { regimes: ["newGene"] }), /1 of "regimes" for 2 samples/);
  await rejects(
    tableOf(data, [1, 2], { high: [1, Infinity] }),
    /upper end of the interval of PF3D7_0100100 in E001 is Infinity/,
  );
});
