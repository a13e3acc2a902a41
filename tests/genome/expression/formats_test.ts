/** Tables as programs write them. Each gives two genes the expression 1.5 and 2 (or counts). */

import { match, rejects, strictEqual } from "node:assert";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { labelText, type LabelTextOptions, showLabels } from "../../helpers/expression.ts";

const A = "ENSG00000000419";
const B = "ENSG00000000457";

/** Makes a table, by default with tabs instead of blanks. */
function table(...lines: string[]): string {
  return lines.map((line) => line.replaceAll(" ", "\t")).join("\n") + "\n";
}

const HOMER = "Transcript/RepeatID (cmd=analyzeRepeats.pl x.gtf hg38 -count exons)\t" +
  "chr\tstart\tend\tstrand\tLength\tCopies\tAnnotation/Divergence";

/** Tables in which one gene has the expression 1.5 and another has 2. */
const TABLES: Readonly<Record<string, string | readonly [string, LabelTextOptions]>> = {
  "nf-core's merged genes": table(
    "gene_id gene_name liver lung",
    `${A} DPM1 1.5 7`,
    `${B} SCYL3 2 8`,
  ),
  "nf-core's merged transcripts": table(
    "tx gene_id liver lung",
    `ENST00000000001 ${A} 1 7`,
    `ENST00000000002 ${A} 0.5 x`,
    `ENST00000000003 ${B} 2 8`,
  ),
  "featureCounts": '# Program:featureCounts v2.0.1; Command:"featureCounts" "-a" "x.gtf"\n' +
    table(
      "Geneid Chr Start End Strand Length /data/lung.bam results/liver.sorted.bam",
      `${A} chr1;chr1 1;2 3;4 +;+ 6001 9 1.5`,
      `${B} chr1 40001 50000 - 10000 9 2`,
    ),
  "featureCounts with the genes' names": '# Program:featureCounts; Command:"x"\n' +
    table(
      "Geneid Chr Start End Strand Length gene_name liver.bam",
      `${A} chr1 1 3 + 3 DPM1 1.5`,
      `${B} chr1 4 5 - 2 SCYL3 2`,
    ),
  "GCT 1.2": "#1.2\n2\t2\n" +
    table("Name Description lung liver", `${A}.12 DPM1 7 1.5`, `${B}.13 na 8 2`),
  "GCT 1.3 with descriptions of rows and samples": "#1.3\n2\t2\t2\t1\n" + table(
    "id symbol band lung liver",
    "tissue na na soft hard",
    `${A} DPM1 1p 7 1.5`,
    `${B} SCYL3 2p 8 2`,
  ),
  "HOMER's analyzeRepeats": HOMER + "\ttags/lung/ FPKM\ttags/liver/ FPKM\n" +
    table(`${A} chr20 1 9 - 9.0 1 DPM1|x|20q|y 7 1.5`, `${B} chr1 1 9 - 9.0 1 0.000 8 2`),
  "HOMER's analyzeRepeats of normalised reads": HOMER +
    "\tliver/ reads normalized to 10000000 mapped reads (0.53)\n" +
    table(`${A} chr20 1 9 - 9.0 1 DPM1|x|20q|y 1.5`, `${B} chr1 1 9 - 9.0 1 0.000 2`),
  "R's write.table with its defaults": `"liver" "lung"\n"${A}" 1.5 3\n"${B}" 2 4\n`,
  "one column of R's write.table": `"liver"\n"${A}" 1.5\n"${B}" 2\n`,
  "one column of R's write.table with tabs": `"liver"\n"${A}"\t1.5\n"${B}"\t2\n`,
  "one column of R's write.table with commas": `"liver"\n"${A}",1.5\n"${B}",2\n`,
  "R's write.table without quotes": `liver lung\n${A} 1.5 NA\n${B} 2 4\n`,
  "R's write.table with tabs and names that hold blanks":
    `"T cell"\t"lung, adult"\t"liver"\n"${A}"\t7\t8\t1.5\n"${B}"\t7\t8\t2\n`,
  "R's write.table with col.names=NA": `""\t"liver"\n"${A}"\t1.5\n"${B}"\t2\n`,
  "R's write.csv": `"","lung","liver"\n"${A}",NA,1.5\n"${B}",3,2\n`,
  "R's write.csv of a data frame that numbers its rows":
    `"","gene_id","liver"\n"1","${A}",1.5\n"2","${B}",2\n`,
  "R's write.table of a data frame that numbers its rows":
    `"gene_id" "liver"\n"1" "${A}" 1.5\n"2" "${B}" 2\n`,
  "pandas' to_csv with ids outside of the index":
    `,index,gene_id,liver\n0,1,${A},1.5\n1,2,${B},2\n`,
  "semicolons with decimal points": `gene_id;liver\n${A};1.5\n${B};2\n`,
  "several blanks between the columns": `gene_id   liver  lung\n${A}  1.5   3\n${B}  2.0   4\n`,
  "quoted cells that hold separators and quotes":
    `gene_id,description,liver\n${A},"dolichyl, ""DPM"", 1",1.5\n${B},"a ""b""",2\n`,
  "a quote without a closing quote":
    `gene_id\tdescription\tliver\n${A}\t"5' end\t1.5\n${B}\tb"\t2\n`,
  "a description at the end that holds separators":
    `gene_id,liver,description\n${A},1.5,one, two\n${B},2,one\n`,
  "a description at the end that rows lack":
    `gene_id\tliver\tdescription\n${A}\t1.5\tb c\n${B}\t2\n`,
  "a header in a comment": `# a\n#gene_id\tliver\n${A}\t1.5\n${B}\t2\n`,
  "comments before the header": `##annotation=G026\n# a b\ngene_id\tliver\n${A}\t1.5\n${B}\t2\n`,
  "GEO's series matrix, after its many comments": `${'!Sample_title\t"a"\n'.repeat(80)}\n` +
    `!series_matrix_table_begin\n"ID_REF"\t"liver"\n"${A}"\t1.5\n"${B}"\t2\n` +
    "!series_matrix_table_end\n",
  "a file that tells Excel its separator": `sep=;\ngene_id;liver\n${A};1.5\n${B};2\n`,
  "empty cells that a spreadsheet put at the ends":
    `gene_id\tliver\t\t\t\n${A}\t1.5\t\t\t\n${B}\t2\t\t\t\n\t\t\t\t\n`,
  "Roadmap's separator that closes each row":
    `gene_id\tlung\tliver\n${A}\t7\t1.5\t\n${B}\t8\t2\t\n`,
  "the same without a title of the ids but an empty one":
    `\tlung\tliver\n${A}\t7\t1.5\n${B}\t8\t2\n`,
  "ids that hold the symbol, as RSEM writes": table(
    "gene_id liver",
    `${A}.14_DPM1 1.5`,
    `${B}_SCYL3 2`,
  ),
  "ids with symbols after a bar": table("id liver", `${A}.15|DPM1 1.5`, `SCYL3|${B} 2`),
  "ids of GFF3": table("Geneid liver", `gene:${A} 1.5`, `gene:${B} 2`),
  "ids of GENCODE lifted to GRCh37": table("gene liver", `${A}.14_5 1.5`, `${B}.6_2 2`),
  "symbols": table("gene liver", "DPM1 1.5", "SCYL3 2", "NOONE 3"),
  "symbols of the TCGA": table("gene_id liver", "?|100130426 0", "DPM1|8813 1.5", "SCYL3|57147 2"),
  "Entrez numbers": table("GeneID liver", "8813 1.5", "57147 2", "1 4"),
  "cBioPortal's": table("Hugo_Symbol Entrez_Gene_Id liver", "DPM1 8813 1.5", "SCYL3 57147 2"),
  "symbols in the first column, ids in another": table(
    "symbol gene_id liver",
    `DPM1 ${A} 1.5`,
    `- ${B} 2`,
  ),
  "salmon's genes": table(
    "Name Length EffectiveLength TPM NumReads",
    `${A}.14 10 9 1.5 30`,
    `${B}.14 10 9 2 40`,
  ),
  "RSEM's genes": table(
    "gene_id transcript_id(s) length effective_length expected_count TPM FPKM",
    "10904 10904 93 0 0 0 0",
    `${A}.14 ENST00000000001,ENST00000000002 10 9 30 1.5 7`,
    `${B}.14 ENST00000000003 10 9 40 2 8`,
  ),
  "RSEM's isoforms": table(
    "transcript_id gene_id length effective_length expected_count TPM FPKM IsoPct",
    `ENST00000000001 ${A}.14 10 9 30 1 7 10`,
    `ENST00000000002 ${A}.14 10 9 30 0.5 7 10`,
    `ENST00000000003 ${B}.14 10 9 40 2 8 100`,
  ),
  "StringTie's": `Gene ID\tGene Name\tReference\tStrand\tStart\tEnd\tCoverage\tFPKM\tTPM\n` + table(
    `${A} DPM1 chr1 + 1 2 3.0 7 1`,
    `${A} DPM1 chr1 + 4 5 3.0 7 0.5`,
    "STRG.1 - chr1 - 1 2 3.0 7 9",
    `${B} SCYL3 chr1 + 1 2 3.0 7 2`,
  ),
  "Cufflinks'": table(
    "tracking_id class_code nearest_ref_id gene_id gene_short_name tss_id locus length coverage " +
      "FPKM FPKM_conf_lo FPKM_conf_hi FPKM_status",
    `${A} - - ${A} DPM1 - chr1:1-2 - - 1.5 1 2 OK`,
    `${B} - - ${B} SCYL3 - chr1:1-2 - - 2 1 3 OK`,
    `ENSG00000000460 - - ENSG00000000460 FIRRM - chr1:1-2 - - 0 0 0 LOWDATA`,
  ),
  "Cuffdiff's": table(
    "tracking_id class_code nearest_ref_id gene_id gene_short_name tss_id locus length coverage " +
      ["lung", "liver"].map((name) =>
        ["FPKM", "conf_lo", "conf_hi", "status"].map((kind) => `${name}_${kind}`).join(" ")
      ).join(" "),
    `${A} - - ${A} DPM1 - chr1:1-2 - - 0 0 0 FAIL 1.5 1 2 OK`,
    `${B} - - ${B} SCYL3 - chr1:1-2 - - 7 1 3 OK 2 1 3 OK`,
    "ENSG00000000460 - - ENSG00000000460 FIRRM - chr1:1-2 - - 7 1 3 OK 0 0 0 HIDATA",
  ),
  "Cuffdiff's isoforms of one condition": table(
    "tracking_id gene_id gene_short_name locus liver_FPKM liver_conf_lo liver_conf_hi liver_status",
    `TCONS_1 ${A} DPM1 chr1:1-2 1 1 2 OK`,
    `TCONS_2 ${A} DPM1 chr1:1-2 0.5 1 2 OK`,
    `TCONS_3 ${B} SCYL3 chr1:1-2 2 1 2 OK`,
    "TCONS_4 ENSG00000000460 FIRRM chr1:1-2 0 0 0 LOWDATA",
  ),
  "Cuffdiff's counts": table(
    "tracking_id liver_count liver_count_variance liver_status",
    `${A} 1.5 3 OK`,
    `${B} 2 3 OK`,
    "ENSG00000000460 0 0 FAIL",
  ),
  "DepMap's table after it was turned":
    "gene\tliver\nDPM1 (8813)\t1.5\nSCYL3 (57147)\t2\nNOONE (1)\t3\n",
  "the same with Ensembl ids": `gene\tliver\nDPM1 (${A})\t1.5\nNOONE (${B}.3)\t2\n`,
  "the same turned by R, which writes dots for brackets":
    `"","liver"\n"DPM1..8813.",1.5\n"SCYL3..57147.",2\n`,
  "a table that names its one sample in each row": table(
    "Gene sample count",
    `${A} ctrl 1.5`,
    `${B} ctrl 2`,
  ),
  "a table that has clusters of genes": table(
    "gene_id cluster TPM",
    `${A} early 1.5`,
    `${B} late 2`,
  ),
  "transcripts of the Human Protein Atlas": table(
    "ensgid enstid TPM.lung TPM.liver",
    `${A} ENST00000000001 7 1`,
    `${A} ENST00000000002 7 0.5`,
    `${B} ENST00000000003 7 2`,
  ).replace("TPM.liver", "liver_TPM"),
  "values beside a test for differences": table(
    "gene_id liver lung log2FoldChange pvalue padj",
    `${A} 1.5 7 1 0.1 0.2`,
    `${B} 2 8 NA NA NA`,
  ),
  "the GDC's": "# gene-model: GENCODE v36\n" + table(
    "gene_id gene_name gene_type unstranded stranded_first stranded_second tpm_unstranded " +
      "fpkm_unstranded fpkm_uq_unstranded",
    "N_unmapped   123 123 123   ",
    `${A}.13 DPM1 protein_coding 30 10 20 1.5 7 8`,
    `${B}.14 SCYL3 protein_coding 30 10 20 2 7 8`,
  ),
  "FPKM of the GDC's, without a header": table(`${A}.13 1.5`, `${B}.14 2`),
  "htseq-count's with names": table(`${A} DPM1 1.5`, `${B} SCYL3 2`, "__no_feature  30"),
  "a file of one column named after what it measures": table("gene_id TPM", `${A} 1.5`, `${B} 2`),
  "columns by sample and kind": table(
    "gene_id liver_count liver_TPM lung_TPM",
    `${A} 30 1.5 7`,
    `${B} 40 2 8`,
  ),
  "cell types with numbers as names": [
    `"697" "5637"\n"${A}" 7 1.5\n"${B}" 8 2\n`,
    { cellTypes: ["5637"] },
  ],
  "a cell type with a number as its name": [
    table("gene 5637", `${A} 1.5`, `${B} 2`),
    { cellTypes: ["5637"] },
  ],
  "names that R changed": [
    table("gene_id X5637.line", `${A} 1.5`, `${B} 2`),
    { cellTypes: ["5637-line"] },
  ],
  "places first, and the genes in another column": table(
    "chr start end gene liver",
    `chr1 1 2 ${A} 1.5`,
    `chr1 3 4 ${B} 2`,
  ),
  "StringTie's table of transcripts": table(
    "t_id chr strand start end t_name num_exons length gene_id gene_name cov FPKM",
    `1 chr1 + 1 2 ENST00000000001.1 1 9 ${A}.1 DPM1 3 1`,
    `2 chr1 + 1 2 ENST00000000002.1 1 9 ${A}.1 DPM1 3 0.5`,
    `3 chr1 + 1 2 ENST00000000003.1 1 9 ${B}.1 SCYL3 3 2`,
  ),
  "salmon's older files": "# salmon 0.4\n# [ index ] => x\n" + table(
    "#Name Length TPM NumReads",
    `ENST00000000001.1|${A}.1|-|-|X-201|X|9| 9 1.5 3`,
    `ENST00000000003.1|${B}.1|-|-|X-201|X|9| 9 2 3`,
  ),
  "a column that the table of samples names": [
    table("gene_id SRR1 SRR2", `${A} 7 1.5`, `${B} 8 2`),
    { samples: [{ sample: "SRR2", cellType: "liver" }] },
  ],
  "R's table that was sorted, with ids under a title of its own":
    `"","ensgene","liver"\n"55732","${A}",1.5\n"8813","${B}",2\n`,
  "R's table that was sorted, read and written again":
    `"X","feature","liver"\n"55732","${A}",1.5\n"8813","${B}",2\n`,
  "pandas' table that was sorted, with symbols":
    "Unnamed: 0,index,hgnc_symbol,liver\n55732,0,DPM1,1.5\n8813,1,SCYL3,2\n57147,2,OTHER,3\n",
  "the rows' numbers of some database, with symbols":
    "id,symbol,liver\n55732,DPM1,1.5\n8813,SCYL3,2\n57147,OTHER,3\n",
  "Entrez numbers without a title": `"","liver"\n"8813",1.5\n"57147",2\n"100507436",3\n`,
  "Entrez numbers as pandas writes them": "symbol,entrez,liver\n-,8813.0,1.5\n-,57147.0,2\n",
  "symbols with Entrez numbers as pandas writes them": table(
    "id liver",
    "a|8813.0 1.5",
    "b|57147 2",
  ),
  "white space of the web around names and numbers": table(
    "gene_id liver\u00a0",
    `${A}\u00a0 \u00a01.5\u2009`,
    `\u2009${B} "\u202f2 "`,
  ),
  "RSEM's genes, of which some columns were taken": table(
    "gene_id transcript_id(s) liver",
    `${A} ENST00000000001,ENST00000000002 1.5`,
    `${B} ENST00000000003 2`,
  ),
  "values before ids": ["liver\tgene_id\n" + table(`1.5 ${A}`, `2 ${B}`), {}],
  "R's write.table of a cell type with the name Name": [
    `"Name" "lung"\n"${A}" 1.5 3\n"${B}" 2 4\n`,
    { cellTypes: ["Name"] },
  ],
  ...Object.fromEntries(
    ["Name", "description", "length", "gene_id", "transcript", "Entrez"].map((name) => [
      `a cell type that is called ${name}`,
      [table(`gene x ${name}`, `${A} 7 1.5`, `${B} 7 2`, "C 7 NA"), { cellTypes: [name] }],
    ]),
  ),
  "replicates, which are averaged": [
    table("gene_id a.bam b.bam", `${A} 1 2`, `${B} 0 4`),
    { samples: ["a", "b"].map((sample) => ({ sample, cellType: "liver" })) },
  ],
};

for (const [what, input] of Object.entries(TABLES)) {
  Deno.test(`expression is read from ${what}`, async () => {
    const [text, options] = typeof input === "string" ? [input, {}] : input;
    for (const content of [text, text.replaceAll("\n", "\r\n"), text.trimEnd()]) {
      const labels = await labelText(content, options);
      strictEqual(showLabels(labels, options.cellTypes?.[0]), "419=1.5 457=2");
    }
  });
}

Deno.test("transcripts are added up by the annotation, or by the genes in their names", async () => {
  const salmon = (names: readonly string[]) =>
    table(
      "Name Length EffectiveLength TPM NumReads",
      ...names.map((name, i) => `${name} 10 9 ${[1, 0.5, 2][i]} ${i}`),
    );
  const names = ["ENST00000000001.4", "ENST00000000002.1", "ENST00000000003.9"];
  const transcripts = () =>
    Promise.resolve(
      new Map([
        ["ENST00000000001", `${A}.14`],
        ["ENST00000000002", `${A}.14`],
        ["ENST00000000003", `${B}.14`],
      ]),
    );
  const summed = await labelText(salmon(names), { transcripts, file: "liver/quant.sf" });
  strictEqual(showLabels(summed), "419=1.5 457=2");
  match(summed.notes.join("\n"), /TPM, not counts.*\n.*transcripts are added up/);
  await rejects(labelText(salmon(names)), {
    name: "ContractError",
    message: /Ensembl transcripts such as "ENST00000000001\.4".*an annotation that has them/,
  });
  const genes = [A, A, B];
  const called = await labelText(salmon([A, B, "ENSG1"]), { transcripts, file: "liver.sf" });
  strictEqual(showLabels(called), "419=1 457=0.5");
  const gencode = names.map((name, i) => `${name}|${genes[i]}.9|OTTG1|OTTT1|X-201|X|99|lncRNA|`);
  strictEqual(showLabels(await labelText(salmon(gencode))), "419=1.5 457=2");
  const kallisto = table(
    "target_id length eff_length est_counts tpm",
    ...names.map((name, i) => `${name} 10 9 1 ${i}`),
  );
  const counts = await labelText(kallisto, { transcripts, value: "count" });
  strictEqual(showLabels(counts), "419=2 457=1");
});

Deno.test("the kind of values is chosen, with a note if the user did not choose", async () => {
  const text = table(
    "gene_id transcript_id(s) length effective_length expected_count TPM FPKM",
    `${A} - 10 9 30 1.5 7`,
  );
  const read = async (value?: "tpm" | "count" | "fpkm") => await labelText(text, { value });
  strictEqual(showLabels(await read("count")), "419=30");
  strictEqual(showLabels(await read("fpkm")), "419=7");
  strictEqual((await read("tpm")).notes.length, 0);
  match((await read()).notes[0]!, /x\.tsv: the values taken are TPM, not FPKM or counts/);
  const counts = '# Program:featureCounts; Command:"x"\n' +
    table("Geneid Chr Start End Strand Length liver", `${A} chr1 1 2 + 2 30`);
  await rejects(labelText(counts, { value: "tpm" }), /it has counts, expected TPM/);
  match((await labelText(counts)).warnings.join("\n"), /are counts of reads/);
  match(
    (await labelText(table("gene_id liver", `${A} 1`), { value: "tpm" })).notes[0]!,
    /--expression-value has no effect/,
  );
});

Deno.test("a sample is found whatever pipelines add to its name", async () => {
  const names = [
    "liver.bam",
    "/a/b/liver.sorted.bam",
    "liverAligned.sortedByCoord.out.bam",
    "./liver",
    "run/liver/Aligned.sortedByCoord.out.bam",
    "liver_sorted.markdup.bam",
    "a\\liver.BAM",
    "liver.genes.results",
    "liver/abundance.tsv",
    "liver/quant.sf.gz",
    "liver_counts",
    "liver.Aligned.sortedByCoord.out.md.bam",
    "liver.umi_dedup.sorted.bam",
    "liver.rmdup.bam",
    "liver.ReadsPerGene.out.tab",
    "liver/accepted_hits.bam",
    "liver_TPM",
    "liver.fpkm",
  ];
  for (const name of names) {
    const labels = await labelText(table(`gene_id x ${name}`, `${A} 1 2`));
    strictEqual(showLabels(labels), "419=2", name);
  }
  const exact = await labelText(table("gene_id liver.bam liver", `${A} 1 2`));
  strictEqual(showLabels(exact), "419=2");
});

const REFUSED: Readonly<Record<string, readonly [string, RegExp, LabelTextOptions?]>> = {
  "STAR's counts": [
    table("N_unmapped 1 1 1", "N_multimapping 1 1 1", `${A} 3 1 2`),
    /STAR's ReadsPerGene.*cut -f 1,2 for unstranded.*line 1\)$/,
  ],
  "STAR's counts with its sums at the end": [
    table(`${A} 3 1 2`, "N_unmapped 1 1 1"),
    /STAR's ReadsPerGene/,
  ],
  "featureCounts' summary": [
    table("Status liver.bam", "Assigned 7", "Unassigned_Unmapped 3"),
    /featureCounts' summary/,
  ],
  "a matrix of single cells": [
    "%%MatrixMarket matrix coordinate integer general\n3 3 1\n1 1 1\n",
    /a sparse matrix/,
  ],
  "transcripts of StringTie": [
    `# StringTie version 2.2.1\nchr1\tStringTie\ttranscript\t1\t9\t1000\t+\t.\tgene_id "${A}"; TPM "5.1";\n`,
    /it is GTF or GFF, expected a table: of StringTie what -A writes/,
  ],
  "BED without titles": [
    table(`chr1 0 9 ${A} 5.1 +`),
    /it begins with a row of BED, expected a line with/,
  ],
  "a web page": ["<!DOCTYPE html>\n<html>\n", /a web page/],
  "lengths of genes": [
    table("gene_id gene_name liver", `${A} DPM1 1`),
    /holds lengths/,
    { file: "salmon.merged.gene_lengths.tsv" },
  ],
  "decimal commas": [
    `"";"liver"\n"${A}";1,5\n`,
    /gene "ENSG00000000419", cell type "liver": value is "1,5".*Decimal commas/,
  ],
  "commas between thousands": [
    `"";"liver"\n"${A}";1,500.5\n`,
    /value is "1,500\.5", .*Commas between thousands are not read/,
  ],
  "commas between millions": [`"";"liver"\n"${A}";12,345,678\n`, /Commas between thousands/],
  "a spreadsheet": ["PK\x03\x04\x14\0\0", /a zip file, as \.xlsx are/],
  "an R object": ["X\n\0\0\0\x03", /an R object \(\.rds\)/],
  "two columns that may be a sample's": [
    table("gene_id a/liver.bam liver.sorted.bam", `${A} 1 2`),
    /"liver" may be column "a\/liver\.bam", "liver\.sorted\.bam", expected one/,
  ],
  "a column twice": [
    table("gene_id liver liver", `${A} 1 2`),
    /column "liver" is in the header twice/,
  ],
  "a column twice, as R and pandas write it": [
    table("gene_id liver liver.1", `${A} 1 2`),
    /"liver" may be column "liver", "liver\.1", expected one.*--expression-samples/,
  ],
  "a column twice, of a pipeline's names": [
    table("gene_id liver.bam liver.bam.1", `${A} 1 2`),
    /"liver" may be column "liver\.bam", "liver\.bam\.1"/,
  ],
  "no column of the cell type": [
    table("gene_id Liver lung a b", `${A} 1 2 3 4`),
    /no cell type "liver" of the sample sheet \("Liver" is spelt differently\); it has Liver, lung, a, b\. Give columns the names of cell types \(.* for --expression-samples\)$/,
  ],
  "a cell type with a name that a file of another might have": [
    table("gene_id K562", `${A} 1`),
    /no cell type "K562\.sorted"/,
    { cellTypes: ["K562.sorted"] },
  ],
  "genes in columns": [
    table(`sample ${A} ${B}`, "liver 1 2"),
    /The columns are human Ensembl ids: transpose the table/,
  ],
  "genes in columns as DepMap writes them": [
    ",DPM1 (8813),SCYL3 (57147)\nACH-1,1,2\n",
    /The columns are symbols with Entrez numbers: transpose the table/,
  ],
  "so many columns that they may be genes": [
    `sample${Array.from({ length: 5001 }, (_, i) => `\tG${i}`).join("")}\nx${"\t1".repeat(5001)}\n`,
    /if they are genes, transpose the table/,
  ],
  "five numbers in a cell": [
    table("GeneID Gene g1 liver", `${A} DPM1 1,1,1,1,1 10,11,12.5,13,14`),
    /value is "10,11,12\.5,13,14".*Expression Atlas.*the third, which is the median/,
  ],
  "a missing sample": [
    table("gene_id a b", `${A} 1 2`),
    /no sample "c" for cell type "liver"; it has a, b/,
    { samples: [{ sample: "c", cellType: "liver" }] },
  ],
  "one column for two samples": [
    table("gene_id a.bam b", `${A} 1 2`),
    /column "a\.bam" would be taken for "liver" and for "liver"/,
    { samples: ["a", "a.bam"].map((sample) => ({ sample, cellType: "liver" })) },
  ],
  "one sample for two cell types": [
    table("Name Length EffectiveLength TPM NumReads", `${A} 1 1 1 1`),
    /one sample, as salmon writes, and 2 cell types are wanted/,
    { cellTypes: ["liver", "lung"] },
  ],
  "two kinds of values": [
    table("gene_id liver_TPM lung_counts", `${A} 1 1`),
    /the wanted columns are of TPM and of counts/,
    { cellTypes: ["liver", "lung"] },
  ],
  "too many columns": [
    `gene_id${"\tx".repeat(100_001)}\n${A}\n`,
    /has 100002 columns, expected at most 100000 \(x\.tsv, line 1\)$/,
  ],
  "a text that cannot be a gene id": [
    `gene_id\tliver\n${"A".repeat(1001)}\t1\n`,
    /the gene id has 1001 characters.*line 2\)$/,
  ],
};

for (const [what, [text, message, options]] of Object.entries(REFUSED)) {
  Deno.test(`${what} is refused as expression`, async () => {
    await rejects(labelText(text, options), message);
  });
}

Deno.test("spreadsheets and HDF5 are recognised and refused, whatever their names", async () => {
  const starts = {
    "an HDF5 file": [0x89, 0x48, 0x44, 0x46],
    "an Excel file": [0xd0, 0xcf, 0x11, 0xe0],
  };
  for (const [found, start] of Object.entries(starts)) {
    const source = bytesSource(Uint8Array.from([...start, 13, 10, 26, 10]), "x.tsv");
    await rejects(readExpressionTable(source), new RegExp(`Cannot read text: it is ${found}`));
  }
});

Deno.test("a file of one cell type is read whatever the name of its column", async () => {
  const text = table("gene_id sample_7", `${A} 1.5`);
  const own = await labelText(text, { isOfOneCellType: true });
  strictEqual(showLabels(own), "419=1.5");
  await rejects(labelText(text), /no cell type "liver"/);
  const several = table("gene_id lung heart", `${A} 1 2`);
  await rejects(labelText(several, { isOfOneCellType: true }), /no cell type "liver"/);
});

Deno.test("a file of one cell type whose column has the name of another one of the sheet is refused", async () => {
  const options = {
    cellTypes: ["liver"],
    isOfOneCellType: true,
    otherCellTypes: ["lung", "T cell", "1"],
  };
  const others = ["lung", "Lung", "lung_rep1", "/x/lung_rep1.sorted.bam", "lung_TPM", "T.cell"];
  for (const header of others) {
    await rejects(
      labelText(table(`gene_id ${header}`, `${A} 1.5`), options),
      /its only column of values is called ".*", as another cell type .*the values of "liver".*rename/,
    );
  }
  // Names of no sample, names that only resemble one, and the cell type's own.
  for (const header of ["1", "x", "TPM", "lungs", "lung_2", "liver", "LIVER_rep2"]) {
    const labels = await labelText(table(`gene_id ${header}`, `${A} 1.5`), options);
    strictEqual(showLabels(labels), "419=1.5", header);
  }
});

Deno.test("a file of one cell type whose rows name another one of the sheet as their sample is refused", async () => {
  const options = { cellTypes: ["liver"], isOfOneCellType: true, otherCellTypes: ["lung", "1"] };
  const labels = (titles: string, cells: string, more: object = {}) =>
    labelText(table(`gene_id ${titles} TPM`, `${A} ${cells} 1.5`), { ...options, ...more });
  const others = [["Tissue", "lung"], ["Tissue", "Lung"], ["Tissue", "lung_rep1"], [
    "tissue cell_type",
    "lung NA",
  ], ["tissue cell_type", "kidney lung"]];
  for (const [titles = "", cells = ""] of others) {
    await rejects(
      labels(titles, cells),
      /the sample of its rows is called ".*", as another cell type .*the values of "liver".*rename it/,
    );
  }
  const fitting = [
    ["Tissue", "kidney"],
    ["Tissue", "liver"],
    ["run", "1"],
    [
      "tissue sample",
      "liver lung",
    ],
    ["tissue cell_type", "lung fibroblast"],
    ["tissue cell_type", "liver lung"],
  ];
  for (const [titles = "", cells = ""] of fitting) {
    strictEqual(showLabels(await labels(titles, cells)), "419=1.5", cells);
  }
});

Deno.test("the time for a header is proportional to its columns", async () => {
  const columns = Array.from({ length: 90_000 }, (_, i) => `s${i}`);
  const text = `gene_id\t${columns.join("\t")}\tliver\n${A}${"\t1".repeat(90_000)}\t2\n`;
  const labels = await labelText(text);
  strictEqual(showLabels(labels), "419=2");
});

Deno.test("replicates in separate files are each found in their file", async () => {
  const samples = ["SRR1", "SRR2"];
  const namings = [(name: string) => name, (name: string) => `../data/${name}.tsv`];
  for (const nameOf of namings) {
    for (const name of samples) {
      const labels = await labelText(table(`gene_id ${name}_TPM ${name}_counts`, `${A} 1.5 20`), {
        samples: samples.map((name) => ({ sample: nameOf(name), cellType: "liver" })),
        isOfOneCellType: true,
        file: `lists/../data/${name}.tsv`,
      });
      strictEqual(showLabels(labels), "419=1.5");
    }
  }
  // A table of several samples needs all named samples, although one has the name of the file.
  const wanted = ["liver.bam", "liver2.bam"].map((sample) => ({ sample, cellType: "liver" }));
  const options = { samples: wanted, isOfOneCellType: true, file: "liver.tsv" };
  const both = await labelText(table("gene_id liver.bam liver2.bam", `${A} 1 2`), options);
  strictEqual(showLabels(both), "419=1.5");
  await rejects(
    labelText(table("gene_id liver.bam other.bam", `${A} 1 2`), options),
    /it has no sample "liver2\.bam" for cell type "liver"/,
  );
});

Deno.test("a gene that StringTie has twice at one place is named with the place", async () => {
  const header = "Gene ID\tGene Name\tReference\tStrand\tStart\tEnd\tCoverage\tFPKM\tTPM\n";
  const row = "ENSG00000000419\tDPM1\tchr1\t+\t5\t9\t1\t2\t3\n";
  await rejects(
    labelText(header + row + row),
    /"chr1 \+ 5 9" of gene "ENSG00000000419" is in line 2 and in line 3, expected once/,
  );
});
