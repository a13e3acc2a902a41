/** `deno task search`: the best model of a space, by cross-validation. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { type FoldScheme, kFold } from "../data/kfold.ts";
import type { EngineName } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { writeFileAtomic } from "../files/file.ts";
import { type Transform, TRANSFORMS } from "../record.ts";
import {
  DEFAULT_SPACE,
  describePoint,
  describeSearch,
  formatRankingCsv,
  formatRankingTable,
  type GroupCheckpoints,
  parseSpace,
  planRungs,
  SEARCH_METHODS,
  type SearchDescription,
  type SearchMethod,
  searchModels,
  type SearchProgress,
  type SearchResult,
  type SearchSettings,
  specOf,
  type TrialGroup,
  type TrialRecord,
} from "../search/mod.ts";
import { planTrials } from "../search/plan_trials.ts";
import { ownParts, readKeptFlags, resumeCall, type ResumeFlags } from "./_resume.ts";
import { refuseLiveRun } from "../runs/run_directory.ts";
import {
  choice,
  type CommandCall,
  type CommandDefinition,
  declareCommon,
  declareFolds,
  integer,
  Interrupted,
  number,
  otherArithmetic,
} from "./_cli.ts";
import { warnOfMixture } from "./_arithmetic.ts";
import { inputsOfRun } from "./_inputs.ts";
import { readJson, writeJson } from "../runs/json.ts";
import { checkDirectory } from "../files/directory.ts";
import { parseFlags, reusableFlags } from "./_kept_flags.ts";
import { ProgressLine } from "./_progress.ts";
import { chooseData, formatShape, loadData } from "./_data.ts";
import { chooseRunDirectory, refuseHeldRun } from "./_run_directory.ts";
import type { OwnedParts } from "../runs/run_directory.ts";
import { removeRun } from "../runs/run_files.ts";
import {
  appendTrial,
  holdsSearch,
  readEarlierTrials,
  readSearchFile,
  writeSearchFiles,
} from "../runs/search_files.ts";
import { quotePath } from "../base/shell.ts";

interface SearchFlags extends ResumeFlags {
  readonly record?: string;
  readonly data?: string;
  readonly space?: string;
  readonly method: SearchMethod;
  readonly trials?: number;
  readonly folds: number;
  readonly scheme: FoldScheme;
  readonly epochs: number;
  /** `true` for the flag without a number. */
  readonly halving?: number | true;
  readonly transform: Transform;
  readonly seed: number;
  readonly engine: EngineName;
  readonly out?: string;
  readonly checkpointMinutes: number;
}

const DEFAULT_KEPT_ONE_IN = 3;
/** Lines of the table that is printed; ranking.csv has all. */
const MOST_PRINTED = 10;

/** Command `search`. */
export const command: CommandDefinition<SearchFlags> = {
  name: "search",
  summary: "Searches a space of models and ranks them by cross-validated loss.",
  examples: [
    ["deno task search --data train.npz --trials 50", "50 random models around wakawaka"],
    ["deno task search --data train.npz --trials 81 --halving", "most of them for few epochs"],
    ["deno task search --data train.npz --space space.json --method grid", "all of a space"],
    ["deno task search --resume runs/search", "go on with one that was stopped"],
    ["deno task search --resume runs/search --trials 100", "more models, after the first 50"],
  ],
  declare: (command) =>
    declareCommon(
      declareFolds(command, "by-both")
        .option("--data <path>", "competition .npz, DeepChrome .csv, or a folder of cell types")
        .option(
          "--space <file>",
          "JSON file of the choices (default: around wakawaka, as search.json then shows)",
        )
        .option("--method <name>", "random or grid", choice(SEARCH_METHODS), "random")
        .option("--trials <n>", "models of a random search (default: 30)", integer(1))
        .option("--epochs <n>", "passes over the data", integer(1), 15)
        .option(
          "--halving [n]",
          `begin with few epochs; one in n (${DEFAULT_KEPT_ONE_IN}) goes on to n times as many`,
          integer(2),
        )
        .option(
          "--transform <name>",
          "of the counts: none, log1p, asinh",
          choice(TRANSFORMS),
          "none",
        )
        .option("--seed <n>", "of choices, folds, weights, order and dropout", integer(0), 0)
        .option("--out <dir>", "directory to write (default: a new one in runs/)")
        .option("--overwrite", "replace the search that --out already holds", false)
        .option(
          "--resume <dir>",
          "go on with the search in this directory, stopped or finished; flags that are left out are " +
            "its own, and none may change what is searched, except for --trials of a random search " +
            "without --halving",
        )
        .option(
          "--checkpoint-minutes <x>",
          "how often trials that take longer keep where they are",
          number(Number.MIN_VALUE),
          5,
        )
        .addOption(otherArithmetic()),
    ),
  run: search,
};

async function search(typed: SearchFlags, { signal, given }: CommandCall): Promise<void> {
  const flags = await chooseFlags(typed, given);
  const settings = await readSettings(flags);
  const directory = await chooseDirectory(flags);
  const refuse = () => refuseHeldSearch(flags);
  const dataPath = chooseData(flags.data);
  const { record, space, resume } = flags;
  const inputs = await inputsOfRun({ data: dataPath, record, space }, resume);
  await using owned = await ownParts(directory, { command: "search", flags, inputs, refuse });
  const data = await loadData(dataPath, flags);
  const description = await describeSearch(data, settings);
  printFolds(data, description);
  const finished = flags.resume === undefined
    ? []
    : await readEarlierTrials(directory, description);
  refuseFewerTrials(description, finished);
  // A search that is replaced shall not be taken for the one that begins, whenever this one is killed.
  if (flags.resume === undefined) await removeRun(directory);
  await owned.begin();
  await writeSearchFiles(directory, {
    description,
    finished,
    dataPath,
    flags: reusableFlags(flags),
    inputs,
  });
  if (finished.length > 0) console.info(`Resuming after ${finished.length} finished trials.`);
  const { engine, threads, otherArithmetic } = flags;
  const result = await searchModels(data, {
    ...settings,
    ...{ engine, threads, otherArithmetic, finished, signal },
    ...reportTrials(directory, owned, description),
  });
  await owned.check();
  await writeResult(directory, { result, data, description });
  warnOfMixture(
    result.ranking.flatMap((record) => record.status === "scored" ? record.arithmetic ?? [] : []),
    "the trials ranked here",
  );
  if (result.interrupted) {
    throw new Interrupted(
      `Interrupted: kept ${result.ranking.length} of ${description.trials} trials. ` +
        `Resume: ${resumeCall("search", directory)}`,
    );
  }
  await owned.finish();
  if (result.best === undefined) throw noneTrained(result);
}

/**
 * The flags to search with: with `--resume DIR` those that the search in DIR was begun with, and those that were typed
 * in their place.
 *
 * @throws {ContractError} If DIR holds no search.
 */
async function chooseFlags(
  flags: SearchFlags,
  given: ReadonlySet<string>,
): Promise<SearchFlags> {
  const { resume } = flags;
  if (resume === undefined) return flags;
  if (flags.out !== undefined || flags.overwrite) {
    throw new ContractError("Cannot resume into another --out, or --overwrite what is resumed");
  }
  const begun = await readKeptFlags<SearchFlags>("search", resume) ??
    parseFlags<SearchFlags>(await readSearchFile(resume));
  const typed = Object.fromEntries(Object.entries(flags).filter(([name]) => given.has(name)));
  return { ...flags, ...begun, ...typed, overwrite: false, out: undefined };
}

/** `--trials` is the number of all trials, not of those to add. */
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

async function readSettings(flags: SearchFlags): Promise<SearchSettings> {
  const { method, trials, folds, scheme, epochs, halving, transform, seed } = flags;
  return {
    ...{ method, trials, folds, scheme, epochs, transform, seed },
    keepOneIn: halving === true ? DEFAULT_KEPT_ONE_IN : halving,
    space: flags.space === undefined
      ? DEFAULT_SPACE
      : parseSpace(await readJson(flags.space, "read space"), flags.space),
  };
}

/** Says how the data are parted and how many trials they leave, which also refuses data that are too few, before anything is written. */
function printFolds(data: Dataset, description: SearchDescription): void {
  const [{ training, validation }] = kFold(data, description);
  const { folds, scheme, trials } = description;
  console.info(
    `Search: ${formatCountOf(trials, "trial")} on ${folds} folds ${scheme}, of ` +
      `${formatCountOf(training.length, "sample")} to train on and ` +
      `${validation.length.toLocaleString("en-US")} to validate on`,
  );
  const { keepOneIn, epochs } = description;
  if (keepOneIn !== null && planRungs({ trials, epochs, keepOneIn }).length === 1) {
    console.info("Too few trials or epochs for --halving: all are trained for all epochs");
  }
  const { models, skipped } = planTrials(data, description);
  if (skipped.length === 0) return;
  console.info(
    `${skipped.length} of them make no model of ${
      formatShape(data)
    } and are skipped, which leaves ` +
      `${models.length}`,
  );
}

/** Where the search is written. */
async function chooseDirectory(flags: SearchFlags): Promise<string> {
  const { out, overwrite, resume } = flags;
  if (resume !== undefined) return resume;
  if (out !== undefined) {
    await checkDirectory(out);
    await refuseLiveRun(out);
    await refuseHeldSearch(flags);
  }
  return await chooseRunDirectory({ out, overwrite }, "search");
}

/** Refuses a directory that holds a search or another run already, unless it goes on or is replaced. */
async function refuseHeldSearch({ out, overwrite, resume }: SearchFlags): Promise<void> {
  if (out === undefined || overwrite || resume !== undefined) return;
  if (await holdsSearch(out)) throw alreadySearched(out);
  await refuseHeldRun({ out, overwrite });
}

function alreadySearched(out: string): ContractError {
  return new ContractError(
    `Cannot write to ${out}: it already holds a search. Resume it with --resume ${
      quotePath(out)
    }, name another --out, or add --overwrite`,
  );
}

/** Hooks that keep each trial and print a line for it, draw the progress line, and open checkpoints. */
function reportTrials(directory: string, owned: OwnedParts, { trials }: SearchDescription) {
  const bar = new ProgressLine();
  const print = (line: string) => {
    bar.clear();
    console.info(line);
  };
  const rungOf = ({ rung, rungs }: SearchProgress) => rungs > 1 ? `rung ${rung}/${rungs}  ` : "";
  return {
    onStart: ({ engine, device, reason }: { engine: string; device: string; reason: string }) =>
      print(`Engine: ${engine} (${device}, for each model); ${reason}`),
    async openCheckpoints({ rung, trials }: TrialGroup): Promise<GroupCheckpoints> {
      const name = `rung-${rung}-trial-${trials.join("-")}`;
      // Most trials are so short that no checkpoint is worth its time.
      const { options, finish } = await owned.open(name, { atEpochs: false });
      if (options.resume !== undefined) {
        print(`Resuming within trial ${trials.join(", ")}, from its checkpoint.`);
      }
      return { ...options, finish };
    },
    onTrial: (record: TrialRecord, progress: SearchProgress) => {
      appendTrial(directory, record);
      const number = `trial ${String(record.trial).padStart(String(trials).length)}/${trials}`;
      print(`${rungOf(progress)}${number}  ${formatTrial(record)}`);
    },
    onProgress: (progress: SearchProgress) => {
      const { done, total } = progress;
      const note = `${Math.floor(done)}/${total} trials`;
      bar.update({ done, total, label: `${rungOf(progress)}searching`, note });
    },
  };
}

function formatTrial(record: TrialRecord): string {
  if (record.status !== "scored") return `${record.status}: ${record.reason}`;
  const { score, seconds, point } = record;
  return `${score.toFixed(4)}  ${describePoint(point)}  ${seconds.toFixed(1)} s`;
}

async function writeResult(
  directory: string,
  { result, data, description }: {
    result: SearchResult;
    data: Dataset;
    description: SearchDescription;
  },
): Promise<void> {
  const { ranking, best } = result;
  await writeFileAtomic(`${directory}/ranking.csv`, formatRankingCsv(ranking));
  if (best === undefined) return;
  const { bins, marks: { length: marks } } = data;
  const { space: { loss }, transform, epochs } = description;
  const { trial, score, seed, point, point: { learningRate, batchSize } } = best;
  await writeJson(`${directory}/best.json`, {
    spec: specOf(point, { bins, marks, loss, name: `search-trial-${trial}` }),
    training: { learningRate, batchSize, epochs },
    ...{ transform, trial, score, seed },
  });
  console.log(formatRankingTable(ranking, MOST_PRINTED));
  console.info(
    `Written: ${directory}/ (search.json, trials.jsonl, ranking.csv, best.json). The best of many ` +
      "looks better than it is: judge it on samples that were not searched on.",
  );
}

function noneTrained({ ranking }: SearchResult): ContractError {
  const [first] = ranking;
  const reason = first?.status === "scored" ? "" : first?.reason;
  return new ContractError(`Cannot rank: no trial has a score. The first of them: ${reason}`);
}
