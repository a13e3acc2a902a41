/** `fragments`: each proper pair counts once, as the fragment between its ends. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { openSignal } from "../../../src/genome/signal/open_signal.ts";
import { openSignalFile } from "../../../src/genome/open_signal_file.ts";
import type { CountOptions } from "../../../src/genome/signal/track.ts";
import { type GeneWindows, geneWindows } from "../../../src/genome/windows.ts";
import {
  binsAsBed,
  HAS_TOOLS,
  runShell,
  withMadeReads,
  writeSamAsBam,
} from "../../helpers/alignments.ts";
import { withDirectory } from "../../helpers/command.ts";
import { fixture, geneAt } from "../../helpers/genome.ts";
import { testIf } from "../../helpers/require.ts";
import { textSource } from "../../helpers/text_source.ts";

/** Small windows far from each other, so that both mates of a pair may be outside of the window between them. */
function farWindows(): GeneWindows {
  const genes = ["chr1", "chr2"].flatMap((name) =>
    Array.from({ length: 40 }, (_, i) => geneAt(name, 200 + 730 * i))
  );
  return geneWindows(genes, { halfWidthBp: 60, binSizeBp: 20 });
}

const TOOLS = (name: string, fn: () => Promise<void>) =>
  testIf(HAS_TOOLS, "bedtools", { name, fn });

/** Pairs as bedtools joins them, by name, as BED. */
const PAIRS_AS_BED = "samtools sort -n - | bedtools bamtobed -bedpe -i - 2>/dev/null | " +
  `awk -v OFS="\\t" '{ s = $2 < $5 ? $2 : $5; e = $3 > $6 ? $3 : $6; print $1, s, e }'`;

for (
  const [name, flags, options] of [
    ["by default", "-F 0xf0c", {}],
    ["duplicates and failed ones too", "-F 0x90c", { excludedFlags: 0 }],
    ["without duplicates only", "-F 0xd0c", { excludedFlags: 0x400 }],
  ] as const
) {
  TOOLS(
    `fragments are those that bedtools joins from pairs, ${name}`,
    () =>
      withMadeReads({ pairs: 3000, seed: 5 }, async (directory) => {
        const windows = farWindows();
        await Deno.writeTextFile(`${directory}/bins.bed`, binsAsBed(windows));
        const counts = await runShell(
          `samtools view -u -f 3 ${flags} reads.bam | ${PAIRS_AS_BED} > pairs.bed; ` +
            "bedtools intersect -c -a bins.bed -b pairs.bed | cut -f 4",
          directory,
        );
        const wanted = counts.trim().split("\n").map(Number);
        const { track, close } = await openSignalFile(`${directory}/reads.bam`);
        const { values } = await track.count(windows, {
          rule: "reads",
          fragments: true,
          ...options,
        });
        close();
        deepStrictEqual([...values], wanted);
        ok(wanted.some((count) => count > 3));
      }),
  );
}

TOOLS(
  "a fragment covers a window although both of its mates are outside, up to 10,000 bp",
  () =>
    withDirectory(async (directory) => {
      const row = (name: string, flags: number, start: number, mate: number, length: number) =>
        `${name}\t${flags}\tchr1\t${start + 1}\t60\t30M\t=\t${mate + 1}\t${length}\t*\t*\n`;
      const pair = (name: string, start: number, length: number) =>
        row(name, 99, start, start + length - 30, length) +
        row(name, 147, start + length - 30, start, -length);
      const sam = "@SQ\tSN:chr1\tLN:90000\n" + pair("a", 20_000, 10_000) + pair("b", 24_900, 200) +
        pair("too long", 22_000, 10_001);
      await writeSamAsBam(directory, sam);
      const { track, close } = await openSignalFile(`${directory}/reads.bam`);
      const warnings: string[] = [];
      const windows = geneWindows([geneAt("chr1", 25_000), geneAt("chr1", 29_950)], {
        halfWidthBp: 100,
      });
      const { values } = await track.count(windows, {
        rule: "reads",
        fragments: true,
        onWarning: (text) => warnings.push(text),
      });
      close();
      deepStrictEqual([...values], [2, 2, 1, 1]);
      deepStrictEqual(warnings, [
        `${directory}/reads.bam has 1 proper pair near the windows longer than 10,000 bp, not counted`,
      ]);
    }),
);

TOOLS(
  "pairs without a template length, single reads and improper pairs are told",
  () =>
    withDirectory(async (directory) => {
      const windows = geneWindows([geneAt("chr1", 1000)], { halfWidthBp: 500 });
      const row = (name: string, flags: number, start: number, length: number, mate = "=") =>
        `${name}\t${flags}\tchr1\t${start + 1}\t60\t30M\t${mate}\t${start + 1}\t${length}\t*\t*\n`;
      const count = async (rows: string, options: Partial<CountOptions> = {}) => {
        await writeSamAsBam(directory, `@SQ\tSN:chr1\tLN:90000\n${rows}`);
        const { track, close } = await openSignalFile(`${directory}/reads.bam`);
        try {
          return await track.count(windows, { rule: "reads", fragments: true, ...options });
        } finally {
          close();
        }
      };
      await rejects(count(row("a", 99, 900, 0) + row("a", 147, 950, 0)), {
        name: "FormatError",
        message: /base 901 has no template length \(TLEN is 0\).*samtools fixmate/,
      });
      await rejects(count(row("a", 0, 900, 0, "*")), {
        name: "ContractError",
        message: /its reads near the windows are single, expected pairs/,
      });
      const warnings: string[] = [];
      const onWarning = (text: string) => void warnings.push(text);
      const { values } = await count(row("a", 97, 900, 80) + row("a", 145, 950, -80), {
        onWarning,
      });
      ok(values.every((value) => value === 0));
      match(warnings.join(), /2 reads of 2 reads near the windows are not of proper pairs/);
    }),
);

Deno.test("rows of BED are fragments already, and those of tagAlign are not", async () => {
  const windows = geneWindows([geneAt("chr1", 100)], { halfWidthBp: 100 });
  const warnings: string[] = [];
  const onWarning = (text: string) => void warnings.push(text);
  const options = { rule: "reads", fragments: true, onWarning } as const;
  const bed = await openSignal(textSource("chr1\t50\t150\n", "a.bed"));
  deepStrictEqual([...(await bed.count(windows, options)).values], [1, 1]);
  match(warnings.join(), /each row of a\.bed is counted as one fragment/);
  const tagAlign = await openSignal(textSource("chr1\t50\t86\tN\t1\t+\n", "a.tagAlign"));
  await rejects(tagAlign.count(windows, options), /each row of tagAlign is a single read/);
});

Deno.test("fragments exclude extension, and a signal has none", async () => {
  const windows = geneWindows([geneAt("chr1", 100)], { halfWidthBp: 100 });
  const track = await openSignal(fixture("reads.bam"), { index: fixture("reads.bam.bai") });
  await rejects(track.count(windows, { rule: "reads", fragments: true, extendBp: 5 }), {
    name: "ContractError",
    message: /both extended to 5 bp and joined to fragments/,
  });
  const bedGraph = await openSignal(textSource("chr1\t50\t150\t2\n", "a.bedGraph"));
  await rejects(bedGraph.count(windows, { rule: "mean", fragments: true }), /no pairs of reads/);
  strictEqual(track.format, "bam");
});
