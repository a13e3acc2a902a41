import { deepStrictEqual, rejects } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { type CountingRule, TRACK_RULES } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { writeBgzf } from "../../fuzz/containers.ts";
import { countText, geneAt } from "../../helpers/genome.ts";
import { indexedText } from "../../helpers/indexed_text.ts";

const WINDOWS = geneWindows([geneAt("chr1", 1200), geneAt("chr2", 500), geneAt("chr1", 1500)], {
  halfWidthBp: 300,
});

const REPLICATE = [
  "chr1\t1000\t1100\t2\n",
  "chr1\t1100\t1200\t3\n",
  "chr1\t1300\t1400\t1\n",
  "chr2\t400\t600\t5\n",
];

/** Rows that overlap rows other than their neighbours, and the place of the overlap. */
const OVERLAPS: readonly (readonly [name: string, rows: readonly string[], wanted: RegExp])[] = [
  [
    "two replicates joined",
    [...REPLICATE, ...REPLICATE],
    /overlaps line 1: chr1:1000 has a value twice.*Merge replicates.*line 5\)$/,
  ],
  [
    "an overlap out of order",
    ["chr1\t1000\t1100\t2\n", "chr1\t1300\t1400\t3\n", "chr1\t1050\t1150\t4\n"],
    /overlaps line 1: chr1:1050 .*line 3\)$/,
  ],
  [
    "a row around an earlier one",
    ["chr1\t1300\t1400\t3\n", "chr2\t1\t2\t1\n", "chr1\t0\t9000\t4\n"],
    /overlaps line 1: chr1:1300 .*line 3\)$/,
  ],
  [
    "the last base of a row",
    ["chr1\t1300\t1400\t3\n", "chr1\t1500\t1501\t1\n", "chr1\t1399\t1450\t4\n"],
    /overlaps line 1: chr1:1399 .*line 3\)$/,
  ],
  [
    "a row that stands twice in a row",
    ["chr2\t400\t600\t5\n", "chr2\t400\t600\t5\n"],
    /overlaps line 1: chr2:400 .*line 2\)$/,
  ],
  [
    "one sequence under two names",
    ["chr1\t1000\t1100\t2\n", "chr2\t400\t600\t5\n", "1\t1000\t1100\t2\n"],
    /overlaps line 1: 1:1000 .*line 3\)$/,
  ],
];

for (const [name, rows, wanted] of OVERLAPS) {
  Deno.test(`${name} is refused with both lines, the chromosome and the place`, async () => {
    const text = new TextEncoder().encode(rows.join(""));
    const routes = {
      "a.bedGraph": text,
      "a.bdg.gz": new Uint8Array(gzipSync(text)),
      "b.bdg.gz": writeBgzf(text).finish(),
    };
    for (const [file, bytes] of Object.entries(routes)) {
      for (const rule of TRACK_RULES) {
        const track = await openSignal(bytesSource(bytes, file));
        await rejects(track.count(WINDOWS, { rule }), {
          name: "FormatError",
          file,
          message: wanted,
        });
      }
    }
  });
}

Deno.test("an indexed file with a row twice is refused with its place", async () => {
  const rows = [...REPLICATE.slice(0, 2), ...REPLICATE.slice(1)];
  const { source, index } = indexedText("a.bdg.gz", rows);
  const track = await openSignal(source, { index });
  await rejects(
    track.count(WINDOWS, { rule: "sum" }),
    /an earlier row: chr1:1100 has a value twice/,
  );
});

Deno.test("rows in any order that do not overlap are read, as are reads that do", async () => {
  const wanted = (await countText(REPLICATE.join(""), WINDOWS, { rule: "sum" })).values;
  const shuffled = [2, 0, 3, 1].map((i) => REPLICATE[i]).join("");
  deepStrictEqual((await countText(shuffled, WINDOWS, { rule: "sum" })).values, wanted);
  const twice = [...REPLICATE, ...REPLICATE].join("");
  const { values } = await countText(twice, WINDOWS, { rule: "reads" });
  const once = (await countText(REPLICATE.join(""), WINDOWS, { rule: "reads" })).values;
  deepStrictEqual(values, once.map((count) => 2 * count));
});

Deno.test("overlaps of random rows in a window are the bases with two values", async () => {
  const row = fc.tuple(fc.integer({ min: 700, max: 2000 }), fc.integer({ min: 1, max: 150 }));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 8 }), async (rows) => {
      const covered = new Set<number>();
      let overlaps = false;
      let before = [0, 0];
      for (const [start, length] of rows) {
        const [low, high] = before;
        // Neighbours are compared everywhere, other rows only in windows.
        overlaps ||= start < high! && start + length > low!;
        for (let at = start; at < start + length; at++) {
          const isInside = at >= 900 && at < 1800;
          if (isInside && covered.has(at)) overlaps = true;
          covered.add(at);
        }
        before = [start, start + length];
      }
      const text = rows.map(([start, length]) => `chr1\t${start}\t${start + length}\t1\n`).join("");
      const rule: CountingRule = "sum";
      if (overlaps) await rejects(countText(text, WINDOWS, { rule }), /has a value twice/);
      else await countText(text, WINDOWS, { rule });
    }),
    { numRuns: 300 },
  );
});
