/** Genes that are counted in bands give what they give together. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { bytesSource } from "../../src/files/byte_source.ts";
import {
  type CountedFileFacts,
  type Gene,
  openSignal,
  prepare,
  type PrepareOptions,
  type SignalInput,
} from "../../src/genome/mod.ts";

/** Genes that lie so close that their windows overlap, in no order. */
const GENES: readonly Gene[] = Array.from({ length: 12 }, (_, gene) => ({
  id: `ENSG${String(gene).padStart(11, "0")}`,
  chromosome: gene % 3 === 0 ? "chr2" : "chr1",
  tss: 1000 + (gene * 7 % 12) * 150,
  strand: gene % 2 === 0 ? "+" as const : "-" as const,
  line: gene + 1,
}));

function inputOf(cellType: string, mark: string, text: string): SignalInput {
  const source = bytesSource(new TextEncoder().encode(text), `${cellType}_${mark}.bed`);
  return {
    cellType,
    mark,
    name: source.name,
    open: async () => ({ track: await openSignal(source), close: () => {} }),
  };
}

/** Rows of reads, sorted. */
const READS = fc.array(
  fc.record({
    chromosome: fc.constantFrom("chr1", "chr2"),
    start: fc.integer({ min: 500, max: 3500 }),
  }),
  { minLength: 1, maxLength: 60 },
).map((reads) =>
  reads.sort((a, b) => a.chromosome.localeCompare(b.chromosome) || a.start - b.start)
    .map(({ chromosome, start }) => `${chromosome}\t${start}\t${start + 120}\tN\t60\t+\n`).join("")
);

/** What the blocks say, whether they come whole or in parts. */
async function streamAll(inputs: readonly SignalInput[], options: PrepareOptions) {
  const facts: CountedFileFacts[] = [];
  const warnings: string[] = [];
  const preparation = await prepare(GENES, inputs, {
    ...options,
    onFile: (file) => void facts.push(file),
    onWarning: (text) => void warnings.push(text),
  });
  let parts = 0;
  const blocks = [];
  for await (const block of preparation.streamedBlocks()) {
    const signal: number[] = [];
    for await (const part of block.signalParts) {
      parts++;
      signal.push(...Array.from(part));
    }
    strictEqual(signal.length, block.signalLength);
    const { cellType, genes, labels } = block;
    blocks.push({ cellType, genes: [...genes], labels: labels && Array.from(labels), signal });
  }
  return { parts, blocks, facts, warnings: warnings.sort() };
}

/** Of files that lack a chromosome the first is named, which depends on what is counted at the same time. */
function withoutFirstFile(warnings: readonly string[]): string[] {
  return warnings.map((text) => text.replace(/^\S+ (?=lacks the chromosomes)/, "a file ")).sort();
}

Deno.test("bands of genes give the values, facts and warnings of all genes together", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(READS, READS, READS),
      fc.record({
        bands: fc.integer({ min: 2, max: 15 }),
        concurrency: fc.integer({ min: 1, max: 4 }),
        control: fc.constantFrom(undefined, "subtract" as const, "ratio" as const),
        orientation: fc.constantFrom("genomic" as const, "transcript" as const),
        unlabelled: fc.subarray([...GENES.keys()], { maxLength: 11 }),
      }),
      async ([a, b, c], { bands, unlabelled, ...others }) => {
        const control = inputOf("any", "input", c);
        const inputs = ["liver", "lung"].flatMap((cellType) => [
          { ...inputOf(cellType, "m1", a), control },
          { ...inputOf(cellType, "m2", b), control },
        ]);
        const labels = new Map([
          ["liver", Float64Array.from(GENES, (_, i) => unlabelled.includes(i) ? NaN : i)],
          ["lung", Float64Array.from(GENES, (_, i) => i)],
        ]);
        const options: PrepareOptions = {
          rule: "reads",
          halfWidthBp: 200,
          labels,
          ...others,
        };
        const whole = await streamAll(inputs, options);
        strictEqual(whole.parts, 2);
        const bytes = Math.ceil(GENES.length * 4 * 8 / bands);
        const banded = await streamAll(inputs, { ...options, mostCountBytes: bytes });
        ok(banded.parts > whole.parts);
        deepStrictEqual(banded.blocks, whole.blocks);
        deepStrictEqual(withoutFirstFile(banded.warnings), withoutFirstFile(whole.warnings));
        const sort = (facts: readonly CountedFileFacts[]) =>
          facts.map((file) => JSON.stringify(file)).sort();
        // A control is a file of its first user, which depends on what is counted at the same time.
        const own = (facts: readonly CountedFileFacts[]) =>
          sort(facts.filter(({ mark }) => !mark.startsWith("control")));
        deepStrictEqual(own(banded.facts), own(whole.facts));
      },
    ),
    { numRuns: 40 },
  );
});

Deno.test("columns in bands are those of whole blocks, and blocks are their takers' own", async () => {
  const rows = "chr1\t1000\t1100\tN\t60\t+\nchr2\t1500\t1600\tN\t60\t-\n";
  const inputs = ["liver", "lung"].map((cellType) => inputOf(cellType, "m", rows));
  const options: PrepareOptions = { rule: "reads", halfWidthBp: 200 };
  const whole = await prepare(GENES, inputs, options);
  const banded = await prepare(GENES, inputs, { ...options, mostCountBytes: 1 });
  const columns = await whole.columns();
  deepStrictEqual(await banded.columns(), columns);
  const blocks = await Array.fromAsync(banded.blocks());
  deepStrictEqual(blocks.flatMap(({ signal }) => Array.from(signal)), [...columns.signal]);
});

Deno.test("a block whose parts nobody takes is skipped, and a reader may stop within one", async () => {
  const rows = "chr1\t1000\t1100\tN\t60\t+\n";
  const inputs = ["liver", "lung", "skin"].map((cellType) => inputOf(cellType, "m", rows));
  const options: PrepareOptions = { rule: "reads", halfWidthBp: 200, mostCountBytes: 100 };
  const preparation = await prepare(GENES, inputs, options);
  const whole = await Array.fromAsync(preparation.blocks());
  const taken: number[] = [];
  for await (const { cellType, signalParts } of preparation.streamedBlocks()) {
    for await (const part of signalParts) {
      if (cellType === "skin") taken.push(...Array.from(part));
      else if (cellType === "lung") break;
    }
  }
  deepStrictEqual(taken, Array.from(whole[2]!.signal));
});

Deno.test("a value that a data set cannot hold is found in any band, with its gene and place", async () => {
  const rows = "chr1\t500\t900\t1\nchr1\t900\t4000\t-1\n";
  const source = bytesSource(new TextEncoder().encode(rows), "a.bedgraph");
  const input: SignalInput = {
    ...inputOf("liver", "m", ""),
    name: "a.bedgraph",
    open: async () => ({ track: await openSignal(source), close: () => {} }),
  };
  const count = async (mostCountBytes?: number) => {
    const options: PrepareOptions = { rule: "mean", halfWidthBp: 200, mostCountBytes };
    await (await prepare(GENES, [input], options)).columns();
  };
  let whole = "";
  await rejects(count(), ({ message }: Error) => (whole = message) !== "");
  ok(whole.includes("gene ENSG"), whole);
  await rejects(count(1), { message: whole });
});

Deno.test("a bound on memory that is no number of bytes is refused", async () => {
  for (const mostCountBytes of [0, -1, NaN, Infinity, 1.5]) {
    await rejects(
      prepare(GENES, [inputOf("liver", "m", "chr1\t1000\t1100\n")], {
        rule: "reads",
        halfWidthBp: 200,
        mostCountBytes,
      }),
      /mostCountBytes is .*, expected an integer >= 1/,
    );
  }
});

Deno.test("no more files are counted at the same time than memory allows", async () => {
  const values = GENES.length * 4;
  let open = 0;
  let most = 0;
  const inputs = ["m1", "m2", "m3", "m4"].map((mark): SignalInput => {
    const input = inputOf("liver", mark, "chr1\t1000\t1100\tN\t60\t+\n");
    const opened = async () => {
      most = Math.max(most, ++open);
      return { ...await input.open(), close: () => void open-- };
    };
    return { ...input, open: opened };
  });
  const countMost = async (options: Partial<PrepareOptions>) => {
    const all = { rule: "reads" as const, halfWidthBp: 200, ...options };
    const preparation = await prepare(GENES, inputs, all);
    strictEqual(open, 0);
    most = 0;
    await Array.fromAsync(preparation.blocks());
    return most;
  };
  strictEqual(await countMost({}), 2);
  strictEqual(await countMost({ concurrency: 3 }), 3);
  // A file takes 8 bytes for each value, of a quarter of the memory.
  strictEqual(await countMost({ concurrency: 3, mostCountBytes: 4 * 8 * values * 2 }), 2);
  strictEqual(await countMost({ concurrency: 3, mostCountBytes: 1 }), 1);
});
