/** Folders: data sets, runs and models. */

import { formatCountOf } from "../../base/count.ts";
import { directoryEntries } from "../../files/directory.ts";
import { openFile, pathKind } from "../../files/file.ts";
import { isZarrFolder } from "../../io/zarr/folder.ts";
import { holdsUnfinishedRun } from "../../runs/command_file.ts";
import { holdsModels, loadModels } from "../../runs/models.ts";
import { commandOfRun } from "../../runs/run_files.ts";
import { readJson } from "../../runs/json.ts";
import { readRun } from "../../runs/saved_run.ts";
import type { DataRecord } from "../../record.ts";
import { digestWeights } from "../../model/digest_weights.ts";
import { STARTER } from "../../starter/load_starter.ts";
import { describeDeepchrome, describeFolderData } from "./_data.ts";
import { calibrationFacts } from "./_calibration.ts";
import { panelFacts } from "./_panel.ts";
import { describePlan, holdsPlan } from "./_plan.ts";
import { recordFacts } from "./_record.ts";
import { describePredictions, holdsPredictions } from "./_predictions.ts";
import { type Description, type Fact, grouped, listFacts, someOf } from "./facts.ts";

/** Entries of a folder that are looked at to add up their sizes. */
const MOST_ENTRIES = 20_000;

/** Describes a folder by the names in it, and then by what these hold. */
export async function describeFolder(path: string): Promise<Description> {
  if (await isZarrFolder(path)) {
    if (await holdsPredictions(path)) return await describePredictions(path);
    return await describeFolderData(path, { bytes: await addSizes(path), isZarr: true });
  }
  const command = await commandOfRun(path);
  if (command !== undefined) return await describeRun(path, command);
  if (await holdsUnfinishedRun(path)) {
    return { kind: "run", what: "an unfinished run, which --resume continues", facts: [] };
  }
  if (await holdsPlan(path)) return await describePlan(path);
  if (await holdsModels(path)) {
    return { kind: "model", what: "a model", facts: await modelFacts(path) };
  }
  const entries = await directoryEntries(path);
  if (entries.some(({ name }) => name === "explain.json")) return await describeExplanation(path);
  if (await pathKind(`${path}/unfinished/plan.json`) === "file") {
    return {
      kind: "explanation",
      what: "an unfinished explanation, which the same command resumes",
      facts: [],
    };
  }
  if (entries.some(({ name }) => name.startsWith("events.out.tfevents."))) {
    return { kind: "events", what: "event files for TensorBoard", facts: [] };
  }
  const cellTypes: string[] = [];
  for (const { name, isDirectory } of entries.slice(0, 1000)) {
    if (isDirectory && await pathKind(`${path}/${name}/train.csv`) === "file") cellTypes.push(name);
  }
  if (cellTypes.length > 0) {
    return await describeFolderData(path, { bytes: await addSizes(path), isZarr: false });
  }
  const names = entries.map(({ name }) => name);
  if (names.includes("train.csv")) {
    const { what, ...rest } = await describeDeepchrome(
      `${path}/train.csv`,
      await sizeOf(`${path}/train.csv`),
    );
    return {
      ...rest,
      what: `${what.replace(/^a data set/, "a folder with a data set")} (train.csv)`,
    };
  }
  return {
    kind: "unknown",
    what:
      `a folder with ${
        formatCountOf(names.length, "entry").replace(/entrys$/, "entries")
      }, neither data nor a run ` +
      "nor a model",
    facts: listFacts([["entries", "entries", names.slice(0, 100), someOf(names)]]),
  };
}

/** What `explain` wrote. */
async function describeExplanation(path: string): Promise<Description> {
  const { method, baseline, modelName, samples, genes, cellTypes, files } = Object(
    await readJson(`${path}/explain.json`, "read explanation"),
  );
  const count = (value: unknown) => typeof value === "number" ? value : undefined;
  const text = (value: unknown) => typeof value === "string" ? value : undefined;
  const listed = Array.isArray(files) ? files.map(String) : [];
  return {
    kind: "explanation",
    what: "explained predictions",
    facts: listFacts([
      ["model", "model", text(modelName)],
      ["method", "method", text(method)],
      ["baseline", "baseline", text(baseline)],
      ["samples", "samples", count(samples)],
      ["genes", "genes", count(genes)],
      ["cellTypes", "cell types", count(cellTypes)],
      ["files", "files", listed, someOf(listed)],
    ]),
  };
}

async function describeRun(path: string, command: string): Promise<Description> {
  const facts = listFacts([["command", "written by", command]]);
  const what = "the folder of a run";
  if (command === "search") return { kind: "run", what, facts };
  const { config, training, hasModels, arms: compared } = await readRun(path);
  const batchBy = config.batchBy === "gene" ? config.batchBy : undefined;
  const arms = compared?.[0]?.arms.flatMap(({ kind }) => kind === "dna" ? [] : [kind]);
  return {
    kind: "run",
    what,
    facts: [
      ...facts,
      ...listFacts([
        ["data", "data", config.data],
        ["samples", "samples", config.samples, grouped(config.samples)],
        ["preset", "model", training?.preset],
        ["epochs", "epochs", training?.epochs],
        ["batchBy", "batches", batchBy, `of the samples of few genes (--batch-by ${batchBy})`],
        ["engine", "engine", training && `${training.engine} (${training.device})`],
        ["arms", "controls", arms, arms && `${arms.join(", ")}: regimes.json says what DNA adds`],
        ["isUnfinished", "unfinished", await holdsUnfinishedRun(path) || undefined],
      ]),
      ...hasModels ? await modelFacts(path) : [],
    ],
  };
}

/** Describes the model that comes with this program. */
export async function describeStarter(): Promise<Description> {
  return {
    kind: "model",
    what: "the starter model, which comes with this program",
    facts: await modelFacts(STARTER),
  };
}

async function modelFacts(path: string): Promise<Fact[]> {
  const models = await loadModels(path);
  const [first] = models;
  if (first === undefined) return [];
  const weights = first.weights.reduce((sum, { length }) => sum + length, 0);
  const { importedFrom } = first.training;
  // What this package did to an imported model is nothing.
  const { preset, epochs, engine, samples } = Object(
    importedFrom === undefined ? first.training : undefined,
  );
  const control = first.record.sequence?.control?.kind;
  const digests = await Promise.all(models.map(({ weights }) => digestWeights(weights)));
  return [
    ...listFacts([
      ["models", "models", models.length],
      ["weights", "weights", weights, `${grouped(weights)} of each`],
      // As a saved model's `model.json` has it, and the page in the browser.
      [
        "weightsSha256",
        "their sha256",
        models.length === 1 ? digests[0] : digests,
        digests.join(", "),
      ],
      ["importedFrom", "imported from", importedFrom],
      ["trainedPreset", "preset", typeof preset === "string" ? preset : undefined],
      ["trainedEpochs", "epochs of training", epochs],
      ["trainedEngine", "engine of training", engine],
      ["trainedSamples", "samples of training", samples, grouped(samples)],
      ["sequenceControl", "sequences", control, describeControl(first.record)],
    ]),
    ...first.panel === undefined ? [] : panelFacts(first.panel),
    ...first.calibration === undefined ? [] : calibrationFacts(first.calibration),
    ...recordFacts(first.record),
  ];
}

/** What a model that was trained as a control saw in place of its genes' DNA. */
function describeControl({ sequence }: DataRecord): string | undefined {
  const control = sequence?.control;
  if (control === undefined) return undefined;
  const among = control.genes === undefined
    ? "random letters by gene"
    : `shuffled between ${formatCountOf(control.genes.length, "gene")}`;
  return `a control: ${among}, seed ${control.seed}`;
}

/** Adds up the sizes of the files in a folder and below it. */
async function addSizes(folder: string): Promise<number> {
  let [bytes, seen] = [0, 0];
  const left = [folder];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const { name, isDirectory } of await directoryEntries(next)) {
      if (++seen > MOST_ENTRIES) return Infinity;
      if (isDirectory) left.push(`${next}/${name}`);
      else bytes += await sizeOf(`${next}/${name}`);
    }
  }
  return bytes;
}

async function sizeOf(path: string): Promise<number> {
  if (await pathKind(path) !== "file") return 0;
  const file = await openFile(path);
  file.close();
  return file.size;
}
