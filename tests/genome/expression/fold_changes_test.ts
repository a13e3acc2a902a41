import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { readFoldChanges } from "../../../src/genome/expression/fold_changes.ts";
import { matchFoldChanges } from "../../../src/genome/expression/match_fold_changes.ts";
import { textSource } from "../../helpers/text_source.ts";

const A = "ENSG00000000419";
const B = "ENSG00000000938";
const C = "ENSG00000001036";
const GENES = [A, B, C].map((id) => ({ id }));

const DESEQ2 = `"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"
"${A}",731.2,-0.51,0.12,-4.2,2.6e-05,0.0031
"${B}",0,NA,NA,NA,NA,NA
"${C}",12.5,1.25,0.6,2.1,0.03,NA
`;

/** The same changes as programs and people write them. */
const FORMS: Readonly<Record<string, string>> = {
  "DESeq2 by write.csv": DESEQ2,
  "DESeq2 by write.table, without its corner": DESEQ2.replace('"",', "").replaceAll(",", "\t"),
  "DESeq2 by write.table, between blanks": DESEQ2.replace('"",', "").replaceAll(",", " "),
  "DESeq2 with tidy = TRUE": DESEQ2.replace('""', '"row"'),
  "lfcShrink, which has no stat": `gene_id,baseMean,log2FoldChange,lfcSE,pvalue,padj
${A}.14,731.2,-0.51,0.12,2.6e-05,0.0031
${B}.13,0,NA,NA,NA,NA
${C}.16,12.5,1.25,0.6,0.03,NA
`,
  "edgeR's topTags": `"","logFC","logCPM","F","PValue","FDR"
"${C}",1.25,2,5,0.3,NA
"${A}",-0.51,5.2,17,2.6e-05,0.0031
`,
  "limma's topTable": `\tlogFC\tAveExpr\tt\tP.Value\tadj.P.Val\tB
${A}\t-0.51\t5.2\t-4\t2.6e-05\t0.0031\t3.3
${C}\t1.25\t2\t1\t0.3\t\t-4
`,
  "rows with numbers and ids in a later column": `"","log2FoldChange","padj","gene_id"
"1",-0.51,0.0031,"${A}"
"2",NA,NA,"${B}"
"3",1.25,NA,"${C}"
`,
  "a title that names the comparison": `gene_id;liver_vs_lung.log2FoldChange;liver_vs_lung.padj
${A};-0.51;0.0031
${C};1.25;NA
`,
  "Seurat's FindMarkers": `"","p_val","avg_log2FC","pct.1","pct.2","p_val_adj"
"${A}",2.6e-05,-0.51,0.5,0.6,0.0031
"${C}",0.3,1.25,0.1,0.2,NA
`,
  "scanpy's rank_genes_groups": `names,scores,logfoldchanges,pvals,pvals_adj
${A},-4,-0.51,2.6e-05,0.0031
${C},2,1.25,0.3,
`,
  "Windows' line ends and a byte order mark": `\ufeff${DESEQ2.replaceAll("\n", "\r\n")}`,
  "comments above": `# made by hand\n${DESEQ2}`,
};

for (const [form, text] of Object.entries(FORMS)) {
  Deno.test(`fold changes are read from a table of ${form}`, async () => {
    const table = await readFoldChanges(textSource(text));
    const { log2FoldChanges, qValues } = matchFoldChanges(table, GENES);
    deepStrictEqual([...log2FoldChanges], [-0.51, NaN, 1.25]);
    deepStrictEqual([...qValues!], [0.0031, NaN, NaN]);
  });
}

Deno.test("a table without adjusted p-values has none", async () => {
  const { qValues, qTitle } = await readFoldChanges(textSource(`gene\tlog2FC\n${A}\t1\n`));
  deepStrictEqual([qValues, qTitle], [undefined, undefined]);
});

Deno.test("a column of symbols is used where the ids are of another kind", async () => {
  const text = "gene_id,symbol,logFC\n8813,DPM1,1\n2268,FGR,2\n";
  const table = await readFoldChanges(textSource(text));
  const genes = [{ id: A, symbol: "DPM1" }, { id: C }, { id: B, symbol: "FGR" }];
  deepStrictEqual([...matchFoldChanges(table, genes).log2FoldChanges], [1, NaN, 2]);
  const numbered = [{ id: A, entrezId: "8813" }, { id: B, entrezId: "2268" }];
  deepStrictEqual([...matchFoldChanges(table, numbered).log2FoldChanges], [1, 2]);
});

Deno.test("a fold change of several genes together is that of none of them", async () => {
  const text = `gene_id,log2FoldChange,padj\n${A};${B},1,0.1\n${B},2,0.1\n${C},3,0.1\n`;
  const { log2FoldChanges, notes } = matchFoldChanges(
    await readFoldChanges(textSource(text)),
    GENES,
  );
  deepStrictEqual([...log2FoldChanges], [NaN, 2, 3]);
  strictEqual(notes[1], `1 name of several genes together was left out: ${A};${B}`);
});

Deno.test("all transcripts of a gene have its fold change", async () => {
  const table = await readFoldChanges(textSource(`id,logFC\n${A}.1,1\n${B}.2,2\n`));
  const genes = [
    { id: "ENST00000371582", gene: `${A}.14` },
    { id: "ENST00000371588", gene: `${A}.14` },
    { id: B },
  ];
  deepStrictEqual([...matchFoldChanges(table, genes).log2FoldChanges], [1, 1, 2]);
});

Deno.test("a gene with several rows is left out, and a table of several rows for each refused", async () => {
  const others = Array.from({ length: 20 }, (_, i) => ({ id: `gene${i}` }));
  const rows = others.map(({ id }, i) => `${id},${i}`).join("\n");
  const table = await readFoldChanges(textSource(`id,logFC\n${A},1\n${A}.2,2\n${rows}\n`, "x.csv"));
  const { log2FoldChanges, notes } = matchFoldChanges(table, [{ id: A }, ...others]);
  deepStrictEqual([...log2FoldChanges], [NaN, ...others.keys()]);
  deepStrictEqual(notes, [
    "x.csv: logFC of 20 genes of 21, found by gene ids",
    "1 gene with several rows was left out",
  ]);
  throws(() => matchFoldChanges(table, [{ id: A }]), {
    name: "ContractError",
    message: /1 gene of 1, such as ENSG00000000419, have several rows.*several comparisons\?$/,
  });
});

Deno.test("a symbol that two genes share is nobody's, but that of a copy on Y is the gene's", async () => {
  const table = await readFoldChanges(textSource("symbol,logFC\nASMT,1\nSHARED,2\nDPM1,3\n"));
  const genes = [
    { id: "ENSG00000196433.13", symbol: "ASMT" },
    { id: "ENSG00000196433.13_PAR_Y", symbol: "ASMT" },
    { id: B, symbol: "SHARED" },
    { id: C, symbol: "SHARED" },
    { id: A, symbol: "DPM1" },
  ];
  const { log2FoldChanges, notes } = matchFoldChanges(table, genes);
  deepStrictEqual([...log2FoldChanges], [1, NaN, NaN, NaN, 3]);
  strictEqual(notes.at(-1), "1 name that several genes share was left out: SHARED");
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty, expected rows \(x\.csv\)$/],
  "only a header": ["id,logFC\n", /there is only a header, expected rows/],
  "expression instead": ["id,liver,lung\nA,1,2\n", /has id, liver, lung, expected.*log2FoldChange/],
  "two comparisons": ["id,a.logFC,b.logFC\nA,1,2\n", /has a\.logFC and b\.logFC, expected one/],
  "two columns of q-values": ["id,logFC,padj,FDR\nA,1,2,3\n", /has padj and FDR, expected one/],
  "a decimal comma": ["id;logFC\nA;1,5\n", /logFC is 1,5, expected .* decimal point.*line 2\)$/],
  "an infinite p-value": ["id,logFC,padj\nA,1,Inf\n", /padj is Inf, expected a number/],
  "a text": ["id,logFC,padj\nA,1,low\n", /padj is low, expected a number/],
  "a p-value above 1": ["id,logFC,padj\nA,1,1.5\n", /padj is 1\.5, expected 0 to 1/],
  "a negative p-value": ["id,logFC,padj\nA,1,-1e-9\n", /padj is -1e-9, expected 0 to 1/],
  "a short row": ["id,logFC,padj\nA,1,1\nB,1\n", /row has 2 cells, expected 3.*line 3\)$/],
  "a long row": ["id,logFC,padj\nA,1,1\nB,1,1,1\n", /row has 4 cells, expected 3/],
  "no names": ["logFC,padj\n1,1\n", /no column names the genes/],
  "bytes": ["\0\0\0\x01", /x\.csv/],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a table of fold changes with ${what} is refused`, async () => {
    await rejects(readFoldChanges(textSource(text, "x.csv")), { name: "FormatError", message });
  });
}

Deno.test("text that is not UTF-8 is refused with its line, near the beginning and far from it", async () => {
  const rows = Array.from({ length: 100 }, (_, i) => `G${i},${i}`);
  for (const bad of [0, 1, 90]) {
    const lines = ["id,logFC", ...rows].map((line, i) => i === bad ? `${line}#` : line);
    const bytes = new TextEncoder().encode(lines.join("\n"));
    bytes[bytes.indexOf(35)] = 0xff;
    await rejects(readFoldChanges(bytesSource(bytes, "x.csv")), {
      name: "FormatError",
      message: new RegExp(`not UTF-8.*\\(x\\.csv, line ${bad + 1}\\)$`),
    });
  }
});

Deno.test("a fold change that no ratio has is refused with its line, since its square is no number", async () => {
  for (const value of ["1e308", "-10001"]) {
    await rejects(readFoldChanges(textSource(`id,logFC\n${A},1\n${B},${value}\n`, "x.csv")), {
      name: "FormatError",
      message: /logFC is \S+, expected a logarithm from -10000 to 10000 \(x\.csv, line 3\)$/,
    });
  }
});

Deno.test("a table of other genes, or without a number, is refused with examples", async () => {
  const other = await readFoldChanges(textSource("id,logFC\nENSMUSG00000000001,1\n", "x.csv"));
  throws(() => matchFoldChanges(other, GENES), {
    name: "ContractError",
    message:
      /x\.csv: it has mouse Ensembl ids, such as .*data have human Ensembl ids.*--gene-file\)$/,
  });
  const empty = await readFoldChanges(textSource(`id,logFC\n${A},NA\n`, "x.csv"));
  throws(() => matchFoldChanges(empty, GENES), {
    message: /logFC is missing for all of the 1 gene/,
  });
});

Deno.test("numbers in tables of any size are read back, compressed or not", async () => {
  const value = fc.double({ min: -10_000, max: 10_000, noNaN: true });
  const rows = fc.array(fc.tuple(value, fc.double({ min: 0, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 120,
  });
  await fc.assert(
    fc.asyncProperty(rows, fc.constantFrom(",", "\t", ";"), fc.boolean(), async (
      drawn,
      separator,
      compressed,
    ) => {
      const lines = drawn.map(([change, q], i) => [`G${i}`, change, q].join(separator));
      const text = [["gene_id", "log2FoldChange", "padj"].join(separator), ...lines].join("\n");
      const bytes = compressed ? gzipSync(text) : new TextEncoder().encode(text);
      const table = await readFoldChanges(bytesSource(Uint8Array.from(bytes)));
      deepStrictEqual([...table.log2FoldChanges], drawn.map(([change]) => change + 0));
      deepStrictEqual([...table.qValues!], drawn.map(([, q]) => q + 0));
      deepStrictEqual(table.lines, drawn.map((_, i) => i + 2));
    }),
    { numRuns: 50 },
  );
});

Deno.test("natural logarithms of Seurat before version 4 are turned into those to base 2, with a warning", async () => {
  const warnings: string[] = [];
  const text =
    `"","p_val","avg_logFC","pct.1","pct.2","p_val_adj"\n"${A}",1e-5,${Math.LN2},0.5,0.6,1e-3\n`;
  const { log2FoldChanges, qValues } = await readFoldChanges(textSource(text, "m.csv"), {
    onWarning: (warning) => void warnings.push(warning),
  });
  deepStrictEqual([...log2FoldChanges, ...qValues!], [1, 0.001]);
  deepStrictEqual(warnings, [
    "m.csv: avg_logFC is the natural logarithm, as Seurat before version 4 writes it, and is turned into that to base 2",
  ]);
});

Deno.test("infinite fold changes of Cuffdiff are missing, with a warning", async () => {
  const warnings: string[] = [];
  const rows = [[A, "inf"], [B, "-inf"], [C, "-nan"], ["ENSG00000001084", "0.5"]];
  const text = `gene_id\tlog2(fold_change)\tq_value\n${
    rows.map(([gene, change]) => `${gene}\t${change}\t0.5\n`).join("")
  }`;
  const { log2FoldChanges } = await readFoldChanges(textSource(text, "gene_exp.diff"), {
    onWarning: (warning) => void warnings.push(warning),
  });
  deepStrictEqual([...log2FoldChanges], [NaN, NaN, NaN, 0.5]);
  deepStrictEqual(warnings, [
    "gene_exp.diff: log2(fold_change) is infinite in 2 rows, of genes without expression on one side, whose fold change " +
    "is taken as missing",
  ]);
});
