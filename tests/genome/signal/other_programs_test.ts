/** What docs/counting.md says of other programs. */

import { deepStrictEqual, ok } from "node:assert";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { geneWindows } from "../../../src/genome/windows.ts";
import { binsAsBed, HAS_TOOLS, runShell, withMadeReads } from "../../helpers/alignments.ts";
import { geneAt } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";

const WINDOWS = geneWindows(
  ["chr1", "chr2"].flatMap((name) =>
    Array.from({ length: 25 }, (_, i) => geneAt(name, 600 + 1130 * i))
  ),
  { halfWidthBp: 500, binSizeBp: 50 },
);

/** What a line of the shell prints about `reads.bam` and `bins.bed`, and what we count. */
function compare(line: string, options: CountOptions, scale = 1): () => Promise<void> {
  return () =>
    withMadeReads({ pairs: 1500, seed: 21 }, async (directory) => {
      await Deno.writeTextFile(`${directory}/bins.bed`, binsAsBed(WINDOWS));
      const wanted = (await runShell(line, directory)).trim().split("\n").map(Number);
      const { track, close } = await openSignalFile(`${directory}/reads.bam`);
      const { values } = await track.count(WINDOWS, options);
      close();
      const found = [...values].map((value) => Math.round(value * scale * 1e6) / 1e6);
      deepStrictEqual(found, wanted);
      ok(wanted.some((value) => value > 3 * scale));
    });
}

testIf(HAS_TOOLS, "samtools", {
  name:
    "samtools bedcov adds up the depth, without unmapped, secondary, failed and duplicate reads",
  fn: compare(
    "samtools bedcov bins.bed reads.bam | cut -f 4",
    { rule: "mean-depth", excludedFlags: 0x704 },
    50,
  ),
});

testIf(HAS_TOOLS, "bedtools", {
  name: "bedtools coverage -counts counts duplicates and failed reads, but no unmapped ones",
  fn: compare("bedtools coverage -counts -a bins.bed -b reads.bam | cut -f 4", {
    rule: "reads",
    excludedFlags: 0x4,
  }),
});

testIf(HAS_TOOLS, "bedtools", {
  name: "bedtools multicov counts what is counted by default, of pairs of every kind",
  fn: compare("bedtools multicov -bams reads.bam -bed bins.bed | cut -f 4", { rule: "reads" }),
});

testIf(HAS_TOOLS, "bedtools", {
  name: "bedtools multicov -q counts as the lowest mapping quality does",
  fn: compare("bedtools multicov -q 20 -bams reads.bam -bed bins.bed | cut -f 4", {
    rule: "reads",
    minMappingQuality: 20,
  }),
});
