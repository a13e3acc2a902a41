import { deepStrictEqual, match, rejects } from "node:assert";
import type { Gene } from "../../../src/genome/gene.ts";
import { matchExpression } from "../../../src/genome/expression/labels.ts";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { labelText } from "../../helpers/expression.ts";
import { textSource } from "../../helpers/text_source.ts";

/** Three transcripts of two genes, and a gene that is a sample as a whole. */
const SAMPLES: readonly Gene[] = [
  { id: "ENST00000371588.10", gene: "ENSG00000000419.14", symbol: "DPM1", entrezId: "8813" },
  { id: "ENST00000371582.8", gene: "ENSG00000000419.14", symbol: "DPM1", entrezId: "8813" },
  { id: "ENST00000367771.11", gene: "ENSG00000000457.14", symbol: "SCYL3", entrezId: "57147" },
  { id: "ENSG00000000460.17", symbol: "FIRRM", entrezId: "55732" },
].map((gene, i) => ({ ...gene, chromosome: "chr1", tss: 1000 * i, strand: "+", line: i + 1 }));

/** The samples that got expression, as `id=value`, and the notes. */
async function label(text: string, options: Parameters<typeof labelText>[1] = {}) {
  const { genes, labels, notes, warnings } = await labelText(text, { genes: SAMPLES, ...options });
  const values = labels.get("liver")!;
  return { shown: genes.map(({ id }, i) => `${id}=${values[i]}`), notes, warnings };
}

Deno.test("transcripts get the expression of their genes from a table of genes, by id or symbol", async () => {
  const wanted = [
    "ENST00000371588.10=1.5",
    "ENST00000371582.8=1.5",
    "ENST00000367771.11=2.5",
    "ENSG00000000460.17=7",
  ];
  const ids =
    "gene_id\tliver\nENSG00000000419.9\t1.5\nENSG00000000457.1\t2.5\nENSG00000000460.1\t7\n";
  const { shown, notes } = await label(ids);
  deepStrictEqual(shown, wanted);
  match(notes.join(), /4 samples of 3 genes have the expression of their gene/);
  deepStrictEqual((await label("gene\tliver\nDPM1\t1.5\nSCYL3\t2.5\nFIRRM\t7\n")).shown, wanted);
});

Deno.test("samples of genes without expression are left out", async () => {
  const { shown, warnings } = await label("gene_id\tliver\nENSG00000000457\t2.5\n");
  deepStrictEqual(shown, ["ENST00000367771.11=2.5"]);
  match(warnings.join(), /2 of 3 genes/);
});

Deno.test("transcripts get their own expression from a table of transcripts, whatever their versions", async () => {
  const own = [
    "ENST00000371588.10=1",
    "ENST00000371582.8=2",
    "ENST00000367771.11=4",
  ];
  const plain = "tx\tliver\nENST00000371588.9\t1\nENST00000371582\t2\nENST00000367771.11\t4\n";
  const { shown, notes } = await label(plain);
  deepStrictEqual(shown, own);
  match(notes.join(), /x\.tsv: transcripts have their own expression/);
  const both = "tx\tgene_id\tliver\nENST00000371588.10\tENSG00000000419.14\t1\n" +
    "ENST00000371582.8\tENSG00000000419.14\t2\nENST00000367771.11\tENSG00000000457.14\t4\n";
  deepStrictEqual((await label(both)).shown, own);
  const gencode = "Name\tLength\tEffectiveLength\tTPM\tNumReads\n" + own.map((text) => {
    const [id, value] = text.split("=");
    return `${id}|ENSG00000000419.14|OTTHUMG1|OTTHUMT1|DPM1-201|DPM1|1105|\t1105\t900\t${value}\t7\n`;
  }).join("");
  deepStrictEqual((await label(gencode, { isOfOneCellType: true, file: "quant.sf" })).shown, own);
});

Deno.test("a transcript in a table twice is refused with its line", async () => {
  const twice = "tx\tliver\nENST00000371588.9\t1\nENST00000371588.10\t2\n";
  await rejects(label(twice), /"ENST00000371588" is in line 2 and in line 3/);
});

Deno.test("differences from a reference are joined with transcripts as other expression is", async () => {
  const options = { cellTypes: ["liver"], reference: "E000" };
  const read = (text: string) => readExpressionTable(textSource(text, "x.tsv"), options);
  const match = async (text: string) => {
    const table = await read(text);
    const scale = { ...options, transform: "signed-log-difference" } as const;
    const { genes, labels } = await matchExpression(SAMPLES, table, scale);
    return genes.map(({ id }, i) => `${id}=${Math.sign(labels.get("liver")![i]!)}`);
  };
  deepStrictEqual(
    await match("gene\tE000\tliver\nENSG00000000419\t9\t5\nENSG00000000457\t1\t4\n"),
    ["ENST00000371588.10=-1", "ENST00000371582.8=-1", "ENST00000367771.11=1"],
  );
  deepStrictEqual(
    await match("tx\tE000\tliver\nENST00000371588\t9\t5\nENST00000371582\t1\t4\n"),
    ["ENST00000371588.10=-1", "ENST00000371582.8=1"],
  );
});
