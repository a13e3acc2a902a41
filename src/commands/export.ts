/** `deno task export`: a model as a file of another format. */

import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { leftOutOf, modelFolder, modelToOnnx, modelToSafetensors } from "../exchange/mod.ts";
import { countParameters } from "../model/shapes.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import { choice, integer } from "./flags.ts";
import { loadMember } from "./_member.ts";
import { readCardMetrics } from "./_card_metrics.ts";
import { MODEL_FOLDER, openOutputDirectory } from "./_output_directory.ts";
import { openOutput } from "./_outputs.ts";

/** What a model is written as. */
const FORMATS = ["onnx", "safetensors", "folder"] as const;
type Format = typeof FORMATS[number];

const TRANSFORMS = ["inside", "outside"] as const;

interface ExportFlags {
  readonly out: string;
  readonly format?: Format | undefined;
  readonly member?: number | undefined;
  readonly transform: typeof TRANSFORMS[number];
  readonly licence?: string | undefined;
  readonly overwrite: boolean;
}

/** Command `export`. */
export const command: CommandDefinition<ExportFlags> = {
  name: "export",
  summary:
    "Writes a model for other programs: as ONNX, which ONNX Runtime and others run without this package; as " +
    "safetensors, one file that import and other programs read; or as a folder with a card, the model and an ONNX file. " +
    "What a format cannot hold is said.",
  examples: [
    ["deno task export runs/first --out first.onnx", "a model that takes counts and gives labels"],
    ["deno task export runs/first --out first.safetensors", "the whole model in one file"],
    [
      "deno task export runs/first --format folder --licence MIT --out models/first",
      "a folder to share: README.md, the model, model.onnx",
    ],
    ["deno task export runs/five --member 2 --out second.onnx", "one member of an ensemble"],
  ],
  declare: (command) =>
    command
      .argument("<dir>", "directory of a run or of a model, or starter")
      .requiredOption("--out <path>", "the file or folder to write")
      .option(
        "--format <name>",
        `${FORMATS.join(", ")} (default: by the ending of --out; without one, a folder)`,
        choice(FORMATS),
      )
      .option("--member <n>", "which model of several, from 1", integer(1))
      .option(
        "--transform <place>",
        "inside: an ONNX file takes the data's own values, such as counts, and transforms them itself; outside: it takes " +
          "transformed ones",
        choice(TRANSFORMS),
        "inside",
      )
      .option("--licence <name>", "licence of the model for its card, as SPDX names it")
      .option("--overwrite", "replace what --out names, whatever it is", false),
  run: exportModel,
};

async function exportModel(flags: ExportFlags, { args }: CommandCall): Promise<void> {
  const [directory = ""] = args;
  const { out, overwrite } = flags;
  const format = flags.format ?? formatOf(out);
  if (format !== "onnx" && flags.transform === "outside") {
    throw new ContractError(
      "Cannot export model: found --transform outside, expected it with an ONNX file alone, whose graph it changes",
    );
  }
  if (format === "folder") return await exportFolder(directory, flags);
  if (flags.licence !== undefined) {
    throw new ContractError(
      "Cannot export model: found --licence, expected it with --format folder, whose card says it",
    );
  }
  await using output = await openOutput(out, { overwrite, usual: null });
  const model = await loadMember(directory, flags.member, "export model");
  await output.write(
    format === "onnx"
      ? await modelToOnnx(model, { transform: flags.transform })
      : await modelToSafetensors(model),
  );
  console.info(`${output.done}, ${describe(model)}`);
  if (format === "safetensors") return;
  for (const what of leftOutOf(model)) console.info(`Left out: ${what}.`);
}

async function exportFolder(directory: string, flags: ExportFlags): Promise<void> {
  const { out, overwrite, member, licence } = flags;
  await using output = await openOutputDirectory(out, { overwrite }, MODEL_FOLDER);
  const model = await loadMember(directory, member, "export model");
  const metrics = await readCardMetrics(directory);
  const files = await modelFolder(model, { licence, metrics });
  await output.write(async (folder) => {
    for (const [name, bytes] of files) await folder.set(`/${name}`, bytes);
  });
  console.info(`${output.done}/ (${[...files.keys()].join(", ")}), ${describe(model)}`);
}

function formatOf(path: string): Format {
  const found = FORMATS.find((format) => path.toLowerCase().endsWith(`.${format}`));
  if (found !== undefined) return found;
  if (!/\.[a-z0-9]{1,12}$/i.test(path)) return "folder";
  throw new ContractError(
    `Cannot export model: found no format in the name ${path}, expected one that ends in .onnx or .safetensors, or --format`,
  );
}

function describe({ spec }: TrainedModel): string {
  return `${spec.name} with ${formatCountOf(countParameters(spec), "parameter")}`;
}
