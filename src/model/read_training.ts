import {
  boolean,
  type Field,
  integer,
  numberWithin,
  oneOf,
  optional,
  readValue,
  text,
} from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";
import { SCHEDULE } from "./schedule.ts";
import { BATCH_BY, type TrainingConfig } from "./trained_model.ts";

const SHARE = numberWithin({ least: 0, below: 1 });

const TRAINING: Field<TrainingConfig> = object({
  engine: text,
  arithmetic: optional(arrayOf(text, { items: "texts" })),
  seed: integer(0),
  epochs: integer(0),
  batchSize: integer(1),
  learningRate: numberWithin({ above: 0 }),
  samples: integer(0),
  schedule: optional(SCHEDULE),
  weightDecay: optional(numberWithin({ least: 0 })),
  batchBy: optional(oneOf(...BATCH_BY)),
  window: optional(integer(1)),
  labelDropout: optional(SHARE),
  geneDropout: optional(SHARE),
  referenceDropout: optional(SHARE),
  markDropout: optional(SHARE),
  labelStatistics: optional(boolean),
  earlyStopping: optional(object({ patience: integer(1), restoreBest: optional(boolean) })),
  startedFrom: optional(text),
  frozen: optional(arrayOf(integer(0))),
  sampleWeights: optional(text),
  importedFrom: optional(text),
}, { others: "leave out" });

/**
 * Reads how a model was trained from JSON.
 *
 * @param value The JSON.
 * @param file Name of the file, for errors.
 * @param action What is refused otherwise, such as `load model`.
 * @throws {FormatError} If a setting is missing or wrong.
 */
export function readTraining(
  value: unknown,
  file: string,
  action = "load model",
): TrainingConfig {
  return readValue(value, TRAINING, {
    place: "training",
    fail: (found) => {
      throw new FormatError(`Cannot ${action}: ${found}`, { file });
    },
  });
}
