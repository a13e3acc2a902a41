/** The readers of sequencing data: BAM, CRAM, bigWig, BED, bedGraph and peaks, with their indexes. */

import { gunzipSync, gzipSync } from "node:zlib";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { fixtureBytes } from "../../helpers/genome.ts";
import { type Extent, writeBai, writeBamData, writeCsiData, writeTbiData } from "../bam_files.ts";
import { writeBigWig } from "../big_wig_file.ts";
import type { ByteWriter } from "../byte_writer.ts";
import { writeBgzf } from "../containers.ts";
import { fixCramChecksums } from "../cram_checksums.ts";
import {
  type Bytes,
  encode,
  expectSound,
  type Part,
  type Seed,
  type Target,
  textPart,
} from "../seed.ts";
import { writtenPart } from "./arrays.ts";

/** Windows at the start, in the middle and at the end of the small files' sequences, and on one that they lack. */
const WINDOWS = geneWindows(
  [["chr1", 100], ["chr1", 1500], ["chr2", 700], ["2", 9900], ["chr3", 50], ["chrX", 5]].map(
    ([chromosome, tss], i) => ({
      id: `g${i}`,
      chromosome: String(chromosome),
      tss: Number(tss),
      strand: "+" as const,
      line: 1,
    }),
  ),
  { halfWidthBp: 500 },
);

/** Lengths of the sequences for text files; one is not known. */
const CHROMOSOMES = [{ name: "1", length: 1700 }, { name: "chrX", length: 9000 }];

/** Counts a file; its index, if it has one, is the second file. */
function signalTarget(
  name: string,
  seeds: () => readonly Seed[],
  options: Pick<CountOptions, "rule" | "extendBp" | "totalReads" | "excludedFlags">,
): Target {
  return {
    name,
    seeds,
    async read([file, index]) {
      const track = await openSignal(file, index === undefined ? {} : { index });
      const { values, reads } = await track.count(WINDOWS, {
        ...options,
        chromosomes: CHROMOSOMES,
      });
      expectSound(values.length === WINDOWS.genes * WINDOWS.bins, "bins do not fill the windows");
      const isCount = options.rule === "reads";
      // An infinity is a value that bigWig files may hold.
      const sound = (value: number) => isCount ? Number.isInteger(value) : !Number.isNaN(value);
      expectSound(values.every(sound), "a bin holds no number");
      expectSound(
        reads === undefined || (Number.isSafeInteger(reads) && reads > 0),
        "the number of reads is impossible",
      );
    },
  };
}

const bgzip = (bytes: Bytes): Bytes => writeBgzf(bytes).finish();
const bgzipWithoutEnd = (bytes: Bytes): Bytes => writeBgzf(bytes, false).finish();

/** Each file damaged as it is, and damaged before it is compressed in blocks. */
function bgzfParts(name: string, data: ByteWriter): Part[] {
  const whole = writtenPart(name, writeBgzf(data.finish()));
  return [whole, writtenPart(name, data, bgzip)];
}

/** The same without the empty block at the end, which is a warning. */
function endlessParts(name: string, data: ByteWriter): Part[] {
  const whole = writtenPart(name, writeBgzf(data.finish(), false));
  return [whole, writtenPart(name, data, bgzipWithoutEnd)];
}

function bamSeeds(): Seed[] {
  const { data, extents } = writeBamData();
  const indexes = [
    writtenPart("a.bam.bai", writeBai(extents)),
    ...bgzfParts("a.bam.csi", writeCsiData(extents, false)),
  ];
  const files = [...bgzfParts("a.bam", data), ...endlessParts("a.bam", data)];
  return files.flatMap((bam) => indexes.map((index) => [bam, index]));
}

const CONTIGS = ["chr1", "chr2"];

function rowsText(row: (contig: string, i: number) => string): { text: string; extents: Extent[] } {
  let text = "";
  const extents = CONTIGS.map((name): Extent => {
    const start = text.length;
    for (let i = 0; i < 60; i++) text += row(name, i);
    return { name, start, end: text.length, rows: 60 };
  });
  return { text, extents };
}

const BED = rowsText((contig, i) =>
  `${contig}\t${30 * i}\t${30 * i + 36}\tN\t1000\t${"+-"[i % 2]}\n`
);
const BEDGRAPH = rowsText((contig, i) => `${contig}\t${30 * i}\t${30 * i + 25}\t${i / 4 - 3}\n`);
const PEAKS = rowsText((contig, i) =>
  `${contig}\t${40 * i}\t${40 * i + 90}\tp${i}\t100\t.\t${1 + i / 8}\t5.5\t3.1\t20\n`
);

function textSeeds(name: string, text: string): Seed[] {
  const plain = textPart(name, text);
  const gzip = (bytes: Bytes) => new Uint8Array(gzipSync(bytes));
  const damagedGzip: Part = { name: `${name}.gz`, kind: "binary", bytes: gzip(encode(text)) };
  const linedUp = textPart(name, text.replaceAll("\t", "  "));
  const endless: Part = { ...plain, name: `${name}.gz`, wrap: bgzipWithoutEnd };
  return [[plain], [{ ...plain, name: `${name}.gz`, wrap: gzip }], [damagedGzip], [linedUp], [
    endless,
  ]];
}

function indexedSeeds({ text, extents }: typeof BED, name: string): Seed[] {
  const whole = writtenPart(name, writeBgzf(encode(text)));
  const inside = textPart(name, text, bgzip);
  const endless = textPart(name, text, bgzipWithoutEnd);
  const indexes = [
    ...bgzfParts(`${name}.tbi`, writeTbiData(extents)),
    ...bgzfParts(`${name}.csi`, writeCsiData(extents, true)),
  ];
  return [whole, inside, endless].flatMap((file) => indexes.map((index) => [file, index]));
}

function cramSeeds(): Seed[] {
  return ["few", "reads_v2.1", "reads_v3.1"].flatMap((name) => {
    const [file, index] = [`${name}.cram`, `${name}.cram.crai`].map((name): Part => ({
      name,
      kind: "binary",
      bytes: fixtureBytes(name),
    }));
    const lines: Part = textPart(index!.name, gunzipSync(index!.bytes).toString());
    return [[file!, index!], [{ ...file!, wrap: fixCramChecksums }, lines]];
  });
}

function bigWigSeeds(): Seed[] {
  return [true, false].flatMap((compress) =>
    [true, false].map((deep) => [writtenPart("a.bw", writeBigWig({ compress, deep }))])
  );
}

/** Readers of sequencing data. */
export const SIGNAL_TARGETS: readonly Target[] = [
  signalTarget("bed", () => textSeeds("a.bed", BED.text), { rule: "reads", extendBp: 200 }),
  signalTarget("bedgraph", () => textSeeds("a.bedGraph", BEDGRAPH.text), { rule: "mean" }),
  signalTarget("bed-indexed", () => indexedSeeds(BED, "a.bed.gz"), { rule: "reads" }),
  signalTarget("bedgraph-indexed", () => indexedSeeds(BEDGRAPH, "a.bedGraph.gz"), { rule: "max" }),
  signalTarget("bam", bamSeeds, { rule: "reads", extendBp: 200 }),
  signalTarget("cram", cramSeeds, { rule: "reads", totalReads: true, excludedFlags: 0x28 }),
  signalTarget("peaks", () => textSeeds("a.narrowPeak", PEAKS.text), { rule: "enrichment" }),
  signalTarget("bigwig", bigWigSeeds, { rule: "mean" }),
];
