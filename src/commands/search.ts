/** Command `search`: finds the best model of a space by cross-validation. */

import { ContractError } from "../errors.ts";
import { removeRun } from "../runs/run_files.ts";
import { readEarlierTrials, writeRanking, writeSearchFiles } from "../runs/search_files.ts";
import {
  describeSearch,
  formatRankingTable,
  type SearchDescription,
  searchModels,
  type SearchResult,
  type TrialRecord,
} from "../search/mod.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { warnOfMixture } from "./_arithmetic.ts";
import { type CommandCall, type CommandDefinition, Interrupted } from "./flags.ts";
import { chooseData, loadData } from "./_data.ts";
import { inputsOfRun } from "./_inputs.ts";
import { reusableFlags } from "./_kept_flags.ts";
import { printPlan, reportTrials } from "./_report_search.ts";
import { ownParts, resumeCall } from "./_resume.ts";
import { readSchemeTables } from "./_scheme.ts";
import {
  chooseFlags,
  chooseSearchDirectory,
  declareSearch,
  readSettings,
  refuseHeldSearch,
  type SearchFlags,
} from "./_search_flags.ts";
import { announceWindow } from "./_window.ts";

/** How many lines of the ranking are printed; ranking.csv has all of them. */
const MOST_PRINTED = 10;

/** Command `search`. */
export const command: CommandDefinition<SearchFlags> = {
  name: "search",
  summary: "Searches a space of models and ranks them by cross-validated loss.",
  examples: [
    ["deno task search --data train.npz --trials 50", "50 random models around wakawaka"],
    [
      "deno task search --data train.npz --trials 81 --halving",
      "81 models, most of them for few epochs",
    ],
    [
      "deno task search --data train.npz --space space.json --method grid",
      "every model of a space",
    ],
    ["deno task search --resume runs/search", "resume a search that was stopped"],
    ["deno task search --resume runs/search --trials 100", "more models, after the first 50"],
  ],
  declare: declareSearch,
  run: search,
};

async function search(typed: SearchFlags, { signal, given }: CommandCall): Promise<void> {
  const flags = await chooseFlags(typed, given);
  const asked = await readSettings(flags);
  const directory = await chooseSearchDirectory(flags);
  const refuse = () => refuseHeldSearch(flags);
  const dataPath = chooseData(flags.data);
  const { record, sequences, space, resume, engine, threads, otherArithmetic } = flags;
  const paths = {
    data: dataPath,
    record,
    sequences,
    space,
    genes: fileOfAnnotation(flags.genes),
    groups: flags.groups,
  };
  const inputs = await inputsOfRun(paths, resume);
  await using owned = await ownParts(directory, { command: "search", flags, inputs, refuse });
  const tables = await readSchemeTables(flags);
  const { data, groups } = tables.join(await loadData(dataPath, flags));
  const settings = { ...asked, window: announceWindow(data, flags) };
  const description = await describeSearch(data, { ...settings, groups });
  const { trials } = description;
  printPlan({ data, groups }, description);
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
    groups,
    engine,
    threads,
    otherArithmetic,
    finished,
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
