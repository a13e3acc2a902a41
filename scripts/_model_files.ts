/** Where a run keeps its models, one or an ensemble. */

import { ContractError, FormatError } from "../src/errors.ts";
import { pathKind } from "../src/io/file.ts";
import { loadModel, saveModel } from "../src/model/save_load.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { readJson } from "./_json.ts";
import { writeJson } from "./_run.ts";

const ENSEMBLE_FILE = "ensemble.json";
/** Of a run in the same directory that had one model, or several. */
const OF_ONE = ["model/model.json", "model/weights.bin", "history.csv"];
const OF_SEVERAL = [ENSEMBLE_FILE, "members.csv"];

/**
 * Writes a run's models: one as `model/`, several as `models/1`, `models/2`, … with an `ensemble.json` that lists
 * them. What a replaced run of the other kind left is removed, so that it is not taken for this one's.
 */
export async function saveModels(
  directory: string,
  models: readonly TrainedModel[],
): Promise<void> {
  for (const name of models.length === 1 ? OF_SEVERAL : OF_ONE) {
    const path = `${directory}/${name}`;
    if (await pathKind(path) !== undefined) await Deno.remove(path);
  }
  if (models.length === 1) return await saveModel(models[0], `${directory}/model`);
  const members = models.map((_, member) => `models/${member + 1}`);
  for (const [member, model] of models.entries()) {
    await saveModel(model, `${directory}/${members[member]}`);
  }
  await writeJson(`${directory}/${ENSEMBLE_FILE}`, { members });
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
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  if (await isThere(ENSEMBLE_FILE)) {
    const members = await readMembers(`${directory}/${ENSEMBLE_FILE}`);
    return await Promise.all(members.map((member) => loadModel(`${directory}/${member}`)));
  }
  if (await isThere("model/model.json")) return [await loadModel(`${directory}/model`)];
  if (await isThere("model.json")) return [await loadModel(directory)];
  throw new ContractError(
    `Cannot load model: neither a run nor a model in "${directory}". --model is a directory that train ` +
      "wrote, or the model/ inside it",
  );
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
