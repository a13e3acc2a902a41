import { deepStrictEqual, rejects } from "node:assert";
import { openSignal, signalFormat } from "../../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/io/byte_source.ts";
import { countText, geneAt } from "../../helpers/genome.ts";
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
  ["SAM without one", "a.bed", "r1\t0\tchr1\t101\t60\t36M\t*\t0\t0\t*\t*\n", /SAM/],
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
  ["a table of commas", "a.bedGraph", "chr1,100,200,5\n", /commas, expected tabs/],
  ["a line of names", "a.bed", "chrom\tchromStart\tchromEnd\n", /column names.*begin it with #/],
  ["BED as bedGraph", "a.bdg", "chr1\t5\t9\tr1\t0\t+\n", /BED, expected bedGraph/],
];

for (const [name, file, text, wanted] of REFUSED) {
  Deno.test(`${name} is refused by name when the file is opened`, async () => {
    await rejects(open(text, file), { name: "FormatError", file, message: wanted });
  });
}

Deno.test("BEDPE far down in a file is found when it is counted", async () => {
  const text = "chr1\t1\t9\tr\t0\t+\n".repeat(5000) + PAIR;
  await rejects(countText(text, WINDOWS, { rule: "reads" }), /it is BEDPE.*line 5001/);
});

const READ: readonly (readonly [name: string, file: string, text: string])[] = [
  ["fragments in MACS2's BEDPE of three columns", "a.bedpe", "chr1\t1000\t1236\n"],
  ["reads whose name is a chromosome", "a.bed", "chr1\t1000\t1236\tchr1\t60\t+\n"],
  ["reads with columns of numbers after the strand", "a.bed", "chr1\t1000\t1236\tr\t6\t+\t5\t9\n"],
  ["fragments with their counts", "a.bed", "chr1\t1000\t1236\tACGT\t2\t7\n"],
  ["reads whose strand is not known", "a.bed", "chr1\t1000\t1236\tr\t0\t.\n"],
  ["mates of a pair, one in a row", "a.bed", "chr1\t1000\t1236\tr/1\t0\t-\n"],
];

for (const [name, file, text] of READ) {
  Deno.test(`${name} are read, without a word`, async () => {
    const track = await open(text, file);
    const { values } = await track.count(WINDOWS, { rule: "reads" });
    deepStrictEqual([...values.subarray(4)], [0, 1, 1, 1, 0, 0]);
    deepStrictEqual(track.warnings, []);
  });
}

const ODD: readonly (readonly [name: string, text: string, wanted: RegExp])[] = [
  [
    "narrowPeak",
    "chr1\t9\t99\tp\t100\t.\t5.1\t-1\t2.5\t40\n",
    /a\.bed looks like peaks, not reads/,
  ],
  ["broadPeak", "chr1\t9\t99\tp\t100\t.\t5.1\t3\t2.5\n", /peaks/],
  ["gappedPeak", "chr1\t9\t99\tp\t100\t.\t9\t99\t0\t1\t90,\t0,\t5.1\t3\t2.5\n", /peaks/],
  ["summits of MACS2", "chr1\t9\t10\tliver_peak_1\t5.8\n", /peaks/],
  ["bedGraph", "chr1\t0\t10\t0.5\nchr1\t10\t20\t0\n", /four columns.*name the file \.bedGraph/],
];

for (const [name, text, wanted] of ODD) {
  Deno.test(`${name} given for reads is warned of`, async () => {
    const { warnings } = await open(text, "a.bed");
    deepStrictEqual(warnings?.length, 1);
    deepStrictEqual(wanted.test(warnings[0]), true, warnings[0]);
  });
}

Deno.test("a BEDPE name is that of a file of reads, for MACS2's has fragments", () => {
  deepStrictEqual(signalFormat("a.BEDPE.gz"), "bed");
});

Deno.test("names of reads in any encoding are read, since nobody needs them", async () => {
  const bytes = new TextEncoder().encode("chr1\t1000\t1036\tr?\t0\t+\n");
  bytes[bytes.indexOf("?".charCodeAt(0))] = 0xe9;
  const track = await openSignal(bytesSource(bytes, "a.bed"));
  const { values } = await track.count(WINDOWS, { rule: "reads", extendBp: 200 });
  deepStrictEqual([...values.subarray(4)], [0, 1, 1, 0, 0, 0]);
});
