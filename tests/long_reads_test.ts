/** Progress and abort of what reads or looks through more than one file or one pass. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { openGenome, readGeneSequences } from "../src/genome/mod.ts";
import { readAnndata, readDeepchromeFolder, writeAnndata } from "../src/io/mod.ts";
import { packSequences } from "../src/io/mod.ts";
import { findMotifs } from "../src/motifs/mod.ts";
import type { AbortOptions, OnProgress, Progress } from "../src/progress.ts";
import { COMPETITION_RECORD } from "../src/record.ts";
import { describeInputs } from "../src/runs/inputs.ts";
import { withDirectory } from "./helpers/command.ts";

type Hooks = AbortOptions & { readonly onProgress?: OnProgress };
const REASON = new Error("enough");

/** Checks that work reports up to its total in a unit, and ends before it begins and midway. */
async function checkEnds(unit: string, work: (hooks: Hooks) => Promise<unknown>): Promise<void> {
  const seen: Progress[] = [];
  await work({ onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1)!;
  ok(last.total > 0);
  deepStrictEqual([last.done, last.unit], [last.total, unit]);
  let calls = 0;
  await rejects(
    work({ signal: AbortSignal.abort(REASON), onProgress: () => void calls++ }),
    REASON,
  );
  strictEqual(calls, 0);
  const controller = new AbortController();
  const onProgress = () => {
    calls++;
    controller.abort(REASON);
  };
  await rejects(work({ signal: controller.signal, onProgress }), REASON);
  strictEqual(calls, 1);
}

Deno.test("AnnData in memory", async () => {
  const store = new Map<string, Uint8Array>();
  const genes = Array.from({ length: 300 }, (_, i) => `ENSG${String(i).padStart(11, "0")}`);
  const signal = genes.flatMap((_, i) => [i % 7, i % 5]);
  const blocks = ["E003", "E004"].map((cellType) => ({ cellType, genes, signal }));
  await writeAnndata(store, blocks, { record: { ...COMPETITION_RECORD, marks: ["H3K4me3"] } });
  await checkEnds("samples", (hooks) => readAnndata(store, hooks));
});

Deno.test("a folder of DeepChrome's files", () =>
  withDirectory(async (directory) => {
    for (const cellType of ["E003", "E004", "E005"]) {
      await Deno.mkdir(`${directory}/${cellType}`);
      await Deno.writeTextFile(`${directory}/${cellType}/train.csv`, "000003,1,0,1,2,3,4,1\n");
    }
    await checkEnds("files", (hooks) => readDeepchromeFolder(directory, hooks));
  }));

Deno.test("an index that is made, and the DNA of genes", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/toy.fa`;
    await Deno.writeTextFile(
      path,
      `>chr1\n${"ACGT".repeat(800_000)}\n>chr2\n${"GATTACA".repeat(9)}\n`,
    );
    await checkEnds("bytes", async (hooks) => (await openGenome(path, hooks)).close());
    const genome = await openGenome(path);
    const genes = [100, 5000, 90_000].map((tss) =>
      ({ id: `g${tss}`, chromosome: "chr1", tss, strand: "+", line: 1 }) as const
    );
    await checkEnds("genes", (hooks) =>
      readGeneSequences(genes, genome, { halfWidthBp: 50, ...hooks }));
    genome.close();
  }));

Deno.test("the motifs of filters", async () => {
  const weights = Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0); // [filter, base, letter]
  const filters = { count: 1, width: 2, weights, bias: new Float32Array(1) };
  const sequences = packSequences(["CCGACC", "TGATTT", "ACGTAC"]);
  const find = (hooks: Hooks) => findMotifs(filters, sequences, hooks);
  await checkEnds("sequences", (hooks) => Promise.resolve().then(() => find(hooks)));
  throws(() => find({ signal: AbortSignal.abort(REASON) }), REASON);
});

Deno.test("digests of files, each with its own progress", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/a.npz`;
    await Deno.writeFile(path, new Uint8Array(3 * 2 ** 20));
    await checkEnds("bytes", (hooks) => describeInputs({ data: path }, hooks));
  }));
