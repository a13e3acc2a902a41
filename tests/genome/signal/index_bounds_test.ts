/** Only the part of a file is read that may hold records of the windows, and none of them is missed. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { type ByteSource, bytesSource } from "../../../src/files/byte_source.ts";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { withDirectory } from "../../helpers/command.ts";
import { geneAt, isInstalled, runProgram } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";

const LENGTH = 200_000_000;
const HALF_WIDTH_BP = 500;

/** A read by its start and the lengths of its parts: matched, skipped, matched. */
type Read = readonly [start: number, skipped: number];

const READ_BP = 20;

/** Reads in clusters, some of which reach over millions of bases, as spliced ones and those of other genomes do. */
const READS: fc.Arbitrary<Read[]> = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 190 }).map((cluster) => cluster * 1_048_576),
    fc.integer({ min: -40_000, max: 40_000 }),
    fc.oneof(
      { weight: 20, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 3_000_000 }) },
    ),
  ).map(([cluster, shift, skipped]) =>
    [Math.min(LENGTH - 4_000_000, Math.max(0, cluster + shift)), skipped] as const
  ),
  { minLength: 200, maxLength: 1500, size: "max" },
);

function formatSam(reads: readonly Read[]): string {
  const rows = reads.toSorted((a, b) => a[0] - b[0]).map(([start, skipped], i) => {
    const cigar = skipped === 0 ? `${READ_BP}M` : `10M${skipped}N10M`;
    return `r${i}\t0\tchr1\t${start + 1}\t60\t${cigar}\t*\t0\t0\t${"ACGT".repeat(5)}\t*\n`;
  });
  return `@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:${LENGTH}\n${rows.join("")}`;
}

/** Counts the reads that overlap each window of one bin. */
function countSlowly(reads: readonly Read[], places: readonly number[]): number[] {
  return places.map((tss) =>
    reads.filter(([start, skipped]) =>
      start < tss + HALF_WIDTH_BP && start + READ_BP + skipped > tss - HALF_WIDTH_BP
    ).length
  );
}

/** Passes reads on, and adds up their lengths. */
function watch(source: ByteSource): { readonly source: ByteSource; bytes: number } {
  const watched = {
    bytes: 0,
    source: {
      ...source,
      read(offset: number, length: number) {
        watched.bytes += length;
        return source.read(offset, length);
      },
    },
  };
  return watched;
}

testIf(await isInstalled("samtools"), "samtools", {
  name: "no read is missed, whatever index says where reads lie, however far they reach",
  fn: () =>
    withDirectory(async (directory) => {
      await fc.assert(
        fc.asyncProperty(
          READS,
          fc.array(fc.nat(LENGTH - 1), { minLength: 1, maxLength: 5 }),
          fc.array(fc.nat(1499), { minLength: 1, maxLength: 5 }),
          async (reads, anywhere, chosen) => {
            // Windows at random, and on and beside reads.
            const places = [
              ...anywhere,
              ...chosen.flatMap((i) => {
                const [start, skipped] = reads[i % reads.length]!;
                return [start, start + skipped + READ_BP + HALF_WIDTH_BP - 1, start + 16_384];
              }),
            ].map((place) => Math.max(HALF_WIDTH_BP, place));
            await Deno.writeTextFile(`${directory}/a.sam`, formatSam(reads));
            await runProgram("samtools", [
              "view",
              "-b",
              "-o",
              `${directory}/a.bam`,
              `${directory}/a.sam`,
            ]);
            const expected = countSlowly(reads, places);
            const genes = places.map((tss) => geneAt("chr1", tss));
            const windows = geneWindows(genes, {
              halfWidthBp: HALF_WIDTH_BP,
              binSizeBp: 2 * HALF_WIDTH_BP,
            });
            for (const kind of [["-b"], ["-c"], ["-c", "-m", "10"]]) {
              await runProgram("samtools", [
                "index",
                ...kind,
                `${directory}/a.bam`,
                `${directory}/a.index`,
              ]);
              const source = bytesSource(await Deno.readFile(`${directory}/a.bam`), "a.bam");
              const index = bytesSource(await Deno.readFile(`${directory}/a.index`), "a.bam.bai");
              const track = await openSignal(source, { index });
              const { values } = await track.count(windows, { rule: "reads" });
              deepStrictEqual([...values], expected, kind.join(" "));
            }
          },
        ),
        { numRuns: 12 },
      );
    }),
});

testIf(await isInstalled("samtools"), "samtools", {
  name: "a window of a deep file reads a small part of it, with each kind of index",
  fn: () =>
    withDirectory(async (directory) => {
      // A read each 600 bases, so that nearly every boundary of bins is crossed somewhere.
      const reads: Read[] = Array.from({ length: 300_000 }, (_, i) => [i * 600 + i % 7, 600]);
      await Deno.writeTextFile(`${directory}/a.sam`, formatSam(reads));
      await runProgram("samtools", [
        "view",
        "-b",
        "-o",
        `${directory}/a.bam`,
        `${directory}/a.sam`,
      ]);
      const bytes = await Deno.readFile(`${directory}/a.bam`);
      ok(bytes.length > 1_500_000, `${bytes.length}`);
      for (const kind of ["-b", "-c"]) {
        await runProgram("samtools", ["index", kind, `${directory}/a.bam`, `${directory}/a.index`]);
        const index = bytesSource(await Deno.readFile(`${directory}/a.index`), "a.bam.bai");
        const watched = watch(bytesSource(bytes, "a.bam"));
        const track = await openSignal(watched.source, { index });
        watched.bytes = 0;
        const windows = geneWindows([geneAt("chr1", 30_000_000)], { halfWidthBp: 5000 });
        await track.count(windows, { rule: "reads" });
        strictEqual(watched.bytes < 200_000, true, `${kind}: ${watched.bytes} of ${bytes.length}`);
      }
    }),
});
