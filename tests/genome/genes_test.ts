import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { bytesSource } from "../../src/io/byte_source.ts";
import { geneKey } from "../../src/gene_id.ts";
import type { Gene } from "../../src/genome/gene.ts";
import { GENE_FORMATS, type GeneFormat, readGenes } from "../../src/genome/genes.ts";
import { textSource } from "../helpers/text_source.ts";

/** A gene's extent, 0-based half-open, as all formats can write it. */
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

/** A file of genes in each format, with the lines that are no genes that such files have. */
const WRITERS: Record<GeneFormat, (genes: readonly Extent[]) => string[]> = {
  gtf: (genes) => [
    "#!genome-build GRCh38",
    ...genes.flatMap((gene) => [
      gffLine(gene, "gene", `gene_id "${gene.id}"; gene_name "gene";`),
      gffLine(gene, "transcript", `gene_id "${gene.id}"; transcript_id "T${gene.id}";`),
    ]),
  ],
  gff3: (genes) => [
    "##gff-version 3",
    ...genes.flatMap((gene) => [
      gffLine(gene, "gene", `ID=gene:${gene.id};biotype=protein_coding`),
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

Deno.test("a gene knows its line", async () => {
  const text = WRITERS.gtf([FORWARD, REVERSE]).join("\n");
  deepStrictEqual((await readGenes(textSource(text))).map(({ line }) => line), [2, 4]);
});

Deno.test("GTF ids may stand without quotes and anywhere among the attributes", async () => {
  const text = gffLine(FORWARD, "gene", 'ref_gene_id "no"; gene_id 17 ; level 2') + "\n" +
    gffLine(REVERSE, "gene", 'level 2;gene_id "ENSG00000000003.15"');
  deepStrictEqual((await readGenes(textSource(text))).map(({ id }) => id), [
    "17",
    "ENSG00000000003.15",
  ]);
});

Deno.test("GFF3 has three types of genes and takes gene_id where there is no ID", async () => {
  const text = ["gene", "ncRNA_gene", "pseudogene", "transposon_gene", "exon"]
    .map((type, i) => gffLine(FORWARD, type, `gene_id=G${i};Parent=ID`)).join("\n");
  const genes = await readGenes(textSource(text), { format: "gff3" });
  deepStrictEqual(genes.map(({ id }) => id), ["G0", "G1", "G2"]);
});

Deno.test("a BED file of nine columns is not taken for GTF", async () => {
  const text = "chr1\t10\t20\t115459\t960\t+\t10\t20\t0\n";
  deepStrictEqual(await readGenes(textSource(text)), [
    { id: "115459", chromosome: "chr1", tss: 10, strand: "+", line: 1 },
  ]);
});

Deno.test("the columns of a table may stand in another order, with others between them", async () => {
  const text = "# mine\nstrand\tname\tgene_id\ttss\tchrom\n-\tx\tA\t7\tchr2\t\n";
  deepStrictEqual(await readGenes(textSource(text)), [
    { id: "A", chromosome: "chr2", tss: 7, strand: "-", line: 3 },
  ]);
});

Deno.test("ids of one gene have one key, and names keep what follows their dot", () => {
  for (const id of ["ENSG00000000003", "ENSG00000000003.15", "000003", "3"]) {
    strictEqual(geneKey(id), "3");
  }
  strictEqual(geneKey("ENSMUSG00000000001.4"), "1");
  strictEqual(geneKey("000000"), "0");
  for (const id of ["RP11-34P13.7", "ENSG00000182378.15_PAR_Y", "ENST00000000233.10", "TP53"]) {
    strictEqual(geneKey(id), id);
  }
});

const GTF_LINE = gffLine(FORWARD, "gene", 'gene_id "A";');
const HEADER = "gene_id\tchrom\ttss\tstrand";

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty, expected genes \(genes\.txt\)$/],
  "comments only": ["#a\n#b", /none of its 2 lines is a gene, expected genes \(genes\.txt\)$/],
  "no features that are genes": [
    gffLine(FORWARD, "exon", 'gene_id "A";'),
    /none of its 1 lines is a gene.* features of type "gene"/,
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
  "a position that is no number": [
    `${GTF_LINE}\n${GTF_LINE.replace("2000", "2e3")}`,
    /end is "2e3", expected an integer from 1 to .*line 2\)$/,
  ],
  "position 0 in GTF": [
    `#\n${GTF_LINE.replace("1001", "0")}`,
    /start is "0", expected an integer from 1 .*line 2\)$/,
  ],
  "a gene that ends before it starts": [
    GTF_LINE.replace("1001", "2001"),
    /gene "A": it ends before it starts .*line 1\)$/,
  ],
  "no gene_id in GTF": [
    `${GTF_LINE}\n${gffLine(REVERSE, "gene", 'ref_gene_id "B"')}`,
    /attributes are "ref_gene_id "B"", expected gene_id .*line 2\)$/,
  ],
  "no ID in GFF3": [
    gffLine(FORWARD, "gene", "Name=A"),
    /attributes are "Name=A", expected ID or gene_id .*line 1\)$/,
  ],
  "a gene without a strand": [
    `${GTF_LINE}\n${GTF_LINE.replace("\t+\t", "\t.\t").replace('"A"', '"B"')}`,
    /gene "B": strand is "\.", expected \+ or -.*give its strand \(genes\.txt, line 2\)$/,
  ],
  "a gene twice": [
    `${HEADER}\nA\tchr1\t5\t+\nB\tchr1\t5\t+\nA\tchr1\t9\t+`,
    /gene "A": it stands in line 2 and in line 4, expected once \(genes\.txt, line 4\)$/,
  ],
  "a gene twice in two versions": [
    `${HEADER}\nENSG0000001.1\tchr1\t5\t+\nENSG0000001.2\tchrY\t5\t+`,
    /gene "ENSG0000001\.2": it stands in line 2 and in line 3/,
  ],
  "too few columns in BED": ["chr1\t1\t2\tA", /4 columns, expected at least 6 .*line 1\)$/],
  "a nameless line in BED": [
    "chr1\t1\t2\tA\t0\t+\nchr1\t1\t2\t.\t0\t+",
    /the id is empty \(genes\.txt, line 2\)$/,
  ],
  "an empty BED interval": ["chr1\t2\t2\tA\t0\t+", /gene "A": it ends before it starts/],
  "a position that no index can hold": [
    "chr1\t1\t9999999999\tA\t0\t+",
    /end is "9999999999", expected an integer from 0 to 2147483647/,
  ],
  "a table column missing": ["gene_id\tchrom\ttss", /lacks column "strand".*line 1\)$/],
  "a table column twice": [`${HEADER}\ttss`, /column "tss" 2 times.*line 1\)$/],
  "an empty cell in a table": [`${HEADER}\nA\t\t7\t+`, /column "chrom" is empty .*line 2\)$/],
  "a short row in a table": [`${HEADER}\nA\tchr1`, /column "tss" is empty .*line 2\)$/],
  "a long row in a table": [`${HEADER}\nA\tchr1\t7\t+\t9`, /5 columns, expected 4 .*line 2\)$/],
  "a negative TSS": [`${HEADER}\nA\tchr1\t-7\t+`, /tss is "-7", expected an integer from 0 /],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a file of genes with ${what} is refused`, async () => {
    await rejects(readGenes(textSource(text, "genes.txt")), { name: "FormatError", message });
  });
}

Deno.test("a file that is not in the format asked for is refused", async () => {
  const text = WRITERS.bed([FORWARD]).slice(1).join("\n");
  await rejects(readGenes(textSource(text), { format: "table" }), /lacks column "gene_id"/);
  await rejects(readGenes(textSource(text), { format: "gtf" }), /none of its 1 lines is a gene/);
});
