/** Finds out whether data are those on which a run, or a model, was trained. */

import { resolve } from "../base/paths.ts";
import type { Dataset } from "../data/dataset.ts";
import { FormatError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { fingerprintDataset } from "../training/fingerprint.ts";
import {
  describeContent,
  describeInput,
  type DigestOptions,
  type InputFile,
  isSameInput,
  parseInputs,
} from "./inputs.ts";
import { readJson } from "./json.ts";
import type { SavedConfig } from "./saved_run.ts";

/**
 * Compares samples with those on which a model was trained.
 *
 * @param model Directory of a run, or of a model.
 * @param found The samples, which may be the same in a different file, and their file, if it has a digest.
 * @returns What is wrong if they differ, or if that is unknown; `undefined` if they are the same.
 */
export async function findOtherData(
  model: string,
  { file, samples }: { readonly file: InputFile | undefined; readonly samples: Dataset },
): Promise<string | undefined> {
  const config = await readConfigOf(model);
  const trained = parseInputs(config?.inputs)?.data;
  if (trained === undefined || file === undefined) {
    const missing = config === undefined
      ? `no config.json of a run with ${model}`
      : "no digest of them in its config.json";
    return `it is unknown whether these are the data that the model was trained on: there is ${missing}`;
  }
  if (isSameInput(trained, file)) return undefined;
  if (config?.samplesFingerprint === await fingerprintDataset(samples)) return undefined;
  return `${file.path} is not the file that the model was trained on, so baselines and regimes come from other data: ` +
    `found ${describeContent(file)}, trained on ${trained.path}, ${describeContent(trained)}`;
}

/**
 * Says whether samples are those on which a model was trained.
 *
 * @param model Directory of a run, or of a model.
 * @param found The samples, and their file, if it has a digest.
 * @returns Whether they are, as far as the run's `config.json` tells.
 */
export async function isTrainingData(
  model: string,
  { file, samples }: { readonly file: InputFile | undefined; readonly samples: Dataset },
): Promise<boolean> {
  // Another program's file may have that name beside a model, which can be used all the same.
  const config = await readConfigOf(model).catch((error) => {
    if (error instanceof FormatError) return undefined;
    throw error;
  });
  const trained = parseInputs(config?.inputs)?.data;
  if (trained !== undefined && file !== undefined && isSameInput(trained, file)) return true;
  // A fingerprint reads all signal, which other numbers of samples make needless.
  return config?.samples === samples.length &&
    config.samplesFingerprint === await fingerprintDataset(samples);
}

/** The state of the file on which a run was trained. */
export interface TrainingFile {
  /** Where it is; absent if it is missing or has changed. */
  readonly path?: string | undefined;
  /** What is wrong: the file is missing or has changed or, if `path` is present, it is unknown whether it has. */
  readonly problem?: string | undefined;
}

/**
 * Looks for the file on which a run was trained, at its former absolute path or at the path that was given.
 *
 * @param config `config.json` of the run.
 * @param options Where to report progress.
 * @returns Where the file is, or what is wrong with it.
 */
export async function findTrainingFile(
  config: SavedConfig,
  options: DigestOptions = {},
): Promise<TrainingFile> {
  const { data: path } = config;
  const trained = parseInputs(config.inputs)?.data;
  const isGone = `${path} is no longer there`;
  if (trained === undefined) {
    if (await pathKind(path) === undefined) return { problem: isGone };
    const problem =
      `it is unknown whether ${path} is still the file that was trained on: the run was made by a ` +
      "version that kept no digest of it";
    return { path, problem };
  }
  const places = resolve(path) === trained.absolutePath ? [path] : [trained.absolutePath, path];
  const found: InputFile[] = [];
  for (const place of places) {
    const file = await describeInput(place, options);
    if (file !== undefined) found.push(file);
  }
  const same = found.find((file) => isSameInput(file, trained));
  if (same !== undefined) return { path: same.path };
  const [other] = found;
  if (other === undefined) return { problem: isGone };
  const problem = `${path} is no longer the file that was trained on: found ${
    describeContent(other)
  }, trained on ${describeContent(trained)}`;
  return { problem };
}

/** Settings in which runs must agree if their errors are to differ by what the models saw alone. */
const COMPARED = [
  "epochs",
  "batchSize",
  "batchBy",
  "window",
  "learningRate",
  "schedule",
  "weightDecay",
  "seed",
  "ensemble",
  "transform",
] as const;

/**
 * Compares how two runs were trained.
 *
 * @param run Directory of a run, or of a model.
 * @param other Directory of another.
 * @returns A phrase for each setting that differs, such as `epochs 20 and 4`; nothing of what one does not say.
 */
export async function findOtherTraining(run: string, other: string): Promise<string[]> {
  const [a, b] = [await readConfigOf(run), await readConfigOf(other)];
  if (a === undefined || b === undefined) return [];
  const settings = COMPARED.flatMap((name) => {
    const [found, there] = [a[name], b[name]].map((value) => value && JSON.stringify(value));
    return found === there ? [] : [`${name} ${found ?? "–"} and ${there ?? "–"}`];
  });
  const [own, others] = [a.samplesFingerprint, b.samplesFingerprint];
  const isOther = own !== undefined && others !== undefined && own !== others;
  return isOther ? ["the samples", ...settings] : settings;
}

/** Reads `config.json` of the run in a directory, or of the run to which the model in it belongs. */
async function readConfigOf(directory: string): Promise<Record<string, unknown> | undefined> {
  for (const run of [directory, `${directory}/..`, `${directory}/../..`]) {
    // A model below a run is in `model/`, or in one of `models/`.
    const isRun = run === directory ||
      await pathKind(`${run}/model/model.json`) === "file" ||
      await pathKind(`${run}/ensemble.json`) === "file";
    if (!isRun || await pathKind(`${run}/config.json`) !== "file") continue;
    return Object(await readJson(`${run}/config.json`, "read run"));
  }
  return undefined;
}
