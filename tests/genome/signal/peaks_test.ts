/** Peaks as a signal: enrichment by overlap. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { openText } from "../../../src/genome/signal/text_track.ts";
import { prepare } from "../../../src/genome/prepare.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { readBlacklist } from "../../../src/genome/signal/blacklist.ts";
import { closeTo, countSlowly, geneAt } from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import { textSource } from "../../helpers/text_source.ts";

const WINDOWS = geneWindows([geneAt("chr1", 200)], { halfWidthBp: 200 });

async function countPeaks(
  text: string,
  options: Partial<CountOptions> & { readonly name?: string } = {},
): Promise<number[]> {
  const { name = "a.narrowPeak", ...others } = options;
  const track = await openSignal(textSource(text, name));
  return [...(await track.count(WINDOWS, { rule: "enrichment", ...others })).values];
}

/** A row of narrowPeak. */
function peak(start: number, end: number, enrichment: number | string, contig = "chr1"): string {
  return `${contig}\t${start}\t${end}\tpeak\t100\t.\t${enrichment}\t5.5\t3.2\t40\n`;
}

Deno.test("a peak counts with its enrichment times the share of the bin that it covers", async () => {
  deepStrictEqual(await countPeaks(peak(50, 250, 8)), [4, 8, 4, 0]);
  deepStrictEqual(await countPeaks(peak(50, 250, 8, "1")), [4, 8, 4, 0]);
  deepStrictEqual(await countPeaks(peak(399, 500, 1e3)), [0, 0, 0, 10]);
});

Deno.test("peaks that overlap are added, in any order", async () => {
  const rows = [peak(0, 100, 2), peak(50, 150, 4), peak(50, 100, 1)];
  deepStrictEqual(await countPeaks(rows.join("")), [4.5, 2, 0, 0]);
  deepStrictEqual(await countPeaks(rows.toReversed().join("")), [4.5, 2, 0, 0]);
});

Deno.test("a peak that is written once for each of its summits is one peak, with its largest enrichment", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const at = (
    summit: number | string,
    enrichment: number,
    place: readonly [start: number, end: number] = [50, 250],
  ) => peak(...place, enrichment).replace("\t40\n", `\t${summit}\n`);
  const twins = at(10, 6) + at(100, 8) + at(150, 7) + at(5, 2, [300, 400]) + at(9, 3, [300, 400]);
  for (const text of [twins, twins.replaceAll("\n", "\r\n")]) {
    warnings.length = 0;
    deepStrictEqual(await countPeaks(text, { onWarning }), [4, 8, 4, 3]);
    deepStrictEqual(warnings, [
      "a.narrowPeak has 2 peaks in 5 rows, one for each summit, such as chr1:50-250: each is " +
      "counted once, with its largest enrichment",
    ]);
  }
  const { source, index } = indexedText("a.narrowPeak.gz", twins.match(/.*\n/g)!);
  const indexed = await openText(source, { format: "peaks", index });
  const { values } = await indexed.count(WINDOWS, { rule: "enrichment", onWarning });
  deepStrictEqual([...values], [4, 8, 4, 3]);
  match(warnings[1]!, /has 2 peaks in 5 rows/);
  warnings.length = 0;
  const others = [
    // The same summit, no summit, and a number that is not a place in the peak.
    at(10, 8) + at(10, 8),
    at(-1, 8) + at(-1, 8),
    at("10", 8) + at("x", 8),
    at(10, 8) + at(4000, 8),
    // Another end.
    at(10, 8) + at(20, 8, [50, 251]),
    // Without a column of summits, as in broadPeak.
    (at(10, 8) + at(20, 8)).replaceAll(/\t[12]0\n/g, "\n"),
  ];
  for (const text of others) {
    deepStrictEqual((await countPeaks(text, { onWarning })).slice(0, 2), [8, 16], text);
  }
  const onTwo = at(10, 8) + at(20, 8).replace("chr1", "chr2");
  deepStrictEqual(await countPeaks(onTwo, { onWarning }), [4, 8, 4, 0]);
  deepStrictEqual(warnings, []);
});

Deno.test("the rows of a peak's summits may lie anywhere in the file, as in one sorted by p-value", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const at = (summit: number, enrichment: number, chromosome = "chr1") =>
    peak(50, 250, enrichment, chromosome).replace("\t40\n", `\t${summit}\n`);
  const other = peak(600, 700, 1);
  const far = peak(50, 260, 1, "chr2");
  const texts = [at(10, 8) + other + at(20, 6), at(20, 6) + far + other + at(10, 8)];
  for (const text of texts) {
    warnings.length = 0;
    deepStrictEqual(await countPeaks(text, { onWarning }), [4, 8, 4, 0], text);
    match(warnings[0]!, /has 1 peak in 2 rows, one for each summit, such as chr1:50-250/);
  }
  // Each summit twice is two peaks, as two files that were joined have them.
  const twice = at(10, 8) + at(20, 6) + at(10, 8) + at(20, 6);
  deepStrictEqual(await countPeaks(twice, { onWarning }), [8, 16, 8, 0]);
});

Deno.test("peaks whose header names another column 7 than an enrichment are refused", async () => {
  const names = (seventh: string) =>
    `#chrom\tchromStart\tchromEnd\tname\tscore\tstrand\t${seventh}\tpValue\tqValue\n`;
  const epic2 =
    "#Chromosome\tStart\tEnd\tPValue\tScore\tStrand\tChIPCount\tInputCount\tFDR\tlog2FoldChange\n";
  const refused = [epic2, ...["-log10(pvalue)", "pileup", "thickStart", "log2FC"].map(names)];
  for (const header of refused) {
    const text = `track name="a"\n${header}${peak(50, 250, 8)}`;
    await rejects(
      openSignal(textSource(text, "a.broadPeak")),
      /its header names column 7 "[^"]+", expected an enrichment \(signalValue\)/,
      header,
    );
  }
  for (const seventh of ["signalValue", "fold_enrichment", "FoldChange", "V7", "7", "enrichment"]) {
    deepStrictEqual(await countPeaks(names(seventh) + peak(50, 250, 8)), [4, 8, 4, 0], seventh);
  }
  // Comments that are no header.
  const comment = "# called\twith a\tp-value\tof\t0.01\tand\tFDR\tof 5%\n";
  deepStrictEqual(await countPeaks(comment + peak(50, 250, 8)), [4, 8, 4, 0]);
});

Deno.test("broadPeak has nine columns, and lines for genome browsers are skipped", async () => {
  const broad = peak(50, 250, 8).replace("\t40\n", "\n");
  const text = `track type=broadPeak name="a"\n# a comment\nbrowser position chr1:1-2\n${broad}`;
  deepStrictEqual(await countPeaks(text, { name: "a.broadPeak" }), [4, 8, 4, 0]);
  const zipped = bytesSource(new Uint8Array(gzipSync(text)), "a.BROADPEAK.gz");
  const { values } = await (await openSignal(zipped)).count(WINDOWS, { rule: "enrichment" });
  deepStrictEqual([...values], [4, 8, 4, 0]);
});

Deno.test("peaks are counted as by adding base by base", async () => {
  const genes = [geneAt("chr1", 300), geneAt("chr2", 50), geneAt("chr1", 420)];
  const windows = geneWindows(genes, { halfWidthBp: 150, binSizeBp: 30 });
  const row = fc.record({
    chromosome: fc.constantFrom("chr1", "chr2", "chr3"),
    start: fc.nat(600),
    length: fc.integer({ min: 1, max: 200 }),
    value: fc.integer({ min: 1, max: 4000 }).map((n) => n / 64),
  });
  await fc.assert(fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 30 }), async (rows) => {
    const intervals = rows.map(({ length, ...place }) => ({ ...place, end: place.start + length }));
    const text = intervals.map(({ chromosome, start, end, value }) =>
      peak(start, end, value, chromosome)
    ).join("");
    const track = await openSignal(textSource(text, "a.narrowPeak"));
    const { values, reads } = await track.count(windows, { rule: "enrichment" });
    strictEqual(reads, undefined);
    closeTo(values, countSlowly(intervals, genes, { rule: "enrichment", bins: 10, binSizeBp: 30 }));
  }));
});

Deno.test("a base of a blacklist has no enrichment", async () => {
  const blacklist = await readBlacklist(textSource("chr1\t100\t150\n", "b.bed"));
  deepStrictEqual(await countPeaks(peak(50, 250, 8), { blacklist }), [4, 4, 4, 0]);
});

Deno.test("peaks without an enrichment are refused with their line", async () => {
  for (const value of ["0", "-1", ".", "NA", "inf", "1e999", "nan"]) {
    await rejects(countPeaks(peak(1, 2, 3) + peak(5, 9, value)), {
      name: "FormatError",
      message:
        /enrichment \(signalValue, column 7\) is ".*", expected a number above 0; without enrich.*line 2/,
    });
  }
});

Deno.test("rows of other kinds are refused by what they are", async () => {
  const refuse = (row: string, message: RegExp) =>
    rejects(countPeaks(row), { name: "FormatError", message });
  await refuse("chr1\t1\t9\tp\t100\t.\n", /6 columns, expected at least 9/);
  await refuse("chr1\t1\t9\n", /3 columns, expected at least 9/);
  await refuse(
    "chr1\t9\t99\tp\t100\t.\t9\t99\t0\t1\t90,\t0,\t5.1\t3\t2.5\n",
    /looks like gappedPeak or BED12/,
  );
  await refuse("chr\tstart\tend\tlength\tabs_summit\n", /a line of column names/);
  await refuse("chr1\t9\t3\tp\t100\t.\t5\t3\t2\n", /end is 3/);
});

Deno.test("peaks have no reads: rules, options and normalisation for reads are refused", async () => {
  const text = peak(50, 250, 8);
  const fails = (options: Partial<CountOptions>, message: RegExp) =>
    rejects(countPeaks(text, options), { name: "ContractError", message });
  await fails(
    { rule: "reads" },
    /rule is reads \(--signal\), expected enrichment.*holds peaks: give the reads/,
  );
  await fails({ rule: "mean" }, /rule is mean \(--signal\), expected enrichment/);
  await fails({ extendBp: 200 }, /peaks have no reads to extend/);
  await fails({ fragments: true }, /peaks have no pairs of reads/);
  const bed = await openSignal(textSource("chr1\t1\t9\n", "a.bed"));
  await rejects(bed.count(WINDOWS, { rule: "enrichment" }), /name a file of peaks \.narrowPeak/);
  const open = async () => ({
    track: await openSignal(textSource(text, "a.narrowPeak")),
    close() {},
  });
  const input = { cellType: "liver", mark: "H3K4me3", name: "a.narrowPeak", open };
  const genes = [{ ...geneAt("chr1", 200), id: "5" }];
  await rejects(
    prepare(genes, [input], { rule: "enrichment", normalisation: "rpm" }),
    /peaks have no reads to count, expected normalisation none/,
  );
  const prepared = await prepare(genes, [input], { rule: "enrichment", halfWidthBp: 200 });
  const { signal, record } = await prepared.columns();
  deepStrictEqual([...signal], [4, 8, 4, 0]);
  strictEqual(record.countingRule, "enrichment");
});

Deno.test("reads that are named as peaks are told what their name should be", async () => {
  const warnings: string[] = [];
  const track = await openSignal(textSource(peak(50, 250, 8), "ENCFF1.bed"));
  warnings.push(...track.warnings ?? []);
  match(warnings.join(), /looks like peaks, not reads.*name it \.narrowPeak or \.broadPeak/);
  ok(track.format === "bed");
});

Deno.test("peaks that all have one enrichment give a warning, since it was hardly measured", async () => {
  const rows = (count: number, enrichmentOf: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => peak(500 * i, 500 * i + 200, enrichmentOf(i))).join("");
  const warningsOf = async (text: string) =>
    (await openSignal(textSource(text, "a.narrowPeak"))).warnings;
  deepStrictEqual(await warningsOf(rows(30, () => 1)), [
    "a.narrowPeak has the enrichment 1 (signalValue, column 7) in each of its first 30 rows, as files have whose peaks " +
    "were not measured: then a bin's number is only how much of it lies in peaks",
  ]);
  deepStrictEqual(await warningsOf(rows(19, () => 1)), []);
  deepStrictEqual(await warningsOf(rows(30, (i) => i === 29 ? 2 : 1)), []);
});
