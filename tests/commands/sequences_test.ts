/** DNA in commands: `--sequences` wherever `--data` is taken, and the command `sequences`. */

import { deepStrictEqual, match, notStrictEqual, ok, strictEqual } from "node:assert";
import { NO_SEQUENCE, sequenceLetters } from "../../src/base/sequences.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import { type CommandResult, runTask, withDirectory } from "../helpers/command.ts";
import { fastaOf, twoBitOf } from "../helpers/genomes.ts";
import { randomRows } from "../helpers/sequences.ts";

const TRAIN = "fixtures/train.npz";
const TEST = "fixtures/eval.npz";
const BASES = 40;
const SPEC = {
  name: "small-dna",
  inputs: [{ name: "signal", bins: 100, marks: 5 }, { name: "sequence", bases: BASES }],
  branches: [
    {
      name: "marks",
      input: "signal",
      layers: [{ type: "maxPool1d", size: 50 }, { type: "flatten" }],
    },
    {
      name: "letters",
      input: "sequence",
      layers: [
        { type: "conv1d", filters: 3, width: 4, dilation: 1, padding: "same" },
        { type: "maxPool1d", size: 20 },
        { type: "flatten" },
      ],
    },
  ],
  head: {
    join: [{ type: "output", branch: "marks" }, { type: "output", branch: "letters" }],
    layers: [{ type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
};

/** Writes a model, and the letters of all genes but the first of the training data. */
async function writeInputs(directory: string): Promise<{ spec: string; letters: string }> {
  const { genes } = (await readDataset(TRAIN)).columns;
  const others = (await readDataset(TEST)).columns.genes;
  const ids = [...new Set([...genes, ...others])].slice(1);
  const rows = randomRows(ids.length, BASES);
  const [spec, letters] = [`${directory}/spec.json`, `${directory}/seq_data.csv`];
  await Deno.writeTextFile(spec, JSON.stringify(SPEC));
  await Deno.writeTextFile(letters, ids.map((id, i) => `${id},${rows[i]}\n`).join(""));
  return { spec, letters };
}

async function succeed(task: string, ...args: readonly string[]): Promise<CommandResult> {
  const result = await runTask(task, ...args);
  strictEqual(result.code, 0, result.stderr);
  return result;
}

const digest = async (run: string) =>
  JSON.parse(await Deno.readTextFile(`${run}/model/model.json`)).userDefinedMetadata.histone.sha256;

Deno.test("a file of sequences gives DNA to every command that reads data", () =>
  withDirectory(async (directory) => {
    const { spec, letters } = await writeInputs(directory);
    const run = `${directory}/run`;
    const model = ["--spec", spec, "--epochs", "1", "--engine", "wasm"];
    const dna = ["--sequences", letters];
    const trained = await succeed("train", "--data", TRAIN, ...dna, ...model, "--out", run);
    match(
      trained.stdout,
      /Sequences: 40 bases for 99 of 100 genes; one has no sequence, which models see/,
    );
    match(trained.stdout, /Next: .* --sequences \S+seq_data.csv/);
    const { inputs, dataRecord } = JSON.parse(await Deno.readTextFile(`${run}/config.json`));
    match(inputs.sequences.sha256, /^[0-9a-f]{64}$/);
    strictEqual(dataRecord.sequence.orientation, "unknown");
    match(dataRecord.sequence.source, /^seq_data.csv, \d+ bytes$/);
    const out = ["--out", `${directory}/predictions.tsv`];
    const predicted = await succeed("predict", "--model", run, "--data", TEST, ...dna, ...out);
    match(predicted.stdout, /predicts from the marks and the DNA alone/);
    const lost = await runTask("predict", "--model", run, "--data", TEST, ...out, "--overwrite");
    match(lost.stderr, /the model reads sequence, the data have none.*--sequences seq_data.csv/);
    // The split's files carry the DNA, so that the model needs no other file.
    const parts = ["--scheme", "by-gene", "--test-share", "0.3", "--out", `${directory}/parts`];
    await succeed("split", "--data", TRAIN, ...dna, ...parts);
    const part = [
      "--data",
      `${directory}/parts/train.npz`,
      "--test",
      `${directory}/parts/test.npz`,
    ];
    await succeed("train", ...part, ...model, "--out", `${directory}/other`);
    const examined = await succeed("doctor", TRAIN, ...dna);
    match(examined.stdout, /missing-sequences: gene \S+: 1 of 100 genes have no DNA sequence/);
    const facts = await succeed("info", `${directory}/parts/train.npz`, letters);
    match(
      facts.stdout,
      /sequences +for \d+ of 70 genes, GC \d+\.\d%, not known \d+\.\d%, in lower case/,
    );
    match(facts.stdout, /DNA +40 bases, orientation not known, N as no letter, from seq_data.csv/);
    match(facts.stdout, /seq_data.csv: DNA around the TSS of genes/);
  }));

Deno.test("A for N is another model, and a run knows the file that it was started with", () =>
  withDirectory(async (directory) => {
    const { spec, letters } = await writeInputs(directory);
    const model = ["--spec", spec, "--engine", "wasm", "--epochs", "1"];
    const train = (name: string, ...more: string[]) =>
      runTask(
        "train",
        "--data",
        TRAIN,
        "--sequences",
        letters,
        ...model,
        "--out",
        `${directory}/${name}`,
        ...more,
      );
    for (
      const [name, ...more] of [["none"], ["same", "--unknown-bases", "none"], [
        "a",
        "--unknown-bases",
        "A",
      ]]
    ) {
      const { code, stderr } = await train(name!, ...more);
      strictEqual(code, 0, stderr);
    }
    const [none, same, a] = await Promise.all(
      ["none", "same", "a"].map((name) => digest(`${directory}/${name}`)),
    );
    strictEqual(same, none);
    notStrictEqual(a, none);
    const data = ["--data", TEST, "--sequences", letters, "--out", `${directory}/p.tsv`];
    const refused = await runTask("predict", "--model", `${directory}/a`, ...data);
    match(refused.stderr, /sequence.unknownAs A, the data have none/);
    const alone = await runTask(
      "train",
      "--data",
      TRAIN,
      "--unknown-bases",
      "A",
      "--out",
      `${directory}/x`,
    );
    match(alone.stderr, /Cannot use --unknown-bases: found no --sequences/);
    const missing = await runTask(
      "train",
      "--data",
      TRAIN,
      "--sequences",
      `${directory}/no.csv`,
      ...model,
    );
    match(missing.stderr, /Cannot read --sequences .*no.csv: it does not exist/);
  }));

Deno.test("batches by gene are a flag, which the run keeps", () =>
  withDirectory(async (directory) => {
    const { spec, letters } = await writeInputs(directory);
    const flags = ["--data", TRAIN, "--sequences", letters, "--spec", spec, "--engine", "wasm"];
    const run = `${directory}/run`;
    await succeed("train", ...flags, "--epochs", "1", "--batch-by", "gene", "--out", run);
    const { training } = JSON.parse(await Deno.readTextFile(`${run}/model/model.json`))
      .userDefinedMetadata.histone;
    strictEqual(training.batchBy, "gene");
    const wrong = await runTask("train", ...flags, "--batch-by", "chromosome");
    match(wrong.stderr, /Expected one of sample, gene/);
  }));

/** Prepares data of three genes, with their places and without DNA, and the genome around them. */
async function prepareGenome(directory: string): Promise<{ letters: string }> {
  const letters = "AACCGGTTAGNNacgtacgtACGTCCGGAAT".repeat(40);
  const genes = [[1, 101, 200, "+", "A"], [1, 301, 400, "-", "B"], [9, 5, 90, "+", "C"]].map(
    ([chromosome, start, end, strand, id]) =>
      `chr${chromosome}\tx\tgene\t${start}\t${end}\t.\t${strand}\t.\tgene_id "${id}";\n`,
  );
  await Deno.writeTextFile(`${directory}/genes.gtf`, genes.join(""));
  await Deno.writeTextFile(`${directory}/r.bed`, "chr1\t95\t131\nchr1\t350\t386\nchr9\t20\t30\n");
  await Deno.writeTextFile(`${directory}/toy.fa`, fastaOf({ chr1: letters }));
  await Deno.writeTextFile(
    `${directory}/sheet.tsv`,
    "cell_type\tmark\tpath\nliver\tH3K4me3\tr.bed\n",
  );
  return { letters };
}

Deno.test("DNA is added to data as prepare would have, and the rest stays", () =>
  withDirectory(async (directory) => {
    const { letters } = await prepareGenome(directory);
    const at = (name: string) => `${directory}/${name}`;
    const genome = ["--genome", at("toy.fa"), "--sequence-half-width", "6"];
    const sheet = ["--samples", at("sheet.tsv"), "--genes", at("genes.gtf"), "--signal", "reads"];
    const prepare = (name: string, ...more: string[]) =>
      succeed(
        "prepare",
        ...sheet,
        "--half-width",
        "200",
        "--assembly",
        "hg19",
        "--out",
        at(name),
        ...more,
      );
    await prepare("plain.npz");
    await prepare("whole.npz", ...genome);
    const added = await succeed(
      "sequences",
      "--data",
      at("plain.npz"),
      ...genome,
      "--out",
      at("added.npz"),
    );
    match(added.stdout, /DNA: 12 bases \(TSS ± 6 bp\) for 2 of 3 genes/);
    match(added.stderr, /lacks the chromosomes of 1 of 3 genes \(chr9\)/);
    const [whole, other] = await Promise.all(
      ["whole.npz", "added.npz"].map((name) => readDataset(at(name))),
    );
    deepStrictEqual(other!.columns, whole!.columns);
    const { sequences } = other!.columns;
    strictEqual(sequenceLetters(sequences!, sequences!.entryOf[0]!), letters.slice(94, 106));
    strictEqual(sequences!.entryOf[2], NO_SEQUENCE);
    const fai = at("indexed.fa.fai");
    await Deno.writeTextFile(at("indexed.fa"), ">chr21\nACGT\n");
    await Deno.writeTextFile(fai, "chr21\t46709983\t7\t60\t61\n");
    await Deno.writeFile(at("toy.2bit"), twoBitOf({ chr1: "ACGT", chr2: "NNAC" }));
    await Deno.writeTextFile(at("quoted.csv"), '"gene","dna"\n"A","ACGTACGTACGTACGTACGTRN"\n');
    const facts = await succeed(
      "info",
      ...["toy.fa", "indexed.fa", "toy.2bit", "quoted.csv"].map(at),
    );
    match(facts.stdout, /toy.fa: FASTA: sequences[^]*index +none \(\.fai\)/);
    match(facts.stdout, /indexed.fa: FASTA: sequences[^]*sequences +1: chr21[^]*assembly +hg38/);
    match(facts.stdout, /toy.2bit: a genome's sequence \(2bit\)[^]*sequences +2: chr1, chr2/);
    match(facts.stdout, /quoted.csv: DNA around the TSS of genes[^]*22 bp each/);
  }));

Deno.test("data that do not say where genes are need an annotation", () =>
  withDirectory(async (directory) => {
    await prepareGenome(directory);
    const at = (name: string) => `${directory}/${name}`;
    const { genes } = (await readDataset(TRAIN)).columns;
    const table = genes.slice(0, 60).map((id, i) =>
      `${id}\tchr1\t${100 + 3 * i}\t${i % 2 ? "-" : "+"}\n`
    );
    await Deno.writeTextFile(at("genes.tsv"), `gene_id\tchrom\ttss\tstrand\n${table.join("")}`);
    await Deno.writeTextFile(
      at("hg38.gtf"),
      "#!genome-build GRCh38.p14\n" + await Deno.readTextFile(at("genes.gtf")),
    );
    const genome = ["--genome", at("toy.fa"), "--sequence-half-width", "6"];
    const add = (...more: string[]) =>
      runTask("sequences", "--data", TRAIN, "--out", at("o.npz"), ...more);
    const bare = await add(...genome);
    match(bare.stderr, /the data do not say where their 100 genes are, expected an annotation/);
    const added = await add(...genome, "--genes", at("genes.tsv"));
    strictEqual(added.code, 0, added.stderr);
    match(added.stderr, /it is not known where 40 of 100 genes are: they get no DNA/);
    const data = await readDataset(at("o.npz"));
    strictEqual(
      data.columns.sequences!.entryOf.filter((entry) => entry !== NO_SEQUENCE).length,
      60,
    );
    const { sequence: _, ...record } = data.record;
    const { columns } = await readDataset(TRAIN);
    deepStrictEqual(record, columns.record);
    deepStrictEqual(data.columns.signal, columns.signal);
    const refused: readonly (readonly [more: string[], message: RegExp])[] = [
      [[], /found neither --genome nor --sequences, expected one/],
      [[...genome, "--sequences", at("r.bed")], /found both --genome and --sequences/],
      [[...genome, "--genes", at("genes.gtf"), "--overwrite"], /none of the 100 genes of the data/],
      [
        [...genome, "--genes", at("hg38.gtf"), "--overwrite"],
        /it is of hg38 by its header, expected hg19/,
      ],
      [["--sequences", at("genes.tsv"), "--overwrite"], /3 or more columns, expected 2/],
      [["--sequences", at("r.bed"), "--sequence-half-width", "3"], /found no --genome/],
      [[...genome, "--out", at("o.zarr")], /expected a name that ends in .npz/],
      [[...genome], /o.npz/],
    ];
    for (const [more, message] of refused) {
      const { code, stderr } = await add(...more);
      ok(code !== 0);
      match(stderr, message);
    }
  }));
