import { rejects, strictEqual } from "node:assert";
import { Dataset, writePredictionTable } from "../../src/data/mod.ts";
import { tableColumns } from "../helpers/samples.ts";

const COLUMNS = {
  ...tableColumns(1, 2),
  genes: ["ENSG00000000419.14", "PF3D7_0100100"],
  geneDetails: [{ symbol: "DPM1", chromosome: "chr20", tss: 50958531, strand: "-" as const }, {}],
};

async function tableOf(data: Dataset, predictions: ArrayLike<number>): Promise<string> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const text = new Response(readable).text();
  text.catch(() => undefined);
  await writePredictionTable(writable, data, { predictions });
  return await text;
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
