/** Where a run keeps its models, one or an ensemble. */

import { ContractError, FormatError } from "../src/errors.ts";
import { pathKind } from "../src/io/file.ts";
import { loadModel, saveModel } from "../src/model/save_load.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { describeModelDirectory, describeModelFile } from "./_foreign_models.ts";
import { describeFolder, type Inputs } from "./_inputs.ts";
import { readJson, writeJson } from "./_json.ts";

const ENSEMBLE_FILE = "ensemble.json";

/**
 * Writes members of an ensemble as `models/1`, `models/2`, … with an `ensemble.json` that lists them.
 *
 * @param members Their models by their numbers, from 1; some may be missing.
 */
export async function saveMembers(
  directory: string,
  members: ReadonlyMap<number, TrainedModel>,
): Promise<void> {
  for (const [member, model] of members) await saveModel(model, `${directory}/models/${member}`);
  const names = [...members.keys()].map((member) => `models/${member}`);
  await writeJson(`${directory}/${ENSEMBLE_FILE}`, { members: names });
}

/** Whether a directory holds models that {@linkcode loadModels} loads. */
export async function holdsModels(directory: string): Promise<boolean> {
  const files = [ENSEMBLE_FILE, "model/model.json", "model.json"];
  const kinds = await Promise.all(files.map((file) => pathKind(`${directory}/${file}`)));
  return kinds.includes("file");
}

/**
 * Loads the models of `--model`: a run's directory, or that of a single model. Done before data are read, which
 * may take long.
 *
 * @throws {ContractError} If there is none.
 * @throws {FormatError} If a file is damaged.
 */
export async function loadModels(directory: string): Promise<TrainedModel[]> {
  const wanted = "--model is a directory that train wrote, or the model/ inside it";
  if (await pathKind(directory) === "file") {
    const found = describeModelFile(directory);
    throw new ContractError(`Cannot load model: "${directory}" ${found}${wanted}`);
  }
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  if (await isThere(ENSEMBLE_FILE)) {
    const members = await readMembers(`${directory}/${ENSEMBLE_FILE}`);
    return await Promise.all(members.map((member) => loadModel(`${directory}/${member}`)));
  }
  if (await isThere("model/model.json")) return [await loadModel(`${directory}/model`)];
  if (await isThere("model.json")) return [await loadModel(directory)];
  const foreign = await describeModelDirectory(directory);
  throw new ContractError(
    `Cannot load model: ${foreign ?? `neither a run nor a model in "${directory}". `}${wanted}`,
  );
}

/** Digests the files of what {@linkcode loadModels} loads. */
export async function describeModel(directory: string): Promise<Inputs> {
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  const filesOf = (model: string) =>
    ["model.json", "weights.bin"].map((file) => `${model}/${file}`);
  if (await isThere(ENSEMBLE_FILE)) {
    const members = await readMembers(`${directory}/${ENSEMBLE_FILE}`);
    const models = members.flatMap((member) => filesOf(`${directory}/${member}`));
    const files = [`${directory}/${ENSEMBLE_FILE}`, ...models];
    return { model: await describeFolder(directory, files) };
  }
  const model = await isThere("model/model.json") ? `${directory}/model` : directory;
  return { model: await describeFolder(model, filesOf(model)) };
}

async function readMembers(path: string): Promise<string[]> {
  const { members } = Object(await readJson(path, "load ensemble"));
  const isMember = (name: unknown) => typeof name === "string" && /^models\/\d+$/.test(name);
  if (!Array.isArray(members) || members.length === 0 || !members.every(isMember)) {
    throw new FormatError(
      `Cannot load ensemble: members is ${JSON.stringify(members)}, expected directories such as ` +
        '"models/1"',
      { file: path },
    );
  }
  return members;
}
