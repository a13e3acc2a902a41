import {
  type Field,
  field,
  integer,
  number,
  oneOf,
  optional,
  readValue,
  text,
} from "../base/field.ts";
import { arrayOf, object, variant } from "../base/fields.ts";
import { FormatError } from "../errors.ts";
import type { SearchPoint } from "./space.ts";

/** A trial in one rung, before it is trained. */
export interface PlannedTrial {
  /** Number of the trial, from 1: the place of its point in the search. */
  readonly trial: number;
  /** Number of the rung, from 1; see `planRungs`. */
  readonly rung: number;
  /** Epochs that trials of the rung are trained for. */
  readonly epochs: number;
  /** Seed of weights, order and dropout. */
  readonly seed: number;
  /** The choices that it was made from. */
  readonly point: SearchPoint;
}

/** A trial that was trained on all folds. */
export interface ScoredTrial extends PlannedTrial {
  /** Discriminator. */
  readonly status: "scored";
  /** Validation loss of each fold after the last epoch. */
  readonly foldScores: readonly number[];
  /** Their mean: what trials are ranked by. */
  readonly score: number;
  /** Parameters of the model. */
  readonly parameters: number;
  /** Seconds since it was started or last resumed; trials that train side by side share them equally. */
  readonly seconds: number;
  /** Name of the engine. */
  readonly engine: string;
  /** Every kind of arithmetic that computed it; absent in files that were written before it was kept. */
  readonly arithmetic?: readonly string[];
}

/** A trial without a score: `skipped` if its choices make no model, `diverged` if its loss became infinite or NaN. */
export interface FailedTrial extends PlannedTrial {
  /** Discriminator. */
  readonly status: "skipped" | "diverged";
  /** Why it has no score. */
  readonly reason: string;
}

/** The outcome of a trial in one rung. */
export type TrialRecord = ScoredTrial | FailedTrial;

/**
 * Encodes a trial as a line of JSON, to append to a file that {@linkcode parseTrials} reads.
 *
 * @param record The trial.
 * @returns The line with its line end.
 *
 * @example A trial is read back as it was written
 * ```ts
 * import { encodeTrial, gridPoints, parseSpace, parseTrials } from "@waka/histone/search";
 * import { deepStrictEqual } from "node:assert";
 *
 * const [point] = gridPoints(parseSpace({ filters: [8], width: [3], blocks: [{}] }));
 * const plan = { trial: 1, rung: 1, epochs: 2, seed: 0, point: point! };
 * const record = { ...plan, status: "skipped", reason: "too deep" } as const;
 * deepStrictEqual(parseTrials(encodeTrial(record)), [record]);
 * ```
 */
export function encodeTrial(record: TrialRecord): string {
  return JSON.stringify(record) + "\n";
}

/**
 * Reads trials that were appended to a file line by line. What follows the last line end is a line that a crash tore,
 * and is ignored.
 *
 * @param content The file's content.
 * @param file Name of the file, for the error.
 * @returns The trials, in the order of their lines.
 * @throws {FormatError} Naming the first line that is not a trial.
 *
 * @example A torn line and a wrong one
 * ```ts
 * import { parseTrials } from "@waka/histone/search";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * deepStrictEqual(parseTrials('{"trial":1,"rung":1,"ep'), []);
 * throws(() => parseTrials("trial 1\n"), /line 1/);
 * ```
 */
export function parseTrials(content: string, file?: string): TrialRecord[] {
  const lines = content.split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const place = { file, line: index + 1 };
    const fail = (found: string, cause?: unknown): never => {
      throw new FormatError(`Cannot read trial: ${found}`, { ...place, cause });
    };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      fail(`found "${line.slice(0, 60)}", expected JSON`, cause);
    }
    return readValue(value, TRIAL, { fail });
  });
}

const PLAN = {
  trial: integer(1),
  rung: integer(1),
  epochs: integer(1),
  seed: integer(0),
  point: field<SearchPoint>(
    (value) => typeof value === "object" && value !== null,
    "an object",
  ),
};

const OTHERS = { others: "leave out" } as const;

const TRIAL: Field<TrialRecord> = variant("status", {
  scored: object({
    ...PLAN,
    status: oneOf("scored"),
    foldScores: arrayOf(number, { items: "numbers" }),
    score: number,
    parameters: integer(1),
    seconds: number,
    engine: text,
    arithmetic: optional(arrayOf(text, { items: "texts" })),
  }, OTHERS),
  skipped: object({ ...PLAN, status: oneOf("skipped"), reason: text }, OTHERS),
  diverged: object({ ...PLAN, status: oneOf("diverged"), reason: text }, OTHERS),
});
