/** `deno task import`: a model of another program as one of this package. */

import { dirname, join } from "node:path";
import { formatCountOf } from "../base/count.ts";
import { field, readValue } from "../base/field.ts";
import { ContractError, FormatError } from "../errors.ts";
import {
  adoptNetwork,
  type ForeignNetwork,
  readLayersModel,
  type ReadModel,
  readModelFile,
  WEIGHT_LAYOUTS,
  type WeightLayout,
} from "../exchange/mod.ts";
import { detectModelFile, type ModelFileKind } from "../exchange/read_any.ts";
import { openFile, pathKind } from "../files/file.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import { serializeModel } from "../model/save_load.ts";
import { serializedFiles } from "../model/serialized_files.ts";
import { countParameters } from "../model/shapes.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type DataRecord, parseRecord } from "../record.ts";
import { readJson } from "../runs/json.ts";
import { loadModels } from "../runs/models.ts";
import { choice, type CommandCall, type CommandDefinition } from "./flags.ts";
import { checkInputFile } from "./_input_file.ts";
import { readSpecFile } from "./_model_spec.ts";
import { MODEL_FOLDER, openOutputDirectory } from "./_output_directory.ts";

const AXES = ["bins-marks", "marks-bins"] as const;

interface ImportFlags {
  readonly out: string;
  readonly record?: string | undefined;
  readonly like?: string | undefined;
  readonly spec?: string | undefined;
  readonly layout?: WeightLayout | undefined;
  readonly tensors?: string | undefined;
  readonly axes?: typeof AXES[number] | undefined;
  readonly overwrite: boolean;
}

/** Command `import`. */
export const command: CommandDefinition<ImportFlags> = {
  name: "import",
  summary:
    "Makes a model of this package of one that another program trained: ONNX, a .keras or .h5 file, a folder of " +
    "tensorflowjs_converter or tf.js, or weights in safetensors with a spec. What data it was trained on must be said by " +
    "--record or --like, since such files do not say it. A file that export wrote needs neither.",
  examples: [
    [
      "deno task import pytorch.onnx --record record.json --out models/pytorch",
      "layers and weights of a graph",
    ],
    [
      "deno task import report.keras --like runs/first --out models/report",
      "a model of Keras that was trained on the same kind of data as runs/first",
    ],
    [
      "deno task import weights.safetensors --spec model.json --layout pytorch --like runs/first --out models/mine",
      "weights alone, trained on the same kind of data as runs/first",
    ],
    ["deno task import first.safetensors --out models/first", "what export wrote"],
  ],
  declare: (command) =>
    command
      .argument("<file>", "the model's file, or the folder of a model.json")
      .requiredOption("--out <dir>", "folder to write the model to")
      .option("--record <file>", "JSON data record of the values that the network was trained on")
      .option("--like <dir>", "a run or a model that was trained on data of the same record")
      .option("--spec <file>", "JSON of the layers, for a file that holds weights alone")
      .option(
        "--layout <name>",
        "layout of weights alone: keras, or pytorch, whose axes are turned (default: keras)",
        choice(WEIGHT_LAYOUTS),
      )
      .option(
        "--tensors <file>",
        "JSON object: names of tensors by this package's names of weights",
      )
      .option(
        "--axes <order>",
        `order of an ONNX graph's input, if it does not tell: ${AXES.join(" or ")}`,
        choice(AXES),
      )
      .option("--overwrite", "replace the model that --out names", false),
  run: importModel,
};

async function importModel(flags: ImportFlags, { args }: CommandCall): Promise<void> {
  const [path = ""] = args;
  const isFolder = await pathKind(path) === "directory";
  await checkInputFile("model", isFolder ? `${path}/model.json` : path);
  await using output = await openOutputDirectory(
    flags.out,
    { overwrite: flags.overwrite },
    MODEL_FOLDER,
  );
  const read = isFolder || path.toLowerCase().endsWith(".json")
    ? await readFolder(isFolder ? `${path}/model.json` : path, flags)
    : await readFile(path, flags);
  const model = read.model === undefined
    ? await adopt(read.network, flags)
    : takeOwn(read.model, flags);
  const files = serializedFiles(await serializeModel(model));
  await output.write(async (folder) => {
    for (const [name, bytes] of files) await folder.set(`/${name}`, bytes);
  });
  const { spec } = model;
  console.info(
    `${output.done}, ${spec.name} with ${formatCountOf(countParameters(spec), "parameter")}`,
  );
}

async function readFile(path: string, flags: ImportFlags): Promise<ReadModel> {
  const source = await openFile(path);
  try {
    refuseUnused(await detectModelFile(source), flags);
    return await readModelFile(source, {
      spec: (await readSpecFile(flags.spec))?.spec,
      layout: flags.layout,
      names: await readNames(flags.tensors),
      axes: flags.axes,
    });
  } finally {
    source.close();
  }
}

/** The only kind of file that each of these flags says something of. */
const KINDS = {
  spec: "safetensors",
  layout: "safetensors",
  tensors: "safetensors",
  axes: "onnx",
} as const;

/** Refuses flags that would change nothing; a file of no kind that is known is refused for that. */
function refuseUnused(kind: ModelFileKind | "folder" | undefined, flags: ImportFlags): void {
  for (const [flag, own] of Object.entries(KINDS)) {
    if (kind === undefined || kind === own || flags[flag as keyof typeof KINDS] === undefined) {
      continue;
    }
    const wanted = own === "onnx" ? "an ONNX graph" : "weights in safetensors";
    throw new ContractError(
      `Cannot import model: found --${flag}, expected it with ${wanted} alone, of which it says what the file does not`,
    );
  }
}

/** Reads a `model.json` and the files beside it. */
async function readFolder(path: string, flags: ImportFlags): Promise<ReadModel> {
  refuseUnused("folder", flags);
  const json = await openFile(path);
  try {
    return await readLayersModel(json, (name) => openFile(join(dirname(path), name)));
  } finally {
    json.close();
  }
}

/** A network of another program, with the record that the user gives. */
async function adopt(network: ForeignNetwork, flags: ImportFlags): Promise<TrainedModel> {
  for (const note of network.notes) console.info(`Note: ${note}`);
  const record = await recordOf(flags);
  if (record === undefined) {
    throw new ContractError(
      `Cannot import model: the file (${network.origin}) does not say what data it was trained on, expected --record FILE, ` +
        "or --like MODEL for the record of another model",
    );
  }
  return adoptNetwork(network, { record });
}

/** A model of this package, whose record is its own. */
function takeOwn(model: TrainedModel, { record, like }: ImportFlags): TrainedModel {
  if (readsPanel(model.spec) && model.panel === undefined) {
    throw new ContractError(
      `Cannot import model: ${model.spec.name} reads a reference panel, which an ONNX file does not hold, expected a ` +
        "safetensors file",
    );
  }
  const given = record === undefined ? like === undefined ? undefined : "--like" : "--record";
  if (given === undefined) return model;
  throw new ContractError(
    `Cannot import model: found ${given}, expected none, since this package wrote the file, which has its record`,
  );
}

async function recordOf({ record, like }: ImportFlags): Promise<DataRecord | undefined> {
  if (record !== undefined && like !== undefined) {
    throw new ContractError("Cannot import model: found --record and --like, expected one of them");
  }
  if (record !== undefined) return parseRecord(await readJson(record, "read data record"), record);
  return like === undefined ? undefined : (await loadModels(like))[0]?.record;
}

/** An object of texts. */
const NAMES = field<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((name) => typeof name === "string"),
  "an object of names of tensors by names of weights",
);

async function readNames(
  path: string | undefined,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (path === undefined) return undefined;
  return readValue(await readJson(path, "read names of tensors"), NAMES, {
    fail(found) {
      throw new FormatError(`Cannot read names of tensors: ${found}`, { file: path });
    },
  });
}
