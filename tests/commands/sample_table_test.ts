/** Tables with a value for each cell type, gene, or both: what is joined, and what is refused with its line. */

import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert";
import { readSampleTable, type SampleTable } from "../../src/commands/_sample_table.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { withDirectory } from "../helpers/command.ts";
import { tableColumns, tableDataset } from "../helpers/samples.ts";

const FLAG = { flag: "--group-column" };

/** Reads a table from a text. */
async function read(text: string | Uint8Array, column?: string): Promise<SampleTable> {
  let table: SampleTable | undefined;
  await withDirectory(async (directory) => {
    const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
    await Deno.writeFile(`${directory}/table`, bytes);
    table = await readSampleTable(`${directory}/table`, { column, ...FLAG });
  });
  return table!;
}

Deno.test("rows are joined by cell type, by gene, or by both, in any order and with other columns between", async () => {
  const data = tableDataset(2, 2);
  const byCellType = await read("donor,cell_type\nb,E002\na,E001\nc,E999\n");
  strictEqual(byCellType.column, "donor");
  deepStrictEqual(byCellType.valuesOf(data), ["a", "a", "b", "b"]);
  const byGene = await read(
    "gene_id\tname\tfamily\nENSG00000000002.9\tx\tf2\n1\ty\tf1\n",
    "family",
  );
  deepStrictEqual(byGene.valuesOf(data), ["f1", "f2", "f1", "f2"]);
  const rows = [[1, 1], [1, 2], [2, 1], [2, 2]].map(([c, g]) =>
    `E00${c}\tENSG0000000000${g}\t${c}${g}\n`
  );
  const byBoth = await read(`cell_type\tgene_id\tfold\n${rows.toReversed().join("")}`);
  deepStrictEqual(byBoth.valuesOf(data.subset([3, 0])), ["22", "11"]);
});

Deno.test("quotes, Windows line ends, a byte order mark and gzip make no difference", async () => {
  const data = tableDataset(2, 1);
  const text = '\ufeff"cell_type","donor"\r\n"E001","a, the first"\r\n"E002","b"\r\n';
  deepStrictEqual((await read(text)).valuesOf(data), ["a, the first", "b"]);
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const gzip = await new Response(stream).bytes();
  deepStrictEqual((await read(gzip)).valuesOf(data), ["a, the first", "b"]);
});

Deno.test("replicates and transcripts take the row of their cell type or gene, unless they have their own", async () => {
  const data = new Dataset({
    ...tableColumns(3, 2),
    cellTypeGroups: ["liver", "liver", "E003"],
    geneDetails: [{ gene: "ENSG00000000077.3" }, {}],
  });
  const table = await read("cell_type\tdonor\nliver\ta\nE002\tb\nE003\tc\n");
  deepStrictEqual(table.valuesOf(data), ["a", "a", "b", "b", "c", "c"]);
  const genes = await read("gene_id\tfamily\nENSG00000000077\tx\nENSG00000000002\ty\n");
  deepStrictEqual(genes.valuesOf(data), ["x", "y", "x", "y", "x", "y"]);
});

Deno.test("a table that lacks rows, columns or sense is refused with its line", async () => {
  const cases: [string, string | undefined, RegExp][] = [
    ["", undefined, /it has no rows|empty/],
    ["cell_type\tdonor\n", undefined, /it has no rows, expected a header and rows/],
    [
      "name\tdonor\nE001\ta\n",
      undefined,
      /header is "name donor", expected a column cell_type, gene_id or both.*line 1/,
    ],
    ["cell_type\nE001\n", undefined, /no column of values.*line 1/],
    [
      "cell_type\tdonor\tsex\nE001\ta\tx\n",
      undefined,
      /Cannot choose a column of .*: it has donor, sex\. Name one with --group-column/,
    ],
    ["cell_type\tdonor\nE001\ta\n", "age", /Cannot use --group-column age: .* it has donor/],
    ["cell_type\tdonor\nE001\ta\n", "cell_type", /Cannot use --group-column cell_type/],
    ["cell_type\tdonor\tdonor\nE001\ta\tb\n", "donor", /its header has "donor" twice/],
    [
      "cell_type\tdonor\nE001\ta\nE002\n",
      undefined,
      /column "donor": it is empty, expected a name.*line 3/,
    ],
    ["cell_type\tdonor\n\ta\n", undefined, /column "cell_type": it is empty.*line 2/],
    ["cell_type\tdonor\nE001\ta\tb\n", undefined, /3 columns, expected 2 as in the header.*line 2/],
    [
      "cell_type\tdonor\nE001\ta\nE002\tb\nE001\tb\n",
      undefined,
      /E001 has donor "b", but "a" in line 2, expected one.*line 4/,
    ],
    [
      "gene_id\tf\nENSG00000000001.1\ta\nENSG00000000001.2\tb\n",
      undefined,
      /has f "b", but "a" in line 2/,
    ],
    ["cell_type\tdonor\nE001\ta\u001b[31m\n", undefined, /control characters.*line 2/],
    ["PK\u0003\u0004\u0000\u0000", undefined, /./],
  ];
  for (const [text, column, message] of cases) {
    await rejects(read(text, column), (error: Error) => {
      match(String(error), /^(Format|Contract)Error: Cannot /);
      match(String(error).replaceAll("\n", " "), message);
      return true;
    });
  }
  const table = await read("cell_type\tdonor\nE001\ta\n");
  throws(() => table.valuesOf(tableDataset(3, 1)), {
    name: "ContractError",
    message: /it has no row for E002, E003, expected one for each cell type of the data$/,
  });
  const both = await read("cell_type\tgene_id\tdonor\nE001\tENSG00000000001\ta\n");
  throws(
    () => both.valuesOf(tableDataset(1, 2)),
    /no row for E001 ENSG00000000002, .* cell type and gene/,
  );
});
