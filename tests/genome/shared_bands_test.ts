/** Files that threads share, BAM and bigWig, give in bands of genes what they give for all genes together. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import {
  type Gene,
  openSignalFile,
  prepare,
  type PrepareOptions,
  type SignalInput,
} from "../../src/genome/mod.ts";

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
