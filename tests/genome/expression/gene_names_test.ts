/** The genes that names of rows stand for. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import type { Gene } from "../../../src/genome/gene.ts";
import { matchExpression } from "../../../src/genome/expression/labels.ts";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { labelText, showLabels, THREE_GENES } from "../../helpers/expression.ts";
import { geneAt } from "../../helpers/genome.ts";
import { textSource } from "../../helpers/text_source.ts";

const A = "ENSG00000000419";
const B = "ENSG00000000457";
const gene = (id: string, more: Partial<Gene> = {}) => ({ ...geneAt("chr1", 1000), id, ...more });
const read = (text: string) => readExpressionTable(textSource(text, "x.tsv"));

Deno.test("a name of several genes stands for the one on a primary chromosome, on X before Y", async () => {
  const hla = { symbol: "HLA-A", entrezId: "3105" };
  const genes = [
    gene("HLA-A-2", { ...hla, chromosome: "NT_113891.3" }),
    gene("HLA-A", { ...hla, chromosome: "NC_000006.12" }),
    gene("HLA-A-3", { ...hla, chromosome: "NT_167245.2" }),
    gene("XY_1", { symbol: "XY", entrezId: "7", chromosome: "NC_000024.10" }),
    gene("XY", { symbol: "XY", entrezId: "7", chromosome: "NC_000023.11" }),
    gene("XY-2", { symbol: "XY", entrezId: "7", chromosome: "NW_009646209.1" }),
    gene("TWIN-1", { symbol: "TWIN", entrezId: "9", chromosome: "NC_000001.11" }),
    gene("TWIN-2", { symbol: "TWIN", entrezId: "9", chromosome: "NC_000002.12" }),
    gene("LOST-1", { symbol: "LOST", entrezId: "11", chromosome: "NT_113891.3" }),
    gene("LOST-2", { symbol: "LOST", entrezId: "11", chromosome: "NT_167245.2" }),
  ];
  const tables = ["GeneID\tliver\n3105\t1\n7\t2\n9\t3\n11\t4\n"];
  tables.push(tables[0]!.replace("3105", "HLA-A").replace(/\n7/, "\nXY").replace(/\n9/, "\nTWIN"));
  // The ids are made up, so that only symbols can join.
  const ensembl = genes.map((gene, i) => ({ ...gene, id: `ENSG0000000000${i}` }));
  for (const [i, text] of tables.entries()) {
    const labels = await labelText(text, { genes: i === 0 ? genes : ensembl });
    deepStrictEqual(labels.genes.map(({ chromosome }) => chromosome), [
      "NC_000006.12",
      "NC_000023.11",
    ]);
    deepStrictEqual([...labels.labels.get("liver")!], [1, 2]);
    match(labels.warnings.join("\n"), /of several genes each/);
  }
  const ucsc = [
    gene(A, { symbol: "DPM1", chromosome: "chr6" }),
    gene(B, { symbol: "DPM1", chromosome: "chr6_GL000250v2_alt" }),
  ];
  strictEqual(showLabels(await labelText("gene\tliver\nDPM1\t3\n", { genes: ucsc })), "419=3");
});

Deno.test("a name that exactly matches a gene is not split", async () => {
  const pairs = [
    ["gene:AT1G01010", "gene:AT1G01020"],
    [`${A}.15|TSPAN6`, `${B}.6|TNMD`],
    ["A|B", "C|D"],
    ["YFG (1)", "YFG (2)"],
    ["TSPAN6_ENSG00000000003", "TNMD_ENSG00000000005"],
  ];
  for (const [one, other] of pairs) {
    const text = `gene\tliver\n${one}\t1\n${other}\t2\n`;
    const labels = await labelText(text, { genes: [gene(one!), gene(other!)] });
    deepStrictEqual([...labels.labels.get("liver")!], [1, 2], one);
    deepStrictEqual(labels.notes, []);
  }
  const joined = "gene\tliver\nDPM1|8813\t1\n";
  match((await labelText(joined)).notes[0]!, /by their symbols.* such as "DPM1"$/);
  const transcripts = () => Promise.resolve(new Map([["T1|a", A], ["T1|b", B]]));
  const rows = "target_id\tliver\nT1|a\t1\nT1|b\t2\n";
  strictEqual(showLabels(await labelText(rows, { transcripts })), "419=1 457=2");
});

Deno.test("rows of DepMap are joined by the symbol or by the Entrez number in them", async () => {
  const text = "gene\tliver\nDPM1 (8813)\t1\nSCYL3 (57147)\t2\n";
  const bySymbol = await labelText(text, { genes: [gene(A, { symbol: "DPM1" })] });
  strictEqual(showLabels(bySymbol), "419=1");
  const byNumber = await labelText(text, {
    genes: [gene(A, { symbol: "OLD", entrezId: "8813" }), gene(B, { entrezId: "57147" })],
  });
  strictEqual(showLabels(byNumber), "419=1 457=2");
  match(byNumber.notes[0]!, /by their Entrez numbers.* such as "8813"$/);
});

Deno.test("if symbols join, the example in the note is a symbol rather than an id", async () => {
  const genes = [gene("ENSG00000000001"), ...THREE_GENES];
  const text = "gene\tliver\nENSG00000000001\t4\nDPM1\t1\nSCYL3\t2\n";
  match((await labelText(text, { genes })).notes[0]!, /by their symbols.* such as "DPM1"$/);
});

Deno.test("the advice distinguishes names of other kinds from names of other species", async () => {
  const advise = async (text: string, message: RegExp, genes = THREE_GENES) => {
    await rejects(labelText(text, { genes }), { name: "ContractError", message });
  };
  await advise(
    "gene\tliver\nENSMUSG00000000419\t1\n",
    /Are both of one species and from one source\?$/,
  );
  await advise(
    "gene\tliver\nENSG00000999999\t1\n",
    /Are both of one species and from one source\?$/,
  );
  await advise("gene\tliver\n7105_at\t1\n", /Table and annotation need names of one kind$/);
  await advise("gene\tliver\nDpm1\t1\n", /symbols do not match either: are both of one species\?$/);
  const turned = await read("\tDPM1 (8813)\tSCYL3 (57147)\nACH-1\t1\t2\n");
  await rejects(
    matchExpression(THREE_GENES, turned, { cellTypes: turned.cellTypes }),
    /Its columns are genes: transpose the table/,
  );
});

Deno.test("an id in another database finds the only gene that has it, unless it is also the id of a gene", async () => {
  const genes = [
    gene("MSTRG.1", { aliases: [`${A}.3`] }),
    gene("MSTRG.2", { aliases: [B, "FBgn0000001"] }),
    gene("MSTRG.3", { aliases: ["FBgn0000001"] }),
    gene(B),
  ];
  const table = `gene\tliver\n${A}.7\t1\n${B}\t2\nFBgn0000001\t3\n`;
  const { genes: labelled, labels } = await labelText(table, { genes });
  deepStrictEqual(labelled.map(({ id }) => id), ["MSTRG.1", B]);
  deepStrictEqual([...labels.get("liver")!], [1, 2]);
});

Deno.test("a row that names several genes labels none, and is counted beside the rows of these genes", async () => {
  const [dpm1, scyl3] = ["DPM1", "SCYL3"];
  const cells = [";", "|", "_", ":", " ", ",", "+", "-", "///"].map((mark) => `${A}${mark}${B}`);
  cells.push(`${A}.14|${B}.13`, `${A}_${dpm1};${B}_${scyl3}`, `${A}|${B}|${dpm1}|${scyl3}`);
  for (const cell of cells) {
    const text = `gene\tliver\n${cell}\t50\nENSG00000000460\t1\n${A}\t2\n`;
    const labels = await labelText(text);
    strictEqual(showLabels(labels), "419=2 460=1", cell);
    match(labels.warnings.join("\n"), /: 1 row names several genes, such as "ENSG.*": it is left/);
  }
  const symbols = `gene\tliver\n${dpm1}|${scyl3}\t50\n${scyl3}|57147\t3\nFIRRM\t1\n`;
  const bySymbol = await labelText(symbols);
  strictEqual(showLabels(bySymbol), "457=3 460=1");
  match(bySymbol.warnings.join("\n"), /1 row names several genes, such as "DPM1\|SCYL3"/);
  const numbers = "GeneID\tliver\n8813|57147\t50\n55732\t1\n";
  strictEqual(showLabels(await labelText(numbers)), "460=1");
});

Deno.test("several names of one gene in a cell find it", async () => {
  const cells = [
    `${A}.17_DPM1`,
    `${A}|DPM1`,
    `DPM1|8813`,
    `DPM1|${A}`,
    `${A}.17|${A}.17_PAR_Y`,
    `${A}|ENSMUSG00000000457`,
    `ENST00000000001.1|${A}.17|OTTHUMG1.1|OTTHUMT1.1|DPM1-201|DPM1|1187|protein_coding|`,
  ];
  for (const cell of cells) {
    const labels = await labelText(`gene\tliver\n${cell}\t50\n`);
    strictEqual(showLabels(labels), "419=50", cell);
    strictEqual(labels.warnings.length, 1, labels.warnings.join("\n"));
  }
});

Deno.test("a row of several transcripts is that of their gene, unless they have several genes", async () => {
  const transcripts = () =>
    Promise.resolve(
      new Map([["ENST00000000001", A], ["ENST00000000002", A], ["ENST00000000003", B]]),
    );
  const text = "target_id\tliver\nENST00000000001.1|ENST00000000002.1\t5\n" +
    "ENST00000000001.1|ENST00000000003.1\t7\nENST00000000003.1\t1\n";
  const labels = await labelText(text, { transcripts });
  strictEqual(showLabels(labels), "419=5 457=1");
  match(labels.warnings.join("\n"), /1 row names several genes, such as "ENST00000000001\.1\|ENST/);
});

Deno.test("dashes that Seurat puts in place of underscores change no gene, nor its copy on Y", async () => {
  const rows = [`${A}-DPM1\t1`, `${A}.14-PAR-Y\t5`, `${B}.14-SCYL3\t2`];
  const labels = await labelText(`gene\tliver\n${rows.join("\n")}\n`);
  strictEqual(showLabels(labels), "419=1 457=2");
});
