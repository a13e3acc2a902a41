/** CRAM files of every kind that samtools writes, against the same reads as BAM. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { type GeneWindows, geneWindows } from "../../../src/genome/windows.ts";
import { HAS_TOOLS, MADE_CONTIGS, runShell, writeAlignments } from "../../helpers/alignments.ts";
import { withDirectory } from "../../helpers/command.ts";
import { geneAt } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";

/** The ways to write a CRAM file: flags of samtools view. */
const KINDS: Readonly<Record<string, string>> = {
  "version 3.0": "version=3.0",
  "version 2.1": "version=2.1",
  "version 3.1": "version=3.1",
  "version 3.1, profile fast": "version=3.1,fast",
  "version 3.1, profile small": "version=3.1,small",
  "version 3.1, profile archive": "version=3.1,archive,use_lzma=1",
  "embedded reference": "version=3.0,embed_ref=1",
  "no reference": "version=3.0,no_ref=1",
  "small slices, several in a container": "version=3.0,seqs_per_slice=40,slices_per_container=5",
  "several sequences in a slice": "version=3.0,multi_seq_per_slice=1,seqs_per_slice=100",
  "without names of reads": "version=3.0,lossy_names=1",
  "bzip2 and lzma": "version=3.0,use_bzip2=1,use_lzma=1,level=9,use_rans=0",
  "not compressed": "version=3.0,level=0",
  "arithmetic codes": "version=3.1,use_arith=1,use_rans=0,use_tok=1,use_fqz=1",
};

/** Windows everywhere, past the ends too. */
function allWindows(): GeneWindows {
  const genes = MADE_CONTIGS.flatMap(([name, length]) =>
    Array.from({ length: Math.ceil(length / 1500) }, (_, i) => geneAt(name, 1500 * i))
  );
  return geneWindows(genes, { halfWidthBp: 1000, binSizeBp: 50 });
}

const OPTIONS: readonly CountOptions[] = [
  { rule: "reads", totalReads: true },
  { rule: "mean-depth" },
  { rule: "reads", minMappingQuality: 30 },
  { rule: "reads", extendBp: 200 },
  { rule: "reads", excludedFlags: 0 },
  { rule: "reads", excludedFlags: 0x100 | 0x800 | 0x4 },
  { rule: "reads", excludedFlags: 0x1 },
  { rule: "reads", excludedFlags: 0x42 },
  { rule: "reads", excludedFlags: 0x8 },
  { rule: "reads", excludedFlags: 0x20 },
  { rule: "reads", fragments: true },
  { rule: "mean-depth", fragments: true, excludedFlags: 0, minMappingQuality: 10 },
];

async function countAll(path: string, windows: GeneWindows): Promise<Float64Array[]> {
  const { track, close } = await openSignalFile(path);
  try {
    const all: Float64Array[] = [];
    for (const options of OPTIONS) {
      const { values, reads } = await track.count(windows, options);
      all.push(options.totalReads ? Float64Array.of(...values, reads ?? NaN) : values);
    }
    return all;
  } finally {
    close();
  }
}

for (const [kind, flags] of Object.entries(KINDS)) {
  testIf(HAS_TOOLS, "samtools", {
    name: `CRAM, ${kind}: every bin is that of the same reads in a BAM file`,
    fn: () =>
      withDirectory(async (directory) => {
        await writeAlignments(directory, { pairs: 1500, seed: 3 });
        // samtools reads the CRAM file back, so that both files have what CRAM keeps.
        await runShell(
          `samtools view -O cram,${flags} ` +
            "-T genome.fa -o made.cram reads.bam; samtools index made.cram; " +
            "samtools view -b -T genome.fa -o back.bam made.cram; samtools index back.bam; rm genome.fa*",
          directory,
        );
        const windows = allWindows();
        const wanted = await countAll(`${directory}/back.bam`, windows);
        const found = await countAll(`${directory}/made.cram`, windows);
        for (const [i, options] of OPTIONS.entries()) {
          const apart = [...wanted[i]!.keys()].filter((bin) => found[i]![bin] !== wanted[i]![bin]);
          const first = apart.slice(0, 3).map((bin) => [bin, found[i]![bin], wanted[i]![bin]]);
          deepStrictEqual(first, [], `${JSON.stringify(options)}: ${apart.length} bins differ`);
          ok(wanted[i]!.some((value) => value > 0));
        }
        strictEqual(found.length, OPTIONS.length);
      }),
  });
}
