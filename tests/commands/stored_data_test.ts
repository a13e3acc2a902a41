/** Every command that reads data does the same on those whose signal stays on disk, or says why it cannot. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { filesIn, runTask } from "../helpers/command.ts";
import { readComparable } from "../helpers/cluster.ts";
import { writeStore } from "../helpers/store_folder.ts";

const { train, eval: test } = simulateColumns({
  cellTypes: 4,
  genes: 30,
  newCellTypes: 1,
  newGenes: 10,
  bins: 100,
  seed: 4,
});
const DIRECTORY = await Deno.makeTempDir();
const GENES = train.genes;
const [FIRST, SECOND] = train.cellTypes;

/** Letters for the genes of the data, for models that read DNA. */
const LETTERS = ["gene_id,sequence"].concat(
  [...new Set([...GENES, ...test.genes])].map((id, gene) =>
    `${id},${
      Array.from({ length: 2000 }, (_, i) => "ACGT"[(i * (gene + 3) + (i >> 2) * gene) % 4]).join(
        "",
      )
    }`
  ),
).join("\n");

/** The choices of a search. */
const SPACE = JSON.stringify({
  filters: [4],
  blocks: [{ width: [4], pool: [10, 200] }],
  dense: [[]],
  learningRate: [0.003, 0.01],
});

/** So many samples that there are two chunks of the usual size, as which windows see those in memory, too. */
const many = simulateColumns({ cellTypes: 5, genes: 250, newGenes: 1, bins: 100, seed: 5 }).train;
const WINDOW = "--data many.zarr --window 200";
const FIT = `${WINDOW} --preset experiment1 --epochs 1 --batch-size 50`;
const LETTERED = "--sequences letters.csv";
const EDITS =
  `id\tgene\tcell_type\tedit\tmark\tlike\nout\t${GENES[3]}\t${FIRST}\tremove\tH3K4me3\t\n` +
  `drawn\t${GENES[5]}\t\treplace\tH3K4me3\tany\n`;

/** Commands, each with what it needs that was made before. `OUT` is where it writes. */
const ROWS: readonly (readonly [name: string, line: string])[] = [
  ["doctor", "doctor train.zarr --test test.zarr"],
  ["doctor --page", "doctor train.zarr --page OUT.html"],
  ["train", `train ${FIT} --test test.zarr --validation test.zarr --out OUT`],
  ["train --ensemble", `train ${FIT} --ensemble 2 --out OUT`],
  ["predict", "predict --model run --data test.zarr --out OUT.tsv"],
  ["predict to .zarr", "predict --model run --data test.zarr --out OUT.zarr"],
  ["submit", "submit --model run --data test.zarr --out OUT.csv"],
  ["evaluate", "evaluate --model run --data test.zarr --train train.zarr --out OUT.json"],
  ["report", "report run --test test.zarr --out OUT"],
  ["forecast", `forecast ${FIT} --new-genes 5 --new-cell-types 1 --out OUT`],
  ["crossval", `crossval ${FIT} --folds 2 --out OUT`],
  ["experiments", `experiments ${WINDOW} --only experiment1 --epochs 1 --out OUT`],
  [
    "search",
    `search ${WINDOW} --space space.json --trials 2 --folds 2 --epochs 1 --out OUT`,
  ],
  ["split", "split --data train.zarr --out OUT --scheme shuffled"],
  ["split --folds", "split --data train.zarr --folds 2 --out OUT.tsv"],
  ["sequences", "sequences --data train.zarr --sequences letters.csv --out OUT.npz"],
  ["explain", `explain run --data train.zarr --genes ${GENES[2]},${GENES[9]} --out OUT`],
  ["explain all genes", "explain run --data train.zarr --genes all --method gradient --out OUT"],
  ["differences", `differences run --data train.zarr --between ${FIRST},${SECOND} --out OUT.tsv`],
  ["edit", "edit run --data train.zarr --edits edits.tsv --draws 3 --out OUT.tsv"],
  [
    "train on DNA",
    `train --data few.zarr --window 200 --preset waka-dna --epochs 1 ${LETTERED} --out OUT`,
  ],
  ["motifs", `motifs dna --data train.zarr ${LETTERED} --out OUT.meme`],
  ["export", "export run --out OUT.onnx"],
];

/** Commands that do not take the flags of computing. */
const PLAIN = ["doctor", "split", "sequences", "motifs", "export"];

/** Runs a command in the test's directory. */
async function run(line: string, more: readonly string[] = []) {
  const [name = "", ...args] = line.split(" ");
  const placed = args.map((word) =>
    /^(?:run|dna|panel|OUT\S*|(?:stored|packed)\S*|[\w-]+\.(?:zarr|json|tsv|csv))$/.test(word)
      ? `${DIRECTORY}/${word}`
      : word
  );
  const computing = PLAIN.includes(name) ? [] : ["--engine", "wasm", "--threads", "1"];
  return await runTask(name, ...placed, ...computing, ...more);
}

/** What a command printed, without times, the names of outputs, and what it says of memory. */
function comparable(text: string, out: string): string {
  return text.replaceAll(out, "OUT").replace(/^Their signal of .* stays on disk.*\n/gm, "")
    .replaceAll(": the signal stays on disk", "")
    .replace(/[\d,]+(?:\.\d+)? ?(?:ms|s|min|samples\/s)\b/g, "TIME");
}

/** The content of a file without times, the flag of memory and the fingerprint, which is that of the stored signal. */
async function contentOf(path: string, out: string): Promise<string | Uint8Array> {
  const content = await readComparable(path);
  if (!/\.(?:jsonl?|csv|tsv|html|md|meme)$/.test(path)) return content;
  const text = typeof content === "string" ? content : new TextDecoder().decode(content);
  return comparable(text, out).replace(/"(?:samplesFingerprint|fingerprint|digest)": ?"\w+"/g, "")
    .replace(/,?\s*"memory": ?1\b/g, "");
}

async function removeOutputs(): Promise<void> {
  for (const { name } of Deno.readDirSync(DIRECTORY)) {
    if (!/^(?:stored|packed)/.test(name)) continue;
    await Deno.remove(`${DIRECTORY}/${name}`, { recursive: true });
  }
}

/** What a command wrote, by the names of the files. */
async function outputs(out: string): Promise<Record<string, string | Uint8Array>> {
  const found: Record<string, string | Uint8Array> = {};
  for (const file of filesIn(DIRECTORY).filter((file) => file.startsWith(out))) {
    found[file.replace(out, "OUT")] = await contentOf(`${DIRECTORY}/${file}`, out);
  }
  return found;
}

await Promise.all([
  writeStore(`${DIRECTORY}/train.zarr`, new Dataset(train)),
  writeStore(`${DIRECTORY}/test.zarr`, new Dataset(test)),
  writeStore(`${DIRECTORY}/few.zarr`, new Dataset(train), { chunkSamples: undefined }),
  writeStore(`${DIRECTORY}/many.zarr`, new Dataset(many), { chunkSamples: undefined }),
  Deno.writeTextFile(`${DIRECTORY}/letters.csv`, LETTERS),
  Deno.writeTextFile(`${DIRECTORY}/edits.tsv`, EDITS),
  Deno.writeTextFile(`${DIRECTORY}/space.json`, SPACE),
]);

Deno.test({
  name: "every command does the same on stored data as on those in memory",
  fn: async (t) => {
    const trained = await run(`train ${FIT} --out run`);
    strictEqual(trained.code, 0, trained.stderr);
    const dna = await run(
      `train --data train.zarr --preset waka-dna --epochs 1 ${LETTERED} --out dna`,
    );
    strictEqual(dna.code, 0, dna.stderr);
    for (const [name, line] of ROWS) {
      await t.step(name, async () => {
        await removeOutputs();
        const memory = name === "export" ? [] : ["--memory", "1"];
        const [ours, theirs] = [
          await run(line.replace("OUT", "stored"), memory),
          await run(line.replace("OUT", "packed")),
        ];
        strictEqual(ours.code, 0, ours.stderr);
        // These print a table with times in it; their files have all figures.
        if (!/^(?:search|experiments)/.test(name)) {
          strictEqual(comparable(ours.stdout, "stored"), comparable(theirs.stdout, "packed"));
        }
        const [found, wanted] = [await outputs("stored"), await outputs("packed")];
        deepStrictEqual(Object.keys(found), Object.keys(wanted));
        for (const [file, content] of Object.entries(found)) {
          deepStrictEqual(content, wanted[file], file);
        }
      });
    }
  },
});

Deno.test("models that read a panel say that they need data in memory, and what to do", async () => {
  const trained = await run("train --data train.zarr --preset waka3 --epochs 1 --out panel");
  strictEqual(trained.code, 0, trained.stderr);
  await removeOutputs();
  for (
    const line of [
      "train --data train.zarr --preset waka3 --epochs 1 --out stored",
      "predict --model panel --data test.zarr --out stored.tsv",
    ]
  ) {
    const { code, stderr } = await run(line, ["--memory", "1"]);
    strictEqual(code, 1);
    match(stderr, /found a signal of [\d.]+ kB that stays on disk, expected one in memory\. /);
    match(stderr, /Lend more memory \(--memory SIZE\), or take fewer samples/);
    deepStrictEqual(await outputs("stored"), {});
  }
});

Deno.test("a size that says no number of bytes is refused", async () => {
  const { code, stderr } = await run("doctor train.zarr", ["--memory", "much"]);
  deepStrictEqual([code, /Expected a number of bytes, such as 4GB or 500MB/.test(stderr)], [
    2,
    true,
  ]);
});

Deno.test.afterAll(() => Deno.remove(DIRECTORY, { recursive: true }));
