import { deepStrictEqual, doesNotThrow, rejects, strictEqual, throws } from "node:assert";
import {
  checkIndexAge,
  indexNames,
  openSignal,
  signalFormat,
} from "../../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { fixture, geneAt } from "../../helpers/genome.ts";

const WINDOWS = geneWindows([geneAt("chr1", 5000)]);

Deno.test("a file's name shows its format", () => {
  const names = [
    "a.bam",
    "a.BW",
    "a.bigWig",
    "a.bed",
    "E1-x.tagAlign.gz",
    "a.bedGraph",
    "a.bdg.bgz",
    "a.CRAM",
    "a.narrowPeak.gz",
    "a.broadPeak",
  ];
  deepStrictEqual(
    names.map(signalFormat),
    [
      "bam",
      "bigwig",
      "bigwig",
      "bed",
      "bed",
      "bedgraph",
      "bedgraph",
      "cram",
      "peaks",
      "peaks",
    ],
  );
  for (const name of ["a.txt", "bam", "a.gz"]) {
    throws(() => signalFormat(name), { name: "TypeError", message: /expected a name that ends/ });
  }
});

Deno.test("the error about the name of an unreadable file says what to do", () => {
  const advice: Readonly<Record<string, RegExp>> = {
    "x/a.sam":
      /it is SAM.*run "samtools sort -o x\/a\.sorted\.bam x\/a\.sam && samtools index x\/a\.sorted/,
    "a.gappedPeak.gz": /holds peaks with gaps, expected narrowPeak or broadPeak/,
    "a_peaks.xls": /holds peaks as a table, expected the narrowPeak or broadPeak file/,
    "a.wig": /wigToBigWig/,
    "a.bam.bai": /it is an index, expected the file/,
    "a.bed.gz.tbi": /it is an index/,
    "a.bw.gz": /unpack it with gunzip/,
    "GSM1_a.bedGraph.txt.gz": /name it without \.txt or \.tsv/,
    "a.regionPeak.gz": /column 7 is an enrichment.*name it \.narrowPeak/,
    "a.bb": /bigBedToBed/,
    "a_R1.fastq.gz": /not aligned/,
    "genes.gtf.gz": /an annotation, expected reads or signal/,
    "a.vcf.gz": /variants/,
    "hg38.fa": /a genome's sequence/,
    "a.bed.bz2": /plain or \.gz: unpack it/,
  };
  for (const [name, message] of Object.entries(advice)) {
    throws(() => signalFormat(name), { name: "TypeError", message });
  }
});

Deno.test("an index is found under the names that tools give it", () => {
  deepStrictEqual(indexNames("x/a.BAM"), ["x/a.BAM.bai", "x/a.BAM.csi", "x/a.bai", "x/a.csi"]);
  deepStrictEqual(indexNames("a.bedGraph.gz"), ["a.bedGraph.gz.tbi", "a.bedGraph.gz.csi"]);
  deepStrictEqual([indexNames("a.bed"), indexNames("a.bigWig")], [[], []]);
});

Deno.test("an index that is more than two seconds older than its file is refused", () => {
  const old = new Date("2026-01-01T00:00:00Z");
  const recent = new Date("2026-01-01T00:00:03Z");
  const check = (file: Date, index: Date) =>
    checkIndexAge({ name: "a.bam", modified: file }, { name: "a.bam.bai", modified: index });
  throws(() => check(recent, old), {
    name: "FormatError",
    message: /before a\.bam.*"samtools index a\.bam".*"touch a\.bam\.bai" \(a\.bam\.bai\)/,
  });
  throws(
    () => checkIndexAge({ name: "a.bed.gz", modified: recent }, { name: "a.tbi", modified: old }),
    /again with "tabix -f -p bed a\.bed\.gz"/,
  );
  doesNotThrow(() => check(new Date("2026-01-01T00:00:02Z"), old));
  doesNotThrow(() => check(old, old));
  doesNotThrow(() => check(old, recent));
});

Deno.test("an empty file, or an empty index, is refused by name", async () => {
  const empty = (name: string) => bytesSource(new Uint8Array(), name);
  for (const name of ["a.bam", "a.bw", "a.bed", "a.bedGraph"]) {
    await rejects(openSignal(empty(name)), {
      name: "FormatError",
      file: name,
      message: /is empty/,
    });
  }
  await rejects(openSignal(fixture("reads.bam"), { index: empty("a.bai") }), { file: "a.bai" });
});

Deno.test("a rule or an option for another kind of file is refused", async () => {
  const track = await openSignal(fixture("signal.bw"));
  const reads = await openSignal(fixture("reads.tagAlign.gz"));
  await rejects(track.count(WINDOWS, { rule: "reads" }), /expected mean or sum or max/);
  await rejects(reads.count(WINDOWS, { rule: "mean" }), /expected reads or mean-depth/);
  await rejects(track.count(WINDOWS, { rule: "sum", extendBp: 200 }), /no reads to extend/);
  await rejects(
    reads.count(WINDOWS, { rule: "reads", minMappingQuality: 1 }),
    /has no mapping qualities/,
  );
});

Deno.test("an option out of range is refused", async () => {
  const track = await openSignal(fixture("reads.bam"), { index: fixture("reads.bam.bai") });
  const count = (options: object) => track.count(WINDOWS, { rule: "reads", ...options });
  await rejects(count({ extendBp: -1 }), RangeError);
  await rejects(count({ extendBp: 1.5 }), RangeError);
  await rejects(count({ minMappingQuality: 256 }), /minMappingQuality is 256/);
});

Deno.test("the format may be given if the name does not show it", async () => {
  const text = new TextEncoder().encode("chr1\t10\t20\n");
  strictEqual((await openSignal(bytesSource(text, "reads.txt"), { format: "bed" })).format, "bed");
});
