/** Tables in long format and tables of differences are not taken for expression. */

import { rejects, strictEqual } from "node:assert";
import { labelText, showLabels } from "../../helpers/expression.ts";

const A = "ENSG00000000419";
const B = "ENSG00000000457";

/** Makes a table with tabs instead of blanks. */
function table(...lines: string[]): string {
  return lines.map((line) => line.replaceAll(" ", "\t")).join("\n") + "\n";
}

/** Tables with a row for each gene and sample, and the column that names the sample. */
const LONG: Readonly<Record<string, readonly [string, RegExp]>> = {
  "sleuth's": [
    `"target_id","sample","est_counts","tpm","eff_len","len"\n` +
    `"ENST00000000001.1","liver",100,12.5,3500,3768\n"ENST00000000001.1","lung",50,6,3500,3768\n`,
    /column "sample" has "liver" in line 2 and "lung" in line 3/,
  ],
  "salmon's files with a column of samples": [
    table(
      "Name Length EffectiveLength TPM NumReads sample",
      "ENST00000000001 10 9 1 2 liver",
      "ENST00000000001 10 9 3 4 lung",
    ),
    /column "sample" has "liver"/,
  ],
  "transcripts by tissue": [
    table(
      "gene_id transcript_id tissue TPM",
      `${A} ENST00000000001 liver 1`,
      `${A} ENST00000000002 liver 1`,
      `${A} ENST00000000001 lung 2`,
    ),
    /column "tissue" has "liver" in line 2 and "lung" in line 4/,
  ],
  "the Human Protein Atlas'": [
    `Gene\tGene name\tTissue\tTPM\tpTPM\tnTPM\n${A}\tDPM1\tliver\t1\t2\t3\n${A}\tDPM1\tlung\t1\t2\t3\n`,
    /column "Tissue" has/,
  ],
  "umi_tools'": [table("gene cell count", `${A} AACG 1`, `${A} AAGT 2`), /column "cell" has/],
  "Cuffdiff's read groups": [
    table(
      "tracking_id condition replicate raw_frags FPKM effective_length status",
      `${A} liver 0 10 9.1 - OK`,
      `${A} liver 1 10 9.5 - OK`,
    ),
    /column "replicate" has "0" in line 2 and "1" in line 3/,
  ],
  "ICGC's, with the samples first": [
    table(
      "icgc_donor_id submitted_sample_id gene_id normalized_read_count raw_read_count",
      "DO1 S1 DPM1 0.1 10",
      "DO2 S2 DPM1 0.1 10",
    ),
    /column "icgc_donor_id" has "DO1"/,
  ],
  "a molten table": [table("Var1 Var2 value", `${A} liver 1`, `${A} lung 2`), /column "Var2" has/],
  "a table whose rows differ after the first lines": [
    table(
      "gene_id sample TPM",
      ...Array.from({ length: 80 }, (_, i) => `G${i} liver 1`),
      `${A} lung 2`,
    ),
    /column "sample" has "liver" in line 2 and "lung" in line 82/,
  ],
  "a table without the cell type": [
    table("gene_id sample count", `${A} x 1`, `${B} x 1`).replace("count", "nTPM"),
    /it has nTPM\. The column "sample" names the sample/,
  ],
};

for (const [what, [text, message]] of Object.entries(LONG)) {
  Deno.test(`a table in long format is refused as expression: ${what}`, async () => {
    const transcripts = () => Promise.resolve(new Map([["ENST00000000001", A]]));
    const advice = /long format, one row for each sample: make one column for each sample/;
    for (const expected of [message, advice]) {
      await rejects(labelText(text, { transcripts }), expected);
    }
  });
}

Deno.test("parts that are added up to a gene must be in a table once", async () => {
  const transcripts = () => Promise.resolve(new Map([["ENST00000000001", A]]));
  const twice = {
    "kallisto's": table(
      "target_id length eff_length est_counts tpm",
      "ENST00000000001.1 9 9 1 12.5",
      "ENST00000000001.1 9 9 1 6",
    ),
    "GENCODE's names": table(
      "Name Length EffectiveLength TPM NumReads",
      ...[1, 2].map((value) => `ENST00000000001.1|${A}.1|-|-|X-201|X|9| 9 9 ${value} 1`),
    ),
    "nf-core's": table("tx gene_id liver", `ENST00000000001 ${A} 1`, `ENST00000000001 ${A} 2`),
    "RSEM's": table(
      "transcript_id gene_id length effective_length expected_count TPM FPKM IsoPct",
      ...[1, 2].map((value) => `ENST00000000001 ${A} 9 9 1 ${value} 1 100`),
    ),
    "StringTie's": "Gene ID\tGene Name\tReference\tStrand\tStart\tEnd\tCoverage\tFPKM\tTPM\n" +
      table(...[1, 2].map((value) => `${A} DPM1 chr1 + 1 2 3 7 ${value}`)),
    "Cufflinks'": table(
      "tracking_id gene_id gene_short_name locus FPKM FPKM_status",
      ...[1, 2].map((value) => `${A} ${A} DPM1 chr1:1-2 ${value} OK`),
    ),
  };
  for (const [what, text] of Object.entries(twice)) {
    await rejects(labelText(text, { transcripts }), {
      name: "FormatError",
      message:
        /is in line 2 and in line 3, expected once.*long format, one row for each sample: make one column for each sample.*line 3\)$/,
    }, what);
  }
  // Rows without a transcript cannot be told apart.
  const nameless = table("tx gene_id liver", `NA ${A} 1`, `NA ${A} 0.5`);
  strictEqual(showLabels(await labelText(nameless)), "419=1.5");
});

const DIFFERENCES: Readonly<Record<string, string>> = {
  "DESeq2's":
    `"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"\n"${A}",9,-1,1,2,0.1,NA\n`,
  "edgeR's": `logFC\tlogCPM\tF\tPValue\tFDR\n${A}\t-1\t4\t3\t0.1\t0.2\n`,
  "limma's": `ID,logFC,AveExpr,t,P.Value,adj.P.Val,B\n${A},-1,4,3,0.1,0.2,1\n`,
  "Cuffdiff's": table(
    "test_id gene_id gene locus sample_1 sample_2 status value_1 value_2 log2(fold_change) " +
      "test_stat p_value q_value significant",
    `${A} ${A} DPM1 chr1:1-2 liver lung OK 9 3 -1 -2 0.1 0.2 yes`,
  ),
  "Expression Atlas'": `Gene ID\tGene Name\tg1.foldChange\tg1.pValue\n${A}\tDPM1\t1\t0.1\n`,
};

for (const [what, text] of Object.entries(DIFFERENCES)) {
  Deno.test(`a table of differences is refused as expression: ${what}`, async () => {
    for (const options of [{}, { isOfOneCellType: true }]) {
      const message = /it has differences between samples \(.*\), not expression/;
      await rejects(labelText(text, options), { name: "FormatError", message });
    }
  });
}

Deno.test("the error about a missing cell type mentions differences if the table has them", async () => {
  const text = table("gene_id lung logFC FDR", `${A} 1 2 0.1`);
  await rejects(labelText(text), /it has lung\. Also, it has differences between samples/);
});
