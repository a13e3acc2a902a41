/** Does the work of `search`: trains what is not trained yet, or takes what other processes trained, and ranks it. */

import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { Inputs } from "../runs/inputs.ts";
import { removeRun } from "../runs/run_files.ts";
import { readEarlierTrials, writeRanking, writeSearchFiles } from "../runs/search_files.ts";
import {
  describeSearch,
  formatRankingTable,
  type SearchDescription,
  searchModels,
  type SearchResult,
  type SearchSettings,
  type TrialRecord,
} from "../search/mod.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { warnOfMixture } from "./_arithmetic.ts";
import { warnIfCounts } from "./_count_warning.ts";
import { type CommandCall, Interrupted } from "./flags.ts";
import { chooseData, loadData } from "./_data.ts";
import { inputsOfRun } from "./_inputs.ts";
import { reusableFlags } from "./_kept_flags.ts";
import { printPlan, reportTrials } from "./_report_search.ts";
import { ownParts, resumeCall } from "./_resume.ts";
import { readSchemeTables } from "./_scheme.ts";
import {
  chooseFlags,
  chooseSearchDirectory,
  readSettings,
  refuseHeldSearch,
  type SearchFlags,
} from "./_search_flags.ts";
import { announceWindow } from "./_window.ts";

/** How many lines of the ranking are printed; ranking.csv has all of them. */
const MOST_PRINTED = 10;

/** Digests the files that a search reads. */
export async function searchInputs(flags: SearchFlags): Promise<Inputs> {
  const { data, record, sequences, space, genes, groups, resume } = flags;
  const paths = {
    data: chooseData(data),
    record,
    sequences,
    space,
    genes: fileOfAnnotation(genes),
    groups,
  };
  return await inputsOfRun(paths, resume);
}

/** The data of a search, and what it is. */
export interface LoadedSearch {
  readonly data: Dataset;
  /** What decides the scores. */
  readonly settings: SearchSettings;
  readonly description: SearchDescription;
}

/** Reads the data of a search. */
export async function loadSearch(
  flags: SearchFlags,
  settings: SearchSettings,
): Promise<LoadedSearch> {
  const tables = await readSchemeTables(flags);
  const { data, groups } = tables.join(await loadData(chooseData(flags.data), flags));
  const whole = { ...settings, window: announceWindow(data, flags), groups };
  return { data, settings: whole, description: await describeSearch(data, whole) };
}

/**
 * Searches, and writes the search to `--out`.
 *
 * @param typed The flags of the call.
 * @param call The call.
 * @param elsewhere Trials that other processes trained; then nothing is trained here.
 * @throws {Interrupted} If the search was stopped.
 * @throws {ContractError} If no trial has a score.
 */
export async function runSearch(
  typed: SearchFlags,
  { signal, given }: Pick<CommandCall, "signal" | "given">,
  elsewhere?: readonly TrialRecord[],
): Promise<void> {
  const flags = await chooseFlags(typed, given);
  const chosen = await readSettings(flags);
  const directory = await chooseSearchDirectory(flags);
  const refuse = () => refuseHeldSearch(flags);
  const dataPath = chooseData(flags.data);
  const inputs = await searchInputs(flags);
  const { resume, engine, threads, otherArithmetic } = flags;
  await using owned = await ownParts(directory, { command: "search", flags, inputs, refuse });
  const { data, settings, description } = await loadSearch(flags, chosen);
  const { trials } = description;
  printPlan({ data, groups: settings.groups }, description);
  // It was said when the search was planned or started.
  const isNew = elsewhere === undefined && resume === undefined;
  if (isNew && !given.has("transform")) warnIfCounts(data);
  const finished = resume === undefined ? [] : await readEarlierTrials(directory, description);
  refuseFewerTrials(description, finished);
  // If this search is killed early, the one that it replaces must not be taken for it.
  if (resume === undefined) await removeRun(directory);
  await owned.begin();
  const kept = { flags: reusableFlags(flags), inputs };
  await writeSearchFiles(directory, { description, finished, dataPath, ...kept });
  if (finished.length > 0) console.info(`Resuming after ${finished.length} finished trials.`);
  const result = await searchModels(data, {
    ...settings,
    engine,
    threads,
    otherArithmetic,
    finished,
    elsewhere,
    stop: signal,
    ...reportTrials(directory, { owned, trials }),
  });
  await owned.check();
  await writeRanking(directory, { result, data, description });
  printResult(directory, result);
  if (result.interrupted) {
    throw new Interrupted(
      `Interrupted: kept ${result.ranking.length} of ${trials} trials. Resume: ${
        resumeCall("search", directory)
      }`,
    );
  }
  await owned.finish();
  if (result.best === undefined) throw noneTrained(result);
}

/** Refuses a `--trials` that earlier trials exceed: it is the number of all trials, not of those to add. */
function refuseFewerTrials(
  { trials }: SearchDescription,
  finished: readonly TrialRecord[],
): void {
  const most = Math.max(0, ...finished.map(({ trial }) => trial));
  if (trials >= most) return;
  throw new ContractError(
    `Cannot resume: trial ${most} is finished already, and --trials, the number of all, is ${trials}`,
  );
}

function printResult(directory: string, { ranking, best }: SearchResult): void {
  if (best !== undefined) {
    console.log(formatRankingTable(ranking, MOST_PRINTED));
    console.info(
      `Written: ${directory}/ (search.json, trials.jsonl, ranking.csv, best.json). The best of many ` +
        "looks better than it is: judge it on samples that were not searched on.",
    );
  }
  warnOfMixture(
    ranking.flatMap((record) => record.status === "scored" ? record.arithmetic ?? [] : []),
    "the trials ranked here",
  );
}

function noneTrained({ ranking }: SearchResult): ContractError {
  const [first] = ranking;
  const reason = first?.status === "scored" ? "" : first?.reason;
  return new ContractError(`Cannot rank: no trial has a score. The first of them: ${reason}`);
}
