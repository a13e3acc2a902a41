/** The files of a search: its settings and its trials so far. */

import { resolve } from "../base/paths.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { pathKind, writeFileAtomic } from "../files/file.ts";
import { runtimeVersions } from "../files/platform.ts";
import { appendToFile } from "../files/sync_file.ts";
import {
  checkSameSearch,
  encodeTrial,
  formatRankingCsv,
  parseTrials,
  type SearchDescription,
  type SearchResult,
  specOf,
  type TrialRecord,
} from "../search/mod.ts";
import type { KeptCommand } from "./command_file.ts";
import { type Inputs, parseInputs } from "./inputs.ts";
import { readJson, readText, writeJson } from "./json.ts";

/** Whether a directory holds a search, finished or not. */
export async function holdsSearch(directory: string): Promise<boolean> {
  return await pathKind(`${directory}/search.json`) !== undefined;
}

/** The content of `search.json`: the search, and the flags and files that it was started with. */
export interface SearchFile extends Pick<KeptCommand, "flags" | "startedIn" | "inputs" | "file"> {
  /** Settings and space, as they are in the file. */
  readonly search: unknown;
}

/**
 * Reads `search.json`.
 *
 * @throws {ContractError} If the directory holds no search.
 */
export async function readSearchFile(directory: string): Promise<SearchFile> {
  if (!await holdsSearch(directory)) {
    throw new ContractError(
      `Cannot resume: no file "${directory}/search.json", expected a directory that search wrote`,
    );
  }
  const path = `${directory}/search.json`;
  const { search, flags, startedIn, inputs } = Object(await readJson(path, "read search"));
  return {
    search: search,
    flags: flags,
    startedIn: typeof startedIn === "string" ? startedIn : undefined,
    inputs: parseInputs(inputs),
    file: path,
  };
}

/**
 * Reads the trials in a directory: an empty list if the search was stopped before it had written its first file.
 *
 * @throws {ContractError} If the trials belong to another search.
 */
export async function readEarlierTrials(
  directory: string,
  description: SearchDescription,
): Promise<TrialRecord[]> {
  if (!await holdsSearch(directory)) return [];
  checkSameSearch((await readSearchFile(directory)).search, description);
  const path = `${directory}/trials.jsonl`;
  return parseTrials(await readText(path), path);
}

/** Writes the settings of a search, and the trials that are finished already, to which others are appended. */
export async function writeSearchFiles(
  directory: string,
  { description, finished, dataPath, flags, inputs }: {
    readonly description: SearchDescription;
    readonly finished: readonly TrialRecord[];
    readonly dataPath: string;
    readonly flags: Readonly<Record<string, unknown>>;
    readonly inputs: Inputs;
  },
): Promise<void> {
  await writeFileAtomic(`${directory}/trials.jsonl`, finished.map(encodeTrial).join(""));
  await writeJson(`${directory}/search.json`, {
    command: "search",
    dataPath,
    versions: { histone: manifest.version, ...runtimeVersions() },
    search: description,
    startedIn: resolve("."),
    flags,
    inputs,
  });
}

/** Appends a finished trial, and flushes it to disk so that it survives a power cut. */
export function appendTrial(directory: string, record: TrialRecord): void {
  const bytes = new TextEncoder().encode(encodeTrial(record));
  appendToFile(`${directory}/trials.jsonl`, bytes, { flush: true });
}

/** Writes all trials by their scores as `ranking.csv`, and the best one as `best.json`. */
export async function writeRanking(
  directory: string,
  { result: { ranking, best }, data, description }: {
    readonly result: SearchResult;
    readonly data: Dataset;
    readonly description: SearchDescription;
  },
): Promise<void> {
  await writeFileAtomic(`${directory}/ranking.csv`, formatRankingCsv(ranking));
  if (best === undefined) return;
  const { bins, marks: { length: marks } } = data;
  const bases = data.columns.sequences?.bases;
  const { space: { loss }, transform, epochs, schedule, weightDecay } = description;
  const { trial, score, seed, point, point: { learningRate, batchSize } } = best;
  await writeJson(`${directory}/best.json`, {
    spec: specOf(point, { bins, marks, bases, loss, name: `search-trial-${trial}` }),
    training: { learningRate, batchSize, epochs, schedule, weightDecay },
    // What the networks saw: the model may be trained on counts next, which are to be made the same.
    transform: transform === "none" ? data.record.transform : transform,
    trial,
    score,
    seed,
  });
}
