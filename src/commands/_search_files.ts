/** The files of a search: what it is, and its trials so far. */

import packageJson from "../../deno.json" with { type: "json" };
import { ContractError } from "../errors.ts";
import { pathKind, writeFileAtomic } from "../files/file.ts";
import {
  checkSameSearch,
  encodeTrial,
  parseTrials,
  type SearchDescription,
  type TrialRecord,
} from "../search/mod.ts";
import type { ResumeFlags } from "./_checkpoints.ts";
import { parseFlags, reusableFlags } from "./_kept_flags.ts";
import type { Inputs } from "./_inputs.ts";
import { readJson, readText, writeJson } from "./_json.ts";

/** Whether a directory holds a search, finished or not. */
export async function holdsSearch(directory: string): Promise<boolean> {
  return await pathKind(`${directory}/search.json`) !== undefined;
}

/** What `search.json` keeps: the search, and the flags it was begun with. */
export interface SearchFile {
  readonly search: unknown;
  readonly flags: Readonly<Record<string, unknown>>;
}

/**
 * Reads `search.json`.
 *
 * @throws {ContractError} If there is none.
 */
export async function readSearchFile(directory: string): Promise<SearchFile> {
  if (!await holdsSearch(directory)) {
    throw new ContractError(
      `Cannot resume: no file "${directory}/search.json". Name a directory that search wrote`,
    );
  }
  const path = `${directory}/search.json`;
  const file = Object(await readJson(path, "read search"));
  return { search: file.search, flags: parseFlags(file, path) };
}

/**
 * The trials in a directory: none if the search was stopped before it had written its first file.
 *
 * @throws {ContractError} If they are those of another search.
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

/** Writes what the search is, and the trials that it begins with, so that others can be appended. */
export async function startFiles(
  directory: string,
  { description, finished, dataPath, flags, inputs }: {
    readonly description: SearchDescription;
    readonly finished: readonly TrialRecord[];
    readonly dataPath: string;
    readonly flags: ResumeFlags;
    readonly inputs: Inputs;
  },
): Promise<void> {
  await writeFileAtomic(`${directory}/trials.jsonl`, finished.map(encodeTrial).join(""));
  const versions = { histone: packageJson.version, ...Deno.version };
  await writeJson(`${directory}/search.json`, {
    ...{ command: "search", dataPath, versions, search: description },
    ...reusableFlags(flags),
    inputs,
  });
}

/** Appends a finished trial, which then outlasts a power cut. */
export function appendTrial(directory: string, record: TrialRecord): void {
  using file = Deno.openSync(`${directory}/trials.jsonl`, { append: true });
  const bytes = new TextEncoder().encode(encodeTrial(record));
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
  file.syncDataSync();
}
