/** `excludedFlags` and `blacklist`: what samtools and bedtools leave out is left out. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { readBlacklist } from "../../../src/genome/signal/blacklist.ts";
import { IntervalCursor, mergeIntervals } from "../../../src/genome/signal/intervals.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import { prepare } from "../../../src/genome/prepare.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { type GeneWindows, geneWindows } from "../../../src/genome/windows.ts";
import { binsAsBed, HAS_TOOLS, runShell, withMadeReads } from "../../helpers/alignments.ts";
import { fixture, geneAt } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";
import { textSource } from "../../helpers/text_source.ts";

function manyWindows(): GeneWindows {
  const genes = ["chr1", "chr2"].flatMap((name) =>
    Array.from({ length: 25 }, (_, i) => geneAt(name, 600 + 1130 * i))
  );
  return geneWindows(genes, { halfWidthBp: 500, binSizeBp: 50 });
}

/** bedtools multicov of every read of a file. */
const MULTICOV_ALL = "bedtools multicov -D -F -bams kept.bam -bed bins.bed | cut -f 4";

async function countOurs(path: string, options: CountOptions): Promise<number[]> {
  const { track, close } = await openSignalFile(path);
  try {
    return [...(await track.count(manyWindows(), options)).values];
  } finally {
    close();
  }
}

testIf(HAS_TOOLS, "samtools", {
  name: "reads with excluded flags are left out as by samtools view -F",
  fn: () =>
    withMadeReads({ pairs: 1200, seed: 9 }, async (directory) => {
      await Deno.writeTextFile(`${directory}/bins.bed`, binsAsBed(manyWindows()));
      for (const flags of [0, 0x400, 0x600, 0x900, 0x4, 0x10, 0x2, 0x40, 0xf0c, 0x28]) {
        const counts = await runShell(
          `samtools view -b -F ${flags} -o kept.bam reads.bam; samtools index kept.bam; ${MULTICOV_ALL}`,
          directory,
        );
        const found = await countOurs(`${directory}/reads.bam`, {
          rule: "reads",
          excludedFlags: flags,
        });
        deepStrictEqual(found, counts.trim().split("\n").map(Number), `flags ${flags}`);
      }
    }),
});

testIf(HAS_TOOLS, "bedtools", {
  name: "reads that overlap a blacklist are left out as by bedtools intersect -v",
  fn: () =>
    withMadeReads({ pairs: 1200, seed: 11 }, async (directory) => {
      await Deno.writeTextFile(`${directory}/bins.bed`, binsAsBed(manyWindows()));
      const intervals = Array.from({ length: 60 }, (_, i) =>
        `chr${1 + i % 2}\t${(i * 7919) % 28_000}\t${(i * 7919) % 28_000 + 1 + i * 3}\n`);
      await Deno.writeTextFile(`${directory}/blacklist.bed`, intervals.join(""));
      const counts = await runShell(
        "bedtools intersect -v -abam reads.bam -b blacklist.bed > kept.bam; samtools index kept.bam; " +
          "bedtools multicov -bams kept.bam -bed bins.bed | cut -f 4; samtools view -c kept.bam",
        directory,
      );
      const wanted = counts.trim().split("\n").map(Number);
      const kept = wanted.pop();
      ok(kept !== undefined && kept < 3000, `${kept} reads are kept`);
      const blacklist = await readBlacklist(`${directory}/blacklist.bed`);
      const options = { rule: "reads", blacklist } as const;
      deepStrictEqual(await countOurs(`${directory}/reads.bam`, options), wanted);
      // The same by chromosomes without chr, from gzip, for CRAM, and for the same reads as BED.
      await runShell(
        "sed s/chr// blacklist.bed | gzip > plain.bed.gz; samtools view -C -T genome.fa -o reads.cram " +
          "reads.bam; samtools index reads.cram",
        directory,
      );
      const plain = {
        rule: "reads",
        blacklist: await readBlacklist(`${directory}/plain.bed.gz`),
      } as const;
      deepStrictEqual(await countOurs(`${directory}/reads.bam`, plain), wanted);
      deepStrictEqual(await countOurs(`${directory}/reads.cram`, plain), wanted);
      await runShell(
        "samtools view -u -F 0x604 reads.bam | bedtools bamtobed -i - > reads.bed",
        directory,
      );
      const mapped = await countOurs(`${directory}/reads.bam`, {
        ...options,
        excludedFlags: 0x604,
      });
      deepStrictEqual(await countOurs(`${directory}/reads.bed`, options), mapped);
      // Fragments, too: those that bedtools joins and then filters.
      const fragments = await runShell(
        "samtools view -u -f 3 -F 0xf0c reads.bam | samtools sort -n - | bedtools bamtobed -bedpe -i - 2>/dev/null | " +
          `awk -v OFS="\\t" '{ s = $2 < $5 ? $2 : $5; e = $3 > $6 ? $3 : $6; print $1, s, e }' | ` +
          "bedtools intersect -v -a - -b blacklist.bed > f.bed; bedtools intersect -c -a bins.bed -b f.bed | cut -f 4",
        directory,
      );
      deepStrictEqual(
        await countOurs(`${directory}/reads.bam`, { ...options, fragments: true }),
        fragments.trim().split("\n").map(Number),
      );
    }),
});

Deno.test("bases of a blacklist have no value in a signal", async () => {
  const windows = geneWindows([geneAt("chr1", 200)], { halfWidthBp: 200 });
  const blacklist = await readBlacklist(
    textSource("1\t50\t150\n1\t140\t160\nchr1\t390\t500\n", "b.bed"),
  );
  const text = "chr1\t0\t100\t4\nchr1\t100\t300\t2\nchr1\t300\t400\t1\n";
  const track = await openSignal(textSource(text, "a.bedGraph"));
  const count = async (
    rule: "mean" | "sum" | "max",
  ) => [...(await track.count(windows, { rule, blacklist })).values];
  deepStrictEqual(await count("mean"), [4, 2, 2, 1]);
  deepStrictEqual(await count("sum"), [200, 80, 200, 90]);
  deepStrictEqual(await count("max"), [4, 2, 2, 1]);
  const whole = await readBlacklist(textSource("chr1\t0\t200\n", "b.bed"));
  const { values } = await track.count(windows, { rule: "mean", blacklist: whole });
  deepStrictEqual([...values], [0, 0, 2, 1]);
});

Deno.test("bases of a blacklist have no value in bigWig, as those that a bedGraph file lacks", async () => {
  const windows = geneWindows([geneAt("chr1", 3000), geneAt("chr2", 3000)], { halfWidthBp: 1000 });
  const track = await openSignal(fixture("signal.bw"));
  const plain = await track.count(windows, { rule: "mean" });
  const blacklist = await readBlacklist(textSource("chr1\t2500\t2600\n", "b.bed"));
  const { values } = await track.count(windows, { rule: "mean", blacklist });
  const apart = [...values.keys()].filter((bin) => values[bin] !== plain.values[bin]);
  deepStrictEqual(apart, [5]);
  strictEqual(values[5], 0);
  ok(plain.values[5]! > 0);
});

Deno.test("a digest is that of the text, zipped or not", async () => {
  const text = "chr1\t1\t2\n";
  const plain = await readBlacklist(textSource(text, "b.bed"));
  const zipped = await readBlacklist(bytesSource(new Uint8Array(gzipSync(text)), "b.bed.gz"));
  strictEqual(
    plain.digest,
    "sha256:" + new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
    ).toHex(),
  );
  strictEqual(zipped.digest, plain.digest);
});

Deno.test("a blacklist that is damaged, empty or of another kind is refused with its line", async () => {
  const refuse = async (text: string, message: RegExp) =>
    await rejects(readBlacklist(textSource(text, "b.bed")), { name: "FormatError", message });
  await refuse("", /it is empty \(b\.bed\)/);
  await refuse("# nothing\n", /it has no intervals/);
  await refuse("chr1\t1\t2\nchr1\tx\t3\n", /start is "x".*line 2/);
  await refuse(
    "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:9\nchr1\t1\t2\t+\tx\n",
    /row of a blacklist: it looks like Picard's interval_list, whose starts count from 1, expected BED/,
  );
  await refuse(
    "# a\nchr1\t11\t20\t10\t*\n",
    /a data frame of GRanges, whose starts count from 1.*line 2/,
  );
  await refuse("chr1\tx\tregion\t1\t2\t.\t.\t.\tID=1\n", /GTF or GFF, whose starts count from 1/);
  await refuse("chr1\t9\t2\n", /end is 2, expected the start, 9, or more \(b\.bed/);
  await refuse("585\tchr1\t0\t10000\t1\tN\n", /UCSC.*number of a bin, .*cut -f 2-/);
  await refuse("585\t463\t13\t6\t17\tchr1\t9\t99\t-5\t+\tx\n", /repeats \(rmsk\), .*cut -f 6-8/);
  await refuse("chr1\tHAVANA\tgene\t1\t2\t.\t+\t.\tx\n", /GTF or GFF/);
  await refuse("chr1\t1\t2\n".repeat(4e6), /more than 33554432 bytes.*bedtools merge/);
  const warnings: string[] = [];
  await readBlacklist(textSource("chr1\t5\t5\nchr1\t1\t2\n", "b.bed"), {
    onWarning: (text) => warnings.push(text),
  });
  match(warnings.join(), /1 row without a base, skipped, such as chr1:5-5/);
});

Deno.test("prepare says that a blacklist changes nothing, and keeps its digest", async () => {
  const genes = [geneAt("chr1", 1000)].map((gene) => ({ ...gene, id: "5" }));
  const run = async (text: string) => {
    const warnings: string[] = [];
    const blacklist = await readBlacklist(textSource(text, "b.bed"));
    const open = async () => ({
      track: await openSignal(textSource("chr1\t900\t936\n", "a.bed")),
      close() {},
    });
    const { record } = await prepare(
      genes,
      [{ cellType: "liver", mark: "H3K4me3", name: "a.bed", open }],
      { rule: "reads", blacklist, onWarning: (message) => warnings.push(message) },
    );
    strictEqual(record.blacklist, blacklist.digest);
    return warnings.join();
  };
  match(
    await run("chrX\t1\t2\n"),
    /b\.bed has none of the chromosomes of the genes: it has chrX.*--chromosome-aliases/,
  );
  match(await run("1\t90000\t90100\n"), /no interval of b\.bed lies in any window/);
  strictEqual(await run("1\t900\t901\n"), "");
});

Deno.test("intervals are found as by looking at each of them", () => {
  const interval = fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 40 }));
  fc.assert(fc.property(
    fc.array(interval, { minLength: 1, maxLength: 30 }),
    fc.array(interval, { maxLength: 60 }),
    (listed, asked) => {
      const cursor = new IntervalCursor(
        mergeIntervals(listed.flatMap(([start, length]) => [start, start + length])),
      );
      const isIn = (base: number) =>
        listed.some(([start, length]) => start <= base && base < start + length);
      for (const [start, length] of asked) {
        const bases = Array.from({ length }, (_, i) => start + i);
        strictEqual(cursor.overlaps(start, start + length), bases.some(isIn));
        const rest: number[] = [];
        cursor.visitRest(start, start + length, (from, to) => {
          ok(from < to);
          for (let base = from; base < to; base++) rest.push(base);
        });
        deepStrictEqual(rest, bases.filter((base) => !isIn(base)));
      }
    },
  ));
});

Deno.test("flags and mapping qualities are refused of files without them, and out of range", async () => {
  const windows = geneWindows([geneAt("chr1", 100)], { halfWidthBp: 100 });
  const bed = await openSignal(textSource("chr1\t50\t150\n", "a.bed"));
  await rejects(bed.count(windows, { rule: "reads", excludedFlags: 4 }), /no flags of reads/);
  await rejects(
    bed.count(windows, { rule: "reads", minMappingQuality: 4 }),
    /no mapping qualities/,
  );
  const bam = await openSignal(fixture("reads.bam"), { index: fixture("reads.bam.bai") });
  for (const excludedFlags of [-1, 0.5, 0x10000, NaN]) {
    await rejects(bam.count(windows, { rule: "reads", excludedFlags }), {
      name: "RangeError",
      message: /excludedFlags is .*expected an integer from 0 to 65535/,
    });
  }
});
