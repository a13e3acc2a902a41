/** What a cross-validation says of itself. */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { describeSharedParts, findSharedParts } from "../../src/commands/_shared_parts.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { kFold } from "../../src/data/kfold.ts";
import { readCompetition } from "../../src/io/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { runTask, withDirectory } from "../helpers/command.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const QUICK = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "1"];

/** What each scheme has on both sides, with 4 folds on 6 cell types × 100 genes. */
const SHARED = [
  [
    "contiguous",
    /^Scheme contiguous shares genes and cell types: 100% and 33\.3% of the validation/,
  ],
  ["shuffled", /shares genes and cell types: 100% and 100% of/],
  ["by-gene", /shares cell types: 100% of/],
  ["by-cell-type", /shares genes: 100% of the validation samples have one that is trained on too/],
  ["by-both", /^Scheme by-both: training and validation share no gene and no cell type\.$/],
] as const;

Deno.test("genes and cell types that folds share are found in the samples, not by the scheme's name", () => {
  const size = { cellTypes: 6, genes: 100, newCellTypes: 0, newGenes: 1, bins: 1 };
  const data = new Dataset(simulateColumns(size).train);
  for (const [scheme, message] of SHARED) {
    const shared = findSharedParts(kFold(data, { folds: 4, scheme }));
    match(describeSharedParts(scheme, shared), message);
  }
  // Each sample a gene and cell type of its own: there is nothing to share.
  const alone = data.filter((row) => row % 101 === 0);
  const shared = findSharedParts(kFold(alone, { folds: 2, scheme: "contiguous" }));
  deepStrictEqual(shared, { genes: 0, cellTypes: 0 });
});

/** The mean and the sample standard deviation of some numbers. */
function spreadOf(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}

Deno.test("mean and sample standard deviation over folds and repeats are printed, by regime too, and kept", async () => {
  await withDirectory(async (directory) => {
    const args = [...QUICK, "--folds", "3", "--repeats", "2", "--out", directory];
    const { code, stdout, stderr } = await runTask("crossval", ...args);
    strictEqual(code, 0, stderr);
    match(stdout, /\nScheme by-both: training and validation share no gene and no cell type\.\n/);
    match(stdout, /\nFold 6 of 6: 2\d\d samples to train on, 6\d to validate on\n/);
    const metrics = JSON.parse(await Deno.readTextFile(`${directory}/metrics.json`));
    deepStrictEqual(metrics.shared, { genes: 0, cellTypes: 0 });
    const errors: number[] = metrics.folds.map(({ mse }: { mse: number }) => mse);
    const { mean, sd } = spreadOf(errors);
    strictEqual(metrics.mse.toFixed(9), mean.toFixed(9));
    strictEqual(metrics.mseSd.toFixed(9), sd.toFixed(9));
    match(
      stdout,
      new RegExp(`Mean ± sd of 6 folds: MSE ${mean.toFixed(4)} ± ${sd.toFixed(4)}, Pearson`),
    );
    match(
      stdout,
      new RegExp(`Pearson r ${metrics.pearson.toFixed(4)} ± ${metrics.pearsonSd.toFixed(4)}`),
    );
    const means = [errors.slice(0, 3), errors.slice(3)].map((own) => spreadOf(own).mean);
    const between = spreadOf(means);
    match(
      stdout,
      new RegExp(`Means of the 2 repeats: MSE ${mean.toFixed(4)} ± ${between.sd.toFixed(4)}`),
    );
    type Regime = { regime: string; mse: { mean: number; sd: number }; samples: number };
    const regimes: Regime[] = metrics.regimes;
    deepStrictEqual(regimes.map(({ regime }) => regime), ["newGene", "newCellType", "bothNew"]);
    strictEqual(regimes[2]!.mse.mean, metrics.mse);
    // Each sample of 600 is once of a new gene and once of a new cell type, or once both, in each repeat.
    deepStrictEqual(regimes.map(({ samples }) => samples), [800, 800, 400]);
    match(stdout, /\nwhat is new +samples +MSE +r +gene mean's MSE\nnew gene +800 +\d\.\d{4} ± /);
    match(stdout, /\nIn the competition's proportions: MSE \d\.\d{4} ± \d\.\d{4}\n/);
    const config = JSON.parse(await Deno.readTextFile(`${directory}/config.json`));
    strictEqual(config.scheme, "by-both");
  });
});

Deno.test("chromosomes come from an annotation, groups from a table, and neither is on both sides", async () => {
  await withDirectory(async (directory) => {
    const { genes, cellTypes } = await readCompetition("fixtures/train.npz");
    const [places, donors] = [`${directory}/genes.tsv`, `${directory}/donors.csv`];
    const rows = genes.map((id, i) => `${id}\tchr${1 + i % 5}\t${1000 * i}\t+`);
    await Deno.writeTextFile(places, ["gene_id\tchrom\ttss\tstrand", ...rows, ""].join("\n"));
    const table = cellTypes.map((name, i) => `${name},${"ABC"[i % 3]},x`);
    await Deno.writeTextFile(donors, ["cell_type,donor,sex", ...table, ""].join("\n"));
    const run = (...args: string[]) =>
      runTask("crossval", ...QUICK, "--out", `${directory}/out`, "--overwrite", ...args);

    const chromosomes = ["--scheme", "by-chromosome", "--genes", places, "--folds", "5"];
    const first = await run(...chromosomes, "--stratified");
    strictEqual(first.code, 0, first.stderr);
    match(first.stdout, /Scheme by-chromosome shares cell types: 100% of/);
    match(first.stdout, /\nFold 5 of 5: 480 samples to train on, 120 to validate on\n/);
    const config = await Deno.readTextFile(`${directory}/out/config.json`);
    match(config, /"stratified": true/);
    match(config, /"genes": \{\s+"path": "[^"]*genes.tsv"/);

    const groups = ["--scheme", "by-group", "--groups", donors];
    const second = await run(...groups, "--group-column", "donor", "--folds", "3");
    strictEqual(second.code, 0, second.stderr);
    match(second.stdout, /^Groups: 3 groups by column donor$/m);
    match(second.stdout, /Scheme by-group shares genes: 100% of/);
    match(second.stdout, /\nFold 3 of 3: 400 samples to train on, 200 to validate on\n/);

    const cases: [string[], RegExp][] = [
      [["--scheme", "by-chromosome"], /it is unknown for \d+ of 100 genes, .* with --genes/],
      [["--genes", places], /Cannot use --genes: scheme by-both needs no chromosomes/],
      [["--scheme", "by-group"], /found no --groups/],
      [["--groups", donors], /Cannot use --groups: scheme is by-both, expected by-group/],
      [groups, /Cannot choose a column of .*: it has donor, sex\. Name one with --group-column/],
      [[...groups, "--group-column", "age"], /Cannot use --group-column age: .* it has donor, sex/],
      [[...groups, "--group-column", "sex", "--folds", "2"], /only 1 group, expected at least 2/],
      [["--scheme", "contiguous", "--repeats", "2"], /the same every time/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run(...args);
      strictEqual(code, 1, args.join(" "));
      match(stderr, message);
    }
  });
});

/** Starts a cross-validation, kills it after its first checkpoint, and changes the flags that it kept. */
async function startAndKill(
  args: readonly string[],
  { out, change }: {
    readonly out: string;
    readonly change: (flags: Record<string, unknown>) => void;
  },
): Promise<void> {
  const long = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "6"];
  const often = ["--checkpoint-minutes", "0.0001", "--engine", "wasm", "--out", out];
  await kill(
    await startUntilCheckpoint("crossval", [...long, ...often, ...args], { directory: out }),
  );
  const path = `${out}/checkpoints/command.json`;
  const kept = JSON.parse(await Deno.readTextFile(path));
  change(kept.flags);
  await Deno.writeTextFile(path, JSON.stringify(kept));
}

Deno.test("a run that an older version began is resumed with the scheme that it had", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    await startAndKill(["--scheme", "contiguous", "--folds", "3"], {
      out,
      // Flags that versions before did not have.
      change: (flags) => {
        strictEqual(flags.scheme, "contiguous");
        delete flags.repeats;
        delete flags.stratified;
      },
    });
    const { code, stdout, stderr } = await runTask("crossval", "--resume", out);
    strictEqual(code, 0, stderr);
    match(stdout, /^Scheme contiguous shares genes: 100% of/m);
    match(stdout, /^Mean ± sd of 3 folds/m);
  });
});

Deno.test("a run by groups is resumed with the table where it is now, and with no other table", async () => {
  await withDirectory(async (directory) => {
    const { cellTypes } = await readCompetition("fixtures/train.npz");
    const [out, table] = [`${directory}/run`, `${directory}/donors.tsv`];
    const text = (donors: string) =>
      ["cell_type\tdonor", ...cellTypes.map((name, i) => `${name}\t${donors[i % 3]}`), ""].join(
        "\n",
      );
    await Deno.writeTextFile(table, text("ABC"));
    await startAndKill(["--scheme", "by-group", "--groups", table, "--folds", "3"], {
      out,
      change: () => {},
    });
    await Deno.rename(table, `${directory}/moved.tsv`);
    await Deno.writeTextFile(table, text("ABA"));
    const other = await runTask("crossval", "--resume", out);
    strictEqual(other.code, 1);
    match(other.stderr, /donors\.tsv \(--groups\) is not the file that the run was started with/);
    const moved = await runTask("crossval", "--resume", out, "--groups", `${directory}/moved.tsv`);
    strictEqual(moved.code, 0, moved.stderr);
    match(moved.stdout, /^Fold 3, validation: .* 200 samples$/m);
  });
});

testWith(
  "shared",
  "classes are judged by the area under the ROC curve, on whole chromosomes of human genes",
  async () => {
    await withDirectory(async (directory) => {
      const toy = sharedFile("data/deepchrome_toy/train.csv").pathname;
      const model = ["--preset", "deepchrome", "--epochs", "1", "--engine", "wasm", "--folds", "2"];
      const args = [
        "--data",
        toy,
        ...model,
        "--scheme",
        "by-chromosome",
        "--out",
        `${directory}/run`,
      ];
      const { code, stdout, stderr } = await runTask("crossval", ...args);
      strictEqual(code, 0, stderr);
      match(stdout, /^Chromosomes of 10 genes: from the package's list of human genes/m);
      match(stdout, /^Mean ± sd of 2 folds: .*, AUROC \d\.\d{4} ± \d\.\d{4}$/m);
      match(stdout, /^what is new +samples +MSE +AUROC +gene mean's MSE$/m);
      const metrics = JSON.parse(await Deno.readTextFile(`${directory}/run/metrics.json`));
      const areas: number[] = metrics.folds.map(({ auroc }: { auroc: number }) => auroc);
      strictEqual(metrics.auroc, spreadOf(areas).mean);
      strictEqual(metrics.regimes[0].auroc.mean, metrics.auroc);
      // One cell type cannot be divided.
      const refused = await runTask("crossval", "--data", toy, ...model, "--out", `${directory}/b`);
      strictEqual(refused.code, 1);
      match(refused.stderr, /only 1 cell type, .* Split the data by gene \(--scheme by-gene\)$/m);
    });
  },
);
