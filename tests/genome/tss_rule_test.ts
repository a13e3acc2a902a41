import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import type { Gene } from "../../src/genome/gene.ts";
import { type AnnotationTss, readGenes } from "../../src/genome/genes.ts";
import type { ReadGenesOptions } from "../../src/genome/genes.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { withDirectory } from "../helpers/command.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { textSource } from "../helpers/text_source.ts";

/** Lines of tab-separated columns. */
function lines(...rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.join("\t")}\n`).join("");
}

/** Reads genes from a text, with its warnings. */
async function read(text: string, tss: AnnotationTss, options: ReadGenesOptions = {}) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const genes = await readGenes(textSource(text, "a.gtf"), { ...options, tss, onWarning });
  return { genes, warnings };
}

function show(genes: readonly Gene[]): string[] {
  return genes.map(({ id, gene, chromosome, tss, strand }) =>
    `${id}${gene === undefined ? "" : ` of ${gene}`} ${chromosome}:${tss}${strand}`
  );
}

function gtf(
  kind: string,
  [start, end, strand]: readonly [number, number, string],
  attributes: string,
) {
  return ["chr1", "HAVANA", kind, start, end, ".", strand, ".", attributes];
}

/** A gene of each strand as GENCODE writes them: several tags, each an attribute of its own. */
const GENCODE_GTF =
  "##description: evidence-based annotation of the human genome (GRCh38), version 46\n" +
  lines(
    gtf(
      "gene",
      [1001, 9000, "+"],
      'gene_id "ENSG00000000003.15"; gene_type "protein_coding"; gene_name "A"; level 2;',
    ),
    gtf(
      "transcript",
      [1001, 8000, "+"],
      'gene_id "ENSG00000000003.15"; transcript_id "ENST00000000001.2"; gene_type "protein_coding"; level 2; tag "basic";',
    ),
    gtf(
      "exon",
      [1001, 1200, "+"],
      'gene_id "ENSG00000000003.15"; transcript_id "ENST00000000001.2"; exon_number 1; tag "basic";',
    ),
    gtf(
      "transcript",
      [1501, 9000, "+"],
      'gene_id "ENSG00000000003.15"; transcript_id "ENST00000000002.9"; gene_type "protein_coding"; level 2; tag "basic"; tag "MANE_Select"; tag "Ensembl_canonical"; tag "CCDS";',
    ),
    gtf(
      "exon",
      [1501, 1700, "+"],
      'gene_id "ENSG00000000003.15"; transcript_id "ENST00000000002.9"; exon_number 1; tag "MANE_Select"; tag "Ensembl_canonical";',
    ),
    gtf(
      "gene",
      [20001, 29000, "-"],
      'gene_id "ENSG00000000005.6"; gene_type "lncRNA"; gene_name "B"; level 2;',
    ),
    gtf(
      "transcript",
      [20001, 29000, "-"],
      'gene_id "ENSG00000000005.6"; transcript_id "ENST00000000003.1"; gene_type "lncRNA"; level 2;',
    ),
    gtf(
      "transcript",
      [20001, 27500, "-"],
      'gene_id "ENSG00000000005.6"; transcript_id "ENST00000000004.1"; gene_type "lncRNA"; level 2; tag "Ensembl_canonical";',
    ),
  );

Deno.test("GENCODE's GTF gives the starts of genes, canonical transcripts and all transcripts", async () => {
  deepStrictEqual(show((await read(GENCODE_GTF, "gene")).genes), [
    "ENSG00000000003.15 chr1:1000+",
    "ENSG00000000005.6 chr1:28999-",
  ]);
  const canonical = await read(GENCODE_GTF, "canonical");
  deepStrictEqual(show(canonical.genes), [
    "ENSG00000000003.15 chr1:1500+",
    "ENSG00000000005.6 chr1:27499-",
  ]);
  deepStrictEqual(canonical.warnings, []);
  const { genes, warnings } = await read(GENCODE_GTF, "transcript");
  deepStrictEqual(show(genes), [
    "ENST00000000001.2 of ENSG00000000003.15 chr1:1000+",
    "ENST00000000002.9 of ENSG00000000003.15 chr1:1500+",
    "ENST00000000003.1 of ENSG00000000005.6 chr1:28999-",
    "ENST00000000004.1 of ENSG00000000005.6 chr1:27499-",
  ]);
  deepStrictEqual(genes.map(({ symbol, type }) => `${symbol} ${type}`), [
    "A protein_coding",
    "A protein_coding",
    "B lncRNA",
    "B lncRNA",
  ]);
  deepStrictEqual(warnings, []);
});

Deno.test("types choose genes, whose transcripts are then taken", async () => {
  const { genes } = await read(GENCODE_GTF, "transcript", { geneTypes: ["lncRNA"] });
  deepStrictEqual(genes.map(({ id }) => id), ["ENST00000000003.1", "ENST00000000004.1"]);
});

/** GFF3 of GENCODE and Ensembl: tags between commas, `transcript:` and `gene:` before Ensembl's ids. */
const ENSEMBL_GFF3 = "##gff-version 3\n" + lines(
  [
    "1",
    "ensembl_havana",
    "gene",
    1001,
    9000,
    ".",
    "+",
    ".",
    "ID=gene:ENSG00000000003;Name=A;biotype=protein_coding;gene_id=ENSG00000000003;version=15",
  ],
  [
    "1",
    "havana",
    "mRNA",
    1001,
    8000,
    ".",
    "+",
    ".",
    "ID=transcript:ENST00000000001;Parent=gene:ENSG00000000003;Name=A-202;biotype=protein_coding;tag=gencode_basic;transcript_id=ENST00000000001;version=2",
  ],
  [
    "1",
    "ensembl_havana",
    "mRNA",
    1501,
    9000,
    ".",
    "+",
    ".",
    "ID=transcript:ENST00000000002;Parent=gene:ENSG00000000003;Name=A-201;biotype=protein_coding;tag=gencode_basic,gencode_primary,Ensembl_canonical,MANE_Select;transcript_id=ENST00000000002;version=9",
  ],
  [
    "1",
    "havana",
    "exon",
    1501,
    1700,
    ".",
    "+",
    ".",
    "Parent=transcript:ENST00000000002;Name=ENSE1;rank=1",
  ],
  [
    "1",
    "ensembl",
    "ncRNA_gene",
    20001,
    29000,
    ".",
    "-",
    ".",
    "ID=gene:ENSG00000000005;Name=B;biotype=lncRNA;gene_id=ENSG00000000005",
  ],
  [
    "1",
    "ensembl",
    "lnc_RNA",
    20001,
    27500,
    ".",
    "-",
    ".",
    "ID=transcript:ENST00000000004;Parent=gene:ENSG00000000005;biotype=lncRNA;tag=Ensembl_canonical;transcript_id=ENST00000000004",
  ],
  [
    "1",
    "ensembl",
    "gene",
    40001,
    41000,
    ".",
    "+",
    ".",
    "ID=gene:ENSG00000211592;Name=IGKC;biotype=IG_C_gene;gene_id=ENSG00000211592",
  ],
  [
    "1",
    "ensembl",
    "C_gene_segment",
    40101,
    41000,
    ".",
    "+",
    ".",
    "ID=transcript:ENST00000390237;Parent=gene:ENSG00000211592;biotype=IG_C_gene;tag=Ensembl_canonical;transcript_id=ENST00000390237",
  ],
);

Deno.test("Ensembl's GFF3 gives the same, also of segments of immunoglobulin genes", async () => {
  deepStrictEqual(show((await read(ENSEMBL_GFF3, "canonical")).genes), [
    "ENSG00000000003 1:1500+",
    "ENSG00000000005 1:27499-",
    "ENSG00000211592 1:40100+",
  ]);
  deepStrictEqual(show((await read(ENSEMBL_GFF3, "transcript")).genes), [
    "ENST00000000001 of ENSG00000000003 1:1000+",
    "ENST00000000002 of ENSG00000000003 1:1500+",
    "ENST00000000004 of ENSG00000000005 1:27499-",
    "ENST00000390237 of ENSG00000211592 1:40100+",
  ]);
});

/** RefSeq's GFF3: accession numbers, `gene-` and `rna-` before ids, blanks in tags, a miRNA within its precursor. */
const REFSEQ_GFF3 = "##gff-version 3\n#!genome-build GRCh38.p14\n" + lines(
  [
    "NC_000017.11",
    "RefSeq",
    "region",
    1,
    83257441,
    ".",
    "+",
    ".",
    "ID=NC_000017.11:1..83257441;Dbxref=taxon:9606;Name=17;chromosome=17;gbkey=Src;genome=chromosome",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "gene",
    7668421,
    7687550,
    ".",
    "-",
    ".",
    "ID=gene-TP53;Dbxref=GeneID:7157,HGNC:HGNC:11998;Name=TP53;gbkey=Gene;gene=TP53;gene_biotype=protein_coding",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "mRNA",
    7668421,
    7687490,
    ".",
    "-",
    ".",
    "ID=rna-NM_000546.6;Parent=gene-TP53;Dbxref=GeneID:7157;Name=NM_000546.6;gbkey=mRNA;gene=TP53;tag=MANE Select;transcript_id=NM_000546.6",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "mRNA",
    7668421,
    7687550,
    ".",
    "-",
    ".",
    "ID=rna-NM_001126112.3;Parent=gene-TP53;Dbxref=GeneID:7157;Name=NM_001126112.3;gbkey=mRNA;gene=TP53;transcript_id=NM_001126112.3",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "mRNA",
    7668421,
    7675244,
    ".",
    "-",
    ".",
    "ID=rna-NM_001126115.2;Parent=gene-TP53;gbkey=mRNA;gene=TP53;tag=MANE Plus Clinical;transcript_id=NM_001126115.2",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "gene",
    8000001,
    8000100,
    ".",
    "+",
    ".",
    "ID=gene-MIR1;Dbxref=GeneID:1;Name=MIR1;gbkey=Gene;gene=MIR1;gene_biotype=miRNA",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "primary_transcript",
    8000001,
    8000100,
    ".",
    "+",
    ".",
    "ID=rna-NR_029484.1;Parent=gene-MIR1;gbkey=precursor_RNA;gene=MIR1;transcript_id=NR_029484.1",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "miRNA",
    8000010,
    8000031,
    ".",
    "+",
    ".",
    "ID=rna-MIR1;Parent=rna-NR_029484.1;gbkey=ncRNA;gene=MIR1",
  ],
  [
    "NC_000017.11",
    "RefSeq",
    "gene",
    9000001,
    9000400,
    ".",
    "+",
    ".",
    "ID=gene-X2;Dbxref=GeneID:2;Name=X2;gbkey=Gene;gene=X2;gene_biotype=protein_coding",
  ],
  [
    "NC_000017.11",
    "BestRefSeq",
    "mRNA",
    9000101,
    9000400,
    ".",
    "+",
    ".",
    "ID=rna-NM_5.1;Parent=gene-X2;gbkey=mRNA;gene=X2;tag=RefSeq Select;transcript_id=NM_000005.1",
  ],
  [
    "NC_000017.11",
    "RefSeq",
    "pseudogene",
    9100001,
    9100400,
    ".",
    "+",
    ".",
    "ID=gene-P1;Dbxref=GeneID:3;Name=P1;gbkey=Gene;gene=P1;gene_biotype=pseudogene",
  ],
);

Deno.test("RefSeq's tags are MANE Select, else RefSeq Select; genes without are left out and counted", async () => {
  const { genes, warnings } = await read(REFSEQ_GFF3, "canonical");
  deepStrictEqual(show(genes), ["TP53 NC_000017.11:7687489-", "X2 NC_000017.11:9000100+"]);
  deepStrictEqual(warnings, [
    'a.gtf: left out 2 genes without a transcript that is tagged MANE_Select, Ensembl_canonical or RefSeq Select, such as "MIR1" (line 8)',
  ]);
});

Deno.test("RefSeq's transcripts are samples by their accession numbers, mature miRNAs are not", async () => {
  const { genes, warnings } = await read(REFSEQ_GFF3, "transcript");
  deepStrictEqual(show(genes), [
    "NM_000546.6 of TP53 NC_000017.11:7687489-",
    "NM_001126112.3 of TP53 NC_000017.11:7687549-",
    "NM_001126115.2 of TP53 NC_000017.11:7675243-",
    "NR_029484.1 of MIR1 NC_000017.11:8000000+",
    "NM_000005.1 of X2 NC_000017.11:9000100+",
  ]);
  deepStrictEqual(genes.map(({ chromosomeAlias, entrezId }) => `${chromosomeAlias} ${entrezId}`), [
    "17 7157",
    "17 7157",
    "17 7157",
    "17 1",
    "17 2",
  ]);
  deepStrictEqual(warnings, [
    'a.gtf: left out 1 gene without a transcript, such as "P1" (line 13)',
  ]);
});

Deno.test("a GTF of RefSeq or without lines of genes works the same", async () => {
  const refseq = lines(
    [
      "NC_1",
      "BestRefSeq",
      "gene",
      101,
      900,
      ".",
      "+",
      ".",
      'gene_id "AB"; transcript_id ""; db_xref "GeneID:5"; gene "AB"; gene_biotype "protein_coding";',
    ],
    [
      "NC_1",
      "BestRefSeq",
      "transcript",
      201,
      900,
      ".",
      "+",
      ".",
      'gene_id "AB"; transcript_id "NM_000001.1"; gene "AB"; tag "MANE Select"; transcript_biotype "mRNA";',
    ],
    [
      "NC_1",
      "BestRefSeq",
      "transcript",
      101,
      800,
      ".",
      "+",
      ".",
      'gene_id "AB"; transcript_id "NM_000002.1"; gene "AB"; transcript_biotype "mRNA";',
    ],
  );
  deepStrictEqual(show((await read(refseq, "canonical")).genes), ["AB NC_1:200+"]);
  const exons = lines(
    gtf("exon", [501, 600, "-"], 'gene_id "G"; transcript_id "T1";'),
    gtf("exon", [101, 200, "-"], 'gene_id "G"; transcript_id "T1";'),
    gtf("exon", [101, 200, "-"], 'gene_id "G"; transcript_id "T2"; tag "Ensembl_canonical";'),
    gtf("exon", [301, 400, "-"], 'gene_id "G"; transcript_id "T2"; tag "Ensembl_canonical";'),
  );
  deepStrictEqual(show((await read(exons, "canonical")).genes), ["G chr1:399-"]);
  deepStrictEqual(show((await read(exons, "transcript")).genes), [
    "T1 of G chr1:599-",
    "T2 of G chr1:399-",
  ]);
});

Deno.test("MANE Select goes before Ensembl canonical, and canonical transcripts that disagree are not chosen from", async () => {
  const rows = (first: string, second: string) =>
    lines(
      gtf("gene", [101, 900, "+"], 'gene_id "G";'),
      gtf("transcript", [101, 900, "+"], `gene_id "G"; transcript_id "T1"; tag "${first}";`),
      gtf("transcript", [301, 900, "+"], `gene_id "G"; transcript_id "T2"; tag "${second}";`),
      gtf("gene", [2101, 2900, "+"], 'gene_id "H";'),
      gtf("transcript", [2101, 2900, "+"], 'gene_id "H"; transcript_id "T3"; tag "MANE_Select";'),
    );
  deepStrictEqual(show((await read(rows("Ensembl_canonical", "MANE_Select"), "canonical")).genes), [
    "G chr1:300+",
    "H chr1:2100+",
  ]);
  const { genes, warnings } = await read(rows("MANE_Select", "MANE_Select"), "canonical");
  deepStrictEqual(show(genes), ["H chr1:2100+"]);
  deepStrictEqual(warnings, [
    'a.gtf: left out 1 gene whose canonical transcripts start at several places, such as "G" (line 1)',
  ]);
});

Deno.test("an annotation without tags is refused by name, never taken by the genes' starts instead", async () => {
  const untagged = GENCODE_GTF.replace(/tag "[^"]*";/g, "");
  await rejects(read(untagged, "canonical"), {
    name: "ContractError",
    message:
      /from a\.gtf: none of its transcripts is tagged MANE_Select, Ensembl_canonical or RefSeq Select\. Newer releases/,
  });
  const genePred = "NM_1\tchr1\t+\t100\t900\t150\t800\t1\t100,\t900,\t0\tAB\tcmpl\tcmpl\t0,\n";
  await rejects(
    read(genePred, "canonical"),
    /genePred does not say which transcripts are canonical/,
  );
  await rejects(read("chr1\t1\t9\ta\t0\t+\n", "canonical"), /BED does not say which/);
  const table = "gene_id\tchrom\ttss\tstrand\na\t1\t5\t+\n";
  await rejects(read(table, "canonical"), /a table of genes does not say which/);
});

Deno.test("genes have no transcripts if the file has none", async () => {
  const genes = lines(gtf("gene", [101, 900, "+"], 'gene_id "G";'));
  await rejects(
    read(genes, "transcript"),
    /every transcript of a\.gtf: none of its genes has a transcript/,
  );
  await rejects(read(genes, "canonical"), /none of its transcripts is tagged/);
});

Deno.test("transcripts of genePred and refFlat have the gene in the column that names it", async () => {
  const refFlat = lines(
    ["AB", "NM_000001", "chr1", "+", 100, 900, 150, 800, 2, "100,600,", "300,900,"],
    ["AB", "NM_000002", "chr1", "+", 200, 900, 250, 800, 1, "200,", "900,"],
    ["CD", "NR_000003", "chr1", "-", 2000, 2900, 2900, 2900, 1, "2000,", "2900,"],
  );
  deepStrictEqual(show((await read(refFlat, "transcript")).genes), [
    "NM_000001 of AB chr1:100+",
    "NM_000002 of AB chr1:200+",
    "NR_000003 of CD chr1:2899-",
  ]);
  const genePred = lines(
    [
      585,
      "NM_000001.2",
      "chr1",
      "+",
      100,
      900,
      150,
      800,
      1,
      "100,",
      "900,",
      0,
      "AB",
      "cmpl",
      "cmpl",
      "0,",
    ],
    [
      585,
      "NM_000002.1",
      "chr1",
      "+",
      100,
      800,
      150,
      800,
      1,
      "100,",
      "800,",
      0,
      "AB",
      "cmpl",
      "cmpl",
      "0,",
    ],
  );
  const { genes, warnings } = await read(genePred, "transcript");
  deepStrictEqual(show(genes), ["NM_000001.2 of AB chr1:100+", "NM_000002.1 of AB chr1:100+"]);
  ok(
    warnings.includes(
      'a.gtf: took 1 transcript with the start of another transcript of their gene, such as "NM_000002.1" (line 2)',
    ),
    String(warnings),
  );
});

Deno.test("transcripts that do not name their genes need a table that does", async () => {
  const known = lines(
    ["ENST00000000001.2", "chr1", "+", 100, 900, 150, 800, 1, "100,", "900,"],
    ["ENST00000000002.1", "chr1", "+", 300, 900, 350, 800, 1, "300,", "900,"],
  );
  await rejects(read(known, "transcript"), {
    name: "ContractError",
    message: /each has its own id in the place of its gene's, so that splits would train and judge/,
  });
  const transcriptGenes = new Map([["ENST00000000001", "G"], ["ENST00000000002", "G"]]);
  const wanted = ["ENST00000000001.2 of G chr1:100+", "ENST00000000002.1 of G chr1:300+"];
  deepStrictEqual(show((await read(known, "transcript", { transcriptGenes })).genes), wanted);
  const bed12 = lines(
    ["chr1", 100, 900, "ENST00000000001.2", 0, "+", 150, 800, 0, 1, "800,", "0,"],
    ["chr1", 300, 900, "ENST00000000002.1", 0, "+", 350, 800, 0, 1, "600,", "0,"],
    ["chr1", 300, 900, "ENST00000000009.1", 0, "-", 350, 800, 0, 1, "600,", "0,"],
  );
  await rejects(
    read(bed12, "transcript"),
    /BED does not say which genes they are of.*--transcript-genes/,
  );
  const { genes, warnings } = await read(bed12, "transcript", { transcriptGenes });
  deepStrictEqual(show(genes), wanted);
  deepStrictEqual(warnings, [
    'a.gtf: left out 1 transcript whose gene is not known, such as "ENST00000000009.1" (line 3)',
  ]);
  const bigGenePred = lines(
    `chr1 100 900 ENST00000000001.2 0 - 150 800 0 1 800, 0, AB-201 cmpl cmpl 0, none ENSG00000000003.1 AB protein_coding`
      .split(" "),
  );
  deepStrictEqual(show((await read(bigGenePred, "transcript")).genes), [
    "ENST00000000001.2 of ENSG00000000003.1 chr1:899-",
  ]);
  deepStrictEqual(show((await read(bigGenePred, "gene")).genes), ["ENST00000000001.2 chr1:899-"]);
});

Deno.test("tables of BioMart and tables of genes may name transcripts", async () => {
  const bioMart = [
    "Gene stable ID,Transcript stable ID,Chromosome/scaffold name,Transcription start site (TSS),Strand,Gene name,Ensembl Canonical",
    "ENSG00000000003,ENST00000000001,X,100894,-1,A,",
    "ENSG00000000003,ENST00000000002,X,400636,-1,A,1",
    "ENSG00000000005,ENST00000000003,X,500584,1,B,1",
    "ENSG00000000419,ENST00000000004,20,500584,1,C,",
  ].join("\n") + "\n";
  const canonical = await read(bioMart, "canonical");
  deepStrictEqual(show(canonical.genes), [
    "ENSG00000000003 X:400635-",
    "ENSG00000000005 X:500583+",
  ]);
  match(
    canonical.warnings.join(),
    /left out 1 gene without a transcript that is tagged.*ENSG00000000419/,
  );
  deepStrictEqual(show((await read(bioMart, "transcript")).genes), [
    "ENST00000000001 of ENSG00000000003 X:100893-",
    "ENST00000000002 of ENSG00000000003 X:400635-",
    "ENST00000000003 of ENSG00000000005 X:500583+",
    "ENST00000000004 of ENSG00000000419 20:500583+",
  ]);
  await rejects(
    read(bioMart.replace(/,Ensembl Canonical/, ""), "canonical"),
    /BioMart without the column Ensembl Canonical does not say/,
  );
  const table =
    "gene_id\ttranscript_id\tchrom\ttss\tstrand\nG\tT1\t1\t500\t+\nG\tT2\t1\t900000\t+\n";
  deepStrictEqual(show((await read(table, "transcript")).genes), [
    "T1 of G 1:500+",
    "T2 of G 1:900000+",
  ]);
  await rejects(
    read(table.replace("transcript_id", "transcript"), "transcript"),
    /lacks column "transcript_id".*\(a\.gtf, line 1\)/,
  );
});

Deno.test("copies of genes elsewhere do not lend their transcripts", async () => {
  const text = "##gff-version 3\n" + lines(
    ["chr6", "x", "gene", 101, 900, ".", "+", ".", "ID=gene-A;Name=A;gbkey=Gene"],
    [
      "chr6",
      "x",
      "mRNA",
      101,
      900,
      ".",
      "+",
      ".",
      "ID=rna-NM_000001.1;Parent=gene-A;transcript_id=NM_000001.1;tag=MANE Select",
    ],
    ["chr6_alt1", "x", "gene", 301, 900, ".", "+", ".", "ID=gene-A-2;Name=A;gbkey=Gene"],
    [
      "chr6_alt1",
      "x",
      "mRNA",
      301,
      900,
      ".",
      "+",
      ".",
      "ID=rna-NM_000001.1-2;Parent=gene-A-2;transcript_id=NM_000001.1;tag=MANE Select",
    ],
  );
  const { genes, warnings } = await read(text, "transcript");
  // One transcript at two places is the one on the chromosome.
  deepStrictEqual(show(genes), ["NM_000001.1 of A chr6:100+"]);
  match(
    warnings.join(),
    /took from a primary chromosome, X before Y, 1 transcript at several places/,
  );
  strictEqual((await read(text, "canonical")).genes.length, 2);
});

Deno.test("a transcript at two places of its chromosome is left out, not stretched over both", async () => {
  const row = (
    id: string,
    [start, end]: readonly [number, number],
  ) => ["AB", id, "chr1", "-", start, end, start, end, 1, `${start},`, `${end},`];
  const refFlat = lines(
    row("NM_1", [100, 900]),
    row("NM_1", [50_000, 60_000]),
    row("NM_2", [50, 800]),
  );
  const { genes, warnings } = await read(refFlat, "transcript");
  deepStrictEqual(show(genes), ["NM_2 of AB chr1:799-"]);
  match(warnings.join(), /left out 1 transcript at several places, such as "NM_1" at chr1:899/);
  const twice = await read(lines(row("NM_1", [100, 900]), row("NM_1", [100, 900])), "transcript");
  deepStrictEqual(show(twice.genes), ["NM_1 of AB chr1:899-"]);
  const parts = lines(
    gtf("gene", [101, 5_000_200, "-"], 'gene_id "G";'),
    gtf("exon", [101, 200, "-"], 'gene_id "G"; transcript_id "T1";'),
    gtf("exon", [5_000_101, 5_000_200, "-"], 'gene_id "G"; transcript_id "T1";'),
    gtf("exon", [101, 300, "-"], 'gene_id "G"; transcript_id "T2";'),
  );
  deepStrictEqual(show((await read(parts, "transcript")).genes), ["T2 of G chr1:299-"]);
  const gtfRows = lines(
    gtf("exon", [101, 200, "+"], 'gene_id "G"; transcript_id "T1"; tag "MANE_Select";'),
    gtf("transcript", [51, 900, "+"], 'gene_id "G"; transcript_id "T1";'),
    gtf("exon", [2001, 2100, "+"], 'gene_id "G"; transcript_id "T2";'),
    gtf("exon", [1, 20, "+"], 'gene_id "G"; transcript_id "T1";'),
  );
  deepStrictEqual(show((await read(gtfRows, "transcript")).genes), [
    "T1 of G chr1:50+",
    "T2 of G chr1:2000+",
  ]);
});

/** Genes with transcripts at random places, as GTF or as GFF3, and what a plain reading of them gives. */
const annotations = fc.array(
  fc.record({
    strand: fc.constantFrom("+", "-"),
    transcripts: fc.array(
      fc.record({
        start: fc.integer({ min: 1, max: 50_000 }),
        length: fc.integer({ min: 1, max: 5_000 }),
        tags: fc.subarray(["basic", "MANE_Select", "Ensembl_canonical", "MANE Plus Clinical"]),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

Deno.test("the starts of any annotation are those of a plain reading, in GTF and in GFF3", async () => {
  await fc.assert(fc.asyncProperty(annotations, fc.boolean(), async (genes, isGtf) => {
    const rows: (string | number)[][] = [];
    const everyTranscript: string[] = [];
    const canonical: string[] = [];
    for (const [g, { strand, transcripts }] of genes.entries()) {
      const ends = transcripts.map(({ start, length }) => start + length);
      const bounds = [
        Math.min(...transcripts.map(({ start }) => start)),
        Math.max(...ends),
      ] as const;
      const place = (start: number, end: number) => [start, end, ".", strand, "."];
      rows.push([
        "chr1",
        "x",
        "gene",
        ...place(...bounds),
        isGtf ? `gene_id "G${g}";` : `ID=gene:G${g}`,
      ]);
      const candidates: { readonly tss: number; readonly rank: number }[] = [];
      for (const [t, { start, tags }] of transcripts.entries()) {
        const attributes = isGtf
          ? `gene_id "G${g}"; transcript_id "T${g}.${t}"; ${
            tags.map((tag) => `tag "${tag}"; `).join("")
          }`
          : `ID=transcript:T${g}.${t};Parent=gene:G${g}${
            tags.length > 0 ? `;tag=${tags.join(",")}` : ""
          }`;
        rows.push([
          "chr1",
          "x",
          isGtf ? "transcript" : "mRNA",
          ...place(start, ends[t]!),
          attributes,
        ]);
        const tss = strand === "+" ? start - 1 : ends[t]! - 1;
        everyTranscript.push(`T${g}.${t} of G${g} chr1:${tss}${strand}`);
        const rank = tags.includes("MANE_Select") ? 0 : tags.includes("Ensembl_canonical") ? 1 : 2;
        candidates.push({ tss, rank });
      }
      const best = Math.min(...candidates.map(({ rank }) => rank));
      const places = new Set(candidates.filter(({ rank }) => rank === best).map(({ tss }) => tss));
      if (best < 2 && places.size === 1) canonical.push(`G${g} chr1:${[...places][0]}${strand}`);
    }
    const text = (isGtf ? "" : "##gff-version 3\n") + lines(...rows);
    deepStrictEqual(show((await read(text, "transcript")).genes), everyTranscript);
    if (canonical.length === 0) await rejects(read(text, "canonical"), { name: "ContractError" });
    else deepStrictEqual(show((await read(text, "canonical")).genes), canonical);
  }));
});

/** Reads GENCODE's GTF the plain way: all transcripts by regular expressions, in one pass, whatever their genes' lines. */
const ORACLE = `
import re, sys
from collections import defaultdict
tag = re.compile(r'tag "([^"]+)"')
every, best = [], defaultdict(list)
order = []
for line in open(sys.argv[1]):
    if line.startswith("#"):
        continue
    chrom, _, kind, start, end, _, strand, _, text = line.rstrip("\\n").split("\\t")
    gene = re.search(r'gene_id "([^"]+)"', text).group(1)
    if kind == "gene":
        order.append((gene, chrom, strand))
    if kind != "transcript":
        continue
    transcript = re.search(r'transcript_id "([^"]+)"', text).group(1)
    tss = int(start) - 1 if strand == "+" else int(end) - 1
    every.append(f"{transcript} of {gene} {chrom}:{tss}{strand}")
    tags = set(tag.findall(text))
    if "MANE_Select" in tags:
        best[gene].append((0, tss))
    elif "Ensembl_canonical" in tags:
        best[gene].append((1, tss))
for gene, chrom, strand in order:
    if best[gene]:
        rank = min(best[gene])[0]
        starts = {tss for r, tss in best[gene] if r == rank}
        if len(starts) == 1:
            print("C", f"{gene} {chrom}:{starts.pop()}{strand}")
for line in every:
    print("T", line)
`;

/** A file in GENCODE's form: genes on both strands of three chromosomes, with up to eight transcripts and their exons. */
function gencodeText(genes: number): string {
  const random = new RandomStream(deriveKey(5, "gencode"));
  const below = (bound: number) => Math.floor(random.uniform() * bound);
  const rows: string[] = ["##description: evidence-based annotation (GRCh38), version 46"];
  for (let g = 0; g < genes; g++) {
    const [chromosome, start] = [`chr${1 + below(3)}`, 1000 + 60_000 * g + below(999)];
    const strand = below(2) === 0 ? "+" : "-";
    const id = `gene_id "ENSG${String(g + 1).padStart(11, "0")}.${1 + below(9)}";`;
    const row = (kind: string, [from, to]: readonly [number, number], attributes: string) =>
      rows.push([chromosome, "HAVANA", kind, from, to, ".", strand, ".", attributes].join("\t"));
    row("gene", [start, start + 50_000], `${id} gene_type "protein_coding"; level 2;`);
    for (let t = 0; t <= below(8); t++) {
      const place = [start + below(5_000), start + 45_000 + below(5_000)] as const;
      const own = `${id} transcript_id "ENST${String(8 * g + t).padStart(11, "0")}.3"; level 2;`;
      const tags = [
        below(2) === 0 ? ' tag "basic";' : "",
        below(4) === 0 ? ' tag "Ensembl_canonical";' : "",
        below(6) === 0 ? ' tag "MANE_Select";' : "",
      ].join("");
      row("transcript", place, own + tags);
      for (let e = 1; e <= 3; e++) {
        row("exon", [place[0], place[0] + 100], `${own} exon_number ${e};${tags}`);
        row("CDS", [place[0] + 10, place[0] + 90], `${own} exon_number ${e};${tags}`);
      }
    }
  }
  return rows.join("\n") + "\n";
}

testWith(
  "numpy",
  "a thousand genes have the starts that another program finds",
  () =>
    withDirectory(async (directory) => {
      const text = gencodeText(1000);
      await Deno.writeTextFile(`${directory}/a.gtf`, text);
      const found = (await runNumpy(ORACLE, [`${directory}/a.gtf`])).trimEnd().split("\n");
      const wanted = (which: string) =>
        found.filter((line) => line.startsWith(`${which} `)).map((line) => line.slice(2));
      ok(wanted("C").length > 300 && wanted("T").length > 1500);
      deepStrictEqual(show((await read(text, "canonical")).genes), wanted("C"));
      deepStrictEqual(show((await read(text, "transcript")).genes), wanted("T"));
    }),
);
