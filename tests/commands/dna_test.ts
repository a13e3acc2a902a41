/** DNA as commands: simulated sequences, controls, arms, motifs, and the later report's experiments. */

import { deepStrictEqual, doesNotMatch, match, ok, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { readMeme } from "../../src/motifs/mod.ts";
import { loadModel } from "../../src/model/save_load.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { filesIn, runTask, withDirectory } from "../helpers/command.ts";
import { smallDna } from "../helpers/small_dna.ts";

const SIZE = [
  "--cell-types",
  "3",
  "--genes",
  "60",
  "--new-genes",
  "6",
  "--new-cell-types",
  "1",
  "--bins",
  "20",
];
const TRAINING = [
  "--engine",
  "wasm",
  "--epochs",
  "1",
  "--batch-size",
  "20",
  "--transform",
  "log1p",
];

async function run(name: string, ...args: string[]) {
  const result = await runTask(name, ...args);
  strictEqual(result.code, 0, result.stderr);
  return result;
}

/** Simulates data with DNA, and writes a small model for them. */
async function prepareData(directory: string): Promise<{ data: string; spec: string }> {
  const sequences = ["--sequences", "--sequence-half-width", "300"];
  await run("simulate", "--out", `${directory}/data`, ...SIZE, ...sequences);
  const spec = `${directory}/small.json`;
  await Deno.writeTextFile(spec, JSON.stringify(smallDna({ bins: 20, bases: 600 })));
  return { data: `${directory}/data`, spec };
}

Deno.test("simulate writes DNA into the npz files and as a table, which hold the same", async () => {
  await withDirectory(async (directory) => {
    const { data } = await prepareData(directory);
    deepStrictEqual(filesIn(data), [
      "eval.npz",
      "eval_labels.csv",
      "seq_data.csv",
      "train.npz",
      "truth.json",
    ]);
    const train = await readDataset(`${data}/train.npz`);
    const expected = simulateColumns({
      cellTypes: 3,
      genes: 60,
      newGenes: 6,
      newCellTypes: 1,
      bins: 20,
      sequences: { halfWidthBp: 300 },
    });
    deepStrictEqual(train.columns.sequences, expected.train.sequences);
    deepStrictEqual(train.record.sequence, expected.train.record.sequence);
    const rows = (await Deno.readTextFile(`${data}/seq_data.csv`)).trim().split("\n");
    strictEqual(rows.length, 66);
    for (const row of rows) {
      const [gene, letters = ""] = row.split(",");
      const position = train.columns.genes.indexOf(gene!);
      if (position < 0) continue;
      const codes = [...letters.toUpperCase()].map((letter) => "ACGT".indexOf(letter));
      deepStrictEqual(codes, [...train.sequenceOf(position)!]);
    }
    const { options, sequences, bestReachable } = JSON.parse(
      await Deno.readTextFile(`${data}/truth.json`),
    );
    deepStrictEqual(options.sequences, { halfWidthBp: 300, effect: 0.15 });
    strictEqual(sequences.motifs.length, 6);
    const { fromMarks, fromMarksAndSequence, fromMarksAndGene } = bestReachable.train;
    ok(fromMarks.mse > fromMarksAndSequence.mse && fromMarksAndSequence.mse > fromMarksAndGene.mse);
  });
});

Deno.test("DNA that nobody asked for cannot be described, nor have more effect than is hidden", async () => {
  await withDirectory(async (directory) => {
    const out = ["--out", `${directory}/data`];
    const alone = await runTask("simulate", ...out, "--sequence-effect", "0.1");
    match(
      alone.stderr,
      /--sequence-half-width and --sequence-effect describe DNA, add --sequences/,
    );
    const strong = await runTask("simulate", ...out, "--sequences", "--sequence-effect", "0.3");
    match(
      strong.stderr,
      /--sequence-effect is 0.3, expected a number from 0 to --hidden-share, which is 0.22/,
    );
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("a control is trained, kept with the model, described, and shown again to predict", async () => {
  await withDirectory(async (directory) => {
    const { data, spec } = await prepareData(directory);
    const model = ["--data", `${data}/train.npz`, "--spec", spec, ...TRAINING];
    const runs = {
      dna: [],
      shuffled: ["--sequence-control", "shuffled:3"],
      code: ["--sequence-control", "random-code"],
    };
    for (const [name, control] of Object.entries(runs)) {
      await run("train", ...model, ...control, "--out", `${directory}/${name}`);
    }
    const shuffled = await loadModel(`${directory}/shuffled/model`);
    const { kind, seed, genes } = shuffled.record.sequence!.control!;
    deepStrictEqual([kind, seed, genes?.length], ["shuffled", 3, 60]);
    strictEqual(shuffled.inputRecord.sequence?.control, undefined);
    const config = JSON.parse(await Deno.readTextFile(`${directory}/code/config.json`));
    deepStrictEqual(config.sequenceControl, { kind: "random-code", seed: 0 });
    const { stdout } = await run("info", `${directory}/shuffled`);
    match(stdout, /a control: shuffled between 60 genes, seed 3/);
    match(stdout, /in place of which the model saw that of other genes \(seed 3\)/);
    doesNotMatch(stdout, /\[object/);
    const json = await run("info", `${directory}/shuffled`, "--json");
    doesNotMatch(json.stdout, /"genes": ?\[/);

    const predictions: string[] = [];
    for (const name of Object.keys(runs)) {
      const out = `${directory}/${name}.tsv`;
      await run(
        "predict",
        "--model",
        `${directory}/${name}`,
        "--data",
        `${data}/eval.npz`,
        "--out",
        out,
      );
      predictions.push(await Deno.readTextFile(out));
    }
    strictEqual(new Set(predictions).size, 3);
    const note = await run(
      "predict",
      "--model",
      `${directory}/shuffled`,
      "--data",
      `${data}/eval.npz`,
      "--out",
      `${directory}/again.tsv`,
    );
    match(note.stdout, /the model is a control: in place of each gene's own sequence it is shown/);
    strictEqual(await Deno.readTextFile(`${directory}/again.tsv`), predictions[1]);

    // Data without the genes that sequences were shuffled among cannot show them again.
    const few = [
      "--cell-types",
      "1",
      "--genes",
      "10",
      "--new-genes",
      "2",
      "--new-cell-types",
      "1",
      "--bins",
      "20",
    ];
    const sequences = ["--sequences", "--sequence-half-width", "300"];
    await run("simulate", "--out", `${directory}/few`, ...few, ...sequences);
    const refused = await runTask(
      "predict",
      "--model",
      `${directory}/shuffled`,
      "--data",
      `${directory}/few/train.npz`,
      "--out",
      `${directory}/few.tsv`,
    );
    strictEqual(refused.code, 1);
    match(
      refused.stderr,
      /was trained with the sequence of gene ENSG\d+ for gene ENSG\d+, and the data lack/,
    );

    const arms = ["--arms", `${directory}/shuffled,${directory}/code`];
    const labels = ["--labels", `${data}/eval_labels.csv`];
    const test = ["--model", `${directory}/dna`, "--data", `${data}/eval.npz`, ...labels];
    const out = ["--out", `${directory}/metrics.json`];
    const train = ["--train", `${data}/train.npz`];
    const evaluated = await run("evaluate", ...test, ...train, ...arms, ...out);
    match(
      evaluated.stdout,
      /What DNA adds, by regime:\nNew gene in a trained cell type: 18 samples of 6 genes\n/,
    );
    doesNotMatch(evaluated.stderr, /different ways/);
    match(evaluated.stdout, /\n {2}a random code +\d\.\d{3} {2}\(/);
    const metrics = JSON.parse(await Deno.readTextFile(`${directory}/metrics.json`));
    deepStrictEqual(metrics.arms.map(({ regime }: { regime: string }) => regime), [
      "newGene",
      "newCellType",
      "bothNew",
    ]);
    match((await runTask("evaluate", ...test, ...arms, ...out)).stderr, /found no --train/);
    const twice = ["--arms", `${directory}/dna`];
    match(
      (await runTask("evaluate", ...test, ...train, ...twice, ...out, "--overwrite")).stderr,
      /two of the models are of one kind, DNA/,
    );
  });
});

Deno.test("a control needs a model of DNA, and a word that is known", async () => {
  await withDirectory(async (directory) => {
    const out = ["--out", `${directory}/run`, ...TRAINING];
    const plain = await runTask(
      "train",
      "--data",
      "fixtures/train.npz",
      "--preset",
      "experiment1",
      "--sequence-control",
      "shuffled",
      ...out,
    );
    match(plain.stderr, /"experiment1" with the sequence control shuffled: it reads no sequence/);
    for (const word of ["scrambled", "shuffled:x", "shuffled:1:2", "shuffled:-1"]) {
      const { code, stderr } = await runTask("train", "--sequence-control", word, ...out);
      strictEqual(code, 2, word);
      match(stderr, /Expected one of shuffled, random-code, or one with a seed/);
    }
  });
});

Deno.test("forecast sets the arms side by side, by regime, unless told not to", async () => {
  await withDirectory(async (directory) => {
    const { data, spec } = await prepareData(directory);
    const flags = [
      "--data",
      `${data}/train.npz`,
      "--spec",
      spec,
      ...TRAINING,
      "--new-cell-types",
      "1",
    ];
    const out = ["--new-genes", "10", "--out", `${directory}/run`];
    const { stdout } = await run("forecast", ...flags, ...out);
    for (const name of ["shuffled", "random code", "marks alone"]) {
      match(stdout, new RegExp(`\nControl: ${name}, `));
      strictEqual(stdout.split("the model is a control").length, 1);
      match(stdout, new RegExp(`\n${name} +\\d\\.\\d{3}`));
    }
    match(stdout, /Forecast of the competition's score: MSE \d\.\d{4} for small-dna /);
    match(stdout, /\nTrained on: 100 samples of 50 genes\n {2}DNA +\d\.\d{3}\n/);
    const { arms, mix } = JSON.parse(await Deno.readTextFile(`${directory}/run/regimes.json`));
    deepStrictEqual(mix.models.map(({ name }: { name: string }) => name), [
      "small-dna",
      "shuffled",
      "random code",
      "marks alone",
    ]);
    deepStrictEqual(arms.map(({ arms }: { arms: unknown[] }) => arms.length), [4, 4, 4, 4]);
    const described = await run("info", `${directory}/run`);
    match(described.stdout, /controls +shuffled, random-code, marks-only: regimes.json says/);
    await run("report", `${directory}/run`);
    const page = await Deno.readTextFile(`${directory}/run/report.html`);
    const { finding } = arms[0];
    ok(page.includes(`<strong>New gene in a trained cell type:</strong> ${finding}.`));
    strictEqual(page.split(">a random code</th>").length, 5);
    const alone = await run("forecast", ...flags, ...out, "--no-arms", "--overwrite");
    doesNotMatch(alone.stdout, /Control|What DNA adds/);
  });
});

Deno.test("motifs writes filters as MEME and as a page, compares them, and reads weights alone", async () => {
  await withDirectory(async (directory) => {
    const { data, spec } = await prepareData(directory);
    const model = ["--data", `${data}/train.npz`, "--spec", spec, ...TRAINING];
    await run("train", ...model, "--out", `${directory}/run`);
    const out = `${directory}/motifs.meme`;
    const page = `${directory}/motifs.html`;
    const searched = ["--data", `${data}/train.npz`, "--match", `${data}/truth.json`];
    const { stdout } = await run(
      "motifs",
      `${directory}/run`,
      ...searched,
      "--out",
      out,
      "--page",
      page,
    );
    match(stdout, /^motif +spelt +bits +sites +like +strand +p +p of all$/m);
    match(stdout, /and 12 more in the file/);
    match(
      stdout.replaceAll(/\s+/g, " "),
      /motifs? of 32 (is|are) like a known one \(p of all below 0.05, where 1.6 /,
    );
    const motifs = await readMeme(out);
    strictEqual(motifs.length, 32);
    ok(motifs.every(({ matrix, sites }) => matrix.length === 8 && sites! >= 0));
    const html = await Deno.readTextFile(page);
    match(html, /^<!DOCTYPE html>\n<!-- @waka\/histone: page of motifs -->/);
    match(html, /Sites by place, −300 bp to \+300 bp from the TSS/);
    match(html, /aria-label="Where the sites of filter1 lie/);
    match(html, /motifs? of 32 (is|are) like a known one/);
    const described = await run("info", out, page, `${data}/truth.json`);
    match(described.stdout, /motifs in MEME's format/);
    match(described.stdout, /positions +8 each/);
    match(described.stdout, /a page of motifs/);
    match(described.stdout.replaceAll(/\s+/g, " "), /the truth of simulated data/);

    // Of data with more bases than the model reads, those that it reads are searched.
    const narrow = `${directory}/narrow.json`;
    await Deno.writeTextFile(narrow, JSON.stringify(smallDna({ bins: 20, bases: 200 })));
    const control = ["--sequence-control", "random-code"];
    const few = ["--data", `${data}/train.npz`, "--spec", narrow, ...TRAINING, ...control];
    await run("train", ...few, "--out", `${directory}/narrow`);
    const { stdout: noted } = await run(
      "motifs",
      `${directory}/narrow`,
      "--data",
      `${data}/train.npz`,
      "--out",
      `${directory}/narrow.meme`,
      "--page",
      `${directory}/narrow.html`,
    );
    match(noted, /a control: it was trained on random letters, which are searched in place of/);
    match(
      await Deno.readTextFile(`${directory}/narrow.html`),
      /Sites by place, −100 bp to \+100 bp from the TSS/,
    );

    const weights = await run(
      "motifs",
      `${directory}/run`,
      "--match",
      out,
      "--out",
      `${directory}/w.meme`,
    );
    match(weights.stdout, /^motif +spelt +bits +like/m);
    ok((await readMeme(`${directory}/w.meme`)).every(({ sites }) => sites === undefined));

    const refuse = async (message: RegExp, ...args: string[]) => {
      const { code, stderr } = await runTask("motifs", `${directory}/run`, ...args);
      strictEqual(code, 1, message.source);
      match(stderr, message);
    };
    const other = ["--out", `${directory}/other.meme`];
    await refuse(/is there already/, "--out", out);
    await refuse(/found no --data/, ...other, "--record", "x.json");
    await refuse(/the data have no sequences/, ...other, "--data", "fixtures/train.npz");
    await refuse(/begins with "\{|Cannot read motifs/, ...other, "--match", spec);
    await refuse(/page to standard output/, ...other, "--page", "-");
    await refuse(/MEME version 4/, ...other, "--match", `${data}/seq_data.csv`);
    const marks = ["--data", "fixtures/train.npz", "--preset", "experiment1", ...TRAINING];
    await run("train", ...marks, "--out", `${directory}/marks`);
    const none = await runTask("motifs", `${directory}/marks`, ...other);
    match(none.stderr, /"experiment1": it reads no sequence/);
  });
});

Deno.test("experiments --dna trains the later report's models, the fifth in two phases", async () => {
  await withDirectory(async (directory) => {
    const { data } = await prepareData(directory);
    const flags = [
      "--data",
      `${data}/train.npz`,
      "--epochs",
      "1",
      "--engine",
      "wasm",
      "--folds",
      "4",
    ];
    const only = ["--only", "waka-dna-experiment5,waka-dna"];
    const { stdout } = await run(
      "experiments",
      ...flags,
      "--dna",
      ...only,
      "--out",
      `${directory}/table`,
    );
    match(
      stdout,
      /Phase: branch "marks" with a head of its own\n[^]*Phase: branch "dna" with[^]*Phase: the joint head on both/,
    );
    match(stdout, /report train +report test/);
    match(stdout, /waka-dna-experiment5 .* – +3\.3340 /);
    match(stdout, /waka-dna .* 2\.1361 +3\.1596 /);
    match(stdout, /figures are of the competition's data/);
    const again = await run(
      "experiments",
      ...flags,
      "--dna",
      ...only,
      "--out",
      `${directory}/table`,
    );
    match(again.stdout, /waka-dna-experiment5: finished before/);
    const plain = await runTask(
      "experiments",
      "--data",
      "fixtures/train.npz",
      "--dna",
      "--out",
      `${directory}/no`,
    );
    strictEqual(plain.code, 1);
    match(plain.stderr, /reads sequence, the data have none/);
  });
});
