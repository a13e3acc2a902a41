import { deepStrictEqual, rejects, throws } from "node:assert";
import { openSignal, signalFormat } from "../../../src/genome/signal/open_signal.ts";
import type { SignalTrack } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { countText, geneAt } from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import { textSource } from "../../helpers/text_source.ts";

const WINDOWS = geneWindows([geneAt("chr1", 1000)], { halfWidthBp: 500 });
const PAIR = "chr1\t1000\t1036\tchr1\t1200\t1236\tread1\t60\t+\t-\n";

const open = (text: string, name: string) => openSignal(textSource(text, name));

const REFUSED: readonly (readonly [name: string, file: string, text: string, wanted: RegExp])[] = [
  ["BEDPE of bedtools", "a.bed", PAIR, /it is BEDPE.*awk '\$1 == \$4' \| cut -f 1,2,6/],
  ["BEDPE by its name", "a.bedpe.gz", PAIR, /it is BEDPE.*gunzip -c a\.bedpe\.gz/],
  ["BEDPE of six columns", "a.bed", "chr1\t5\t9\tchr1\t20\t30\n", /it is BEDPE/],
  [
    "BEDPE whose mates are on two chromosomes",
    "a.bed",
    "chr1\t5\t9\tchr7\t2\t8\tr\t60\t+\t-\n",
    /BEDPE/,
  ],
  ["BEDPE without the second mate", "a.bed", "chr1\t5\t9\t.\t-1\t-1\tr\t60\t+\t.\n", /BEDPE/],
  ["BEDPE without the first mate", "a.bed", ".\t-1\t-1\tchr1\t5\t9\tr\t60\t.\t+\n", /BEDPE/],
  ["BEDPE after reads", "a.bed", `chr1\t1\t9\tr\t0\t+\n${PAIR}`, /it is BEDPE.*line 2/],
  ["SAM with a header", "a.bed", "@HD\tVN:1.6\n", /SAM, expected BAM: run "samtools sort/],
  ["SAM without a header", "a.bed", "r1\t0\tchr1\t101\t60\t36M\t*\t0\t0\t*\t*\n", /SAM/],
  ["FASTQ", "a.bed", "@r1 x\nACGT\n+\nFFFF\n", /FASTQ.*not aligned/],
  ["FASTA", "a.bed", ">chr1\nACGT\n", /FASTA/],
  [
    "wiggle of fixed steps",
    "a.bedGraph",
    "fixedStep chrom=chr1 start=1 step=1\n5\n",
    /wigToBigWig/,
  ],
  ["wiggle of variable steps", "a.bdg", "track type=wiggle_0\nvariableStep chrom=chr1\n", /wiggle/],
  ["VCF", "a.bed", "##fileformat=VCFv4.2\nchr1\t101\trs1\tA\tG\t50\tPASS\t.\n", /VCF/],
  ["GTF", "a.bed", 'chr1\tHAVANA\tgene\t11869\t14409\t.\t+\t.\tgene_id "g"\n', /GTF.*annotation/],
  ["a web page", "a.bed", "<!DOCTYPE html>\n<html>\n", /web page.*download/],
  ["a table with commas", "a.bedGraph", "chr1,100,200,5\n", /commas, expected tabs/],
  ["a line of names", "a.bed", "chrom\tchromStart\tchromEnd\n", /column names.*put # before it/],
  ["a histogram of depths", "a.bdg", "chr1\t0\t100\t500\t0.2\nchr1\t1\t400\t500\t0.8\n", /-bg/],
  [
    "a histogram with more depth than bases",
    "a.bdg",
    "chr1\t9\t3\t700\t0.00428571\n",
    /genomecov with -bg/,
  ],
  [
    "one given for reads",
    "a.bed",
    "chr1\t0\t1\t3\t0.333333\nchr1\t1\t2\t3\t0.666667\n",
    /histogram/,
  ],
  [
    "SEACR's peaks",
    "a.narrowPeak",
    "chr1\t804242\t807405\t1727.68\t2.93081\tchr1:805088-805096\n",
    /SEACR's peaks, .*no enrichment, expected the bedGraph/,
  ],
  [
    "several columns of values",
    "a.bdg",
    "chr1\t0\t100\t5\t7.5\nchr1\t100\t200\t2\t0\n",
    /2 columns of values, as bedtools unionbedg writes them, expected one.*mean/,
  ],
  [
    "several columns of values, some missing, between blanks",
    "a.bdg",
    "chr1 0 100 5 NA 1e-3\nchr1 100 200 . 3 2\n",
    /3 columns of values/,
  ],
  ...["bed", "bdg", "narrowPeak"].flatMap((ending) =>
    ["", '"seqnames"\t"start"\t"end"\t"width"\t"strand"\n'].map((header) =>
      [
        `a data frame of GRanges${header && " with its header"} named .${ending}`,
        `a.${ending}`,
        `${header}"chr1"\t101\t150\t50\t"*"\tp\t8\t1\t2\t9\nchr1\t201\t210\t10\t+\tp\t8\t1\t2\t9\n`,
        /looks like a data frame of GRanges, whose starts count from 1 and whose fourth column is the width/,
      ] as const
    )
  ),
  [
    "a matrix of deepTools",
    "a.bed.gz",
    '@{"upstream":[9]}\nchr1\t1\t9\tg\t.\t+\t1\n',
    /computeMatrix/,
  ],
  [
    "peaks of HOMER",
    "a.bed",
    "#PeakID\tchr\nchr1-1\tchr1\t101\t300\t+\t53.2\n",
    /first column is a name/,
  ],
  [
    "peaks of HOMER on strands 0 and 1",
    "a.narrowPeak",
    "p\tchrX\t101\t300\t1\t5\t6\t7\t8\n",
    /pos2bed\.pl/,
  ],
  ["SAF", "a.bed", "GeneID\tChr\tStart\tEnd\tStrand\n", /is a name.*line 1/],
  [
    "a table of UCSC with bins",
    "a.bed",
    "585\tchr1\t0\t10000\t1\tN\n",
    /number of a bin.*cut -f 2-/,
  ],
  [
    "MACS2's table",
    "a.bed",
    "# x\nchr\tstart\tend\tlength\tpileup\n",
    /length of each row.*Take 1/,
  ],
  ["JSON", "a.bed", '{"status": "error", "code": 404}\n', /JSON.*download/],
  ["a table with commas and quotes", "a.bed", '"Chr","Start","End"\nchr1,1,9\n', /commas/],
  ["depths by base", "a.bed", "chr1\t1\t5\nchr1\t2\t5\nchr1\t9\t5\n", /line 3|depth by base/],
  ["depths by base as a signal", "a.bdg", "chr1\t1\t5\n", /3 columns.*genomecov -bg/],
  [
    "values by base from 1",
    "a.bdg",
    "chr1\t5\t5\t2\nchr1\t6\t6\t1\n",
    /2 rows have no base.*take 1/,
  ],
  [
    "peaks of Genrich",
    "a.narrowPeak",
    [
      "0\t200\tpeak_0\t617\t.\t123.4",
      "900\t950\tpeak_1\t1000\t.\t99",
      "1000\t1100\tpeak_2\t50\t.\t5",
      "1200\t1250\tpeak_3\t90\t.\t4.5",
    ]
      .map((row) => `chr1\t${row}\t5.2\t-1\t12\n`).join(""),
    /Genrich's peaks, whose column 7 is the area.*divided by the peak's length/,
  ],
  [
    "BED with numbers for names as bedGraph",
    "a.bdg",
    "chr1\t5\t9\t7\t37\t+\n",
    /BED, expected bedGraph/,
  ],
  ["BED as bedGraph", "a.bdg", "chr1\t5\t9\tr1\t0\t+\n", /BED, expected bedGraph/],
];

for (const [name, file, text, wanted] of REFUSED) {
  Deno.test(`${name} is refused by name when the file is opened`, async () => {
    await rejects(open(text, file), { name: "FormatError", file, message: wanted });
  });
}

Deno.test("peaks that only have names as Genrich's are read: broad ones, and scores that say nothing", async () => {
  const rows = [
    "chr1\t13587\t19587\tpeak_1\t0\t.\t2.10\t8.1\t5.2\n",
    "chr1\t100\t300\tpeak_1\t1000\t.\t250\t8.1\t5.2\t20\n",
    "chr1\t100\t400\tpeak_1\t10\t.\t3.1\t8.1\t5.2\t20\n",
  ];
  await open(rows[0]!.replace("13587\t19587", "3587\t9587").repeat(1), "a.broadPeak");
  for (const row of rows.slice(1)) await open(row, "a.narrowPeak");
});

const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:01\nsize 9\n";

Deno.test("a binary file that is something else is refused by what it is", async () => {
  const files: readonly (readonly [name: string, text: string, wanted: RegExp])[] = [
    ["a.bw", LFS, /it is a pointer of Git LFS.*git lfs pull \(a\.bw\)$/],
    ["a.bam", LFS, /it is a pointer of Git LFS/],
    [
      "a.cram",
      "<!DOCTYPE html>\n<html><body>403 Forbidden</body></html>",
      /a web page: was its download/,
    ],
    ["a.bw", '{"status": "error", "code": 404, "detail": "not found"}\n', /JSON: was its download/],
    ["a.bam", "@HD\tVN:1.6\tSO:coordinate\n", /SAM text, expected BAM or CRAM: run samtools sort/],
    ["a.bam", `CRAM\x03\0${"x".repeat(99)}`, /a CRAM file: name it \.cram/],
    ["a.bed", `CRAM\x03\0${"x".repeat(99)}`, /a CRAM file: name it \.cram/],
    ["a.bw", `PK\x03\x04${"x".repeat(99)}`, /a zip file/],
    ["a.bam", "\x88".repeat(99), /it lacks the BAM magic number/],
  ];
  for (const [name, text, message] of files) {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    const needsIndex = /m$/.test(name);
    const index = needsIndex ? bytesSource(Uint8Array.of(1), `${name}.index`) : undefined;
    await rejects(openSignal(bytesSource(bytes, name), { index }), {
      name: "FormatError",
      message,
    });
  }
});

Deno.test("BEDPE far down in a file is found when the file is counted", async () => {
  const text = "chr1\t1\t9\tr\t0\t+\n".repeat(5000) + PAIR;
  await rejects(countText(text, WINDOWS, { rule: "reads" }), /it is BEDPE.*line 5001/);
});

const READ: readonly (readonly [name: string, file: string, text: string])[] = [
  ["fragments in MACS2's BEDPE of three columns", "a.bedpe", "chr1\t1000\t1236\n"],
  ["reads whose name is a chromosome", "a.bed", "chr1\t1000\t1236\tchr1\t60\t+\n"],
  ["reads with columns of numbers after the strand", "a.bed", "chr1\t1000\t1236\tr\t6\t+\t5\t9\n"],
  ["fragments with their counts", "a.bed", "chr1\t1000\t1236\tACGT\t2\t7\n"],
  ["reads whose strand is not known", "a.bed", "chr1\t1000\t1236\tr\t0\t.\n"],
  ["reads as BED12", "a.bed", "chr1\t1000\t1236\tr/1\t60\t+\t1000\t1236\t255,0,0\t1\t236\t0\n"],
  [
    "reads as BED12 with colour 0",
    "a.bed",
    "chr1\t1000\t1236\tr\t60\t+\t1000\t1236\t0\t1\t236\t0\n",
  ],
  ["reads of GRanges", "a.bed", "chr1\t1000\t1236\tr\t60\t*\n"],
  ["reads whose score is a fraction", "a.bed", "chr1\t1000\t1236\tr\t0.5\t-\n"],
  ["reads with Illumina's names", "a.bed", "chr1\t1000\t1236\tHW:1:FC:2:1101:15:20\t60\t+\n"],
  ["reads that are named after peaks", "a_peaks.reads.bed", "chr1\t1000\t1236\n"],
  ["reads with any comment", "a.bed", "# peak FDR\nchr1\t1000\t1236\tN\t1000\t+\n"],
  ["mates of a pair, one in a row", "a.bed", "chr1\t1000\t1236\tr/1\t0\t-\n"],
  [
    "reads with the places of their mates",
    "a.bed",
    "chr1\t1000\t1236\tr\t60\t+\tchr1\t2000\t2236\n",
  ],
  ["reads as BED12 on a sequence 1", "a.bed", "1\t1000\t1236\tr\t1\t+\t1000\t1236\t0\t1\t236\t0\n"],
];

for (const [name, file, text] of READ) {
  Deno.test(`${name} are read without a warning`, async () => {
    const track = await open(text, file);
    const { values } = await track.count(WINDOWS, { rule: "reads" });
    deepStrictEqual([...values.subarray(4)], [0, 1, 1, 1, 0, 0]);
    deepStrictEqual(track.warnings, []);
  });
}

Deno.test("a signal with columns of text after its value is read", async () => {
  const track = await open("chr1\t1000\t1236\t3\tx\t5\n", "a.bdg");
  const { values } = await track.count(WINDOWS, { rule: "mean" });
  deepStrictEqual([...values.subarray(4)], [0, 3, 3, 3, 0, 0]);
});

const ODD: readonly (readonly [name: string, text: string, wanted: RegExp, file?: string])[] = [
  [
    "narrowPeak",
    "chr1\t9\t99\tp\t100\t.\t5.1\t-1\t2.5\t40\n",
    /a\.bed looks like peaks, not reads/,
  ],
  ["broadPeak", "chr1\t9\t99\tp\t100\t.\t5.1\t3\t2.5\n", /peaks/],
  ["gappedPeak", "chr1\t9\t99\tp\t100\t.\t9\t99\t0\t1\t90,\t0,\t5.1\t3\t2.5\n", /peaks/],
  ["summits of MACS2", "chr1\t9\t10\tliver_peak_1\t5.8\n", /peaks/],
  ["bedGraph", "chr1\t0\t10\t0.5\nchr1\t10\t20\t0\n", /four columns.*name the file \.bedGraph/],
  ["SEACR", "chr1\t9\t99\t600\t3.5\tchr1:20-40\n", /peaks, not reads.*give the reads/],
  ["SEACR with one more column", "chr1\t9\t99\t600\t3\tchr1:20-40\t8\n", /peaks/],
  ["IDR", `chr1\t9\t99\t.\t100\t.\t5.1\t-1\t2.5\t40${"\t5".repeat(10)}\n`, /peaks/],
  ["IDR of broad peaks", `chr1\t9\t99\t.\t100\t.\t5.1\t-1\t2.5${"\t0.5".repeat(8)}\n`, /peaks/],
  ["epic2", "chr1\t9\t99\t4e-10\t123.7\t.\t20\t5\t1e-9\t1.9\n", /peaks/],
  ["a header of epic2", "#Chromosome\tStart\tEnd\tPValue\tScore\nchr1\t9\t99\t0\t1\t.\n", /peaks/],
  ["a track of peaks", "track type=narrowPeak\nchr1\t9\t99\tp\t0\t.\n", /peaks/],
  ["a summary of SICER", "chr1\t9\t99\t34\t2\t1e-10\t5.5\t1e-9\n", /peaks/],
  ["DiffBind", "chr1\t9\t99\t1\t7.5\t*\nchr1\t200\t299\t2\t7\t*\n", /peaks/],
  ["HOMER", "chr1\t9\t99\tchr1-1\t1\t+\nchrX\t9\t99\tchrX-2\t1\t-\n", /peaks/],
  ["consensus peaks of nf-core", "chr1\t9\t99\tInterval_1\t0\t+\n", /peaks/],
  ["peaks by their name", "chr1\t9\t99\n", /peaks/, "CUT_Tag_peaks.sorted.bed"],
  ["peaks by their name, on a strand", "chr1\t9\t99\tx\t1\t+\n", /peaks/, "a.relaxed.bed"],
  ["cCREs", "chr1\t9\t99\tEH38D4327497\tEH38E2776516\tpELS\n", /annotation, not reads/],
  ["transcripts", "chr1\t9\t99\tENST00000456328.2\t0\t+\n", /annotation, not reads/],
  [
    "states of ChromHMM",
    "chr1\t0\t200\t15_Quies\nchr1\t200\t800\t9_Het\nchr1\t800\t900\t15_Quies\n",
    /segments of the genome/,
  ],
  ["states by their name", "chr1\t0\t200\tE9\n", /segments of/, "E003_15_dense.bed"],
  ["bins", "chr1\t0\t200\nchr1\t200\t400\nchr1\t400\t600\n", /segments of the genome/],
  ["coverage of bedtools", "chr1\t9\t99\t7\t80\t90\t0.8888889\n", /numbers by region/],
  ["coverage of BED6", "chr1\t9\t99\tg\t0\t+\t7\t80\t90\t0.8888889\n", /bedtools coverage/],
  ["counts of deepTools", "#'chr'\t'start'\t'end'\t'a.bam'\nchr1\t9\t99\t7.0\n", /by region/],
  [
    "reads beside what they overlap",
    "chr1\t9\t45\tr1\t60\t+\tchr1\t5\t900\tg1\t0\t-\t36\n1\t9\t45\tr1\t60\t+\t1\t7\t99\tg2\t0\t+\t36\n",
    /two intervals in each row.*several times/,
  ],
  ["four columns beside three", "chr1\t9\t45\tr1\tchr1\t5\t900\n", /two intervals/],
  [
    "bedMethyl of ENCODE",
    "chr1\t9\t10\t.\t10\t+\t9\t10\t255,0,0\t10\t50\nchr1\t19\t20\t.\t8\t-\t19\t20\t0,255,0\t8\t0\n",
    /methylation of bases.*columns 1 to 3 and 11/,
  ],
  [
    "bedMethyl of modkit",
    `chr1\t9\t10\tm\t10\t+\t9\t10\t255,0,0\t10\t50.00${"\t5".repeat(7)}\n`,
    /methylation/,
  ],
  ["fragments of 10x", "# id=x\nchr1\t9\t99\tAAACGAAAGAAA-1\t2\n", /fifth column.*is not used/],
];

/** Lists the warnings from opening and counting a file of reads. */
async function listWarnings(text: string, name: string): Promise<string[]> {
  return await listWarningsOf(await open(text, name));
}

async function listWarningsOf(track: SignalTrack): Promise<string[]> {
  const warnings = [...track.warnings ?? []];
  await track.count(WINDOWS, { rule: "reads", onWarning: (message) => warnings.push(message) });
  return warnings;
}

for (const [name, text, wanted, file = "a.bed"] of ODD) {
  Deno.test(`${name} given for reads give one warning`, async () => {
    const warnings = await listWarnings(text, file);
    deepStrictEqual(warnings.length, 1, warnings.join("\n"));
    deepStrictEqual(wanted.test(warnings[0]!), true, warnings[0]);
  });
}

/** Rows of three columns with a given length, and a given distance between their starts. */
function makeRows(rows: number, { length, step }: { length: number; step: number }): string {
  const starts = Array.from({ length: rows }, (_, i) => i * step);
  return starts.map((start) => `chr1\t${start}\t${start + length}\n`).join("");
}

Deno.test("rows that are mostly longer than any fragment give a warning when they are counted", async () => {
  const long = makeRows(3, { length: 2000, step: 5000 });
  const wanted =
    "a.bed has rows much longer than reads or fragments, 2,000 bp on average: it may hold peaks or " +
    "other regions, each of which is counted as one read. If so, give the reads or the signal instead";
  deepStrictEqual(await listWarnings(long, "a.bed"), [wanted]);
  deepStrictEqual((await listWarnings(long, "a_peaks.bed")).length, 1);
});

Deno.test("fragments, some of whose mates are far apart, do not give that warning", async () => {
  const text = makeRows(30, { length: 300, step: 200 }) + "chr1\t0\t90000000\n";
  deepStrictEqual(await listWarnings(text, "a.bed"), []);
});

Deno.test("many sorted rows without any overlap give a warning, since some reads would overlap", async () => {
  const rows = makeRows(5000, { length: 400, step: 500 });
  const [warning, ...others] = await listWarnings(rows + rows.replaceAll("chr1", "chr2"), "a.bed");
  deepStrictEqual(/10,000 rows in order, no two of which overlap/.test(warning!), true, warning);
  deepStrictEqual(others, []);
});

Deno.test("rows of an indexed file give the same warning, once", async () => {
  const rows = makeRows(3, { length: 2000, step: 5000 }).match(/.+\n/g)!;
  const count = async (name: string) => {
    const { source, index } = indexedText(name, rows);
    return await listWarningsOf(await openSignal(source, { index }));
  };
  deepStrictEqual((await count("a.bed.gz")).map((text) => /2,000 bp/.test(text)), [true]);
  deepStrictEqual((await count("a_peaks.bed.gz")).map((text) => /like peaks/.test(text)), [true]);
});

for (
  const [name, text] of [
    ["short reads", makeRows(10_000, { length: 36, step: 500 })],
    [
      "fragments of which two overlap",
      makeRows(10_000, { length: 400, step: 500 }) + "chr1\t4999700\t5000000\n",
    ],
    ["few fragments", makeRows(1000, { length: 400, step: 500 })],
  ] as const
) {
  Deno.test(`${name} may lack overlaps by chance, without a warning`, async () => {
    deepStrictEqual(await listWarnings(text, "a.bed"), []);
  });
}

for (const name of ["NA_peaks.xls", "a_summits.txt", "atac_fragments.tsv.gz"]) {
  Deno.test(`the name of ${name} shows what it holds`, () => {
    throws(() => signalFormat(name), { name: "TypeError", message: /holds (peaks|fragments)/ });
  });
}

Deno.test("the ending of BEDPE stands for reads, since MACS2's BEDPE has fragments", () => {
  deepStrictEqual(signalFormat("a.BEDPE.gz"), "bed");
});

Deno.test("names of reads may be in any encoding, since they are not needed", async () => {
  const bytes = new TextEncoder().encode("chr1\t1000\t1036\tr?\t0\t+\n");
  bytes[bytes.indexOf("?".charCodeAt(0))] = 0xe9;
  const track = await openSignal(bytesSource(bytes, "a.bed"));
  const { values } = await track.count(WINDOWS, { rule: "reads", extendBp: 200 });
  deepStrictEqual([...values.subarray(4)], [0, 1, 1, 0, 0, 0]);
});
