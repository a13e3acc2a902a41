/** Memory over many epochs, that of WebGPU being in `tests/engine/webgpu/device/`, and of counting many windows. */

import { ok, strictEqual } from "node:assert";
import { taskCommand, withDirectory } from "./helpers/command.ts";
import { testFlatMemory } from "./helpers/flat_memory.ts";

const SMALL = [
  { engine: "wasm", preset: "wakawaka", samples: 300, batchSize: 100 },
  // V8 compiles tf.js' own code when it likes, which sometimes takes 3 MB after the third epoch, once. What is kept by
  // mistake grows each time.
  { engine: "tfjs-cpu", preset: "experiment1", samples: 16, batchSize: 1, tries: 3 },
];

/** Genes of the preparation below: three times as many as the competition has. */
const GENES = 60_000;
const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3"];
/** What `prepare` takes whatever there is to count; 24 million values as a whole took 396 MB. */
const MOST_MEGABYTES = 300;

/** Writes the files of one cell type, each mark with a control of its own, and returns the flags that name them. */
async function writeInputs(directory: string): Promise<string[]> {
  const reads = Array.from(
    { length: 2000 },
    (_, i) => `chr1\t${3000 * i}\t${3000 * i + 36}\tN\t60\t+\n`,
  ).join("");
  const rows = ["cell_type\tmark\tpath\tcontrol"];
  for (const mark of MARKS) {
    for (const name of [mark, `input_${mark}`]) {
      await Deno.writeTextFile(`${directory}/${name}.bed`, reads);
    }
    rows.push(`E003\t${mark}\t${mark}.bed\tinput_${mark}.bed`);
  }
  await Deno.writeTextFile(`${directory}/sheet.tsv`, `${rows.join("\n")}\n`);
  const genes = Array.from(
    { length: GENES },
    (_, gene) => `ENSG${String(gene).padStart(11, "0")}\tchr1\t${5000 + 3000 * gene}\t+\n`,
  ).join("");
  await Deno.writeTextFile(`${directory}/genes.tsv`, `gene_id\tchrom\ttss\tstrand\n${genes}`);
  return ["--samples", `${directory}/sheet.tsv`, "--genes", `${directory}/genes.tsv`];
}

/** Runs `prepare` and holds its peak of resident memory to the bound. */
async function prepareWithinMemory(args: readonly string[]): Promise<void> {
  const { code, stderr } = await taskCommand("prepare", args, { preload: "print_peak_memory.ts" })
    .output();
  const printed = new TextDecoder().decode(stderr);
  strictEqual(code, 0, printed);
  const [, bytes] = /^peak memory (\d+)$/m.exec(printed) ?? [];
  const megabytes = Math.round(Number(bytes) / 1e6);
  ok(megabytes < MOST_MEGABYTES, `it took ${megabytes} MB, expected < ${MOST_MEGABYTES}`);
}

for (const name of ["counted.npz", "counted.zarr"]) {
  Deno.test(`60,000 genes × 4 marks with controls are counted into ${name} within ${MOST_MEGABYTES} MB`, async () => {
    await withDirectory(async (directory) => {
      const inputs = await writeInputs(directory);
      const counting = ["--signal", "reads", "--control", "subtract", "--assembly", "hg19"];
      await prepareWithinMemory([...inputs, ...counting, "--out", `${directory}/${name}`]);
    });
  });
}

Deno.test(`files that are to be counted eight at a time stay within ${MOST_MEGABYTES} MB`, async () => {
  await withDirectory(async (directory) => {
    const [, sheet, ...genes] = await writeInputs(directory);
    const rows = ["cell_type\tmark\tpath"];
    for (let i = 0; i < 8; i++) {
      await Deno.copyFile(`${directory}/${MARKS[0]}.bed`, `${directory}/${i}.bed`);
      rows.push(`E00${1 + i % 2}\tmark${i >> 1}\t${i}.bed`);
    }
    await Deno.writeTextFile(sheet!, `${rows.join("\n")}\n`);
    const counting = ["--signal", "reads", "--concurrency", "8", "--assembly", "hg19"];
    const out = ["--out", `${directory}/counted.npz`];
    await prepareWithinMemory(["--samples", sheet!, ...genes, ...counting, ...out]);
  });
});

// After the tests of commands: Linux counts what this process held to the peak of a process that it starts.
for (const { engine, ...run } of SMALL) {
  Deno.test(`over 300 epochs on ${engine}, with a checkpoint after each, resident memory stays within 5% of the third's`, async () => {
    await testFlatMemory(engine, run);
  });
}
