/** Files that threads share, BAM and bigWig, give in bands of genes what they give for all genes together. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { countGeneBands } from "../../src/genome/_gene_bands.ts";
import {
  type Gene,
  geneWindows,
  openSignalFile,
  prepare,
  type PrepareOptions,
  type SignalFormat,
  type SignalInput,
} from "../../src/genome/mod.ts";
import { planSamples } from "../../src/genome/_sample_plan.ts";

/** Genes all over both chromosomes of the fixtures, in no order; some windows overlap. */
const GENES: readonly Gene[] = Array.from({ length: 40 }, (_, gene) => ({
  id: `ENSG${String(gene).padStart(11, "0")}`,
  chromosome: gene % 4 === 0 ? "chr2" : "chr1",
  tss: gene % 4 === 0 ? 600 + gene * 450 : 700 + (gene * 17 % 40) * 1400,
  strand: gene % 2 === 0 ? "+" as const : "-" as const,
  line: gene + 1,
}));

function inputOf(mark: string, file: string): SignalInput {
  const path = new URL(`../../fixtures/genome/${file}`, import.meta.url).pathname;
  return { cellType: "liver", mark, name: path, open: () => openSignalFile(path) };
}

const RUNS: readonly (readonly [string, PrepareOptions])[] = [
  ["reads.bam", { rule: "reads" }],
  ["reads.bam", { rule: "reads", control: "ratio" }],
  ["reads.bam", { rule: "reads", orientation: "transcript" }],
  ["signal.bw", { rule: "mean" }],
];

for (const [file, options] of RUNS) {
  for (const threads of [1, 2]) {
    const name = [file, ...Object.values(options)].join(", ");
    Deno.test(`${name}: bands give the values of all genes, threads: ${threads}`, async () => {
      const control = options.control && inputOf("input", "reads_v3.0.cram");
      const inputs = ["m1", "m2"].map((mark) => ({ ...inputOf(mark, file), control }));
      const all = { halfWidthBp: 1000, threads, onWarning: () => {}, ...options };
      const whole = (await (await prepare(GENES, inputs, all)).columns()).signal;
      ok(whole.some((value) => value > 0));

      const bytes = GENES.length * 20 * 8 * 2;
      const banded = await prepare(GENES, inputs, { ...all, mostCountBytes: bytes });
      const values: number[] = [];
      let parts = 0;
      for await (const { signalParts } of banded.streamedBlocks()) {
        for await (const part of signalParts) {
          parts++;
          values.push(...Array.from(part));
        }
      }
      ok(parts > 2, `${parts} parts`);
      strictEqual(values.length, whole.length);
      const differing = values.findIndex((value, place) => value !== whole[place]);
      deepStrictEqual([differing, values[differing]], [-1, undefined]);
    });
  }
}

Deno.test("threads that help take from the memory for counts, of which they leave half", () => {
  const options = { rule: "reads", halfWidthBp: 200 } as const;
  const inputs = ["a.bam", "b.bam"].map((name): SignalInput => ({
    cellType: name,
    mark: "H3K4me3",
    name,
    open: () => Promise.reject(new Error("nobody opens it")),
  }));
  const plan = planSamples(inputs, options);
  const windows = geneWindows(GENES, options);
  // The counts of one file would fill the memory, so that each thread's 20 MB show in the number of bands.
  const mostCountBytes = 2 ** 28;
  const large = { ...windows, genes: mostCountBytes / 8 / windows.bins };
  const bandsOf = (threads: number, format: SignalFormat) => {
    const formats = new Set([format]);
    return countGeneBands(plan, { ...options, threads, mostCountBytes, windows: large, formats });
  };
  strictEqual(bandsOf(8, "bed"), bandsOf(1, "bed"));
  const alone = bandsOf(1, "bam");
  ok(bandsOf(4, "bam") > alone);
  ok(bandsOf(8, "bam") > bandsOf(4, "bam"));
  ok(bandsOf(8, "bam") <= 2 * alone);
});
