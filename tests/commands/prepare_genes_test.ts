/** What windows of `prepare` lie around: transcripts, intervals, and chromosomes of other names. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import type { PackedColumns } from "../../src/io/columns.ts";
import { prepareText } from "../helpers/prepare_text.ts";

const READS = "chr1\t1500\t1536\tN\t1000\t+\nchr1\t5200\t5236\tN\t1000\t-\n";
const GTF = [
  [
    "gene",
    1001,
    3000,
    "+",
    'gene_id "ENSG00000000003.1"; gene_name "A"; gene_type "protein_coding";',
  ],
  [
    "transcript",
    1001,
    3000,
    "+",
    'gene_id "ENSG00000000003.1"; transcript_id "ENST00000000001.1";',
  ],
  [
    "transcript",
    1501,
    3000,
    "+",
    'gene_id "ENSG00000000003.1"; transcript_id "ENST00000000002.1"; tag "Ensembl_canonical";',
  ],
  ["gene", 4001, 5300, "-", 'gene_id "ENSG00000000005.1"; gene_name "B"; gene_type "lncRNA";'],
  [
    "transcript",
    4001,
    5200,
    "-",
    'gene_id "ENSG00000000005.1"; transcript_id "ENST00000000003.1"; tag "Ensembl_canonical";',
  ],
].map(([kind, start, end, strand, attributes]) =>
  ["chr1", "x", kind, start, end, ".", strand, ".", attributes].join("\t") + "\n"
).join("");
const SIZES = ["--half-width", "100", "--bin-size", "100"];

function summarise({ genes, geneDetails, signal }: PackedColumns): string[] {
  return genes.map((id, i) => {
    const { gene, tss, strand = "." } = geneDetails?.[i] ?? {};
    return `${id}${gene === undefined ? "" : ` of ${gene}`} ${tss}${strand} ${
      signal.subarray(2 * i, 2 * i + 2).join()
    }`;
  });
}

Deno.test("the TSS of canonical transcripts and of every transcript are chosen by --tss", async () => {
  const gene = await prepareText({ "genes.gtf": GTF, "r.bed": READS }, SIZES);
  deepStrictEqual(summarise(await gene.data()), [
    "ENSG00000000003.1 1000+ 0,0",
    "ENSG00000000005.1 5299- 1,0",
  ]);
  const canonical = await prepareText({ "genes.gtf": GTF, "r.bed": READS }, [
    ...SIZES,
    "--tss",
    "canonical",
  ]);
  match(canonical.stdout, /Windows: around the canonical transcripts of 2 genes/);
  deepStrictEqual(summarise(await canonical.data()), [
    "ENSG00000000003.1 1500+ 0,1",
    "ENSG00000000005.1 5199- 0,1",
  ]);
  strictEqual((await canonical.data()).record.tss, "canonical");
  const all = await prepareText({ "genes.gtf": GTF, "r.bed": READS }, [
    ...SIZES,
    "--tss",
    "transcript",
  ]);
  match(all.stdout, /Windows: around 3 transcripts of 2 genes, which no split separates/);
  deepStrictEqual(summarise(await all.data()), [
    "ENST00000000001.1 of ENSG00000000003.1 1000+ 0,0",
    "ENST00000000002.1 of ENSG00000000003.1 1500+ 0,1",
    "ENST00000000003.1 of ENSG00000000005.1 5199- 0,1",
  ]);
  match(all.text("o.genes.tsv"), /^gene_id\tchrom\ttss\tstrand\toriginal_id\tof_gene\n/);
});

Deno.test("transcripts are labelled by their genes' expression or by their own", async () => {
  const files = { "genes.gtf": GTF, "r.bed": READS };
  const flags = [...SIZES, "--tss", "transcript", "--expression-transform", "none"];
  const byGene = "gene_id\tliver\nENSG00000000003\t7\nENSG00000000005\t8\n";
  const genes = await prepareText({ ...files, "e.tsv": byGene }, [
    ...flags,
    "--expression",
    "e.tsv",
  ]);
  deepStrictEqual([...(await genes.data()).labels ?? []], [7, 7, 8]);
  const byTranscript = "tx\tliver\nENST00000000001\t1\nENST00000000002\t2\nENST00000000003\t3\n";
  const own = await prepareText({ ...files, "e.tsv": byTranscript }, [
    ...flags,
    "--expression",
    "e.tsv",
  ]);
  deepStrictEqual([...(await own.data()).labels ?? []], [1, 2, 3]);
});

Deno.test("intervals are windows base for base, with facts of an annotation where one is given", async () => {
  const files = {
    "genes.gtf": GTF,
    "r.bed": READS,
    "w.bed": "chr1\t1450\t1650\tENSG00000000003\nchr1\t5100\t5300\tENSG00000000005\t0\t+\n" +
      "chr1\t10\t210\tENST00000000001\n",
  };
  const alone = await prepareText(files, [...SIZES, "--windows", "w.bed"], { genes: false });
  match(alone.stdout, /Windows: 3 intervals of 200 bp, base for base/);
  const data = await alone.data();
  deepStrictEqual(summarise(data), [
    "ENSG00000000003 1550. 1,0",
    "ENSG00000000005 5200+ 0,1",
    "ENST00000000001 110. 0,0",
  ]);
  strictEqual(data.record.tss, "bed");
  const joined = await prepareText(files, [...SIZES, "--windows", "w.bed"]);
  deepStrictEqual(summarise(await joined.data()), [
    "ENSG00000000003 1550+ 1,0",
    "ENSG00000000005 5200+ 0,1",
    "ENST00000000001 of ENSG00000000003.1 110+ 0,0",
  ]);
  match(joined.stderr, /took with their own strand 1 window on the other strand than their gene/);
  const middles = await prepareText(files, ["--half-width", "50", "--windows", "w.bed"], {
    genes: false,
  });
  match(middles.stdout, /Windows: the middles of 3 intervals of 200 bp, ± 50 bp/);
});

Deno.test("windows and genes that contradict each other, or are missing, are refused by their flags", async () => {
  const files = { "genes.gtf": GTF, "r.bed": READS, "w.bed": "chr1\t1450\t1650\tX\n" };
  for (
    const [flags, options, message] of [
      [[], { genes: false }, /found neither --genes nor --windows/],
      [
        ["--windows", "w.bed", "--tss", "canonical"],
        {},
        /--windows gives the windows, expected one of/,
      ],
      [
        ["--windows", "w.bed", "--gene-type", "lncRNA"],
        { genes: false },
        /expected --genes beside --windows/,
      ],
      [["--windows", "w.bed"], {}, /none of the 1 window has the id of one of the 2 genes/],
      [
        ["--windows", "w.bed", "--orientation", "transcript"],
        { genes: false },
        /1 of 1 have no strand/,
      ],
      [
        ["--windows", "no.bed"],
        { genes: false },
        /Cannot read --windows .*no\.bed: it does not exist/,
      ],
      [
        ["--tss", "bed"],
        {},
        /--tss.*Expected one of gene, canonical, transcript/,
      ],
    ] as const
  ) {
    const { code, stderr } = await prepareText(files, [...SIZES, ...flags], options);
    strictEqual(code === 0, false, flags.join(" "));
    match(stderr, message);
  }
});

Deno.test("a table of names joins chromosomes that no rule would", async () => {
  const files = {
    "genes.gtf": GTF,
    "r.bed": READS.replaceAll("chr1", "ctg_7"),
    "names.tsv": "ctg_7\tchr1\n",
  };
  const without = await prepareText(files, SIZES);
  match(without.stderr, /has none of the chromosomes of the genes/);
  const joined = await prepareText(files, [...SIZES, "--chromosome-aliases", "names.tsv"]);
  deepStrictEqual(summarise(await joined.data()), [
    "ENSG00000000003.1 1000+ 0,0",
    "ENSG00000000005.1 5299- 1,0",
  ]);
  const blacklist = { "black.bed": "chr1\t5000\t5300\n", "names.tsv": "ctg_7\tscaffold1\tchr1\n" };
  for (const name of ["chr1", "scaffold1", "ctg_7"]) {
    const text = blacklist["black.bed"].replace("chr1", name);
    const left = await prepareText({ ...files, ...blacklist, "black.bed": text }, [
      ...SIZES,
      "--chromosome-aliases",
      "names.tsv",
      "--blacklist",
      "black.bed",
    ]);
    deepStrictEqual(summarise(await left.data())[1], "ENSG00000000005.1 5299- 0,0", name);
  }
  const bad = await prepareText({ ...files, "names.tsv": "ctg_7\tchr1\tx\nctg_8\tchr1\ty\n" }, [
    ...SIZES,
    "--chromosome-aliases",
    "names.tsv",
  ]);
  match(bad.stderr, /found chr1 as a name of ctg_8.*line 1 has it as a name of ctg_7.*line 2/);
});

Deno.test("deepTools' names of flags about regions mean what they mean there", async () => {
  const files = { "genes.gtf": GTF, "r.bed": READS };
  const half = ["--beforeRegionStartLength", "100", "--afterRegionStartLength", "100"];
  const given = await prepareText(files, [
    "-bs",
    "100",
    "-R",
    "genes.gtf",
    ...half,
    "--referencePoint",
    "TSS",
  ], {
    genes: false,
  });
  deepStrictEqual(summarise(await given.data()).length, 2);
  for (
    const [flags, message] of [
      [["-b", "100"], /-b needs --afterRegionStartLength beside it/],
      [["-b", "100", "-a", "200"], /-b and -a are two names of one flag, --half-width/],
      [["--referencePoint", "center"], /the middles of intervals are what --windows is for/],
      [["--referencePoint", "TES"], /windows are centred on starts of transcription/],
      [["-S", "a.bw"], /stand in a sample sheet: --samples/],
    ] as const
  ) {
    const { code, stderr } = await prepareText(files, flags);
    strictEqual(code === 0, false);
    match(stderr, message);
  }
});
