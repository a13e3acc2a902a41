/** Counting of Roadmap's alignments, against bedtools. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { countAlignments } from "../../src/atlas/count_alignments.ts";
import { readRoadmapGenes } from "../../src/atlas/gene_info.ts";
import { ROADMAP_MARKS, roadmapPath } from "../../src/atlas/roadmap_tree.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";
import { CHROMOSOME_SIZES, gzip, gzipInTwo, makeTree } from "../helpers/roadmap_tree.ts";
import { textSource } from "../helpers/text_source.ts";

const HAS_BEDTOOLS = await runsProgram("bedtools") && await runsProgram("samtools");

async function runsProgram(name: string): Promise<boolean> {
  return await new Deno.Command(name, { args: ["--version"] }).output()
    .then(({ success }) => success, () => false);
}

async function shell(line: string, cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", line], cwd })
    .output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

const TREE = makeTree({ cellTypes: ["E003"], reads: 40_000 });
const GENES = await readRoadmapGenes(bytesSource(TREE.files.get(roadmapPath("genes"))!, "genes"));

testIf(HAS_BEDTOOLS, "bedtools", {
  name: "counts are those of bedtools multicov on the reads as BAM, in every bin",
  fn: () =>
    withDirectory(async (directory) => {
      // Few genes lie so near a chromosome's start that their windows reach past it: all of them are taken.
      const genes = GENES.filter(({ tss }, i) => i % 83 === 0 || tss < 4900);
      const chromosomes = new Set(genes.map(({ chromosome }) => chromosome));
      strictEqual(chromosomes.size, 24);
      await Deno.writeTextFile(`${directory}/sizes`, CHROMOSOME_SIZES);
      // The bins are laid here from the table of genes, not by the project: 100 of 100 bp, the TSS in the middle.
      const bins = genes.flatMap(({ tss, chromosome }, gene) =>
        Array.from({ length: 100 }, (_, bin) => ({
          at: gene * 100 + bin,
          chromosome,
          start: tss - 5000 + bin * 100,
        }))
      );
      // Of a bin that reaches past the chromosome's start, the rest is counted.
      const inside = bins.filter(({ start }) => start > -100);
      ok(inside.length < bins.length);
      await Deno.writeTextFile(
        `${directory}/bins.bed`,
        inside.map(({ at, chromosome, start }) =>
          `chr${chromosome}\t${Math.max(0, start)}\t${start + 100}\t${at}\n`
        )
          .join(""),
      );
      for (const mark of ROADMAP_MARKS.slice(0, 2)) {
        const path = roadmapPath({ cellType: "E003", mark });
        await Deno.writeTextFile(`${directory}/a.tagAlign`, TREE.alignments.get(path)!);
        const printed = await shell(
          "bedtools bedtobam -i a.tagAlign -g sizes | samtools sort -o a.bam - && samtools index a.bam && " +
            "bedtools multicov -bams a.bam -bed bins.bed",
          directory,
        );
        const expected = new Uint16Array(bins.length);
        for (const row of printed.trimEnd().split("\n")) {
          const [, , , at, count] = row.split("\t");
          expected[Number(at)] = Number(count);
        }
        const counts = await countAlignments(bytesSource(TREE.files.get(path)!, path), { genes });
        strictEqual(counts.length, expected.length);
        deepStrictEqual([...counts].flatMap((count, i) => count === expected[i] ? [] : [i]), []);
        ok(expected.reduce((sum, count) => sum + count) > 2000);
        ok(expected.some((count) => count > 2));
      }
    }),
});

Deno.test("progress is the number of bytes read, up to the file's length", async () => {
  const path = roadmapPath({ cellType: "E003", mark: "H3K4me1" });
  const bytes = TREE.files.get(path)!;
  const seen: number[] = [];
  await countAlignments(bytesSource(bytes, path), { genes: GENES, onBytes: (n) => seen.push(n) });
  strictEqual(seen.at(-1), bytes.length);
  deepStrictEqual(seen, seen.toSorted((a, b) => a - b));
  ok(seen.length > 2);
});

const ONE = { id: "ENSG1", chromosome: "7", tss: 20_000, strand: "-", line: 1 } as const;

/** Rows of reads that start at positions of chromosome 7. */
function readsAt(...starts: readonly number[]): string {
  return starts.map((start) => `chr7\t${start}\t${start + 36}\tN\t1000\t-\n`).join("");
}

Deno.test("bins of a minus gene run by ascending coordinate, and counts above 65,535 are kept", async () => {
  const reads = readsAt(15_010, 24_950, ...Array<number>(70_000).fill(20_010));
  const counts = await countAlignments(bytesSource(gzip(reads), "a.tagAlign.gz"), { genes: [ONE] });
  ok(counts instanceof Uint32Array);
  deepStrictEqual([counts[0], counts[50], counts[99]], [1, 70_000, 1]);
  const few = await countAlignments(textSource(readsAt(15_010), "a.tagAlign"), { genes: [ONE] });
  ok(few instanceof Uint16Array);
});

Deno.test("damage anywhere in a gzip file is found, and so is an end within a member", async () => {
  const text = TREE.alignments.get(roadmapPath({ cellType: "E003", mark: "H3K9me3" }))!;
  const { bytes, first } = gzipInTwo(text);
  const count = (bytes: Uint8Array<ArrayBuffer>) =>
    countAlignments(bytesSource(bytes, "a.tagAlign.gz"), { genes: GENES });
  const whole = await count(bytes);
  deepStrictEqual(whole, await count(gzip(text)));
  for (const length of [first - 1, first - 9, first + 5, bytes.length - 1, bytes.length - 8]) {
    await rejects(count(bytes.slice(0, length)), /a\.tagAlign\.gz/, `${length}`);
  }
  for (const place of [3000, first - 6, first - 2, bytes.length - 7, bytes.length - 1]) {
    await rejects(count(bytes.with(place, bytes[place]! ^ 1)), /a\.tagAlign\.gz/, `${place}`);
  }
});

Deno.test("files without reads near genes, of other chromosomes or of another kind are refused", async () => {
  const count = (text: string) => countAlignments(textSource(text, "a.tagAlign"), { genes: [ONE] });
  await rejects(count(readsAt(1, 30_000)), /a\.tagAlign: it has no read in any window/);
  await rejects(count(readsAt(15_010).replaceAll("chr7", "chrUn")), /none of the chromosomes/);
  await rejects(count("<html><body>Not found</body></html>\n"), /a\.tagAlign/);
  await rejects(count(""), /empty/);
  await rejects(count(`${readsAt(15_010)}chr7\t12x\t48\tN\t1000\t+\n`), /line 2/);
});

Deno.test("a file without chromosome Y is as it should be; one without another chromosome is warned of", async () => {
  const genes = ["7", "Y", "X"].map((chromosome, i) => ({ ...ONE, id: `ENSG${i}`, chromosome }));
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const reads = readsAt(15_010, 18_000);
  await countAlignments(textSource(reads + reads.replaceAll("chr7", "chrX"), "woman.tagAlign"), {
    genes,
    onWarning,
  });
  deepStrictEqual(warnings, []);
  await countAlignments(textSource(reads, "a.tagAlign"), { genes, onWarning });
  strictEqual(warnings.length, 1);
  match(warnings[0]!, /a\.tagAlign lacks the chromosomes of 1 of 2 genes \(X\)/);
});
