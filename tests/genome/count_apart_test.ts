/** Files that are counted apart, each by itself, and joined by `prepare`, give what one process gives. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import { countApart, inspectApart } from "../../src/genome/count_apart.ts";
import type { Gene } from "../../src/genome/gene.ts";
import { findKeptNumbers } from "../../src/genome/kept_numbers.ts";
import { openSignalFile } from "../../src/genome/open_signal_file.ts";
import { prepare } from "../../src/genome/prepare.ts";
import type {
  CountedFileFacts,
  KeptCounts,
  PrepareOptions,
  SignalInput,
} from "../../src/genome/prepare_options.ts";
import { HAS_TOOLS, withMadeReads } from "../helpers/alignments.ts";
import { withDirectory } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";

const GENES: readonly Gene[] = Array.from({ length: 40 }, (_, gene) => ({
  id: `ENSG${String(gene).padStart(11, "0")}`,
  chromosome: gene % 4 === 0 ? "chr2" : "chr1",
  tss: gene % 4 === 0 ? 600 + gene * 450 : 700 + (gene * 17 % 40) * 1400,
  strand: gene % 2 === 0 ? "+" as const : "-" as const,
  line: gene + 1,
}));

/** A file of the fixtures or, with a slash, any other. */
function inputOf(cellType: string, mark: string, file: string): SignalInput {
  const path = file.includes("/")
    ? file
    : new URL(`../../fixtures/genome/${file}`, import.meta.url).pathname;
  return { cellType, mark, name: path, open: () => openSignalFile(path) };
}

/** Counts each file apart. */
async function countAll(
  inputs: readonly SignalInput[],
  options: PrepareOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const { name } of await inspectApart(GENES, inputs, options)) {
    kept.set(name, await countApart(GENES, inputs, { ...options, file: name }));
  }
  return kept;
}

function keptCounts(kept: ReadonlyMap<string, Uint8Array<ArrayBuffer>>): KeptCounts {
  return {
    async find(file, origin) {
      const found = await findKeptNumbers(bytesSource(kept.get(file)!), origin);
      ok(found !== undefined, `the counts of ${file} are of another origin`);
      return found;
    },
  };
}

/** All that `prepare` gives and says. */
async function everything(inputs: readonly SignalInput[], options: PrepareOptions) {
  const said: string[] = [];
  const facts: CountedFileFacts[] = [];
  const preparation = await prepare(GENES, inputs, {
    ...options,
    onWarning: (message) => said.push(message),
    onFile: (file) => facts.push(file),
  });
  const values: number[] = [];
  for await (const { signalParts } of preparation.streamedBlocks()) {
    for await (const part of signalParts) values.push(...Array.from(part));
  }
  const { record, cellTypes, files } = preparation;
  return { record, cellTypes, files, values, facts, said: new Set(said) };
}

const RUNS: readonly (readonly [string, readonly string[], PrepareOptions])[] = [
  ["BAM and CRAM", ["reads.bam", "reads_v3.0.cram"], { rule: "reads" }],
  ["reads per million", ["reads.bam", "reads_v3.0.cram"], { rule: "reads", normalisation: "rpm" }],
  ["the depth of reads", ["reads.bam", "reads_v3.0.cram"], { rule: "mean-depth", extendBp: 200 }],
  ["bigWig", ["signal.bw"], { rule: "mean" }],
  ["bins from upstream to downstream", ["reads.bam"], { rule: "reads", orientation: "transcript" }],
];

/** Counts files apart, in one band and in many, and checks that `prepare` makes of them what it makes without. */
async function checkApart(inputs: readonly SignalInput[], given: PrepareOptions): Promise<void> {
  // The order in which files are finished, and so of what is said, is that of the files one at a time.
  const options = { halfWidthBp: 1000, threads: 1, concurrency: 1, ...given };
  const whole = await everything(inputs, options);
  ok(whole.values.some((value) => value > 0));
  const inBands = { ...options, mostCountBytes: GENES.length * 20 * 8 * 2 };
  for (const apart of [options, inBands]) {
    const kept = keptCounts(await countAll(inputs, apart));
    for (const joined of [options, inBands]) {
      deepStrictEqual(await everything(inputs, { ...joined, kept }), whole);
    }
  }
}

for (const [what, files, given] of RUNS) {
  Deno.test(`${what}: files that are counted apart give the same, in one band and in many`, () =>
    checkApart(files.map((file, i) => inputOf("liver", `m${i}`, file)), given));
}

testIf(HAS_TOOLS, "samtools", {
  name: "fragments: what was seen of pairs is kept, and said again",
  fn: () =>
    withMadeReads({ pairs: 600, seed: 5 }, async (directory) => {
      const inputs = [inputOf("liver", "H3K4me3", `${directory}/reads.bam`)];
      await checkApart(inputs, { rule: "reads", fragments: true });
    }),
});

Deno.test("replicates, controls and text are joined as one process joins them, and what is odd is said", () =>
  withDirectory(async (directory) => {
    const write = async (name: string, text: string) => {
      await Deno.writeTextFile(`${directory}/${name}`, text);
      return `${directory}/${name}`;
    };
    const row = (place: number, strand: string) => `chr1\t${place}\t${place + 36}\tr\t0\t${strand}`;
    const rows = (step: number) =>
      Array.from({ length: 200 }, (_, i) => row(i * step, "+-"[i % 2]!));
    const one = await write("one.bed", `${rows(150).join("\n")}\n`);
    const other = await write(
      "other.bed",
      `${rows(210).join("\n")}\nchr2\t29990\t31000\tr\t0\t+\n`,
    );
    // The lengths of its chromosomes decide where extended reads of text end.
    const control = inputOf("liver", "input", "reads.bam");
    const inputs = [one, other].map((file) => ({ ...inputOf("liver", "H3K4me3", file), control }));
    const options: PrepareOptions = {
      rule: "reads",
      halfWidthBp: 1000,
      extendBp: 300,
      replicates: "mean",
      control: "subtract",
    };
    const whole = await everything(inputs, options);
    deepStrictEqual(whole.files, { marks: 2, controls: 1 });
    const kept = await countAll(inputs, options);
    deepStrictEqual([...kept.keys()].length, 3);
    deepStrictEqual(await everything(inputs, { ...options, kept: keptCounts(kept) }), whole);
  }));

Deno.test("counts of a file that was changed, and by other rules, are of another origin", () =>
  withDirectory(async (directory) => {
    const file = `${directory}/a.bed`;
    await Deno.writeTextFile(file, "chr1\t1000\t1036\tr\t0\t+\n");
    const inputs = [inputOf("liver", "H3K4me3", file)];
    const options: PrepareOptions = { rule: "reads", halfWidthBp: 1000 };
    const kept = await countAll(inputs, options);
    const isOwn = async (own: PrepareOptions, genes = GENES) => {
      let found = false;
      const find: KeptCounts["find"] = async (name, origin) => {
        found = await findKeptNumbers(bytesSource(kept.get(name)!), origin) !== undefined;
        return undefined;
      };
      await (await prepare(genes, inputs, { ...own, kept: { find } })).columns();
      return found;
    };
    strictEqual(await isOwn(options), true);
    strictEqual(await isOwn({ ...options, missingMarks: "mask" }), true);
    // Rows of text end where chromosomes end.
    strictEqual(await isOwn({ ...options, assembly: "hg38" }), false);
    strictEqual(await isOwn({ ...options, extendBp: 10 }), false);
    strictEqual(await isOwn({ ...options, halfWidthBp: 900 }), false);
    strictEqual(await isOwn({ ...options, binSizeBp: 50 }), false);
    strictEqual(await isOwn({ ...options, orientation: "transcript" }), false);
    strictEqual(await isOwn(options, GENES.toReversed()), false);
    await Deno.writeTextFile(file, "chr1\t1000\t1037\tr\t0\t+\n");
    await Deno.utime(file, 1e9, 1e9);
    strictEqual(await isOwn(options), false);
  }));

Deno.test("an input that cannot tell its versions apart is refused, and so is a file of no data set", async () => {
  const input = inputOf("liver", "H3K4me3", "reads.bam");
  const options: PrepareOptions = { rule: "reads", halfWidthBp: 1000 };
  const open = async () => {
    const { track, close } = await input.open();
    return { track, close };
  };
  const blind = [{ ...input, open }];
  await rejects(
    countApart(GENES, blind, { ...options, file: input.name }),
    ({ message }: Error) => {
      match(message, /nothing tells its versions apart/);
      return true;
    },
  );
  await rejects(
    countApart(GENES, [input], { ...options, file: "b.bam" }),
    /found no file of that name/,
  );
});
