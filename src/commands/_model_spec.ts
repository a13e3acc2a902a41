/** A model of one's own, from the file that `--spec` names. */

import { FormatError, UnsupportedModelError } from "../errors.ts";
import { parseSpec } from "../model/parse_spec.ts";
import type { TrainingDefaults } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { type Transform, TRANSFORMS } from "../record.ts";
import { readJson } from "../runs/json.ts";

/** A model, and settings that its file has for it. */
export interface ModelFile {
  readonly spec: ModelSpec;
  readonly training: Partial<TrainingDefaults>;
  readonly transform: Transform | undefined;
}

const SETTINGS = ["learningRate", "batchSize", "epochs"] as const;

/**
 * Reads the file of `--spec`: a model alone, or one under `spec` with settings under `training` and a `transform`,
 * as `deno task search` writes into `best.json`.
 *
 * @throws {FormatError} If it is not JSON or not a model.
 */
export async function readModelFile(path: string | undefined): Promise<ModelFile | undefined> {
  if (path === undefined) return undefined;
  const content = await readJson(path, "read model");
  try {
    return parse(content);
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    throw new FormatError(cause.message, { file: path, cause });
  }
}

function parse(content: unknown): ModelFile {
  const { spec, training, transform } = Object(content);
  if (spec === undefined) {
    return { spec: parseSpec(content), training: {}, transform: undefined };
  }
  if (transform !== undefined && !TRANSFORMS.includes(transform)) {
    throw new UnsupportedModelError(
      `Cannot read model: transform is ${JSON.stringify(transform)}, expected one of ` +
        TRANSFORMS.join(", "),
    );
  }
  const settings: Partial<Record<keyof TrainingDefaults, unknown>> = Object(training);
  const bad = SETTINGS.find((name) => !["number", "undefined"].includes(typeof settings[name]));
  if (bad !== undefined) {
    throw new UnsupportedModelError(
      `Cannot read model: training.${bad} is ${JSON.stringify(settings[bad])}, expected a number`,
    );
  }
  const { learningRate, batchSize, epochs } = settings as Partial<TrainingDefaults>;
  return { spec: parseSpec(spec), training: { learningRate, batchSize, epochs }, transform };
}
