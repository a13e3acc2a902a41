/**
 * The commands at a tenth of the competition's size: 80,000 samples of 100 bins × 5 marks, of 800,000. What is bounded
 * is memory, which a larger set would multiply; time depends on the machine and is printed by the runner.
 */

import { ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { taskCommand, withDirectory } from "../helpers/command.ts";

/** Twice the size of the stored train.npz: what a program takes that holds the file beside its values as floats. */
const MOST_MEGABYTES = 440;
/** Train has 50 cell types × 1,600 genes, eval their other samples of 56 × 1,745: a tenth of the competition's. */
const SIZES = "--cell-types 50 --genes 1600 --new-cell-types 6 --new-genes 145".split(" ");

/** Runs a task to its end, and holds its peak of resident memory to the bound. */
async function runWithinMemory(task: string, ...args: readonly string[]): Promise<string> {
  const preload = "print_peak_memory.ts";
  const { code, stdout, stderr } = await taskCommand(task, args, { preload }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  strictEqual(code, 0, err);
  const [, bytes] = /^peak memory (\d+)$/m.exec(err!) ?? [];
  const megabytes = Math.round(Number(bytes) / 1e6);
  ok(megabytes < MOST_MEGABYTES, `${task} took ${megabytes} MB, expected < ${MOST_MEGABYTES}`);
  return out!;
}

for (const flags of [[], ["--compress"]]) {
  const kind = flags.length === 0 ? "stored" : "deflated";
  Deno.test(`a tenth of the competition, ${kind}: simulated, examined, trained on and predicted within ${MOST_MEGABYTES} MB`, async () => {
    await withDirectory(async (directory) => {
      const [data, run] = [`${directory}/data`, `${directory}/run`];
      await runWithinMemory("simulate", ...SIZES, ...flags, "--out", data);
      const examined = await runWithinMemory("doctor", `${data}/train.npz`);
      ok(examined.includes("80,000 samples"), examined);
      const model = ["--preset", "experiment1", "--epochs", "1", "--engine", "wasm"];
      await runWithinMemory("train", "--data", `${data}/train.npz`, ...model, "--out", run);
      const predicted = ["--data", `${data}/eval.npz`, "--out", `${directory}/predicted.csv`];
      await runWithinMemory("predict", "--model", run, ...predicted);
    });
  });
}

const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];
const CELL_TYPES = ["E003", "E004", "E005", "E006", "E007"];
const GENES = 16_000;
const GENES_PER_CHROMOSOME = 1000;
/** Genes lie this far apart on each chromosome. */
const GENE_STEP_BP = 60_000;
const READS_PER_GENE = 20;

/** Writes text in pieces, so that the test does not need the memory that it forbids. */
async function writePieces(path: string, pieces: Iterable<string>): Promise<void> {
  await Deno.writeFile(path, ReadableStream.from(pieces).pipeThrough(new TextEncoderStream()));
}

/** Each gene's chromosome and transcription start site. */
function* genePlaces(): Generator<[id: string, chromosome: string, tss: number]> {
  for (let gene = 0; gene < GENES; gene++) {
    const chromosome = `chr${1 + Math.floor(gene / GENES_PER_CHROMOSOME)}`;
    const tss = GENE_STEP_BP * (1 + gene % GENES_PER_CHROMOSOME);
    yield [`ENSG${String(gene).padStart(11, "0")}`, chromosome, tss];
  }
}

function* geneTable(): Generator<string> {
  yield "gene_id\tchrom\ttss\tstrand\n";
  let row = 0;
  for (const place of genePlaces()) yield `${place.join("\t")}\t${row++ % 2 === 0 ? "+" : "-"}\n`;
}

/** Reads of 36 bp around each gene, in ascending order. */
function* reads(file: string): Generator<string> {
  const random = new RandomStream(deriveKey(1, file));
  for (const [, chromosome, tss] of genePlaces()) {
    const starts = Array.from({ length: READS_PER_GENE }, () => tss - 5000 + random.below(10_000));
    yield starts.sort((a, b) => a - b)
      .map((start) => `${chromosome}\t${start}\t${start + 36}\tN\t1000\t+\n`).join("");
  }
}

Deno.test(`a tenth of the competition, counted from files of reads within ${MOST_MEGABYTES} MB`, async () => {
  await withDirectory(async (directory) => {
    const rows = ["cell_type\tmark\tpath"];
    for (const cellType of CELL_TYPES) {
      for (const mark of MARKS) {
        const name = `${cellType}_${mark}.bed`;
        await writePieces(`${directory}/${name}`, reads(name));
        rows.push(`${cellType}\t${mark}\t${name}`);
      }
    }
    await Deno.writeTextFile(`${directory}/sheet.tsv`, `${rows.join("\n")}\n`);
    await writePieces(`${directory}/genes.tsv`, geneTable());
    const inputs = ["--samples", `${directory}/sheet.tsv`, "--genes", `${directory}/genes.tsv`];
    const out = `${directory}/counted.npz`;
    await runWithinMemory("prepare", ...inputs, "--signal", "reads", "--out", out);
    const examined = await runWithinMemory("doctor", out);
    ok(examined.includes("80,000 samples"), examined);
  });
});
