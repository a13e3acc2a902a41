/** The models of a run: a single model, or the members of an ensemble. */

import { toHex } from "../base/platform.ts";
import { sha256 as digest } from "../base/bytes.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError, FormatError, NotFoundError } from "../errors.ts";
import { pathKind, pathOf } from "../files/file.ts";
import { isAddress, showPlace } from "../files/http_address.ts";
import { loadModel, saveModel, type SaveModelOptions } from "../model/save_load.ts";
import { canonicalJson, digestJson } from "../model/seal.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { loadStarter, STARTER, starterBytes } from "../starter/load_starter.ts";
import { describeModelDirectory, describeModelFile } from "./_foreign_models.ts";
import { describeFolder, type DigestOptions, type InputFile } from "./inputs.ts";
import { readJson, writeJson } from "./json.ts";

const ENSEMBLE_FILE = "ensemble.json";
/** Version 1 listed only names. */
const ENSEMBLE_VERSION = 2;

/** A member as `ensemble.json` lists it. */
interface Member {
  /** Its directory, such as `models/1`. */
  readonly name: string;
  /** The digest in the member's `model.json`. */
  readonly sha256: string;
}

/**
 * Writes members of an ensemble as `models/1`, `models/2`, … with an `ensemble.json` that lists them. A single model is
 * written by `saveModel` to `model/` in the run's directory.
 *
 * @param directory Directory of the run.
 * @param members The members' models by number, from 1; numbers may be missing.
 * @throws {WriteError} If the disk is full or may not be written.
 *
 * @example An ensemble of two
 * ```ts
 * import { loadModels, saveMembers } from "@waka/histone/runs";
 * import { Dataset } from "@waka/histone/data";
 * import { fitEnsemble } from "@waka/histone/training";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const options = { members: 2, epochs: 1 };
 * const results = await fitEnsemble("experiment1", new Dataset(train), options);
 * const directory = await Deno.makeTempDir();
 * await saveMembers(directory, new Map(results.map(({ model }, i) => [i + 1, model])));
 * strictEqual((await loadModels(directory)).length, 2);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function saveMembers(
  directory: string,
  members: ReadonlyMap<number, TrainedModel>,
): Promise<void> {
  await saveModels(`${pathOf(directory)}/models`, members);
  const listed: Member[] = [];
  for (const name of [...members.keys()].map((member) => `models/${member}`)) {
    listed.push({ name, sha256: await readSeal(`${directory}/${name}`) });
  }
  const content = { version: ENSEMBLE_VERSION, members: listed };
  const sha256 = await digestJson(content);
  await writeJson(`${directory}/${ENSEMBLE_FILE}`, { ...content, sha256 });
}

/** Saves models of which those that have the same panel share one file. */
async function saveModels(
  directory: string,
  models: ReadonlyMap<number, TrainedModel>,
): Promise<void> {
  const digests = new Set([...models.values()].map(({ panel }) => panel?.digest));
  const isShared = digests.size === 1;
  let panel: SaveModelOptions["panel"] = isShared ? "above" : "beside";
  for (const [member, model] of models) {
    await saveModel(model, `${directory}/${member}`, { panel });
    if (isShared) panel = "elsewhere";
  }
}

/** Reads the digest in a model's own file, which `loadModel` verifies. */
async function readSeal(directory: string): Promise<string> {
  const content = Object(await readJson(`${directory}/model.json`, "load model"));
  return content.userDefinedMetadata.histone.sha256;
}

/** Whether a directory holds models that {@linkcode loadModels} loads. */
export async function holdsModels(directory: string): Promise<boolean> {
  const files = [ENSEMBLE_FILE, "model/model.json", "model.json"];
  const kinds = await Promise.all(files.map((file) => pathKind(`${directory}/${file}`)));
  return kinds.includes("file");
}

/** What {@linkcode loadModels} accepts, as the end of its messages. */
const WANTED =
  `expected a directory that train wrote, the model/ inside it, or the word ${STARTER}`;

/**
 * Whether a text is the name of the starter model, rather than that of a folder.
 *
 * @throws {ContractError} If it is both.
 */
export async function isStarter(directory: string): Promise<boolean> {
  if (directory !== STARTER) return false;
  const kind = await pathKind(directory);
  if (kind === undefined) return true;
  throw new ContractError(
    `Cannot load model: "${STARTER}" is the model that comes with this package, and there is a ${
      kind === "file" ? "file" : "folder"
    } of that name, expected ./${STARTER} for that, or another place to run in`,
  );
}

/**
 * Loads the models of a run, which are one model or an ensemble, or a single model in any directory.
 *
 * @param directory Directory of a run, or of a model; `starter` for the model that comes with this package.
 * @returns The one model, or the members of the ensemble in order.
 * @throws {NotFoundError} If the directory does not exist.
 * @throws {TypeError} If this is no path.
 * @throws {ContractError} If the directory holds no model, an address is given, or it is called `starter`.
 * @throws {FormatError} If a file is damaged.
 *
 * @example A model that is ready for `predictEnsemble`
 * ```ts
 * import { saveModel } from "@waka/histone/model";
 * import { loadModels } from "@waka/histone/runs";
 * import { Dataset } from "@waka/histone/data";
 * import { fit, predictEnsemble } from "@waka/histone/training";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = new Dataset(train);
 * const { model } = await fit("experiment1", data, { epochs: 1 });
 * const directory = await Deno.makeTempDir();
 * await saveModel(model, `${directory}/model`);
 * const models = await loadModels(directory);
 * const { mean } = await predictEnsemble(models, data);
 * strictEqual(mean.length, data.length);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function loadModels(directory: string): Promise<TrainedModel[]> {
  if (typeof directory !== "string") directory = pathOf(directory);
  if (await isStarter(directory)) return [await loadStarter()];
  if (isAddress(directory)) {
    const address = showPlace(directory);
    throw new ContractError(`Cannot load model: "${address}" is an address, ${WANTED}`);
  }
  const kind = await pathKind(directory);
  if (kind === undefined) {
    throw new NotFoundError(
      `Cannot load model: neither a run nor a model in "${directory}", which does not exist, ${WANTED}`,
      { path: directory },
    );
  }
  if (kind === "file") {
    const found = describeModelFile(directory);
    throw new ContractError(`Cannot load model: "${directory}" ${found}, ${WANTED}`);
  }
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  if (await isThere(ENSEMBLE_FILE)) return await loadEnsemble(directory);
  if (await isThere("model/model.json")) return [await loadModel(`${directory}/model`)];
  if (await isThere("model.json")) return [await loadModel(directory)];
  const foreign = await describeModelDirectory(directory);
  throw new ContractError(
    `Cannot load model: ${foreign ?? `neither a run nor a model in "${directory}"`}, ${WANTED}`,
  );
}

/**
 * Computes one digest of all files that {@linkcode loadModels} loads; that of a panel is in its model's `model.json`.
 */
export async function describeModels(
  directory: string,
  options: DigestOptions = {},
): Promise<InputFile> {
  if (await isStarter(directory)) {
    const bytes = await starterBytes();
    const sha256 = toHex(await digest(bytes));
    return { path: directory, absolutePath: directory, bytes: bytes.length, sha256 };
  }
  const isThere = async (name: string) => await pathKind(`${directory}/${name}`) !== undefined;
  const filesOf = (model: string) =>
    ["model.json", "weights.bin"].map((file) => `${model}/${file}`);
  if (await isThere(ENSEMBLE_FILE)) {
    const members = await readMembers(`${directory}/${ENSEMBLE_FILE}`);
    const models = members.flatMap(({ name }) => filesOf(`${directory}/${name}`));
    const files = [`${directory}/${ENSEMBLE_FILE}`, ...models];
    return await describeFolder(directory, files, options);
  }
  const model = await isThere("model/model.json") ? `${directory}/model` : directory;
  return await describeFolder(model, filesOf(model), options);
}

async function loadEnsemble(directory: string): Promise<TrainedModel[]> {
  const file = `${directory}/${ENSEMBLE_FILE}`;
  const members = await readMembers(file);
  const models: TrainedModel[] = [];
  // The members of an ensemble have the same panel, which is large.
  const panels = new Map<string, ReferencePanel>();
  for (const { name, sha256 } of members) {
    models.push(await loadModel(`${directory}/${name}`, { panels }));
    if (await readSeal(`${directory}/${name}`) === sha256) continue;
    throw new FormatError(`Cannot load ensemble: ${name} is not the model that it was saved with`, {
      file,
    });
  }
  const [first] = models;
  for (const [i, { name }] of members.entries()) checkAlike(first!, models[i]!, { file, name });
  return models;
}

/** Throws unless the predictions of two members may be averaged. */
function checkAlike(
  first: TrainedModel,
  other: TrainedModel,
  { file, name }: { readonly file: string; readonly name: string },
): void {
  const parts = {
    "another model": ({ spec }: TrainedModel) => spec,
    "of data with another record": ({ record }: TrainedModel) => record,
    "computed with another arithmetic": ({ training }: TrainedModel) => training.arithmetic,
  };
  for (const [what, partOf] of Object.entries(parts)) {
    if (canonicalJson(partOf(first)) === canonicalJson(partOf(other))) continue;
    throw new FormatError(`Cannot load ensemble: ${name} is ${what} than the first member`, {
      file,
    });
  }
}

async function readMembers(path: string): Promise<Member[]> {
  const { sha256, ...content } = Object(await readJson(path, "load ensemble"));
  const fail = (found: string): never => {
    throw new FormatError(`Cannot load ensemble: ${found}`, { file: path });
  };
  if (content.version !== ENSEMBLE_VERSION) {
    fail(`version is ${showValue(content.version)}, expected ${ENSEMBLE_VERSION}`);
  }
  const { members } = content;
  const isMember = (member: unknown) => {
    const { name, sha256 } = Object(member);
    return typeof name === "string" && /^models\/\d+$/.test(name) && typeof sha256 === "string";
  };
  if (!Array.isArray(members) || members.length === 0 || !members.every(isMember)) {
    fail(`members is ${showValue(members)}, expected names such as "models/1" with digests`);
  }
  if (new Set(members.map(({ name }: Member) => name)).size < members.length) {
    fail("it lists a member twice");
  }
  const wanted = await digestJson(content).catch(() => undefined);
  if (sha256 !== wanted) fail("its digest does not match, so it was damaged or edited");
  return members;
}
