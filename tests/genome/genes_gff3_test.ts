import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { readGenes } from "../../src/genome/genes.ts";
import { textSource } from "../helpers/text_source.ts";

/** The columns of a line besides its attributes. */
interface Columns {
  readonly chromosome?: string;
  readonly kind?: string;
  readonly start?: number;
  readonly end?: number;
  readonly strand?: string;
}

function gff3(attributes: string, columns: Columns = {}): string {
  const { chromosome = "chr1", kind = "gene", start = 101, end = 200, strand = "+" } = columns;
  return [chromosome, "x", kind, start, end, ".", strand, ".", attributes].join("\t");
}

async function readLines(lines: readonly string[]) {
  const warnings: string[] = [];
  const text = ["##gff-version 3", ...lines].join("\n");
  const onWarning = (message: string) => void warnings.push(message);
  return { genes: await readGenes(textSource(text, "a.gff3"), { onWarning }), warnings };
}

/** Reads the ids of the genes, which must not give a warning. */
async function idsOf(lines: readonly string[]): Promise<string[]> {
  const { genes, warnings } = await readLines(lines);
  deepStrictEqual(warnings, []);
  return genes.map(({ id }) => id);
}

Deno.test("NCBI's genes have the ids of its GTF, with their symbol, number and type", async () => {
  const { genes } = await readLines([
    gff3("ID=NC_000001.11:1..248956422;Dbxref=taxon:9606;Name=1", { kind: "region" }),
    gff3(
      "ID=gene-DPM1;Dbxref=GeneID:8813,HGNC:HGNC:3005,MIM:603503;Name=DPM1;gbkey=Gene;gene=DPM1;" +
        "gene_biotype=protein_coding;gene_synonym=CDGIE,MPDS",
    ),
    gff3("ID=rna-NM_003859.3;Parent=gene-DPM1;Dbxref=GeneID:8813", { kind: "mRNA" }),
  ]);
  deepStrictEqual(genes, [{
    id: "DPM1",
    chromosome: "chr1",
    tss: 100,
    strand: "+",
    line: 3,
    symbol: "DPM1",
    entrezId: "8813",
    type: "protein_coding",
  }]);
});

Deno.test("Ensembl's, GENCODE's, VEuPathDB's and TAIR's names, symbols and types are known", async () => {
  const { genes } = await readLines([
    gff3("ID=gene:ENSG00000000003;Name=TSPAN6;biotype=protein_coding;gene_id=ENSG00000000003"),
    gff3("ID=ENSG00000000419.14_5;gene_id=ENSG00000000419.14_5;gene_type=miRNA;gene_name=DPM1"),
    gff3("ID=PF3D7_0100100;Name=VAR;ebi_biotype=protein_coding", { kind: "protein_coding_gene" }),
    gff3("ID=AT1G01010;symbol=NAC001;locus_type=protein_coding"),
    gff3("ID=Gene:WBGene00023193;biotype=ncRNA"),
  ]);
  deepStrictEqual(genes.map(({ id, symbol, type }) => [id, symbol, type]), [
    ["ENSG00000000003", "TSPAN6", "protein_coding"],
    ["ENSG00000000419.14_5", "DPM1", "miRNA"],
    ["PF3D7_0100100", "VAR", "protein_coding"],
    ["AT1G01010", "NAC001", "protein_coding"],
    ["WBGene00023193", undefined, "ncRNA"],
  ]);
});

Deno.test("every kind of gene in the Sequence Ontology is a gene, and its kind is its type", async () => {
  const kinds = {
    gene: undefined,
    protein_coding_gene: "protein_coding",
    ncRNA_gene: "ncRNA",
    lincRNA_gene: "lincRNA",
    snoRNA_gene: "snoRNA",
    transposable_element_gene: "transposable_element",
    pseudogene: "pseudogene",
    transcribed_processed_pseudogene: "transcribed_processed_pseudogene",
    pseudogene_by_unequal_crossing_over: "pseudogene_by_unequal_crossing_over",
    gene_with_edited_transcript: "gene_with_edited_transcript",
    TR_V_Gene: "TR_V",
    cryptogene: "cryptogene",
  };
  const { genes, warnings } = await readLines(
    Object.keys(kinds).map((kind, i) => gff3(`ID=G${i}`, { kind })),
  );
  deepStrictEqual(genes.map(({ type }) => type), Object.values(kinds));
  deepStrictEqual(warnings, []);
});

Deno.test("a feature that is named like a gene but that the ontology lacks is left out with a warning", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=a"),
    gff3("ID=b", { kind: "transposon_gene" }),
    gff3("ID=c", { kind: "orphan_Gene" }),
    gff3("ID=d", { kind: "gene_group" }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["a"]);
  deepStrictEqual(warnings, [
    "a.gff3: left out 2 genes of a kind that the Sequence Ontology lacks, such as " +
    "transposon_gene in line 3",
  ]);
});

Deno.test("segments of immune genes and transcripts with old names are not genes if they have a gene", async () => {
  deepStrictEqual(
    await idsOf([
      gff3("ID=gene-IGHV1;Name=IGHV1"),
      gff3("ID=id-IGHV1;Parent=gene-IGHV1", { kind: "V_gene_segment" }),
      gff3("ID=TRAC", { kind: "C_gene_segment" }),
      gff3("ID=gene:P1"),
      gff3("ID=transcript:P1T;Parent=gene:P1", { kind: "processed_pseudogene" }),
      gff3("ID=gene:P2;Parent=gene:P1"),
      gff3("ID=gene:P3;Parent=operon1", { kind: "protein_coding_gene" }),
    ]),
    ["IGHV1", "TRAC", "P1", "P2", "P3"],
  );
});

Deno.test("percent-encoded characters in ids, names and chromosomes are decoded", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=gene%3AX%3B1;Name=a%2Cb 100%", { chromosome: "chr%201" }),
    gff3("ID=%C3%A9%zz%ff%09"),
    gff3("ID=nowhere", { chromosome: "" }),
  ]);
  deepStrictEqual(genes.map(({ id, symbol, chromosome }) => [id, symbol, chromosome]), [
    ["X;1", "a,b 100%", "chr 1"],
    ["é%zz%ff%09", undefined, "chr1"],
  ]);
  deepStrictEqual(warnings, [
    'a.gff3: left out 1 gene without a chromosome, such as "nowhere" (line 4)',
  ]);
});

Deno.test("a gene without ID is named by gene_id, locus_tag or Name, or is left out", async () => {
  const { genes, warnings } = await readLines([
    gff3("locus_tag=b0001;Name=thrL"),
    gff3("Name=thrA"),
    gff3("gene_id=X;Parent=ID"),
    gff3("Note=nameless"),
    gff3("ID=;Note=nameless"),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["b0001", "thrA", "X"]);
  deepStrictEqual(warnings, ["a.gff3: left out 2 genes without an id, such as line 5"]);
});

Deno.test("an ID that only counts the file's genes, as NCBI's once did, is not an id", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=gene0;Dbxref=GeneID:100856150;Name=ENPP1;gene=ENPP1;gbkey=Gene"),
    gff3("ID=gene1;Name=thrL;gene=thrL;locus_tag=b0001;gbkey=Gene"),
    gff3("ID=gene2;gbkey=Gene"),
    gff3("ID=gene00001;Name=EDEN"),
    gff3("ID=gene3;Name=DUP;gene=DUP;gbkey=Gene"),
    gff3("ID=gene4;Name=DUP;gene=DUP;gbkey=Gene", { start: 501, end: 600 }),
  ]);
  deepStrictEqual(genes.map(({ id, symbol }) => [id, symbol]), [
    ["ENPP1", "ENPP1"],
    ["b0001", "thrL"],
    ["gene2", undefined],
    ["gene00001", "EDEN"],
  ]);
  deepStrictEqual(warnings, [
    "a.gff3: left out 1 gene at several places, such as " +
    '"DUP" at chr1:100 (line 6) and "DUP" at chr1:500 (line 7)',
  ]);
});

Deno.test("a gene on several lines reaches from the first to the last of its bases", async () => {
  const parts = (strand: string) => [
    gff3("ID=gene-a;part=1", { start: 101, end: 200, strand }),
    gff3("ID=gene-a;part=2", { start: 301, end: 400, strand }),
  ];
  const { genes, warnings } = await readLines(parts("-"));
  deepStrictEqual(genes.map(({ id, tss, line }) => [id, tss, line]), [["a", 399, 2]]);
  deepStrictEqual((await readLines(parts("+"))).genes.map(({ tss }) => tss), [100]);
  deepStrictEqual(warnings, []);
});

Deno.test("lines of one ID that are far apart are copies, and all of them are left out", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=trn1", { start: 101, end: 200 }),
    gff3("ID=trn1", { start: 500_101, end: 500_200 }),
    gff3("ID=other", { start: 301, end: 400 }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["other"]);
  deepStrictEqual(warnings, [
    'a.gff3: left out 1 gene at several places, such as "trn1" at chr1:100 (line 2) and "trn1" at ' +
    "chr1:500100 (line 3)",
  ]);
});

Deno.test("two versions of a gene, from files that were joined, are not parts of one gene", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=gene:ENSG00000000003.1"),
    gff3("ID=gene:ENSG00000000003.2", { start: 51 }),
    gff3("ID=gene:ENSG00000000005.1"),
    gff3("ID=gene:ENSG00000000005.2"),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["ENSG00000000005.1"]);
  deepStrictEqual(warnings, [
    "a.gff3: left out 1 gene at several places, such as " +
    '"ENSG00000000003.1" at chr1:100 (line 2) and "ENSG00000000003.2" at chr1:50 (line 3)',
    "a.gff3: took once 1 gene on several lines, such as " +
    '"ENSG00000000005.1" at chr1:100 (line 4) and "ENSG00000000005.2" at chr1:100 (line 5)',
  ]);
});

Deno.test("a gene at several places or with trans-spliced transcripts is left out with a warning", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=gene-rps12;exception=trans-splicing;part=1"),
    gff3("ID=gene-rps12;exception=trans-splicing;part=2", { start: 301, end: 400 }),
    gff3("ID=gene-both"),
    gff3("ID=gene-both", { strand: "-", start: 501, end: 600 }),
    gff3("ID=gene-far"),
    gff3("ID=gene-far", { chromosome: "chr2" }),
    gff3("ID=gene-X"),
    gff3("ID=gene-none", { strand: "?" }),
    gff3("ID=gene-half"),
    gff3("ID=gene-half", { strand: "?" }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["X"]);
  deepStrictEqual(warnings, [
    'a.gff3: left out 1 gene of trans-spliced transcripts, such as "rps12" (line 2)',
    "a.gff3: left out 2 genes at several places, such as " +
    '"both" at chr1:100 (line 4) and "both" at chr1:599 (line 5)',
    'a.gff3: left out 2 genes without a strand, such as "none" (line 9: strand "?")',
  ]);
});

Deno.test("RefSeq's copies on Y of genes on X, which share their number, are left out", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=gene-ASMTL;Dbxref=GeneID:8623", { chromosome: "NC_000023.11" }),
    gff3("ID=gene-ASMTL-2;Dbxref=GeneID:8623", { chromosome: "NC_000024.10" }),
    gff3("ID=gene-SRY;Dbxref=GeneID:6736", { chromosome: "NC_000024.10" }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["ASMTL", "SRY"]);
  deepStrictEqual(warnings, [
    'a.gff3: left out 1 gene on chromosome Y, copied from X, such as "ASMTL-2" (line 3)',
  ]);
});

Deno.test("the genome's sequence ends the features, with ##FASTA or without", async () => {
  for (const end of [["##FASTA", ">chr1"], [">chr1"]]) {
    deepStrictEqual(await idsOf([gff3("ID=a"), "###", "# comment", ...end, "ACGTGENE"]), ["a"]);
  }
});

Deno.test("genes are made from transcripts that name their gene", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=t1;Parent=gene-a;gene_name=A", { kind: "mRNA", start: 201, end: 300, strand: "-" }),
    gff3("ID=t2;Parent=gene-a", { kind: "mRNA", start: 401, end: 500, strand: "-" }),
    gff3("ID=e1;Parent=t2", { kind: "exon", start: 401, end: 900, strand: "-" }),
    gff3("ID=STRG.1.1;geneID=STRG.1", { kind: "transcript" }),
    gff3("ID=alone", { kind: "mRNA" }),
  ]);
  deepStrictEqual(genes.map(({ id, tss, symbol }) => [id, tss, symbol]), [
    ["a", 499, "A"],
    ["STRG.1", 100, undefined],
  ]);
  deepStrictEqual(warnings, [
    'a.gff3: made from their transcripts 2 genes without a line of their own, such as "a" (line 2)',
  ]);
  await rejects(readLines([gff3("ID=alone", { kind: "mRNA" })]), /transcripts that say which gene/);
});

Deno.test("a transcript of one ID at two places far apart makes a gene at several places", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=t1;Parent=gene-two", { kind: "mRNA" }),
    gff3("ID=t1;Parent=gene-two", { kind: "mRNA", start: 5_000_001, end: 5_000_100 }),
    gff3("ID=t2;Parent=gene-one", { kind: "mRNA" }),
    gff3("ID=t2;Parent=gene-one", { kind: "mRNA", start: 301, end: 400 }),
  ]);
  deepStrictEqual(genes.map(({ id, tss }) => [id, tss]), [["one", 100]]);
  match(warnings[0]!, /^a\.gff3: left out 1 gene at several places, such as "two" at chr1:100/);
});

Deno.test("genes made from transcripts get the name and type of the gene, not of the transcripts", async () => {
  const attributes = "ID=transcript:T;Parent=gene:G;Name=MYC-205;biotype=retained_intron";
  const { genes } = await readLines([gff3(attributes, { kind: "mRNA" })]);
  deepStrictEqual([genes[0]!.id, genes[0]!.symbol, genes[0]!.type], ["G", undefined, undefined]);
});

Deno.test("AUGUSTUS' bare ids, GFF2's eight columns and numbers as ids are read", async () => {
  const { genes, warnings } = await readLines([
    gff3("g2"),
    gff3("g2.t1", { kind: "transcript" }),
    gff3("", { kind: "exon" }).trimEnd(),
    gff3("ID=GeneID:347688"),
    gff3("."),
  ]);
  deepStrictEqual(genes.map(({ id, entrezId }) => [id, entrezId]), [
    ["g2", undefined],
    ["GeneID:347688", "347688"],
  ]);
  deepStrictEqual(warnings, ["a.gff3: left out 1 gene without an id, such as line 6"]);
});

Deno.test("chromosomes that NCBI names by accession numbers also have their usual name", async () => {
  const { genes } = await readLines([
    gff3("ID=NC_051336.1:1..260522016;chromosome=1;genome=chromosome", {
      chromosome: "NC_051336.1",
      kind: "region",
      start: 1,
      end: 260522016,
    }),
    gff3("ID=NC_001665.2:1..16313;Name=MT;genome=mitochondrion", {
      chromosome: "NC_001665.2",
      kind: "region",
      start: 1,
      end: 16313,
    }),
    gff3("ID=gene-a", { chromosome: "NC_051336.1" }),
    gff3("ID=gene-b", { chromosome: "NC_001665.2" }),
    gff3("ID=gene-c", { chromosome: "NW_1.1" }),
  ]);
  deepStrictEqual(genes.map(({ chromosomeAlias }) => chromosomeAlias), ["1", "MT", undefined]);
});

Deno.test("if the first line has no attributes, the next one shows the format", async () => {
  const text = [gff3(".", { kind: "chromosome" }), gff3("ID=gene:A"), gff3("ID=gene:B")].join("\n");
  deepStrictEqual((await readGenes(textSource(text))).map(({ id }) => id), ["A", "B"]);
});

Deno.test("attributes in GTF's style are read in a file that claims to be GFF3", async () => {
  const { genes } = await readLines([gff3('gene_id "A"; gene_name "x; y"; db_xref "GeneID:5";')]);
  deepStrictEqual(genes.map(({ id, symbol, entrezId }) => [id, symbol, entrezId]), [
    ["A", "x; y", "5"],
  ]);
});

Deno.test("genes with transcripts only are made in addition to genes with lines, in either order", async () => {
  const made = [
    gff3("ID=MSTRG.2.1;geneID=MSTRG.2", { kind: "transcript", start: 301, end: 400 }),
    gff3("ID=m3;Parent=MSTRG.3", { kind: "mRNA", start: 501, end: 600, strand: "-" }),
    gff3("ID=t4;gene_id=G4", { kind: "transcript", start: 701, end: 800 }),
  ];
  const known = [
    gff3("ID=gene:ENSG00000000003;Name=TSPAN6"),
    gff3("ID=transcript:ENST1;Parent=gene:ENSG00000000003", { kind: "mRNA", start: 1 }),
    gff3("ID=gene0;Name=ENPP1;gbkey=Gene"),
    gff3("ID=rna0;Parent=gene0", { kind: "primary_transcript", start: 1 }),
    gff3("ID=rna1;Parent=rna0", { kind: "miRNA", start: 1 }),
    gff3("ID=gene-b1;gene=thrA"),
    gff3("ID=rna-x;gene=thrA", { kind: "tRNA", start: 1 }),
    gff3("ID=odd;Name=odd", { kind: "unheard_of_gene" }),
    gff3("ID=odd.1;Parent=odd", { kind: "mRNA" }),
  ];
  for (
    const lines of [[...made, ...known], [...known, ...made], [...known].reverse().concat(made)]
  ) {
    const { genes, warnings } = await readLines(lines);
    deepStrictEqual(
      Object.fromEntries(genes.map(({ id, tss }) => [id, tss]).sort()),
      { ENPP1: 100, ENSG00000000003: 100, G4: 700, "MSTRG.2": 300, "MSTRG.3": 599, b1: 100 },
    );
    deepStrictEqual(warnings.map((text) => text.replace(/, such as.*/, "")), [
      "a.gff3: left out 1 gene of a kind that the Sequence Ontology lacks",
      "a.gff3: made from their transcripts 3 genes without a line of their own",
    ]);
  }
});

Deno.test("coding sequences without a gene are reported if others have genes", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=A_1;locus_tag=A_1;gene=x", { kind: "CDS" }),
    gff3("ID=A_2", { kind: "CDS", start: 301, end: 400 }),
    gff3("ID=A_2", { kind: "CDS", start: 501, end: 600 }),
    gff3("ID=A_3_tRNA;Parent=A_3", { kind: "tRNA" }),
    gff3("ID=A_3;locus_tag=A_3;gene=ala"),
    gff3("ID=c4;locus_tag=A_3", { kind: "CDS" }),
    gff3("ID=c5;gene=ala", { kind: "CDS" }),
    gff3("ID=c6;Parent=A_3_tRNA", { kind: "CDS" }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["A_3"]);
  deepStrictEqual(warnings, [
    "a.gff3: left out 2 genes with lines of coding sequence only, where others have lines of genes or transcripts, " +
    'such as "A_1" (line 2)',
  ]);
});

Deno.test("coding sequences do not become genes, with or without transcripts that do", async () => {
  const coding = gff3("ID=A_1;locus_tag=A_1", { kind: "CDS" });
  const { genes, warnings } = await readLines([
    coding,
    gff3("ID=A_2;locus_tag=A_2;gene=x", { kind: "tRNA" }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["A_2"]);
  deepStrictEqual(warnings.map((text) => text.replace(/, such as.*/, "")), [
    "a.gff3: left out 1 gene with lines of coding sequence only, where others have lines of genes or transcripts",
    "a.gff3: made from their transcripts 1 gene without a line of their own",
  ]);
  for (const others of [[], [gff3("ID=A_2;locus_tag=A_2", { kind: "tRNA" })]]) {
    await rejects(readLines([coding, ...others]), /none of its \d lines holds a gene/);
  }
});

Deno.test("if Name repeats the id, the symbol is that of TAIR or WormBase", async () => {
  const { genes } = await readLines([
    gff3("ID=AT1G01010;Name=AT1G01010;symbol=NAC001;locus=2200935"),
    gff3("ID=AT1G01115;Name=AT1G01115;locus=2200936"),
    gff3("ID=Gene:WBGene00022277;Name=WBGene00022277;locus=homt-1"),
    gff3("ID=PF3D7_0100100;Name=VAR;symbol=other"),
    gff3("ID=YAL062W;Name=YAL062W;gene=GDH3"),
  ]);
  deepStrictEqual(genes.map(({ symbol }) => symbol), [
    "NAC001",
    "AT1G01115",
    "homt-1",
    "VAR",
    "GDH3",
  ]);
});

Deno.test("Prokka's and MGI's genes are named by the id from which their ID is made", async () => {
  const { genes } = await readLines([
    gff3("ID=ABC_00001_gene;locus_tag=ABC_00001;gene=thrA"),
    gff3("ID=ABC_00001_mRNA;locus_tag=ABC_00001;gene=thrA", { kind: "mRNA" }),
    gff3("ID=heat_gene;locus_tag=ABC_00002"),
    gff3("ID=MGI_C57BL6J_5141853;Name=Gm20388;gene_id=MGI:5141853"),
    gff3("ID=MGI_C57BL6J_1;Name=Gm1;gene_id=MGI:2"),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), [
    "ABC_00001",
    "heat_gene",
    "MGI:5141853",
    "MGI_C57BL6J_1",
  ]);
});

Deno.test("a gene's ids in other databases are kept, unless another gene has them", async () => {
  const { genes } = await readLines([
    gff3("ID=gene-Dmel_CG11023;Dbxref=FLYBASE:FBgn0031208,GeneID:33155"),
    gff3("ID=gene-GNAI3;Dbxref=Ensembl:ENSMUSG00000000001.5,MGI:MGI:95772,HGNC:HGNC:1"),
    gff3("ID=gene-a;Dbxref=Ensembl:ENSG00000000003"),
    gff3("ID=gene-b;Dbxref=Ensembl:ENSG00000000003.15"),
    gff3("ID=gene-c;Dbxref=WormBase:WBGene00000001"),
    gff3("ID=Gene:WBGene00000001"),
    gff3("ID=ENSG00000000005;Dbxref=Ensembl:ENSG00000000005.6,Ensembl:ENST00000000005"),
  ]);
  deepStrictEqual(genes.map(({ aliases }) => aliases), [
    ["FBgn0031208"],
    ["ENSMUSG00000000001.5", "MGI:95772"],
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

Deno.test("a gene that Liftoff copied stays at its first place", async () => {
  const { genes, warnings } = await readLines([
    gff3("ID=ENSG00000290825.1;extra_copy_number=0"),
    gff3("ID=ENSG00000290825.1_1;extra_copy_number=1", { chromosome: "chr2" }),
    gff3("ID=t_1;Parent=ENSG00000290825.1_1;extra_copy_number=1", { kind: "mRNA" }),
    gff3("ID=B_1;extra_copy_number=1", { chromosome: "chr2" }),
    gff3("ID=B_1.1;Parent=B_1;extra_copy_number=1", { kind: "mRNA" }),
  ]);
  deepStrictEqual(genes.map(({ id, chromosome }) => [id, chromosome]), [
    ["ENSG00000290825.1", "chr1"],
  ]);
  deepStrictEqual(warnings, [
    "a.gff3: left out 2 genes copied again by Liftoff, of an extra_copy_number above 0, such as " +
    '"ENSG00000290825.1_1" (line 3)',
  ]);
});

Deno.test("blanks around a coordinate do not matter", async () => {
  const text = "##gff-version 3\nI\tWormBase\tgene\t 944828 \t944900\t.\t+\t.\tID=WBGene00000138\n";
  const [gene] = await readGenes(textSource(text, "old.gff3"));
  strictEqual(gene!.tss, 944827);
});
