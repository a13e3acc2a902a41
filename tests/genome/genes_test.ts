import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { bytesSource } from "../../src/files/byte_source.ts";
import type { Gene } from "../../src/genome/gene.ts";
import { GENE_FORMATS, type GeneFormat, readGenes } from "../../src/genome/genes.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { textSource } from "../helpers/text_source.ts";

/** The extent of a gene, 0-based half-open, which every format can write. */
interface Extent {
  readonly id: string;
  readonly chromosome: string;
  readonly start: number;
  readonly end: number;
  readonly strand: "+" | "-";
}

const FORWARD: Extent = { id: "A", chromosome: "chr1", start: 1000, end: 2000, strand: "+" };
const REVERSE: Extent = { id: "B", chromosome: "chrX", start: 500, end: 900, strand: "-" };

function gffLine({ chromosome, start, end, strand }: Extent, type: string, attributes: string) {
  return [chromosome, "HAVANA", type, start + 1, end, ".", strand, ".", attributes].join("\t");
}

const tss = ({ start, end, strand }: Extent) => strand === "+" ? start : end - 1;

/** A file of genes in each format, with the other lines that such files have. */
const WRITERS: Record<GeneFormat, (genes: readonly Extent[]) => string[]> = {
  gtf: (genes) => [
    "#!genome-build GRCh38",
    ...genes.flatMap((gene) => [
      gffLine(gene, "gene", `gene_id "${gene.id}"; level 2;`),
      gffLine(gene, "transcript", `gene_id "${gene.id}"; transcript_id "T${gene.id}";`),
    ]),
  ],
  gff3: (genes) => [
    "##gff-version 3",
    ...genes.flatMap((gene) => [
      gffLine(gene, "gene", `ID=gene:${gene.id};version=3`),
      gffLine(gene, "mRNA", `ID=transcript:T${gene.id};Parent=gene:${gene.id}`),
      "###",
    ]),
    "##FASTA",
    ">chr1",
    "ACGT",
  ],
  bed: (genes) => [
    'track name="genes"',
    ...genes.map(({ chromosome, start, end, id, strand }) =>
      [chromosome, start, end, id, 0, strand].join("\t")
    ),
  ],
  genepred: (genes) => [
    "#name\tchrom\tstrand\ttxStart\ttxEnd",
    ...genes.map(({ id, chromosome, strand, start, end }) =>
      [id, chromosome, strand, start, end, end, end, 1, `${start},`, `${end},`].join("\t")
    ),
  ],
  table: (genes) => [
    "gene_id\tchrom\ttss\tstrand",
    ...genes.map((gene) => [gene.id, gene.chromosome, tss(gene), gene.strand].join("\t")),
  ],
};

async function readWithoutLines(text: string, format?: GeneFormat): Promise<Omit<Gene, "line">[]> {
  const genes = await readGenes(textSource(text), { format });
  return genes.map(({ id, chromosome, tss, strand }) => ({ id, chromosome, tss, strand }));
}

for (const format of GENE_FORMATS) {
  Deno.test(`the TSS of a ${format} file is the first base in the direction of transcription`, async () => {
    for (const asked of [undefined, format]) {
      deepStrictEqual(
        await readWithoutLines(WRITERS[format]([FORWARD, REVERSE]).join("\n"), asked),
        [
          { id: "A", chromosome: "chr1", tss: 1000, strand: "+" },
          { id: "B", chromosome: "chrX", tss: 899, strand: "-" },
        ],
      );
    }
  });
}

Deno.test("the same genes are read from every format, gzip or not, with any line ends", async () => {
  const extent = fc.record({
    chromosome: fc.constantFrom("chr1", "2", "MT", "KI270728.1"),
    start: fc.nat(2 ** 28),
    length: fc.integer({ min: 1, max: 1e6 }),
    strand: fc.constantFrom("+" as const, "-" as const),
  });
  const file = fc.record({
    extents: fc.array(extent, { minLength: 1, maxLength: 10 }),
    lineEnds: fc.array(fc.constantFrom("\n", "\r\n", "\n\n"), { minLength: 1 }),
    format: fc.constantFrom(...GENE_FORMATS),
    compressed: fc.boolean(),
  });
  await fc.assert(fc.asyncProperty(file, async ({ extents, lineEnds, format, compressed }) => {
    const genes = extents.map(({ start, length, ...rest }, i) => (
      { ...rest, id: `ENSG0000000${i}.${i + 2}`, start, end: start + length }
    ));
    const text = WRITERS[format](genes)
      .map((line, i) => line + lineEnds[i % lineEnds.length]).join("");
    const bytes = compressed ? gzipSync(text) : new TextEncoder().encode(text);
    const found = await readGenes(bytesSource(Uint8Array.from(bytes)));
    const wanted = genes.map((gene) => ({
      id: gene.id,
      chromosome: gene.chromosome,
      tss: tss(gene),
      strand: gene.strand,
    }));
    deepStrictEqual(found.map(({ line: _, ...gene }) => gene), wanted);
  }));
});

Deno.test("a gene has the number of its line", async () => {
  const text = WRITERS.gtf([FORWARD, REVERSE]).join("\n");
  deepStrictEqual((await readGenes(textSource(text))).map(({ line }) => line), [2, 4]);
});

Deno.test("ids in GTF may lack quotes and be anywhere among the attributes", async () => {
  const text = gffLine(FORWARD, "gene", 'ref_gene_id "no; gene_id 9"; gene_id 17 ; level 2') +
    "\n" +
    gffLine(REVERSE, "gene", 'level 2;gene_id "ENSG00000000003.15"');
  deepStrictEqual((await readGenes(textSource(text))).map(({ id }) => id), [
    "17",
    "ENSG00000000003.15",
  ]);
});

Deno.test("a BED file of nine columns is not taken for GTF", async () => {
  const text = "chr1\t10\t20\t115459\t960\t+\t10\t20\t0\n";
  deepStrictEqual(await readGenes(textSource(text)), [
    { id: "115459", chromosome: "chr1", tss: 10, strand: "+", line: 1 },
  ]);
});

Deno.test("the columns of a table may be in another order, with others between them", async () => {
  const text = "# mine\nstrand\tname\tgene_id\ttss\tchrom\n-\tx\tA\t7\tchr2\t\n";
  deepStrictEqual(await readGenes(textSource(text)), [
    { id: "A", chromosome: "chr2", tss: 7, strand: "-", line: 3 },
  ]);
});

const GTF_LINE = gffLine(FORWARD, "gene", 'gene_id "A";');
const HEADER = "gene_id\tchrom\ttss\tstrand";

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty, expected genes \(genes\.txt\)$/],
  "only comments": ["#a\n#b", /none of its 2 lines holds a gene, expected genes \(genes\.txt\)$/],
  "features that are not genes": [
    gffLine(FORWARD, "exon", 'transcript_id "A";'),
    /none of its 1 lines holds a gene.* features of type "gene"/,
  ],
  "another format": ["id,chrom\nA,chr1", /line is "id,chrom", expected GTF, GFF3.*line 1\)$/],
  "a truncated gene line in GTF": [
    `${GTF_LINE}\nchr1\tx\tgene\t1`,
    /4 columns, expected 9 .*line 2\)$/,
  ],
  "a line of one column in GTF": [
    `${GTF_LINE}\nchr1`,
    /line: it is "chr1", expected 9 .*line 2\)$/,
  ],
  "a position that is not a number": [
    `${GTF_LINE}\n${GTF_LINE.replace("2000", "2e3")}`,
    /end is "2e3", expected an integer from 1 to .*line 2\)$/,
  ],
  "position 0 in GTF": [
    `#\n${GTF_LINE.replace("1001", "0")}`,
    /start is "0", expected an integer from 1 .*line 2\)$/,
  ],
  "unusable genes only": [
    [
      GTF_LINE.replace("1001", "2001"),
      GTF_LINE.replace("\t+\t", "\t.\t").replace('"A"', '"B"'),
      gffLine(REVERSE, "gene", 'ref_gene_id "B"'),
    ].join("\n"),
    new RegExp(
      "^Cannot read genes: found 1 gene without an id, such as line 3; " +
        '1 gene whose end is not after the start, such as "A" \\(line 1\\); ' +
        '1 gene without a strand, such as "B" \\(line 2: strand "\\."\\); ' +
        "expected usable genes \\(genes\\.txt\\)$",
    ),
  ],
  "too few columns in BED": ["chr1\t1\t2\tA", /4 columns, expected at least 6 .*line 1\)$/],
  "a position that no index can hold": [
    "chr1\t1\t9999999999\tA\t0\t+",
    /end is "9999999999", expected an integer from 0 to 2147483647/,
  ],
  "a table column missing": ["gene_id\tchrom\ttss", /lacks column "strand".*line 1\)$/],
  "a table column twice": [`${HEADER}\ttss`, /column "tss" 2 times.*line 1\)$/],
  "an empty cell in a table": [`${HEADER}\nA\t\t7\t+`, /column "chrom" is empty .*line 2\)$/],
  "blanks where GTF has tabs": [
    GTF_LINE.replaceAll("\t", " "),
    /columns are separated by blanks in "chr1 HAVANA.*each separated by tabs .*line 1\)$/,
  ],
  "blanks in a later line of GTF": [
    `${GTF_LINE}\n${GTF_LINE.replaceAll("\t", " ")}`,
    /columns are separated by blanks in "chr1 HAVANA.*expected 9 columns .*line 2\)$/,
  ],
  "a short row in a table": [`${HEADER}\nA\tchr1`, /column "tss" is empty .*line 2\)$/],
  "a long row in a table": [`${HEADER}\nA\tchr1\t7\t+\t9`, /5 columns, expected 4 .*line 2\)$/],
  "a negative TSS": [`${HEADER}\nA\tchr1\t-7\t+`, /tss is "-7", expected an integer from 0 /],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a file of genes with ${what} is refused`, async () => {
    await rejects(readGenes(textSource(text, "genes.txt")), { name: "FormatError", message });
  });
}

Deno.test("a file that is not in the requested format is refused", async () => {
  const text = WRITERS.bed([FORWARD]).slice(1).join("\n");
  await rejects(readGenes(textSource(text), { format: "table" }), /lacks column "gene_id"/);
  await rejects(readGenes(textSource(text), { format: "gtf" }), /6 columns, expected 9/);
});

/** Reads genes from a text, with the warnings about it. */
async function readWarned(text: string, geneTypes?: readonly string[]) {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const genes = await readGenes(textSource(text, "a.txt"), { geneTypes, onWarning });
  return { genes, warnings };
}

Deno.test("unusable genes are left out, each reason once with a count and the first gene", async () => {
  const rows = [
    "A\tchr1\t5\t+",
    "B\tchr1\t5\t.",
    "C\tchr1\t7\t?",
    "\tchr1\t7\t+",
    "NA\tchr1\t8\t+",
    "D\tchr1\t5\t+",
    "D\tchr2\t9\t-",
    "ENSG00000182378.15_PAR_Y\tchrY\t5\t+",
    "E\tchr1\t5\t",
  ];
  const { genes, warnings } = await readWarned([HEADER, ...rows].join("\n"));
  deepStrictEqual(genes.map(({ id, line }) => [id, line]), [["A", 2]]);
  deepStrictEqual(warnings, [
    "a.txt: left out 2 genes without an id, such as line 5",
    'a.txt: left out 3 genes without a strand, such as "B" (line 3: strand ".")',
    'a.txt: left out 1 gene at several places, such as "D" at chr1:5 (line 7) and "D" at chr2:9 (line 8)',
    'a.txt: left out 1 gene on chromosome Y, copied from X, such as "ENSG00000182378.15_PAR_Y" (line 9)',
  ]);
});

Deno.test("in BED a name, at least one base and a strand make a gene", async () => {
  const rows = ["chr1\t1\t2\tA\t0\t+", "chr1\t1\t2\t.\t0\t+", "chr1\t2\t2\tB\t0\t+"];
  const { genes, warnings } = await readWarned(rows.join("\n"));
  deepStrictEqual(genes.map(({ id }) => id), ["A"]);
  deepStrictEqual(warnings, [
    "a.txt: left out 1 gene without an id, such as line 2",
    'a.txt: left out 1 gene whose end is not after the start, such as "B" (line 3)',
  ]);
});

Deno.test("a gene that occurs twice at the same TSS is taken once", async () => {
  const rows = ["ENSG00000000003.1\tchr1\t5\t+", "B\tchr1\t5\t+", "ENSG00000000003.2\tchr1\t5\t+"];
  const { genes, warnings } = await readWarned([HEADER, ...rows].join("\n"));
  deepStrictEqual(genes.map(({ id }) => id), ["ENSG00000000003.1", "B"]);
  deepStrictEqual(warnings, [
    "a.txt: took once 1 gene on several lines, such as " +
    '"ENSG00000000003.1" at chr1:5 (line 2) and "ENSG00000000003.2" at chr1:5 (line 4)',
  ]);
});

Deno.test("a gene at several places is taken from a primary chromosome, from X before Y", async () => {
  const rows = [
    "A\tchrY\t5\t+",
    "A\tchrX\t7\t+",
    "B\tchr6\t1\t-",
    "B\tchr6_apd_hap1\t2\t-",
    "C\tNC_000006.12\t1\t-",
    "C\tNT_167244.2\t3\t-",
    "D\tchrUn_x\t1\t+",
    "D\tchrUn_y\t1\t+",
  ];
  const { genes, warnings } = await readWarned([HEADER, ...rows].join("\n"));
  deepStrictEqual(genes.map(({ id, chromosome }) => [id, chromosome]), [
    ["A", "chrX"],
    ["B", "chr6"],
    ["C", "NC_000006.12"],
  ]);
  deepStrictEqual(warnings, [
    'a.txt: left out 1 gene at several places, such as "D" at chrUn_x:1 (line 8) and "D" at chrUn_y:1 (line 9)',
    "a.txt: took from a primary chromosome, X before Y, 3 genes at several places, such as " +
    '"A" at chrY:5 (line 2) and "A" at chrX:7 (line 3)',
  ]);
});

Deno.test("genes with the same digits in ids of two species are two genes", async () => {
  const rows = ["ENSG00000000003\tchr1\t5\t+", "ENSMUSG00000000003\tchr1\t5\t+", "3\tchr1\t5\t+"];
  const { genes, warnings } = await readWarned([HEADER, ...rows].join("\n"));
  deepStrictEqual([genes.length, warnings], [3, []]);
});

Deno.test("a table may have names, types and numbers of genes, and BioMart's strands", async () => {
  const text = [
    '"gene_id"\t"chrom"\t"tss"\t"strand"\t"gene_name"\t"gene_biotype"\t"entrez_id"',
    '"A"\t"chr1"\t5\t1\t"DPM1"\t"protein_coding"\t8813',
    '"B"\t"chr1"\t6\t-1\tNA\t""\tNA',
    '"C"\t"chr1"\t7\t+',
  ].join("\n");
  deepStrictEqual((await readWarned(text)).genes, [
    {
      id: "A",
      chromosome: "chr1",
      tss: 5,
      strand: "+",
      line: 2,
      symbol: "DPM1",
      entrezId: "8813",
      type: "protein_coding",
    },
    { id: "B", chromosome: "chr1", tss: 6, strand: "-", line: 3 },
    { id: "C", chromosome: "chr1", tss: 7, strand: "+", line: 4 },
  ]);
});

Deno.test("BED may have blanks instead of tabs if its strand shows it, and more columns", async () => {
  const blanks = await readWarned("track name=a\nchr1 10 20  A 0 -\nchr1 10 20 B 0 +\n");
  deepStrictEqual(blanks.genes.map(({ id, tss }) => [id, tss]), [["A", 19], ["B", 10]]);
  const bed12 = "chr1\t10\t20\tNM_1\t0\t-\t12\t18\t0\t2\t3,4,\t0,6,\n";
  deepStrictEqual((await readWarned(bed12)).genes.map(({ tss }) => tss), [19]);
  await rejects(readGenes(textSource("chr1 10 20 A 0 x")), /expected GTF, GFF3, .* BED/);
});

Deno.test("genes are chosen by type, and the error about a file without them lists its types", async () => {
  const text = [
    `${HEADER}\ttype`,
    "A\tchr1\t5\t+\tprotein_coding",
    "B\tchr1\t6\t.\tmiRNA",
    "C\tchr1\t7\t+\tlncRNA",
    "D\tchr1\t8\t+",
  ].join("\n");
  const { genes, warnings } = await readWarned(text, ["Protein_Coding", "lncRNA"]);
  deepStrictEqual(genes.map(({ id }) => id), ["A", "C"]);
  deepStrictEqual(warnings, [
    'a.txt: left out 2 genes of other types or none, such as "B" (line 3: miRNA)',
  ]);
  await rejects(readWarned(text, ["mRNA", "x"]), {
    name: "ContractError",
    message: "Cannot take genes of type mRNA or x from a.txt: " +
      "it has protein_coding (1), miRNA (1), lncRNA (1)",
  });
  await rejects(readWarned(`${HEADER}\nA\tchr1\t5\t+`, ["x"]), /it does not give the types/);
});

testWith("shared", "the tables of TSS of Roadmap's genes are read without a warning", async () => {
  for (const [name, count] of [["tss_hg19.tsv", 19795], ["tss_hg38.tsv", 20622]] as const) {
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    const genes = await readGenes(sharedFile(`data/real/${name}`), { onWarning });
    deepStrictEqual([genes.length, warnings], [count, []]);
    deepStrictEqual(genes[0]!.symbol, "TSPAN6");
  }
});

Deno.test("genes are made from the transcripts of UCSC's tables", async () => {
  const transcript = (
    name: string,
    start: number,
    end: number,
    strand = "-",
  ) => [
    name,
    "chr1",
    strand,
    start,
    end,
    end,
    end,
    2,
    `${start},${end - 5},`,
    `${start + 5},${end},`,
  ];
  const ext = (name2: string) => [0, name2, "none", "none", "-1,-1,"];
  const files = {
    refFlat: [["A", ...transcript("NM_1", 10, 90)], ["A", ...transcript("NM_2", 50, 120)]],
    refGene: [
      [585, ...transcript("NM_1", 10, 90), ...ext("A")],
      [585, ...transcript("NM_2", 50, 120), ...ext("A")],
    ],
    genePredExt: [
      [...transcript("NM_1", 10, 90), ...ext("A")],
      [...transcript("NM_2", 50, 120), ...ext("A")],
    ],
  };
  for (const rows of Object.values(files)) {
    const text = rows.map((row) => row.join("\t")).join("\n");
    const { genes, warnings } = await readWarned(text);
    deepStrictEqual(genes, [{ id: "A", chromosome: "chr1", tss: 119, strand: "-", line: 1 }]);
    deepStrictEqual(warnings, [
      'a.txt: made from their transcripts 1 gene without a line of their own, such as "A" (line 1)',
    ]);
    await rejects(readWarned(`${text}\nA\tchr1`), /expected name, chromosome, strand.*line 3\)$/);
  }
});

Deno.test("a transcript that UCSC's tables have at two places of one strand makes no gene", async () => {
  const row = (gene: string, name: string, start: number) =>
    [
      gene,
      name,
      "chr1",
      "-",
      start,
      start + 90,
      start,
      start + 90,
      1,
      `${start},`,
      `${start + 90},`,
    ]
      .join("\t");
  const rows = [row("A", "NM_1", 10), row("A", "NM_1", 5_000_010), row("B", "NM_2", 10)];
  const { genes, warnings } = await readWarned([...rows, row("B", "NM_2", 10)].join("\n"));
  deepStrictEqual(genes.map(({ id, tss }) => [id, tss]), [["B", 99]]);
  deepStrictEqual(
    warnings[0],
    'a.txt: left out 1 gene at several places, such as "A" at chr1:99 (line 1) and "A" at ' +
      "chr1:5000099 (line 2)",
  );
});

Deno.test("the table of numbers that prepare writes gives back the genes' original ids", async () => {
  const text = "gene_id\tchrom\ttss\tstrand\toriginal_id\n" +
    "2204175923184719\tPf3D7_01_v3\t29509\t+\tPF3D7_0100100\n";
  const [gene] = await readGenes(bytesSource(new TextEncoder().encode(text)));
  strictEqual(gene!.id, "PF3D7_0100100");
});

Deno.test("a cell for a missing value in a table is not a name", async () => {
  for (const missing of ["NA", "nan", "NaN", "null", "None", "<NA>", "."]) {
    const text = [
      "gene_id\tchrom\ttss\tstrand\tsymbol\tentrez_id\ttype",
      `${missing}\tchr1\t10\t+\tX\t1\tx`,
      `A\t${missing}\t10\t+\tX\t1\tx`,
      `B\tchr1\t20\t+\t${missing}\t${missing}\t${missing}`,
    ].join("\n");
    const genes = await readGenes(textSource(text, "x.tsv"));
    deepStrictEqual(genes, [{ id: "B", chromosome: "chr1", tss: 20, strand: "+", line: 4 }]);
  }
});

/** Reads the id, chromosome, TSS and strand of each gene, and the warnings. */
async function readPlaces(text: string) {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const genes = await readGenes(textSource(text, "genes.txt"), { onWarning });
  const places = genes.map(({ id, chromosome, tss, strand }) =>
    [id, chromosome, tss, strand].join(" ")
  );
  return { genes, places, warnings };
}

Deno.test("BioMart's tables are read, and a TSS is the first base of a gene in its direction", async () => {
  const byTss = [
    "Gene stable ID\tChromosome/scaffold name\tTranscription start site (TSS)\tStrand\tGene name\tGene type",
    "ENSG00000000003\tX\t100636191\t-1\tTSPAN6\tprotein_coding",
    "ENSG00000000003\tX\t100636806\t-1\tTSPAN6\tprotein_coding",
    "ENSG00000210049\tMT\t577\t1\tMT-TF\tMt_tRNA",
    "ENSG00000210049\tMT\t580\t1\tMT-TF\tMt_tRNA",
  ];
  const { genes, places, warnings } = await readPlaces(byTss.join("\n"));
  deepStrictEqual(places, ["ENSG00000000003 X 100636805 -", "ENSG00000210049 MT 576 +"]);
  deepStrictEqual(genes.map(({ symbol, type }) => [symbol, type]), [
    ["TSPAN6", "protein_coding"],
    ["MT-TF", "Mt_tRNA"],
  ]);
  deepStrictEqual(warnings, []);
  const byBounds = [
    '"ensembl_gene_id","chromosome_name","start_position","end_position","strand","hgnc_symbol"',
    '"ENSG00000000003","X",100627108,100639991,-1,"TSPAN6"',
    '"ENSG00000210049","MT",577,647,1,"a, b"',
  ];
  const wanted = ["ENSG00000000003 X 100639990 -", "ENSG00000210049 MT 576 +"];
  const found = await readPlaces(byBounds.join("\r\n"));
  deepStrictEqual([found.places, found.genes[1]!.symbol], [wanted, "a, b"]);
  await rejects(
    readPlaces("Gene stable ID\tGene name\nENSG00000000003\tTSPAN6"),
    /of BioMart lacks some of the columns .*Strand.*gene_id, chrom, tss, strand, whose tss is BioMart's minus 1/,
  );
});

Deno.test("BioMart's tables with the titles that it had up to Ensembl 87 are read", async () => {
  const byBounds = [
    "Ensembl Gene ID\tChromosome Name\tGene Start (bp)\tGene End (bp)\tStrand\tAssociated Gene Name\tGene Biotype\tEntrezGene ID",
    "ENSG00000000003\tX\t100627108\t100639991\t-1\tTSPAN6\tprotein_coding\t7105",
  ];
  const { genes, places } = await readPlaces(byBounds.join("\n"));
  deepStrictEqual(places, ["ENSG00000000003 X 100639990 -"]);
  const [{ symbol, type, entrezId } = {}] = genes;
  deepStrictEqual([symbol, type, entrezId], ["TSPAN6", "protein_coding", "7105"]);
  const byTss = [
    "Ensembl Gene ID\tEnsembl Transcript ID\tChromosome Name\tTranscription Start Site (TSS)\tStrand",
    "ENSG00000000003\tENST00000373020\tX\t100636191\t-1",
    "ENSG00000000003\tENST00000494424\tX\t100636806\t-1",
  ];
  deepStrictEqual((await readPlaces(byTss.join("\n"))).places, ["ENSG00000000003 X 100636805 -"]);
  const starts = await readGenes(textSource(byTss.join("\n")), { tss: "transcript" });
  deepStrictEqual(starts.map(({ id, gene, tss }) => [id, gene, tss]), [
    ["ENST00000373020", "ENSG00000000003", 100636190],
    ["ENST00000494424", "ENSG00000000003", 100636805],
  ]);
});

Deno.test("tables of genes may be separated by semicolons, which blanks between the columns of GTF do not make", async () => {
  const tables = {
    "gene_id;chrom;tss;strand\nA;chr1;7;+\n": "A chr1 7 +",
    '"";"gene_id";"chrom";"tss";"strand"\n"1";"A";"chr1";7;"+"\n': "A chr1 7 +",
    "GeneID;Chr;Start;End;Strand\nA;chr1;8;20;+\n": "A chr1 7 +",
    "Gene stable ID;Chromosome/scaffold name;Gene start (bp);Gene end (bp);Strand\nA;1;8;20;1\n":
      "A 1 7 +",
  };
  for (const [text, place] of Object.entries(tables)) {
    deepStrictEqual((await readPlaces(text)).places, [place], text);
  }
  for (const attributes of ['transcript_id "t"; gene_id "g";', "ID=t;geneID=g"]) {
    await rejects(readPlaces(`chr1 x transcript 1 9 . + . ${attributes}\n`), /blanks/, attributes);
  }
});

Deno.test("a table of genes may be separated by commas and have row names, as R writes them", async () => {
  const wanted = ["A chr1 7 +", "B chr2 9 -"];
  for (
    const lines of [
      ["gene_id,chrom,tss,strand", "A,chr1,7,+", "gene:B,chr2,9,-1"],
      ['"","gene_id","chrom","tss","strand"', '"1","A","chr1",7,"+"', '"2","B","chr2",9,"-"'],
      ["gene_id\tchrom\ttss\tstrand", "1\tA\tchr1\t7\t+", "2\tB\tchr2\t9\t-"],
      ['"tss"\t"chrom"\t"gene_id"\t"strand"', '"a"\t7\t"chr1"\t"A"\t1', '"b"\t9\t"chr2"\t"B"\t-1'],
    ]
  ) deepStrictEqual((await readPlaces(lines.join("\n"))).places, wanted);
  await rejects(readPlaces("gene_id\tchrom\ttss\tstrand\n1\tA\tchr1\t7\t+\nB\tchr2\t9\t-"), {
    message: /column "strand" is empty|tss is "-"/,
  });
});

Deno.test("BED may have strands as tables do, and ids of transcripts are reported", async () => {
  const rows = [
    "chr1\t10\t20\tENST00000456328.2\t0\t-1",
    "chr1 10 20 NM_1.2 0 1",
    "chr1\t5\t9\tA\t0\t+",
  ];
  const { places, warnings } = await readPlaces(rows.join("\n"));
  deepStrictEqual(places, ["ENST00000456328.2 chr1 19 -", "NM_1.2 chr1 10 +", "A chr1 5 +"]);
  deepStrictEqual(warnings, [
    "genes.txt: took 2 genes whose ids are those of transcripts, such as " +
    '"ENST00000456328.2" (line 1)',
  ]);
});

Deno.test("the gene in genePred is the second name, which follows a score", async () => {
  const columns = (name: string, ...more: readonly (string | number)[]) =>
    [name, "chr1", "+", 10, 90, 90, 90, 1, "10,", "90,", ...more].join("\t");
  const { places, warnings } = await readPlaces(
    [columns("ENST1", "", "uc286dmu.1"), columns("ENST2", "P12345", "uc2.1")].join("\n"),
  );
  deepStrictEqual(places, ["ENST1 chr1 10 +", "ENST2 chr1 10 +"]);
  deepStrictEqual(warnings, [
    "genes.txt: made from their transcripts 2 genes whose ids are those of transcripts, such as " +
    '"ENST1" (line 1)',
  ]);
  deepStrictEqual((await readPlaces(columns("NM_1", 0, "DPM1", "cmpl"))).places, [
    "DPM1 chr1 10 +",
  ]);
});

Deno.test("strands in words and positions with .0, as NCBI and pandas write them, are read", async () => {
  const rows = ["A\tchr1\t1000.0\tplus", "B\tchrX\t899.0\tMinus", "C\tchrX\t5\tforward"];
  const genes = await readGenes(textSource(`gene_id\tchrom\ttss\tstrand\n${rows.join("\n")}\n`));
  deepStrictEqual(genes.map(({ id, tss, strand }) => [id, tss, strand]), [
    ["A", 1000, "+"],
    ["B", 899, "-"],
  ]);
  await rejects(
    readGenes(textSource("gene_id\tchrom\ttss\tstrand\nA\tchr1\t1000.5\t+\n")),
    /tss is "1000\.5", expected an integer/,
  );
});

Deno.test("titles of genePred without a # are skipped, with or without a bin", async () => {
  const titles = "name chrom strand txStart txEnd cdsStart cdsEnd exonCount exonStarts exonEnds";
  const row = "NM_1 chr1 + 10 90 90 90 1 10, 90, 0 DPM1";
  for (const [header, line] of [[titles, row], [`bin ${titles}`, `585 ${row}`]] as const) {
    const text = `${header}\n${line}`.replaceAll(" ", "\t");
    deepStrictEqual((await readPlaces(text)).places, ["DPM1 chr1 10 +"]);
  }
});

Deno.test("promoters of EPDnew are refused, since their first base is no start of transcription", async () => {
  const rows = [
    "chr1 959245 959305 NOC2L_1 900 - 959245 959256",
    "chr1 960583 960643 KLHL17_1 900 + 960632 960643",
  ];
  for (const row of rows) {
    for (const text of [row, row.replaceAll(" ", "\t")]) {
      await rejects(readPlaces(text), /a promoter of EPDnew, 60 bases .*thick part.*awk.*line 1/s);
    }
  }
  const gene = "chr1\t959245\t959305\tNOC2L_1\t900\t-\t959245\t959305";
  deepStrictEqual((await readPlaces(gene)).places, ["NOC2L_1 chr1 959304 -"]);
});

Deno.test("rows of BED that nearly all have one width are windows, which a warning says", async () => {
  const write = (rows: number, widthBp: number, last = widthBp) =>
    Array.from({ length: rows }, (_, i) => {
      const end = 5000 * i + (i === rows - 1 ? last : widthBp);
      return `chr1\t${5000 * i}\t${end}\tg${i}\t0\t+\n`;
    }).join("");
  const { warnings } = await readPlaces(write(1200, 2000));
  deepStrictEqual(warnings.length, 1);
  match(warnings[0]!, /^genes\.txt has 1,200 rows of 2,000 bp each, as windows .*--windows$/);
  for (const text of [write(19, 2000), write(40, 1)]) {
    deepStrictEqual((await readPlaces(text)).warnings, []);
  }
  // Programs clip a few windows at the ends of chromosomes.
  const clipped = await readPlaces(write(40, 2000, 1999));
  match(clipped.warnings[0]!, /has 39 of 40 rows of 2,000 bp each, as windows/);
  const tiled = Array.from({ length: 40 }, (_, i) => write(1, 2000 + (i < 36 ? 0 : i)));
  const varied = tiled.map((row, i) => row.replace("g0", `g${i}`)).join("");
  deepStrictEqual((await readPlaces(varied)).warnings.filter((text) => / bp each/.test(text)), []);
});

Deno.test("strands 0 and 1, or 1 and 2, are refused, since a 1 may mean plus or minus", async () => {
  const read = (...strands: readonly string[]) =>
    readPlaces(
      strands.map((strand, i) => `chr1\t${9 * i}\t${9 * i + 5}\tg${i}\t0\t${strand}`).join("\n"),
    );
  const table = (...strands: readonly string[]) =>
    readPlaces(
      "gene_id\tchrom\ttss\tstrand\n" +
        strands.map((strand, i) => `g${i}\tchr1\t${i}\t${strand}`).join("\n"),
    );
  for (const strands of [["0", "1", "1"], ["1", "2"]]) {
    await rejects(
      table(...strands),
      /strands "[02]" but none on the minus strand, expected \+ and -: .*HOMER/,
    );
  }
  deepStrictEqual((await table("1", "-1", "0")).places, ["g0 chr1 0 +", "g1 chr1 1 -"]);
  deepStrictEqual((await read("+", "-", "0")).places, ["g0 chr1 0 +", "g1 chr1 13 -"]);
});
