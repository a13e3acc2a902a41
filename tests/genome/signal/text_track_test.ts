import { deepStrictEqual, match, notStrictEqual, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { gunzipSync, gzipSync } from "node:zlib";
import { openText } from "../../../src/genome/signal/text_track.ts";
import type { CountingRule, CountOptions } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import {
  closeTo,
  countSlowly,
  countText,
  fixture,
  fixtureBytes,
  fixtureText,
  fixtureWindows,
  geneAt,
  type Interval,
} from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";
import type { Progress } from "../../../src/progress.ts";

const CHROMOSOMES = ["chr1", "chr2", "chrX"];
const LENGTH = 3000;

const genes = fc.array(
  fc.record({ chromosome: fc.constantFrom(...CHROMOSOMES), tss: fc.nat(LENGTH) }),
  { minLength: 1, maxLength: 30 },
).map((places) => places.map(({ chromosome, tss }) => geneAt(chromosome, tss)));

const intervals = fc.array(
  fc.record({
    chromosome: fc.constantFrom(...CHROMOSOMES),
    start: fc.nat(LENGTH),
    length: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: LENGTH })),
    value: fc.integer({ min: -50, max: 50 }).map((value) => value / 8),
  }),
  { minLength: 1, maxLength: 60 },
).map((rows) => rows.map(({ length, ...row }): Interval => ({ ...row, end: row.start + length })));

const shape = fc.record({ bins: fc.constantFrom(2, 4, 10), binSizeBp: fc.constantFrom(1, 7, 100) });

function bedText(rows: readonly Interval[]): string {
  return rows.map(({ chromosome, start, end, value }) =>
    [chromosome, start, end, "N", 1000, value < 0 ? "-" : "+"].join("\t")
  ).join("\n");
}

Deno.test("a read counts in exactly the bins in which it has a base", async () => {
  // One window, [1000, 1400) in bins of 100 bp.
  const windows = geneWindows([geneAt("chr1", 1200)], { binSizeBp: 100, halfWidthBp: 200 });
  const cases: [start: number, end: number, bins: number[]][] = [
    [990, 1000, [0, 0, 0, 0]],
    [990, 1001, [1, 0, 0, 0]],
    [1399, 1410, [0, 0, 0, 1]],
    [1400, 1410, [0, 0, 0, 0]],
    [1050, 1100, [1, 0, 0, 0]],
    [1050, 1101, [1, 1, 0, 0]],
    [1100, 1200, [0, 1, 0, 0]],
    [1099, 1201, [1, 1, 1, 0]],
    [0, 5000, [1, 1, 1, 1]],
  ];
  for (const [start, end, bins] of cases) {
    const bed = bedText([{ chromosome: "chr1", start, end, value: 1 }]);
    const { values } = await countText(bed, windows, { rule: "reads" });
    deepStrictEqual([...values], bins, `${start} to ${end}`);
    const depth = await countText(bed, windows, { rule: "mean-depth" });
    const overlap = bins.map((_, bin) => {
      const [from, to] = [1000 + 100 * bin, 1100 + 100 * bin];
      return Math.max(0, Math.min(end, to) - Math.max(start, from)) / 100;
    });
    deepStrictEqual([...depth.values], overlap, `${start} to ${end}`);
  }
});

Deno.test("reads in any order are counted as when counting base by base", async () => {
  await fc.assert(
    fc.asyncProperty(
      genes,
      intervals,
      shape,
      fc.constantFrom<CountingRule>("reads", "mean-depth"),
      fc.constantFrom(0, 100),
      async (genes, rows, { bins, binSizeBp }, rule, extendBp) => {
        const windows = geneWindows(genes, { binSizeBp, halfWidthBp: bins * binSizeBp / 2 });
        const { values } = await countText(bedText(rows), windows, { rule, extendBp });
        const extended = rows.map((row) => {
          if (row.end - row.start >= extendBp) return row;
          if (row.value < 0) return { ...row, start: Math.max(0, row.end - extendBp) };
          return { ...row, end: row.start + extendBp };
        });
        const reads = extended.map((row) => ({ ...row, value: 1 }));
        deepStrictEqual(values, countSlowly(reads, genes, { rule, bins, binSizeBp }));
      },
    ),
    { numRuns: 150 },
  );
});

/** Cuts off overlaps with the interval before, which bedGraph must not have. */
function withoutOverlaps(rows: readonly Interval[]): Interval[] {
  const sorted = rows.toSorted((a, b) =>
    a.chromosome.localeCompare(b.chromosome) || a.start - b.start
  );
  return sorted.flatMap((row, i) => {
    const next = sorted[i + 1];
    const stop = next?.chromosome === row.chromosome ? next.start : Infinity;
    return stop > row.start ? [{ ...row, end: Math.min(row.end, stop) }] : [];
  });
}

Deno.test("mean, sum and maximum of a signal are those computed base by base", async () => {
  await fc.assert(
    fc.asyncProperty(
      genes,
      intervals.map(withoutOverlaps),
      shape,
      fc.constantFrom<CountingRule>("mean", "sum", "max"),
      async (genes, rows, { bins, binSizeBp }, rule) => {
        const windows = geneWindows(genes, { binSizeBp, halfWidthBp: bins * binSizeBp / 2 });
        const text = rows.map((row) =>
          Object.values({
            a: row.chromosome,
            b: row.start,
            c: row.end,
            d: row.value,
          }).join(" ")
        ).join("\r\n");
        const { values } = await countText(text, windows, { rule });
        closeTo(values, countSlowly(rows, genes, { rule, bins, binSizeBp }));
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("with a tabix index the same reads are counted as without", async () => {
  const windows = fixtureWindows();
  for (const options of [{ rule: "reads" }, { rule: "mean-depth", extendBp: 150 }] as const) {
    const whole = await openSignal(fixture("reads.tagAlign.gz"));
    const wanted = await whole.count(windows, options);
    strictEqual(whole.contigs, undefined);
    for (const ending of ["tbi", "csi"]) {
      const index = fixture(`reads.tagAlign.gz.${ending}`);
      const track = await openSignal(fixture("reads.tagAlign.gz"), { index });
      deepStrictEqual(await track.count(windows, options), wanted);
      deepStrictEqual(track.contigs, [{ name: "chr1" }, { name: "chr2" }]);
    }
  }
});

Deno.test("the number of all reads of a file is counted, gzip or not", async () => {
  const text = fixtureText("reads.tagAlign.gz");
  const windows = fixtureWindows();
  const plain = await countText(text, windows, { rule: "reads" });
  const packed = await (await openSignal(fixture("reads.tagAlign.gz")))
    .count(windows, { rule: "reads" });
  deepStrictEqual(packed, plain);
  strictEqual(plain.reads, text.trim().split("\n").length);
  deepStrictEqual(plain.contigs, [{ name: "chr1" }, { name: "chr2" }]);
});

Deno.test("a read counts in the bin that it touches with one base, but not in the next", async () => {
  const windows = geneWindows([geneAt("chr1", 200)], { halfWidthBp: 200 });
  const text = "1\t99\t100\n1\t100\t101\n1\t299\t301\n1\t399\t400\n1\t400\t500\n";
  const { values } = await countText(text, windows, { rule: "reads" });
  deepStrictEqual([...values], [1, 1, 1, 2]);
});

Deno.test("two names of one chromosome among the genes both get its reads", async () => {
  const windows = geneWindows([geneAt("chr1", 150), geneAt("1", 50), geneAt("1", 250)], {
    halfWidthBp: 50,
  });
  const { values } = await countText("chr1\t95\t105\nchr1\t230\t240\n", windows, { rule: "reads" });
  deepStrictEqual([...values], [1, 1, 1]);
});

Deno.test("lines for genome browsers and comments are skipped", async () => {
  const windows = geneWindows([geneAt("chr1", 50)], { halfWidthBp: 50 });
  const text = 'browser position chr1:1-9\ntrack type=bedGraph name="x"\n#a\nchr1\t0\t50\t2\n';
  const { values, reads } = await countText(text, windows, { rule: "mean" });
  deepStrictEqual([...values], [2]);
  strictEqual(reads, undefined);
});

Deno.test("several tracks in one file, whose rows are counted together, give a warning", async () => {
  const windows = geneWindows([geneAt("chr1", 50)], { halfWidthBp: 50 });
  const warningsOf = async (first: string, second: string) => {
    const text = `track ${first}\nchr1\t0\t50\t2\ntrack ${second}\nchr1\t50\t90\t3\n`;
    const warnings: string[] = [];
    const onWarning = (message: string) => void warnings.push(message);
    await countText(text, windows, { rule: "mean", onWarning });
    return warnings;
  };
  const [warning = "", ...others] = await warningsOf(
    'type=bedGraph name="a +"',
    "name=minus color=1",
  );
  match(
    warning,
    /^a\.bedGraph has several tracks, such as "a \+" and "minus", whose rows are counted/,
  );
  deepStrictEqual(others, []);
  // Files of single chromosomes that were joined.
  deepStrictEqual(await warningsOf("name='a'", "type=bedGraph name=a"), []);
  deepStrictEqual(await warningsOf("type=bedGraph", "name=a"), []);
  const [one, two] = [1, 2].map((part) => `name="a" description="part name=${part}"`);
  deepStrictEqual(await warningsOf(one!, two!), []);
});

Deno.test("a signal whose first rows, however many, have no base or are comments is read", async () => {
  const windows = geneWindows([geneAt("chr1", 50)], { binSizeBp: 100, halfWidthBp: 50 });
  const starts = ["chr1\t7\t7\t1\n", "# a comment of some length\n", `#${"x".repeat(99_999)}\n`];
  for (const start of starts) {
    for (const times of [10_000, 150_000]) {
      const many = start.repeat(start.length > 1000 ? 20 : times);
      const text = `${many}chr1\t0\t100\t2`;
      for (const name of ["a.bedGraph", "a.bedGraph.gz"]) {
        const bytes = new TextEncoder().encode(text);
        const track = await openText(
          bytesSource(name.endsWith(".gz") ? new Uint8Array(gzipSync(bytes)) : bytes, name),
          { format: "bedgraph" },
        );
        deepStrictEqual([...(await track.count(windows, { rule: "mean" })).values], [2]);
      }
    }
  }
});

Deno.test("rows of another format are found after a long header, and rows without a base if there are no others", async () => {
  const open = (text: string) =>
    openSignal(bytesSource(new TextEncoder().encode(text), "a.bedGraph"));
  const header = "# a comment of some length\n".repeat(10_000);
  await rejects(open(`${header}chr1\t5\t9\tr1\t0\t+\n`), /looks like BED, expected bedGraph/);
  await rejects(open("chr1\t7\t7\t1\n".repeat(150_000)), /150,000 rows have no base/);
});

Deno.test("progress reaches all genes at the end of a file with many pieces", async () => {
  const text = `${"chr1\t100\t136\tN\t1000\t+\n".repeat(100_000)}`;
  const calls: number[] = [];
  const track = await openSignal(bytesSource(new TextEncoder().encode(text), "a.bed"));
  const onProgress = ({ done }: Progress) => void calls.push(done);
  await track.count(geneWindows(Array.from({ length: 10 }, () => geneAt("chr1", 0))), {
    rule: "reads",
    onProgress,
  });
  strictEqual(calls.at(-1), 10);
  notStrictEqual(calls.length, 1);
  deepStrictEqual(calls, calls.toSorted((a, b) => a - b));
});

const MALFORMED: readonly [name: string, text: string, options: CountOptions, wanted: RegExp][] = [
  ["too few columns", "chr1\t5", { rule: "reads" }, /2 columns, expected at least 3/],
  ["no chromosome", "\t5\t9", { rule: "reads" }, /chromosome is empty/],
  ["a start that is not a number", "chr1\t5x\t9", { rule: "reads" }, /start is "5x"/],
  ["a negative start", "chr1\t-5\t9", { rule: "reads" }, /start is "-5"/],
  ["an empty end", "chr1\t5\t", { rule: "reads" }, /end is ""/],
  ["an end past all chromosomes", "chr1\t5\t2147483648", { rule: "reads" }, /end is "2147483648"/],
  ["an end before the start", "chr1\t5\t4", { rule: "reads" }, /end is 4, expected the start, 5/],
  ["no strand to extend by", "chr1\t5\t9\tN\t0", { rule: "reads", extendBp: 9 }, /5 columns/],
  ["an odd strand", "chr1\t5\t9\tN\t0\t.", { rule: "reads", extendBp: 9 }, /strand is "\."/],
  ["no value", "chr1\t5\t9", { rule: "mean" }, /3 columns, expected at least 4/],
  ["a value that is not a number", "chr1\t5\t9\t1,5", { rule: "mean" }, /value is "1,5"/],
  [
    "overlapping signal",
    "chr1\t0\t8\t1\nchr1\t7\t9\t1",
    { rule: "sum" },
    /overlaps line 1: chr1:7 /,
  ],
];

for (const [name, text, options, wanted] of MALFORMED) {
  Deno.test(`a row with ${name} is refused with its line`, async () => {
    const first = "rule" in options && options.rule === "reads" ? "chr1\t0\t2\tN\t0\t+\n" : "";
    const windows = geneWindows([geneAt("chr1", 0)]);
    const line = `${first}${text}`.split("\n").length;
    await rejects(countText(`${first}${text}\n`, windows, options), (error: Error) => {
      strictEqual(error.name, "FormatError");
      strictEqual(wanted.test(error.message), true, error.message);
      strictEqual(error.message.includes(`line ${line})`), true, error.message);
      return true;
    });
  });
}

Deno.test("a file without rows is refused", async () => {
  const windows = geneWindows([geneAt("chr1", 0)]);
  await rejects(countText("#only a comment\n", windows, { rule: "reads" }), /file is empty/);
  await rejects(countText("", windows, { rule: "reads" }), /is empty/);
});

Deno.test("an indexed file that is cut short, or an index of another kind, is refused", async () => {
  const bytes = fixtureBytes("reads.tagAlign.gz");
  const cut = bytesSource(bytes.slice(0, -40), "cut.bed.gz");
  const index = fixture("reads.tagAlign.gz.tbi");
  await rejects(openText(cut, { format: "bed", index }), /cut short.*\(cut\.bed\.gz/);
  const bai = fixture("reads.bam.bai");
  await rejects(openSignal(fixture("reads.tagAlign.gz"), { index: bai }), {
    name: "FormatError",
    file: "reads.bam.bai",
  });
});

Deno.test("an index of a file from plain gzip is refused, rather than the file as cut short", async () => {
  const plain = bytesSource(Uint8Array.from(gzipSync("chr1\t1\t2\n")), "a.bed.gz");
  await rejects(openSignal(plain, { index: fixture("reads.tagAlign.gz.tbi") }), {
    name: "FormatError",
    file: "reads.tagAlign.gz.tbi",
    message: /a\.bed\.gz is not compressed in blocks.*bgzip, or remove the index/,
  });
});

Deno.test("a malformed row of an indexed file is refused with its block", async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `chr1\t${10 * i}\t${10 * i + 9}\t1\n`);
  rows[299] = rows[299]!.replace("1\n", "one\n");
  const { source, index } = indexedText("a.bedGraph.gz", rows);
  const track = await openSignal(source, { index });
  await rejects(track.count(fixtureWindows(), { rule: "sum" }), {
    name: "FormatError",
    message: /value is "one".*byte 0\)/,
  });
});

Deno.test("an index with too many bins, or without names, is refused", async () => {
  const csi = new Uint8Array(gunzipSync(fixtureBytes("reads.tagAlign.gz.csi")));
  const open = (at: number, value: number) => {
    const bytes = csi.slice();
    new DataView(bytes.buffer).setUint32(at, value, true);
    const index = bytesSource(new Uint8Array(gzipSync(bytes)), "bad.csi");
    return openText(fixture("reads.tagAlign.gz"), { format: "bed", index });
  };
  // The size of the smallest bins, the levels, and the lengths of the names' section and of the names.
  for (
    const [at, value] of [[4, 41], [8, 11], [8, 2 ** 31], [12, 0], [12, 2 ** 31], [40, 2 ** 30]]
  ) {
    await rejects(open(at!, value!), { name: "FormatError", file: "bad.csi" });
  }
});

Deno.test("the header of a text file names its assembly, with an index and without", async () => {
  const rows = ["track type=bedGraph db=hg19\n", "chr1\t0\t9\t1\n", "chr1\t20\t29\t1\n"];
  const { source, index } = indexedText("a.bedGraph.gz", rows);
  strictEqual((await openSignal(source, { index })).assembly, "hg19");
  strictEqual((await openSignal(source)).assembly, "hg19");
  const both = indexedText("b.bedGraph.gz", ["#assembly=hg38\n", ...rows]);
  const { assembly, warnings } = await openSignal(both.source);
  strictEqual(assembly, undefined);
  deepStrictEqual(warnings, [
    "b.bedGraph.gz says hg38 by its header and hg19 by its header, so its assembly is not compared with that of other " +
    "files",
  ]);
});
