import { deepStrictEqual, match, rejects } from "node:assert";
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

function gtf(attributes: string, columns: Columns = {}): string {
  const { chromosome = "chr1", kind = "gene", start = 101, end = 200, strand = "+" } = columns;
  return [chromosome, "x", kind, start, end, ".", strand, ".", attributes].join("\t");
}

const transcript = (gene: string, name: string, columns: Columns = {}) =>
  gtf(`gene_id "${gene}"; transcript_id "${name}";`, { kind: "transcript", ...columns });

async function readLines(lines: readonly string[], lineEnd = "\n") {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const genes = await readGenes(textSource(lines.join(lineEnd), "a.gtf"), { onWarning });
  return { genes, warnings };
}

Deno.test("a gene whose symbol or chromosome a terminal obeys is left out, and counted", async () => {
  const { genes, warnings } = await readLines([
    gtf('gene_id "A"; gene_name "DPM1"'),
    gtf('gene_id "B"; gene_name "X\x1b[31m"'),
    gtf('gene_id "C"; gene_name "Y\u202e"'),
    gtf(`gene_id "D"; gene_name "${"x".repeat(1001)}"`),
    gtf('gene_id "E"', { chromosome: "chr\x07" }),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["A"]);
  match(warnings.join(), /left out 4 genes with a name of more than 1,000 characters or with/);
});

Deno.test("a copy on Y that has an id of its own is known by the tag, as GENCODE writes it since release 44", async () => {
  const pair = (kind: string) => [
    gtf('gene_id "ENSG00000182378.16"; transcript_id "T1"; gene_name "PLCXD1"; tag "PAR";', {
      kind,
      chromosome: "chrX",
    }),
    gtf('gene_id "ENSG00000292343.1"; transcript_id "T2"; gene_name "PLCXD1"; tag "PAR";', {
      kind,
      chromosome: "chrY",
    }),
    gtf('gene_id "ENSG00000129824.16"; transcript_id "T3"; gene_name "RPS4Y1"; tag "basic";', {
      kind,
      chromosome: "chrY",
    }),
  ];
  for (const kind of ["gene", "transcript"]) {
    const { genes, warnings } = await readLines(pair(kind));
    deepStrictEqual(genes.map(({ symbol }) => symbol), ["PLCXD1", "RPS4Y1"], kind);
    deepStrictEqual(genes.map(({ chromosome }) => chromosome), ["chrX", "chrY"]);
    match(
      warnings.join(),
      /left out 1 gene on chromosome Y, copied from X, such as "ENSG00000292343/,
    );
  }
});

Deno.test("GTF of NCBI and GENCODE has symbol, number and type", async () => {
  const { genes } = await readLines([
    gtf(
      'gene_id "DPM1"; transcript_id ""; db_xref "HGNC:HGNC:3005"; db_xref "GeneID:8813"; ' +
        'description "a; b"; gbkey "Gene"; gene "DPM1"; gene_biotype "protein_coding"; ',
    ),
    gtf('gene_type "lncRNA"; gene_name "X; gene_id "; level 2; gene_id "ENSG00000000419.14_5"'),
    gtf("gene_id Z"),
    gtf('"stray"; ;; level 2;; gene_id "Y" ;;', { kind: "Gene" }),
    gtf('gene_id "W"; transcript_id "W.1"', { kind: "V_gene_segment" }),
  ]);
  deepStrictEqual(genes.map(({ id, symbol, entrezId, type }) => [id, symbol, entrezId, type]), [
    ["DPM1", "DPM1", "8813", "protein_coding"],
    ["ENSG00000000419.14_5", "X; gene_id", undefined, "lncRNA"],
    ["Z", undefined, undefined, undefined],
    ["Y", undefined, undefined, undefined],
    ["W", undefined, undefined, undefined],
  ]);
});

Deno.test("a few genes without a strand do not prevent reading the file", async () => {
  const { genes, warnings } = await readLines([
    gtf('gene_id "MSTRG.1";', { strand: "." }),
    gtf('gene_id "g2";'),
    gtf('gene_name "nameless";'),
  ], "\r\n");
  deepStrictEqual(genes.map(({ id }) => id), ["g2"]);
  deepStrictEqual(warnings, [
    "a.gtf: left out 1 gene without an id, such as line 3",
    'a.gtf: left out 1 gene without a strand, such as "MSTRG.1" (line 1: strand ".")',
  ]);
});

Deno.test("genes are made from transcripts or exons if the file has no lines of genes", async () => {
  const reverse = { strand: "-" };
  for (const kind of ["transcript", "exon", "CDS"]) {
    const { genes, warnings } = await readLines([
      transcript("G1", "T1", { kind, start: 1001, end: 2000 }),
      transcript("G2", "T3", { ...reverse, kind, start: 1001, end: 2000 }),
      transcript("G1", "T2", { kind, start: 801, end: 900 }),
      transcript("G2", "T4", { ...reverse, kind, start: 2501, end: 3000 }),
    ]);
    deepStrictEqual(genes.map(({ id, tss, line }) => [id, tss, line]), [
      ["G1", 800, 1],
      ["G2", 2999, 2],
    ]);
    const how = kind === "CDS"
      ? "made from coding sequences alone, so that windows are around the start of translation and not of " +
        "transcription: 2 genes without lines of exons or transcripts"
      : "made from their transcripts 2 genes without a line of their own";
    deepStrictEqual(warnings, [`a.gtf: ${how}, such as "G1" (line 1)`]);
  }
});

Deno.test("exons after a transcript's line are skipped, but transcripts are not, even of the same name", async () => {
  const { genes } = await readLines([
    transcript("G1", "T1", { start: 1001, end: 2000 }),
    transcript("G1", "T1", { kind: "exon", start: 1001, end: 2000 }),
    transcript("G1", "T1", { start: 501, end: 2000 }),
    transcript("G2", "T1", { kind: "exon", start: 301, end: 2000 }),
    transcript("G1", "T2", { kind: "exon", start: 401, end: 2000 }),
  ]);
  deepStrictEqual(genes.map(({ id, tss }) => [id, tss]), [["G1", 400], ["G2", 300]]);
});

Deno.test("genes made from transcripts have the name and type in the transcripts' lines", async () => {
  const attributes = 'transcript_id "T"; gene_id "G"; gene_name "S"; gene_biotype "miRNA";';
  const { genes } = await readLines([gtf(attributes, { kind: "exon" })]);
  deepStrictEqual(genes, [{
    id: "G",
    chromosome: "chr1",
    tss: 100,
    strand: "+",
    line: 1,
    symbol: "S",
    type: "miRNA",
  }]);
});

Deno.test("transcripts of one gene at several places are copies of the gene", async () => {
  const { genes, warnings } = await readLines([
    transcript("xy", "NM_1", { chromosome: "chrX" }),
    transcript("xy", "NM_1_2", { chromosome: "chrY" }),
    transcript("hap", "NM_2", { chromosome: "chr6_apd_hap1" }),
    transcript("hap", "NM_2_2", { chromosome: "chr6" }),
    transcript("far", "NR_3"),
    transcript("far", "NR_3_2", { start: 200_301, end: 200_400 }),
    transcript("both", "NR_4"),
    transcript("both", "NR_4_2", { strand: "-" }),
    transcript("none", "U1", { strand: "." }),
    transcript("some", "U2", { strand: "." }),
    transcript("some", "U3", { strand: "-" }),
  ]);
  deepStrictEqual(genes.map(({ id, chromosome, tss }) => [id, chromosome, tss]), [
    ["xy", "chrX", 100],
    ["hap", "chr6", 100],
    ["some", "chr1", 199],
  ]);
  deepStrictEqual(warnings.map((text) => text.replace(/, such as.*/, "")), [
    "a.gtf: left out 2 genes at several places",
    "a.gtf: left out 1 gene without a strand",
    "a.gtf: made from their transcripts 6 genes without a line of their own",
    "a.gtf: took from a primary chromosome, X before Y, 2 genes at several places",
  ]);
});

Deno.test("copies of a transcript side by side are not one gene, with or without UCSC's numbers", async () => {
  const near = { start: 5101, end: 5200, strand: "-" };
  const copies = [["transcript", "NM_1"], ["transcript", "NM_1_dup1"], ["exon", "NM_1_2"]] as const;
  for (const [kind, name] of copies) {
    const { genes, warnings } = await readLines([
      transcript("two", "NM_1", { kind, strand: "-" }),
      transcript("two", name, { kind, ...near }),
      transcript("isoforms", "NM_2", { kind, strand: "-" }),
      transcript("isoforms", "NM_3", { kind, ...near }),
    ]);
    deepStrictEqual(genes.map(({ id, tss }) => [id, tss]), [["isoforms", 5199]], name);
    match(warnings[0]!, /left out 1 gene at several places, such as "two" at chr1:199 /);
  }
  const { genes, warnings } = await readLines([
    transcript("NM_1", "NM_1", { kind: "exon" }),
    transcript("NM_1_dup1", "NM_1_dup1", { kind: "exon", ...near }),
    transcript("NM_2", "NM_2", { kind: "exon" }),
    transcript("NM_2_dup1", "NM_2_dup1", { kind: "exon", chromosome: "chr1_KI270706v1_random" }),
  ]);
  deepStrictEqual(genes.map(({ id, chromosome }) => [id, chromosome]), [["NM_2", "chr1"]]);
  match(warnings[0]!, /left out 1 gene at several places, such as "NM_1" at chr1:100 /);
});

Deno.test("a transcript at two places of one strand is not stretched over both", async () => {
  const far = { start: 5_000_101, end: 5_000_200 };
  for (const kind of ["transcript", "exon"]) {
    const { genes, warnings } = await readLines([
      transcript("two", "NM_1", { kind, strand: "-" }),
      transcript("two", "NM_1", { kind, strand: "-", ...far }),
      transcript("one", "NM_2", { kind }),
    ]);
    deepStrictEqual(genes.map(({ id }) => id), ["one"], kind);
    deepStrictEqual(warnings, [
      'a.gtf: left out 1 gene at several places, such as "two" at chr1:199 (line 1) and "two" at ' +
      "chr1:5000199 (line 2)",
      'a.gtf: made from their transcripts 2 genes without a line of their own, such as "two" (line 1)',
    ]);
  }
});

Deno.test("exons in any order on both sides of a long intron make one gene, and do not stretch their transcript", async () => {
  const exon = (name: string, start: number) =>
    transcript("G", name, { kind: "exon", start, end: start + 99 });
  const { genes } = await readLines([
    exon("T1", 1),
    exon("T1", 3_000_001),
    exon("T1", 1_500_001),
    exon("T1", 1_200_001),
  ]);
  deepStrictEqual(genes.map(({ tss }) => tss), [0]);
  const known = await readLines([
    transcript("G", "T1", { start: 101, end: 5000 }),
    transcript("G", "T2", { start: 201, end: 5000 }),
    exon("T1", 4_000_001),
  ]);
  deepStrictEqual(known.genes.map(({ tss }) => tss), [100]);
});

Deno.test("ids of genes that are really those of transcripts are reported", async () => {
  const { warnings } = await readLines([transcript("NM_1", "NM_1"), transcript("NM_2", "NM_2")]);
  deepStrictEqual(warnings, [
    "a.gtf: made from their transcripts 2 genes whose ids are those of transcripts, such as " +
    '"NM_1" (line 1)',
  ]);
});

Deno.test("a gene without a line is not lost among genes with one", async () => {
  const genes = ["A", "B"].flatMap((id) => [
    gtf(`gene_id "${id}"; level 2;`),
    transcript(id, `${id}.1`),
    transcript(id, `${id}.1`, { kind: "exon" }),
  ]);
  const gfp = transcript("GFP", "GFP.1", { chromosome: "GFP", kind: "exon", start: 1, end: 720 });
  const late = [transcript("C", "C.1", { start: 1, end: 900 }), gtf('gene_id "C";')];
  const found = await readLines([...genes, gfp, ...late]);
  deepStrictEqual(found.genes.map(({ id, tss }) => [id, tss]), [
    ["A", 100],
    ["B", 100],
    ["GFP", 0],
    ["C", 100],
  ]);
  deepStrictEqual(found.warnings, [
    'a.gtf: made from their transcripts 1 gene without a line of their own, such as "GFP" (line 7)',
  ]);
});

Deno.test("track lines, comments and GFF2's header may be anywhere", async () => {
  const { genes, warnings } = await readLines([
    "##gff-version 2",
    "track name=genes",
    gtf('gene_id "A";'),
    "browser position chr1:1-10",
    "   ",
    "# comment",
    gtf('gene_id "B"'),
  ]);
  deepStrictEqual(genes.map(({ id }) => id), ["A", "B"]);
  deepStrictEqual(warnings, []);
});

Deno.test("attributes in GFF3's style are read under a header of another version", async () => {
  const { genes } = await readLines(["##gff-version 2", gtf('ID=A;Dbxref="MGI:1","GeneID:7"')]);
  deepStrictEqual(genes.map(({ id, entrezId }) => [id, entrezId]), [["A", "7"]]);
});

Deno.test("a damaged line that is needed is refused with its number", async () => {
  const gene = gtf('gene_id "A";');
  for (
    const [line, message] of [
      ["chr1\tx\tgene\t1\t2", /5 columns, expected 9 .*line 2\)$/],
      [gtf('gene_id "B"').replace("101", "1e2"), /start is "1e2", expected an integer.*line 2\)$/],
      [transcript("B", "T").replace("200", "x"), /end is "x", expected an integer.*line 2\)$/],
    ] as const
  ) await rejects(readLines([gene, line]), { name: "FormatError", message });
});

Deno.test("GFF3's prefixes of ids are stripped in GTF that was made from GFF3", async () => {
  const { genes } = await readLines([
    transcript("gene:AT1G01010", "transcript:AT1G01010.1"),
    transcript("gene-HLA-A", "rna-NM_002116.8"),
    transcript("genetic", "T3"),
    gtf('gene_id "gene:ENSG00000000003"; gene_name "TSPAN6";'),
    transcript("gene:ENSG00000000003", "transcript:ENST00000373020", { kind: "exon", start: 1 }),
  ]);
  deepStrictEqual(genes.map(({ id, tss }) => [id, tss]), [
    ["AT1G01010", 100],
    ["HLA-A", 100],
    ["genetic", 100],
    ["ENSG00000000003", 100],
  ]);
});

Deno.test("StringTie's genes have the first name of their transcripts, and the reference's id as an alias", async () => {
  const merged = (gene: string, rest = "") =>
    gtf(`gene_id "${gene}"; transcript_id "${gene}${rest.length}"; ${rest}`, {
      kind: "transcript",
    });
  const { genes, warnings } = await readLines([
    merged("MSTRG.1"),
    merged("MSTRG.1", 'gene_name "DDX11L2"; ref_gene_id "ENSG00000290825.1"; '),
    merged("MSTRG.1", 'gene_name "Later"; ref_gene_id "ENSG00000290825.1"; '),
    merged("MSTRG.2", 'gene_name "WASH7P"; ref_gene_id "ENSG00000310526.1"; '),
    merged("MSTRG.2", 'gene_name "X"; ref_gene_id "ENSG00000310527.1"; '),
    merged("MSTRG.3"),
  ]);
  deepStrictEqual(genes.map(({ id, symbol, aliases }) => [id, symbol, aliases]), [
    ["MSTRG.1", "DDX11L2", ["ENSG00000290825.1"]],
    ["MSTRG.2", "WASH7P", undefined],
    ["MSTRG.3", undefined, undefined],
  ]);
  deepStrictEqual(warnings.slice(1), [
    "a.gtf: took by their gene_id 2 genes with another ref_gene_id, such as " +
    '"MSTRG.1" (ENSG00000290825.1)',
  ]);
});

Deno.test("GTF that a spreadsheet saved is read like the original", async () => {
  const { genes, warnings } = await readLines([
    '"#description: annotation, version 44"',
    gtf('"gene_id ""ENSG00000290825.1""; gene_name ""DDX11L2"";"'),
    gtf('"gene_id ""G2""; transcript_id ""T2"";"', { kind: "exon", start: 51 }),
  ]);
  deepStrictEqual(genes.map(({ id, symbol, tss }) => [id, symbol, tss]), [
    ["ENSG00000290825.1", "DDX11L2", 100],
    ["G2", undefined, 50],
  ]);
  deepStrictEqual(warnings.length, 1);
});

Deno.test("a gene all of whose transcripts are on the other strand gives a warning", async () => {
  const parts = (gene: string, strands: readonly string[]) =>
    strands.map((strand, i) => transcript(gene, `${gene}.${i}`, { strand }));
  const { genes, warnings } = await readLines([
    gtf('gene_id "A";'),
    ...parts("A", ["-", "-"]),
    gtf('gene_id "B";', { strand: "-" }),
    ...parts("B", ["+", "-"]),
    gtf('gene_id "C";'),
    ...parts("C", ["+"]),
    gtf('gene_id "D";'),
    gtf('gene_id "E";', { strand: "-" }),
    ...parts("E", ["+"]),
  ]);
  deepStrictEqual(genes.map(({ strand }) => strand).join(""), "+-++-");
  deepStrictEqual(warnings, [
    "a.gtf: took the strand of their own line for 2 genes whose transcripts are all on the other strand, " +
    'such as "A" (line 1)',
  ]);
});

Deno.test("single quotes around values are no part of them", async () => {
  const { genes } = await readLines([
    gtf("gene_id 'G1'; gene_name 'DPM1'; gene_type 'protein_coding';"),
    gtf("gene_id 'G2'; transcript_id 'T2';", { kind: "exon" }),
    gtf("gene_id RP5'; gene_name \"5'NT\";"),
  ]);
  deepStrictEqual(genes.map(({ id, symbol, type }) => [id, symbol, type]), [
    ["G1", "DPM1", "protein_coding"],
    ["G2", undefined, undefined],
    ["RP5'", "5'NT", undefined],
  ]);
});

Deno.test("genes of coding sequences alone start where translation does, which a warning says", async () => {
  const part = (gene: string, kind: string, start: number, end: number, strand = "+") =>
    transcript(gene, `${gene}.1`, { kind, start, end, strand });
  const coding = [
    part("A", "CDS", 301, 900),
    part("A", "start_codon", 301, 303),
    part("A", "three_prime_UTR", 901, 990),
    part("B", "CDS", 1301, 1900, "-"),
  ];
  const { genes, warnings } = await readLines(coding);
  deepStrictEqual(genes.map(({ id, tss }) => [id, tss]), [["A", 300], ["B", 1899]]);
  match(warnings.join("\n"), /from coding sequences alone, .* start of translation.*: 2 genes/);
  for (const kind of ["five_prime_UTR", "5UTR", "UTR", "exon"]) {
    const whole = await readLines([
      ...coding,
      part("A", kind, 201, 300),
      part("B", kind, 1901, 2000, "-"),
    ]);
    deepStrictEqual(whole.genes.map(({ tss }) => tss), [200, 1999], kind);
    match(whole.warnings.join("\n"), /^a\.gtf: made from their transcripts 2 genes [^\n]*$/);
  }
});
