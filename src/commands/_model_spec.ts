/** The user's own model, from the file that `--spec` names. */

import { number, oneOf, optional, readValue } from "../base/field.ts";
import { object } from "../base/fields.ts";
import { FormatError, UnsupportedModelError } from "../errors.ts";
import { parseSpec } from "../model/parse_spec.ts";
import type { TrainingDefaults } from "../model/presets.ts";
import { SCHEDULE } from "../model/schedule.ts";
import type { ModelSpec } from "../model/spec.ts";
import { type Transform, TRANSFORMS } from "../record.ts";
import { readJson } from "../runs/json.ts";

/** A model, and the settings in its file. */
export interface SpecFile {
  readonly spec: ModelSpec;
  readonly training: Partial<TrainingDefaults>;
  readonly transform?: Transform | undefined;
}

/** The fields beside a model in its file. */
const SETTINGS = object({
  training: optional(object({
    learningRate: optional(number),
    batchSize: optional(number),
    epochs: optional(number),
    schedule: optional(SCHEDULE),
    weightDecay: optional(number),
  }, { others: "leave out" })),
  transform: optional(oneOf(...TRANSFORMS)),
}, { others: "leave out" });

/**
 * Reads the file of `--spec`: a model alone, or one under `spec` with settings under `training` and a `transform`,
 * as `search` writes into `best.json`.
 *
 * @throws {FormatError} If it is not JSON or not a model.
 */
export async function readSpecFile(path: string | undefined): Promise<SpecFile | undefined> {
  if (path === undefined) return undefined;
  const content = await readJson(path, "read model");
  const { spec } = Object(content);
  if (spec === undefined) return { spec: parseModel(content, path), training: {} };
  const { training = {}, transform } = readValue(content, SETTINGS, {
    fail(found) {
      throw new FormatError(`Cannot read model: ${found}`, { file: path });
    },
  });
  return { spec: parseModel(spec, path), training, transform };
}

function parseModel(spec: unknown, file: string): ModelSpec {
  try {
    return parseSpec(spec);
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    throw new FormatError(cause.message, { file, cause });
  }
}
