/** What a program without this package must know of a model, and the program in docs/examples that makes use of it. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { describeInputs } from "../../src/model/describe_input.ts";
import { saveModel } from "../../src/model/save_load.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { presetSpec } from "../../src/model/presets.ts";
import {
  type DataRecord,
  DEEPCHROME_RECORD,
  type SequenceRecord,
  TRANSFORMS,
} from "../../src/record.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";
import { withDirectory } from "../helpers/command.ts";
import { simulatedData } from "../helpers/simulated.ts";
import { largestDifference, magnitude } from "../helpers/tolerances.ts";

const { train, unseen } = simulatedData();
const ROOT = new URL("../../", import.meta.url);
const QUICK = { epochs: 2, batchSize: 8, engine: "wasm", threads: 1 } as const;
/** As `waka2` has it. */
const LOGGED = { ...QUICK, epochs: 1, transform: "log1p", geneEffects: true } as const;

async function inputOf(directory: string) {
  const { userDefinedMetadata } = JSON.parse(await Deno.readTextFile(`${directory}/model.json`));
  return userDefinedMetadata.input;
}

function inputDescription(model: Parameters<typeof describeInputs>[0]) {
  const described = describeInputs(model);
  ok("input" in described);
  return described.input;
}

Deno.test("model.json says what its layers take, and what is to be done before and after them", async () => {
  const { model } = await fit("experiment1", train, LOGGED);
  await withDirectory(async (directory) => {
    await saveModel(model, directory);
    const { toDo, ...input } = await inputOf(directory);
    deepStrictEqual(input, {
      axes: ["sample", "bin", "mark"],
      bins: 20,
      marks: train.marks,
      transform: "log1p",
      values: "reads in each bin of 100 bp around the TSS, bins in genomic direction, hg19",
    });
    match(toDo, /^Apply ln\(1 \+ x\) .* Afterwards add histone\.geneEffects\.mean/);
  });
  const { geneEffects: _, ...alone } = model;
  const described = (record: Partial<DataRecord>) =>
    inputDescription({ ...alone, record: { ...model.record, ...record } });
  strictEqual(described({ transform: "none" }).toDo, "Feed the values as they are.");
  match(described({ transform: "asinh" }).toDo, /^Apply asinh\(x\)/);
  match(described({ normalisation: "rpm", assembly: "hg38" }).values, /hg38, rpm$/);
});

Deno.test("model.json says where the letters of a sequence begin and how they run", () => {
  const spec = presetSpec("waka-dna", { bases: 400 });
  const described = (sequence: SequenceRecord | undefined) => {
    const record = { ...DEEPCHROME_RECORD, ...(sequence && { sequence }) };
    const found = describeInputs({ spec, record });
    ok("inputs" in found);
    return found.inputs.inputs[1]!;
  };
  const letters =
    "1 for the letter of each base around the TSS, in the order A, C, G, T, 0 for the others; four zeros where no letter is known";
  deepStrictEqual(described(undefined), {
    name: "sequence",
    axes: ["sample", "base", "letter"],
    shape: [400, 4],
    values: letters,
  });
  const record = {
    bases: 400,
    tssBase: 200,
    orientation: "transcript",
    unknownAs: "none",
  } as const;
  strictEqual(
    described(record).values,
    `${letters}; letters in transcript direction; base 200, counted from 0, is the TSS; hg19`,
  );
  strictEqual(
    described({ bases: 400, orientation: "unknown", unknownAs: "A" }).values,
    `${letters}; a letter that stands for several bases, such as N, is an A; hg19`,
  );
});

Deno.test("the example's program in plain tf.js predicts what the package does, for every transform", async () => {
  await withDirectory(async (directory) => {
    const models: Record<string, TrainedModel> = {};
    for (const transform of TRANSFORMS) {
      for (const geneEffects of [true, false]) {
        const { model } = await fit("experiment1", train, { ...QUICK, transform, geneEffects });
        models[`${directory}/${transform}-${geneEffects}`] = model;
      }
    }
    for (const [path, model] of Object.entries(models)) await saveModel(model, path);
    // Genes that the models know, and others.
    const samples = new Dataset({ ...unseen.columns, labels: undefined });
    const found = await runExample(directory, Object.keys(models), samples);
    for (const [i, model] of Object.values(models).entries()) {
      const wanted = await predict(model, samples, { engine: "tfjs-cpu" });
      const apart = largestDifference(found[i]!, wanted);
      ok(apart <= 1e-5 * magnitude(wanted), `${Object.keys(models)[i]}: ${apart}`);
    }
  });
});

/** Runs the program, which imports tf.js and nothing of the package, on some models and the same samples. */
async function runExample(
  directory: string,
  models: readonly string[],
  data: Dataset,
): Promise<number[][]> {
  const counts = Array.from({ length: data.length }, (_, i) => {
    const signal = [...data.signalOf(i)];
    const { length } = data.marks;
    return Array.from(
      { length: data.bins },
      (_, bin) => signal.slice(bin * length, (bin + 1) * length),
    );
  });
  const genes = Array.from({ length: data.length }, (_, i) => data.geneOf(i));
  const program = `
import { predictInTfjs } from "${new URL("docs/examples/plain_tfjs.ts", ROOT)}";
const [models, counts, genes] = JSON.parse(await Deno.readTextFile(Deno.args[0]));
const found = [];
for (const model of models) found.push(await predictInTfjs(model, counts, genes));
console.log(JSON.stringify(found));
`;
  const [file, input] = [`${directory}/program.ts`, `${directory}/input.json`];
  await Deno.writeTextFile(file, program);
  await Deno.writeTextFile(input, JSON.stringify([models, counts, genes]));
  const config = new URL("deno.json", ROOT).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-q",
      "--no-check",
      "--cached-only",
      "--config",
      config,
      "--allow-read",
      file,
      input,
    ],
  }).output();
  ok(success, new TextDecoder().decode(stderr));
  // tf.js prints an advertisement before.
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}
