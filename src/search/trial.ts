import { showValue } from "../base/show_value.ts";
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
  /** The choices. */
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
  /** Seconds it took since it was begun or gone on with; of trials trained side by side each has its share. */
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
  /** What was wrong. */
  readonly reason: string;
}

/** What became of a trial in one rung. */
export type TrialRecord = ScoredTrial | FailedTrial;

/**
 * A trial as a line of JSON, with its line end, to append to a file that {@linkcode parseTrials} reads.
 *
 * @param record The trial.
 */
export function encodeTrial(record: TrialRecord): string {
  return JSON.stringify(record) + "\n";
}

/**
 * Reads trials that were appended to a file line by line. What stands behind the last line end is a line that a crash
 * tore, and is ignored.
 *
 * @param text The file's content.
 * @param file Name of the file, for the error.
 * @throws {FormatError} Naming the first line that is no trial.
 *
 * @example
 * ```ts
 * import { parseTrials } from "@waka/histone/search";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * deepStrictEqual(parseTrials('{"trial":1,"rung":1,"ep'), []);
 * throws(() => parseTrials("trial 1\n"), /line 1/);
 * ```
 */
export function parseTrials(text: string, file?: string): TrialRecord[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const place = { file, line: index + 1 };
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new FormatError(`Cannot read trial: found "${line.slice(0, 60)}", expected JSON`, {
        ...place,
        cause,
      });
    }
    const wrong = wrongField(Object(value));
    if (wrong === undefined) return value as TrialRecord;
    const [name, wanted] = wrong;
    const found = showValue(Object(value)[name]);
    throw new FormatError(`Cannot read trial: ${name} is ${found}, expected ${wanted}`, place);
  });
}

type Field = readonly [name: string, wanted: string, accepts: (value: unknown) => boolean];

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;

const FIELDS: readonly Field[] = [
  ["trial", "an integer >= 1", isCount],
  ["rung", "an integer >= 1", isCount],
  ["epochs", "an integer >= 1", isCount],
  ["seed", "an integer >= 0", Number.isSafeInteger],
  ["point", "an object", (value) => typeof value === "object" && value !== null],
  [
    "status",
    "scored, skipped or diverged",
    (value) => ["scored", "skipped", "diverged"].includes(value as string),
  ],
];

const SCORED_FIELDS: readonly Field[] = [
  [
    "foldScores",
    "an array of numbers",
    (value) => Array.isArray(value) && value.every(Number.isFinite),
  ],
  ["score", "a number", Number.isFinite],
  ["parameters", "an integer >= 1", isCount],
  ["seconds", "a number", Number.isFinite],
  ["engine", "a text", (value) => typeof value === "string"],
  [
    "arithmetic",
    "an array of texts",
    (value) =>
      value === undefined ||
      (Array.isArray(value) && value.every((kind) => typeof kind === "string")),
  ],
];

const FAILED_FIELDS: readonly Field[] = [
  ["reason", "a text", (value) => typeof value === "string"],
];

function wrongField(record: Readonly<Record<string, unknown>>): Field | undefined {
  const more = record.status === "scored" ? SCORED_FIELDS : FAILED_FIELDS;
  return [...FIELDS, ...more].find(([name, , accepts]) => !accepts(record[name]));
}
