/** Whether a file is the one that a model was trained on. */

import { resolve } from "node:path";
import type { Dataset } from "../data/dataset.ts";
import { pathKind } from "../files/file.ts";
import { fingerprintDataset } from "../training/fingerprint.ts";
import {
  describeContent,
  describeInput,
  type InputFile,
  isSameInput,
  parseInputs,
} from "./_inputs.ts";
import { readJson } from "./_json.ts";
import type { SavedConfig } from "./_saved_run.ts";

/**
 * Warns if samples are not those that a model was trained on, or if that cannot be told.
 *
 * @param model Directory of a run, or of a model.
 * @param file The file that the samples are from; nothing if it has no digest.
 * @param samples The samples, which may be the same in another file.
 */
export async function warnOfOtherData(
  model: string,
  file: InputFile | undefined,
  samples: Dataset,
): Promise<void> {
  const config = await readConfigOf(model);
  const trained = parseInputs(config?.inputs)?.data;
  if (trained === undefined || file === undefined) {
    console.error(
      `warning: it cannot be told whether these are the data that the model was trained on: there is ${
        config === undefined
          ? `no config.json of a run with ${model}`
          : "no digest of them in its config.json"
      }`,
    );
    return;
  }
  if (isSameInput(trained, file)) return;
  if (config?.samplesFingerprint === await fingerprintDataset(samples)) return;
  console.error(
    `warning: ${file.path} is not what the model was trained on, so the baselines and the regimes are of ` +
      `other data: found ${describeContent(file)}, trained on ${trained.path}, ${
        describeContent(trained)
      }`,
  );
}

/** What became of the file that a run was trained on. */
export type TrainingFile =
  /** It is the same. */
  | { readonly path: string }
  /** It cannot be told whether it is. */
  | { readonly path: string; readonly reason: string }
  /** It is not there, or is another. */
  | { readonly reason: string };

/** Looks for the file that a run was trained on: where it was, or at the path that was given, seen from here. */
export async function findTrainingData(config: SavedConfig): Promise<TrainingFile> {
  const { data: path } = config;
  const trained = parseInputs(config.inputs)?.data;
  if (trained === undefined) {
    if (await pathKind(path) === undefined) return { reason: `${path} is no longer there` };
    const reason =
      `it cannot be told whether ${path} is still what was trained on: the run was made by a ` +
      "version that kept no digest of it";
    return { path, reason };
  }
  const places = resolve(path) === trained.absolutePath ? [path] : [trained.absolutePath, path];
  const found: InputFile[] = [];
  for (const place of places) {
    const file = await describeInput(place);
    if (file !== undefined) found.push(file);
  }
  const same = found.find((file) => isSameInput(file, trained));
  if (same !== undefined) return { path: same.path };
  if (found.length === 0) return { reason: `${path} is no longer there` };
  const reason = `${path} is no longer the file that was trained on: found ${
    describeContent(found[0])
  }, trained on ${describeContent(trained)}`;
  return { reason };
}

/** `config.json` of the run that a directory is of, or that its model is of. */
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
