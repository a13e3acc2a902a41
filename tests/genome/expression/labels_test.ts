import { deepStrictEqual, doesNotMatch, match, rejects, strictEqual } from "node:assert";
import type { Gene } from "../../../src/genome/gene.ts";
import {
  matchExpression,
  type MatchExpressionOptions,
} from "../../../src/genome/expression/labels.ts";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { readTranscriptGenes } from "../../../src/genome/transcripts.ts";
import { labelText, showLabels, THREE_GENES } from "../../helpers/expression.ts";
import { geneAt } from "../../helpers/genome.ts";
import { textSource } from "../../helpers/text_source.ts";

const A = "ENSG00000000419";
const B = "ENSG00000000457";
const gene = (id: string, more: Partial<Gene> = {}) => ({ ...geneAt("chr1", 1000), id, ...more });
const read = (text: string, file = "x.tsv") => readExpressionTable(textSource(text, file));

Deno.test("labels follow the genes, and genes without expression are left out with their number and line", async () => {
  const table = await read("id\tE1\tE2\nENSG00000000457.1\t1\t2\nENSG00000000419\t3\t4\n");
  const cellTypes = ["E2", "E1"];
  const { genes, labels, notes, warnings } = await matchExpression(THREE_GENES, table, {
    cellTypes,
  });
  deepStrictEqual(genes, THREE_GENES.slice(0, 2));
  deepStrictEqual([[...labels.get("E2")!], [...labels.get("E1")!]], [[4, 2], [3, 1]]);
  deepStrictEqual([...labels.keys()], cellTypes);
  deepStrictEqual(notes, []);
  deepStrictEqual(warnings, [
    'x.tsv lacks 1 of 3 genes, such as "ENSG00000000460.17" (line 3 of the genes): they are left out, which leaves 2 genes',
  ]);
});

Deno.test("values are transformed as requested", async () => {
  const text = `gene\tliver\n${A}\t7\n${B}\t0.5\n`;
  const labels = async (transform?: "none" | "log2p1" | "asinh") =>
    showLabels(await labelText(text, { transform }));
  strictEqual(await labels(), "419=7 457=0.5");
  strictEqual(await labels("none"), "419=7 457=0.5");
  strictEqual(await labels("log2p1"), `419=3 457=${Math.log2(1.5)}`);
  strictEqual(await labels("asinh"), `419=${Math.asinh(7)} 457=${Math.asinh(0.5)}`);
});

Deno.test("negative values are allowed except for log2p1", async () => {
  const text = `gene\tliver\n${A}\t-0.5\n`;
  strictEqual(showLabels(await labelText(text)), "419=-0.5");
  strictEqual(showLabels(await labelText(text, { transform: "asinh" })), `419=${Math.asinh(-0.5)}`);
  await rejects(labelText(text, { transform: "log2p1" }), {
    name: "FormatError",
    message: /value is -0\.5, expected one >= 0 for log2p1.*logarithms.*\(x\.tsv, line 2\)$/,
  });
});

Deno.test("a missing value leaves its gene out of that cell type only", async () => {
  const text = `gene\tliver\tlung\n${A}\tNA\t3\n${B}\t2\t\nENSG00000000460\tNaN\tNA\n`;
  const labels = await labelText(text, { cellTypes: ["liver", "lung"] });
  strictEqual(showLabels(labels), "419=NaN 457=2");
  strictEqual(showLabels(labels, "lung"), "419=3 457=NaN");
  deepStrictEqual(labels.warnings, [
    'x.tsv lacks 1 of 3 genes, such as "ENSG00000000460.17" (line 3 of the genes): they are left out, which leaves 2 genes',
    'x.tsv: 2 values missing, such as that of "ENSG00000000419.14" in "liver": the genes are left out of those cell types',
  ]);
  await rejects(
    labelText(`gene\tliver\n${A}\tNA\n`),
    /"liver" from x\.tsv: all its values are missing, or of symbols/,
  );
});

Deno.test("several files are one table, and replicates in separate files are averaged", async () => {
  const tables = [
    await readExpressionTable(textSource(`id\tx\n${A}\t1\n${B}\t5\nZ1\t0\n`, "1.tsv"), {
      cellTypes: ["liver"],
      isOfOneCellType: true,
    }),
    await readExpressionTable(textSource(`id\tx\n${B}\t7\n${A}\t2\nZ2\t0\n`, "2.tsv"), {
      cellTypes: ["liver"],
      isOfOneCellType: true,
    }),
    await readExpressionTable(textSource(`id\tTPM\n${A}\t9\nZ3\t0\n`, "3.tsv"), {
      cellTypes: ["lung"],
    }),
  ];
  const cellTypes = ["liver", "lung"];
  const labels = await matchExpression(THREE_GENES, tables, { cellTypes, transform: "log2p1" });
  strictEqual(showLabels(labels), `419=${Math.log2(2.5)} 457=${Math.log2(7)}`);
  strictEqual(showLabels(labels, "lung"), `419=${Math.log2(10)} 457=NaN`);
  match(labels.warnings[0]!, /^1\.tsv and 2 others lacks? 1 of 3 genes/);
  match(labels.warnings[1]!, /1 value missing, such as that of "ENSG00000000457\.14" in "lung"/);
  match(
    labels.warnings[2]!,
    /^1\.tsv: 1 of 3 rows .* "Z1". Much the same holds for 2 other files, such as 2\.tsv$/,
  );
  await rejects(
    matchExpression(THREE_GENES, tables, { cellTypes: ["heart"] }),
    /"heart" from 1\.tsv and 2 others: no table has it/,
  );
  const counts = await readExpressionTable(textSource(`id\tcounts\n${A}\t9\n`, "4.tsv"), {
    cellTypes: ["heart"],
  });
  await rejects(
    matchExpression(THREE_GENES, [tables[2]!, counts], { cellTypes: ["lung", "heart"] }),
    /4\.tsv: its values are counts, those of 3\.tsv are TPM/,
  );
});

Deno.test("versions of RefSeq's and Ensembl's transcripts play no part where these are the ids of genes", async () => {
  for (
    const [first, second] of [["NM_000546", "NR_046018"], ["ENST00000373020", "ENST00000494424"]]
  ) {
    for (const [own, row] of [["", ".6"], [".5", ""], [".5", ".6"]]) {
      const genes = [gene(`${first}${own}`), gene(`${second}${own}`)];
      const table = await read(`gene\tliver\n${second}${row}\t1\n${first}${row}\t2\n`);
      const found = await matchExpression(genes, table, { cellTypes: ["liver"] });
      deepStrictEqual([...found.labels.get("liver")!], [2, 1], `${own} and ${row}`);
    }
  }
});

Deno.test("a gene that is in a table twice is refused, whatever its version; rows of no gene are not", async () => {
  const twice = (one: string, other: string) =>
    labelText(`gene\tliver\n${A}\t1\n${one}\t2\n${other}\t3\n`);
  await rejects(twice(`${B}:E001`, `${B}:E002`), /line 3 as "\w+:E001" and in line 4.*exons/);
  await rejects(twice(`${B}.1`, `${B}.2`), {
    name: "FormatError",
    message:
      /gene "ENSG00000000457\.2" is in line 3 as "ENSG00000000457\.1" and in line 4, expected once \(x\.tsv, line 4\)$/,
  });
  strictEqual(showLabels(await twice("OTHER", "OTHER")), "419=1");
  strictEqual(showLabels(await twice(`${B}.1`, `${B}.1_PAR_Y`)), "419=1 457=2");
});

Deno.test("rows of one gene with the same values are taken once, and others are refused with what they may be", async () => {
  const genes = [gene(A, { chromosome: "chrX" }), gene(B)];
  const labelOf = async (rows: string) => {
    const table = await read(`gene\tliver\tlung\n${rows}`);
    return await matchExpression(genes, table, { cellTypes: ["liver", "lung"] });
  };
  const { labels, warnings } = await labelOf(
    `${A}\t1\tNA\n${B}\t2\t3\n${A}\t1\tNA\n${B}.5\t2\t3\n`,
  );
  deepStrictEqual([[...labels.get("liver")!], [...labels.get("lung")!]], [[1, 2], [NaN, 3]]);
  match(
    warnings.join(),
    /x\.tsv: 2 genes in several rows with the same values, such as "ENSG00000000419": they are taken once/,
  );
  await rejects(
    labelOf(`${A}\t1\t2\n${B}\t2\t3\n${A}\t1\t0\n`),
    /expected once\. If versions were cut off.*_PAR_Y/,
  );
  await rejects(labelOf(`${B}\t1\t2\n${B}\t1\t0\n`), /expected once \(x\.tsv, line 3\)$/);
});

Deno.test("symbols in several rows, or of several genes, give no gene a label", async () => {
  const genes = [
    ...THREE_GENES,
    gene("ENSG00000000001", { symbol: "TWIN" }),
    gene("ENSG00000000002", { symbol: "TWIN" }),
    gene("ENSG00000000003", { symbol: "XY", chromosome: "chrX" }),
    gene("ENSG00000000004", { symbol: "XY", chromosome: "chrY" }),
    gene("ENSG00000000005"),
  ];
  const text = "gene\tliver\nDPM1\t1\nSCYL3\t2\nSCYL3\t3\nTWIN\t4\nXY\t5\nENSG00000000005\t6\n";
  const labels = await labelText(text, { genes });
  strictEqual(showLabels(labels), "419=1 3=5 5=6");
  match(
    labels.notes[0]!,
    /genes are found by their symbols, through the annotation, such as "DPM1"/,
  );
  match(labels.warnings[1]!, /1 name of several genes each, such as "TWIN"/);
  match(labels.warnings[2]!, /1 symbol in several rows each, such as "SCYL3"/);
});

Deno.test("symbols that a spreadsheet turned into dates give a warning", async () => {
  const damaged = ["1-Mar", "2-Sep", "44256", "Dec-01", "2.31E+19", "2021-03-01", "1. Mrz"];
  const text = `gene\tliver\nDPM1\t1\nSCYL3\t2\n${
    damaged.map((name) => `${name}\t3`).join("\n")
  }\n`;
  const { warnings } = await labelText(text);
  match(warnings.join("\n"), /7 names changed by a spreadsheet, such as "1-Mar"/);
  const ids = await labelText(text.replace("DPM1", A).replace("SCYL3", B));
  doesNotMatch(ids.warnings.join("\n"), /spreadsheet/);
});

Deno.test("a name that a table shares with genes of another kind does not join them", async () => {
  const refuse = async (text: string, message: RegExp, genes = THREE_GENES) => {
    await rejects(labelText(text, { genes }), { name: "ContractError", message });
  };
  await refuse(
    "gene\tliver\n419\t1\n457\t2\n",
    /none of the genes, or almost none: its rows are bare numbers .* such as "419", the genes are human Ensembl ids such as "ENSG00000000419\.14" \(line 1/,
  );
  await refuse("gene\tliver\n419\t1\n", /Entrez numbers need an annotation that has them/, [
    gene(A),
  ]);
  await refuse("gene\tliver\nENSMUSG00000000419\t1\n", /mouse Ensembl ids/);
  // A mouse gene with the same symbol.
  await refuse("gene_id\tgene_name\tliver\nENSMUSG00000000419\tDPM1\t1\n", /mouse Ensembl ids/);
  const mouse = Array.from({ length: 100 }, (_, i) => `Gene${i}\t1`).join("\n");
  const human = Array.from({ length: 100 }, (_, i) => gene(`G${i}`, { symbol: `GENE${i}` }));
  await refuse(`gene\tliver\nF2\t1\n${mouse}\n`, /none of the genes/, [
    ...human,
    gene("G100", { symbol: "F2" }),
  ]);
  // Ids that are symbols do not tell a species either.
  await refuse(`gene\tliver\nF2\t1\n${mouse}\n`, /or almost none/, [
    ...human.map(({ symbol }) => gene(symbol!)),
    gene("F2"),
  ]);
  await refuse("gene\tliver\n1\t1\n2\t2\n3\t3\n", /none of the genes/, [
    gene(A, { entrezId: "1" }),
    gene(B, { entrezId: "2" }),
  ]);
  await refuse("gene\tliver\nDPM1\t1\n", /Symbols need an annotation that has them/, [gene(A)]);
});

Deno.test("a table of symbols has the ids of genes without a symbol", async () => {
  const nameless = ["ENSG00000000001", "ENSG00000000002"].map((id) => gene(id));
  const genes = [...THREE_GENES, ...nameless];
  const text = "gene\tliver\nDPM1\t1\nENSG00000000001\t4\nENSG00000000002\t5\n";
  const labels = await labelText(text, { genes });
  strictEqual(showLabels(labels), "419=1 1=4 2=5");
  match(labels.notes[0]!, /by their symbols/);
  const ids = "gene\tgene_name\tliver\nENSG00000000001\tDPM1\t4\nENSG00000000002\tSCYL3\t5\n";
  const byId = await labelText(ids, { genes });
  deepStrictEqual([showLabels(byId), byId.notes], ["1=4 2=5", []]);
});

Deno.test("counts of no gene are not reported as lost rows", async () => {
  const rows = [
    "__no_feature",
    "__ambiguous",
    "N_unmapped",
    "ERCC-00002",
    `${A}.9_PAR_Y`,
    "SIRV101",
    "",
  ];
  const text = `gene\tliver\n${A}\t1\n${B}\t2\n${rows.map((row) => `${row}\t3`).join("\n")}\n`;
  const genes = THREE_GENES.slice(0, 2);
  deepStrictEqual((await labelText(text, { genes })).warnings, []);
  const other = await labelText(`${text}LINC1\t4\n`, { genes });
  deepStrictEqual(other.warnings, [
    'x.tsv: 1 of 10 rows belong to no gene of the annotation, such as "LINC1"',
  ]);
});

Deno.test("a gene that some replicates lack does not get the mean of the others, and the warning says so", async () => {
  const C = "ENSG00000000460";
  const options = { cellTypes: ["liver"], isOfOneCellType: true };
  const readFile = (rows: string, name: string) =>
    readExpressionTable(textSource(`id\tx\n${rows}\n`, name), options);
  const both = { cellTypes: ["lung"], isOfOneCellType: true };
  const lung = await readExpressionTable(textSource(`id\tx\n${A}\t9\n`, "lung.tsv"), both);
  const tables = [
    await readFile(`${A}\t1\n${B}\t5`, "a.tsv"),
    await readFile(`${B}\t7`, "b.tsv"),
    await readFile(`${B}\t6\n${A}\tNA`, "c.tsv"),
  ];
  for (const order of [tables, tables.toReversed()]) {
    const labels = await matchExpression(THREE_GENES, order, { cellTypes: ["liver"] });
    strictEqual(showLabels(labels), "457=6");
    const [first] = order;
    const lacking = order === tables ? "b.tsv" : "c.tsv";
    deepStrictEqual(labels.warnings, [
      `${
        first!.file
      } and 2 others lack 1 of 3 genes, such as "${C}.17" (line 3 of the genes): they are left out, ` +
      "which leaves 1 gene",
      `${
        first!.file
      } and 2 others: 1 value of some replicates only, such as that of "${A}.14" in "liver", which ` +
      `a.tsv has and ${lacking} lacks: the genes are left out of those cell types, and so altogether 1 gene`,
    ]);
  }
  const cellTypes = ["liver", "lung"];
  const labels = await matchExpression(THREE_GENES, [...tables, lung], { cellTypes });
  strictEqual(showLabels(labels), "419=NaN 457=6");
  strictEqual(showLabels(labels, "lung"), "419=9 457=NaN");
  match(labels.warnings[1]!, /: 1 value of some replicates only, .*left out of those cell types$/);
  match(labels.warnings[2]!, /: 1 value missing, such as that of "ENSG00000000457\.14" in "lung"/);
  const apart = [await readFile(`${A}\t1`, "a.tsv"), await readFile(`${B}\t7`, "b.tsv")];
  await rejects(
    matchExpression(THREE_GENES, apart, { cellTypes: ["liver"] }),
    /"liver" from a\.tsv and 1 other: none of its genes has a value in all of its 2 files$/,
  );
});

Deno.test("a symbol on X and Y is that on X, whatever the names of the chromosomes", async () => {
  const pairs = [
    ["chrX", "chrY"],
    ["X", "Y"],
    ["NC_000023.11", "NC_000024.10"],
    ["NC_000086.8", "NC_000087.8"],
    ["CM000685.2", "CM000686.2"],
    ["CP068255.2", "CP086569.2"],
  ] as const;
  for (const [x, y] of pairs) {
    for (const chromosomes of [[x, y], [y, x]]) {
      const genes = chromosomes.map((chromosome) =>
        gene(`on ${chromosome}`, { symbol: "ASMT", chromosome })
      );
      const table = await read("gene\tliver\nASMT\t3\n");
      const labels = await matchExpression(genes, table, { cellTypes: ["liver"] });
      deepStrictEqual(labels.genes.map(({ chromosome }) => chromosome), [x]);
    }
  }
  const rat = ["X", "Y"].map((chromosomeAlias, i) =>
    gene(`R${i}`, { symbol: "Asmt", chromosome: `NC_05135${6 + i}.1`, chromosomeAlias })
  );
  const labels = await matchExpression(rat, await read("gene\tliver\nAsmt\t3\n"), {
    cellTypes: ["liver"],
  });
  deepStrictEqual(labels.genes.map(({ id }) => id), ["R0"]);
});

Deno.test("ids with GFF3's prefixes in GTF are found", async () => {
  const genes = [gene("gene-LOC1"), gene("gene:AT1G01010")];
  for (const ids of [["gene-LOC1", "gene:AT1G01010"], ["LOC1", "AT1G01010"]]) {
    const table = await read(`gene_id\tliver\n${ids[0]}\t3\n${ids[1]}\t4\n`);
    const labels = await matchExpression(genes, table, { cellTypes: ["liver"] });
    deepStrictEqual([...labels.labels.get("liver")!], [3, 4]);
  }
});

Deno.test("numbers of rows are not Entrez numbers, in any order and however many are left", async () => {
  const genes = Array.from({ length: 40 }, (_, i) => (
    gene(`ENSG${String(i + 1).padStart(11, "0")}`, { symbol: `SYM${i}`, entrezId: `${i}` })
  ));
  const refuse = async (text: string) =>
    await rejects(labelText(text, { genes }), { message: /none of the genes, or almost none/ });
  const numbers = [27, 17, 3, 12, 30];
  for (const title of ["", "X", "Unnamed: 0", "index", "row.names", "id", "name"]) {
    // Symbols of the mouse do not match, and the numbers must not replace them.
    const mouse = numbers.map((number, i) => `${number},Sym${i},1`).join("\n");
    await refuse(`${title},symbol,liver\n${mouse}\n`);
    const human = numbers.map((number, i) => `${number},SYM${i},${i}`).join("\n");
    const labels = await labelText(`${title},symbol,liver\n${human}\n`, { genes });
    strictEqual(showLabels(labels), "1=0 2=1 3=2 4=3 5=4");
  }
  const rows = (numbers: readonly number[]) => numbers.map((number) => `${number},1\n`).join("");
  for (const title of ["", "GeneID"]) {
    // All of the numbers are present, in any order.
    await refuse(`${title},liver\n${rows([3, 1, 2, 0])}`);
    if (title === "") await refuse(`${title},liver\n${rows([4, 3, 1, 2])}`);
  }
  const all = await labelText(`GeneID,liver\n${rows([4, 3, 1, 2])}`, { genes });
  strictEqual(showLabels(all), "2=1 3=1 4=1 5=1");
  // The numbers are from a filtered table: nearly all small numbers are Entrez numbers of some gene.
  const filtered = rows([1, 4, 6, 7, 9, 13, 21, 38]);
  for (const title of ["", "Unnamed: 0", "index"]) await refuse(`${title},liver\n${filtered}`);
  // One of ten matches by chance.
  const few = [7, ...Array.from({ length: 9 }, (_, i) => 1000 + i)];
  for (const title of ["", "id", "gene"]) await refuse(`${title},liver\n${rows(few)}`);
  // Names under an unknown title; a spreadsheet turned one of them into a date.
  const odd = ["SYM0", "SYM1", "44256", "SYM2", "SYM3"];
  for (const title of ["", "X", "id"]) {
    const text = numbers.map((number, i) => `${number},${odd[i]},${i}`).join("\n");
    const labels = await labelText(`${title},feature,liver\n${text}\n`, { genes });
    strictEqual(showLabels(labels), "1=0 2=1 3=3 4=4");
  }
  await rejects(labelText(`id,feature,liver\n3,Sym3,1\n7,Sym7,2\n`, { genes }), {
    message: /Numbers that may count rows are Entrez numbers only under a title such as GeneID/,
  });
  strictEqual(showLabels(await labelText(`GeneID,liver\n${rows(few)}`, { genes })), "8=1");
  const titled = numbers.map((number) => `${number},?,1`).join("\n");
  const byNumber = await labelText(`GeneID,symbol,liver\n${titled}\n`, { genes });
  strictEqual(showLabels(byNumber), "4=1 13=1 18=1 28=1 31=1");
});

Deno.test("numeric ids are found as pandas writes them", async () => {
  const genes = ["8813", "57147"].map((id) => gene(id));
  const { labels } = await labelText("gene_id,liver\n8813.0,1\n57147.0,2\n", { genes });
  deepStrictEqual([...labels.get("liver")!], [1, 2]);
});

Deno.test("symbols that match come before Entrez numbers that match too", async () => {
  const text = "gene_id,symbol,liver\n55732,DPM1,1\n8813,SCYL3,2\n57147,OTHER,3\n";
  strictEqual(showLabels(await labelText(text)), "419=1 457=2");
});

Deno.test("rows of transcripts are added up with a note, but values of genes are not", async () => {
  const read = (...values: readonly string[]) => {
    const genes = [A, A, B, B, "ENSG00000000460", "ENSG00000000460"];
    const rows = genes.map((id, i) => `${id}\tENST0000000000${i}\t${values[i]}\n`).join("");
    return labelText(`gene_id\ttranscript_id\tliver\tlung\n${rows}`, {
      cellTypes: ["liver", "lung"],
    });
  };
  const added = await read("1\t1", "1\t2", "0\t0", "0\t0", "3\t3", "3\t4");
  strictEqual(showLabels(added), "419=2 457=0 460=6");
  deepStrictEqual(added.notes, [
    `x.tsv: 3 genes in several rows each, such as "${A}", whose values are added up`,
  ]);
  await rejects(read("1\t2", "1\t2", "0\t0", "0\t0", "3\tNA", "3\tNA"), {
    name: "FormatError",
    message:
      /2 of 2 genes with several rows have the same values in all of them, such as that of "ENSG00000000419" in lines 2 and 3: .* one row for each gene.*line 3\)$/,
  });
  const twice = `gene_id\ttranscript_id(s)\tliver\n${A}\tT1,T2\t1\n${A}\tT1,T2\t2\n`;
  await rejects(labelText(twice), /is in line 2 and in line 3, expected once/);
  const program =
    "transcript_id\tgene_id\tlength\teffective_length\texpected_count\tTPM\tFPKM\tIsoPct\n";
  const isoforms = ["T1", "T2"].map((id) => `${id}\t${A}\t9\t9\t1\t1\t1\t50\n`).join("");
  strictEqual(showLabels(await labelText(program + isoforms)), "419=2");
});

Deno.test("a symbol that R numbered in further rows gives no label, and ids among symbols are found", async () => {
  const text = "symbol,liver\nDPM1,1\nDPM1.1,2\nSCYL3,3\n";
  const numbered = await labelText(text);
  strictEqual(showLabels(numbered), "457=3");
  match(numbered.warnings.join("\n"), /"DPM1"/);
  strictEqual(showLabels(await labelText(`symbol,liver\nDPM1,1\n${B}.9,2\n`)), "419=1 457=2");
});

Deno.test("logarithms of transcripts are not added up to genes", async () => {
  const ids = Array.from({ length: 24 }, (_, i) => `ENST000000000${10 + i}`);
  const transcripts = () =>
    Promise.resolve(new Map(ids.map((id, i) => [id, i < 12 ? `${A}.14` : `${B}.14`])));
  const write = (valueOf: (tpm: number) => number) =>
    "sample\tliver\n" +
    ids.map((id, i) => `${id}.1\t${valueOf(i % 3 === 0 ? 0 : i * i)}\n`).join("");
  for (const transform of ["none", "log2p1"] as const) {
    // As UCSC Xena writes transcripts.
    await rejects(labelText(write((tpm) => Math.log2(tpm + 0.001)), { transcripts, transform }), {
      name: "FormatError",
      message:
        /^Cannot add up expression: "ENST00000000010\.1" has -9\.9\d+ in cell type "liver", expected values of 0 or more.*Give linear values, such as TPM, or a table of genes/,
    });
    const labels = await labelText(write((tpm) => Math.log2(tpm + 1)), { transcripts, transform });
    match(labels.warnings.join("\n"), /values that are added up to genes look like logarithms/);
    const linear = await labelText(write((tpm) => tpm / 2), { transcripts, transform });
    doesNotMatch(linear.warnings.join("\n"), /logarithms/);
  }
  // Each gene has one transcript here, so that nothing is added up.
  const alone = `sample\tliver\n${ids[0]}.1\t-1.5\n${ids[12]}.1\t2.25\n`;
  strictEqual(showLabels(await labelText(alone, { transcripts })), "419=-1.5 457=2.25");
});

Deno.test("transcripts with symbols in another column are added up as transcripts", async () => {
  const transcripts = () =>
    Promise.resolve(
      new Map([["ENST00000000001", A], ["ENST00000000002", A], ["ENST00000000003", B]]),
    );
  const text = "tx,gene_name,liver\nENST00000000001.1,DPM1,1\nENST00000000002.1,DPM1,2\n" +
    "ENST00000000003.1,SCYL3,4\n";
  strictEqual(showLabels(await labelText(text, { transcripts })), "419=3 457=4");
});

Deno.test("transcripts that no title and no id shows are found by the annotation", async () => {
  const genes = ["AT1G01010", "AT1G01020"].map((id) => gene(id));
  const transcripts = () =>
    Promise.resolve(
      new Map(["AT1G01010.1", "AT1G01010.2", "AT1G01020.1"].map((id) => [id, id.slice(0, 9)])),
    );
  const rows = "AT1G01010.1\t1\nAT1G01010.2\t2\nAT1G01020.1\t4\n";
  const match = async (
    title: string,
    options: Pick<MatchExpressionOptions, "transcripts"> = { transcripts },
  ) =>
    await matchExpression(genes, await read(`${title}\tliver\n${rows}`), {
      cellTypes: ["liver"],
      ...options,
    });
  for (const title of ["gene", "", "Name", "target_id"]) {
    const { labels, notes } = await match(title);
    deepStrictEqual([...labels.get("liver")!], [3, 4], title);
    deepStrictEqual(notes, [
      'x.tsv: transcripts are added up to genes, according to the annotation, such as "AT1G01010.1"',
    ]);
  }
  const named = async () => ({ genes: await transcripts(), source: "tx2gene.tsv" });
  deepStrictEqual((await match("gene", { transcripts: named })).notes, [
    'x.tsv: transcripts are added up to genes, according to tx2gene.tsv, such as "AT1G01010.1"',
  ]);
  // An annotation without transcripts says nothing of them, and is no error here; one that is damaged is one.
  const none = () => readTranscriptGenes(textSource("", "a.gtf"));
  await rejects(match("gene", { transcripts: none }), /it has none of the genes/);
  const damaged = () => readTranscriptGenes(textSource("chr1\tx", "a.gtf"));
  await rejects(match("gene", { transcripts: damaged }), /expected 9 columns/);
});

Deno.test("names that differ from the annotation's in capitals alone are refused as such", async () => {
  const genes = ["AT1G01010", "AT1G01020"].map((id) => gene(id));
  const table = await read("gene\tliver\nAt1g01010\t1\nAt1g01020\t2\n");
  await rejects(
    matchExpression(genes, table, { cellTypes: ["liver"] }),
    /The names differ in capitals alone, as those of two species do.*as the annotation has them/,
  );
});

Deno.test("ids beside the symbols or numbers of other genes give a warning, unless few do", async () => {
  const genes = Array.from(
    { length: 40 },
    (_, i) =>
      gene(`ENSG${String(i + 1).padStart(11, "0")}`, { symbol: `SYM${i}`, entrezId: `${900 + i}` }),
  );
  const warningsOf = async (title: string, nameOf: (i: number) => string, rows = 20) => {
    const lines = genes.slice(0, rows).map(({ id }, i) => `${id}\t${nameOf(i)}\t${i}.5\n`);
    const text = `gene_id\t${title}\tliver\n${lines.join("")}`;
    const { warnings } = await labelText(text, { genes: genes.slice(0, rows) });
    return warnings.filter((text) => /different genes/.test(text));
  };
  const shifted = (i: number) => (i + 1) % 20;
  const [symbols = ""] = await warningsOf("gene_name", (i) => `SYM${shifted(i)}`);
  match(
    symbols,
    /^x\.tsv: in 20 of 20 rows ids and symbols are of different genes .*"SYM1".*by itself/,
  );
  const [numbers = ""] = await warningsOf("entrez_id", (i) => `${900 + shifted(i)}`);
  match(numbers, /in 20 of 20 rows ids and Entrez numbers are of different genes/);
  // As after a cell was put in between, from which all that follow are off.
  const [block = ""] = await warningsOf("gene_name", (i) => `SYM${i < 12 ? (i + 1) % 12 : i}`, 40);
  match(block, /in 12 of 40 rows ids and symbols are of different genes/);
  // Some symbols passed to other genes, symbols that the annotation lacks, and what is no symbol.
  for (
    const nameOf of [
      (i: number) => `SYM${i < 9 ? shifted(i) : i}`,
      (i: number) => `ALIAS${shifted(i)}`,
      (i: number) => `SYM${i}`,
    ]
  ) deepStrictEqual(await warningsOf("gene_name", nameOf), []);
  deepStrictEqual(await warningsOf("length", (i) => `${900 + shifted(i)}`), []);
  deepStrictEqual(await warningsOf("gene_name", (i) => `SYM${(i + 1) % 9}`, 9), []);
});

Deno.test("files of expression that are copies of each other give a warning, columns of one file do not", async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `ENSG${String(i + 1).padStart(11, "0")}`);
  const genes = ids.map((id) => gene(id));
  const tableOf = (values: (i: number) => number, names = "x") =>
    `id\t${names}\n${
      ids.map((id, i) => [id, ...names.split("\t").map(() => values(i))].join("\t")).join("\n")
    }`;
  const warningsOf = async (...texts: readonly (readonly [name: string, text: string])[]) => {
    const tables = await Promise.all(
      texts.map(([cellType, text], i) =>
        readExpressionTable(textSource(text, `${i}.tsv`), {
          cellTypes: [cellType],
          isOfOneCellType: true,
        })
      ),
    );
    const cellTypes = [...new Set(texts.map(([cellType]) => cellType))];
    return (await matchExpression(genes, tables, { cellTypes })).warnings;
  };
  const some = (i: number) => i % 7;
  deepStrictEqual(await warningsOf(["liver", tableOf(some)], ["lung", tableOf(some)]), [
    "1.tsv (expression of lung) has the same value for every gene as 0.tsv (of liver): one is most likely a copy of the other",
  ]);
  // Also of replicates of one cell type.
  strictEqual((await warningsOf(["liver", tableOf(some)], ["liver", tableOf(some)])).length, 1);
  deepStrictEqual(await warningsOf(["liver", tableOf(some)], ["lung", tableOf((i) => i % 6)]), []);
  // Too few values that are not 0.
  const few = (i: number) => i < 19 ? i : 0;
  deepStrictEqual(await warningsOf(["liver", tableOf(few)], ["lung", tableOf(few)]), []);
  const both = await readExpressionTable(textSource(tableOf(some, "liver\tlung"), "a.tsv"), {
    cellTypes: ["liver", "lung"],
  });
  const one = await matchExpression(genes, both, { cellTypes: ["liver", "lung"] });
  deepStrictEqual(one.warnings, []);
});
