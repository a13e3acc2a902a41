/** The units of `search`: some trials of a rung each. Gathering a rung plans the units of the next one. */

import { isDeepStrictEqual } from "node:util";
import { integer } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { chooseThreads } from "../base/threads.ts";
import type { PlannedUnit } from "../cluster/plan.ts";
import { ContractError } from "../errors.ts";
import { pathKind, writeFileAtomic } from "../files/file.ts";
import { holdsUnfinishedRun, readKeptCommand } from "../runs/command_file.ts";
import { readText } from "../runs/json.ts";
import { holdsSearch, readSearchFile } from "../runs/search_files.ts";
import {
  encodeTrial,
  parseTrials,
  type SearchDescription,
  searchModels,
  type TrialGroup,
  type TrialRecord,
} from "../search/mod.ts";
import { planTrials } from "../search/plan_trials.ts";
import { warnIfCounts } from "./_count_warning.ts";
import { peakMemory } from "./_peak_memory.ts";
import { printPlan, reportTrials } from "./_report_search.ts";
import { ownParts } from "./_resume.ts";
import { type LoadedSearch, loadSearch, runSearch, searchInputs } from "./_run_search.ts";
import { readSettings, refuseHeldSearch, type SearchFlags } from "./_search_flags.ts";
import { surveyTrials } from "./_survey_trials.ts";
import { arithmeticOf, checkPlannedArithmetic, checkPlannedInputs } from "./_unit_checks.ts";
import { cutSpans, settingsOf } from "./_unit_settings.ts";
import type {
  Division,
  GatherCall,
  Gathered,
  PlanCall,
  UnitKind,
  WorkCall,
  WorkDone,
} from "./_units.ts";

/** The file that a unit leaves. */
const TRIALS_FILE = "trials.jsonl";

/** How the work of `search` is divided. */
export const searchUnits: UnitKind<SearchFlags> = { plan, work, gather };

async function plan(flags: SearchFlags, call: PlanCall): Promise<Division> {
  await refuseHeldSearch(flags);
  const inputs = await searchInputs(flags);
  const started = performance.now();
  const search = await loadSearch(flags, await readSettings(flags));
  const loadSeconds = (performance.now() - started) / 1000;
  const { data, settings, description } = search;
  printPlan({ data, groups: settings.groups }, description);
  if (!call.given.has("transform")) warnIfCounts(data);
  const { wanted } = await searchModels(data, { ...settings, elsewhere: [] });
  if (wanted === undefined) {
    throw new ContractError("Cannot plan: no trial of the search makes a model for these data");
  }
  const units = await unitsOf(wanted, {
    search,
    flags,
    needs: Object.keys(inputs),
    perUnit: call.perUnit ?? 1,
    loadSeconds,
  });
  return { units, inputs, arithmetic: await arithmeticOfSearch(search, flags) };
}

async function arithmeticOfSearch(
  { data, description }: LoadedSearch,
  { engine }: SearchFlags,
): Promise<string | undefined> {
  return await arithmeticOf(engine, planTrials(data, description).models.map(({ spec }) => spec));
}

/** What all units of a rung have in common. */
interface RungOptions {
  readonly search: LoadedSearch;
  readonly flags: SearchFlags;
  /** Files that each reads. */
  readonly needs: readonly string[];
  readonly perUnit: number;
  /** How long the data take to be read. */
  readonly loadSeconds: number;
}

/** Divides the trials of a rung into units. */
async function unitsOf(
  { rung, trials }: TrialGroup,
  { search, flags, needs, perUnit, loadSeconds }: RungOptions,
): Promise<PlannedUnit[]> {
  const seconds = await surveyTrials({ rung, trials }, search, flags);
  const memoryBytes = peakMemory();
  return cutSpans(trials.length, perUnit).map((span): PlannedUnit => {
    const own = trials.slice(...span);
    const times = own.map((trial) => seconds.get(trial));
    const isKnown = times.every((time) => time !== undefined);
    const total = times.reduce((sum: number, time) => sum + (time ?? 0), loadSeconds);
    const name = own.length === 1 ? `trial${own[0]}` : `trials${own[0]}-to-${own.at(-1)}`;
    return {
      id: `rung${rung}-${name}`,
      does: `${own.length === 1 ? "trial" : "trials"} ${own.join(", ")} of rung ${rung}`,
      needs,
      makes: [TRIALS_FILE],
      seed: flags.seed,
      threads: chooseThreads(flags.threads),
      memoryBytes,
      seconds: isKnown ? Math.ceil(total) : undefined,
      settings: { rung, trials: own, perUnit },
    };
  });
}

const SETTINGS = object({ rung: integer(1), trials: arrayOf(integer(1)), perUnit: integer(1) });

async function work(
  flags: SearchFlags,
  { plan, unit, folder, signal }: WorkCall,
): Promise<WorkDone> {
  const { rung, trials } = settingsOf(unit, SETTINGS);
  const inputs = await searchInputs(flags);
  checkPlannedInputs(plan, inputs);
  const search = await loadSearch(flags, await readSettings(flags));
  const arithmetic = await arithmeticOfSearch(search, flags);
  checkPlannedArithmetic(plan, arithmetic);
  const resume = await holdsUnfinishedRun(folder) ? folder : undefined;
  const own = { ...flags, resume, out: folder };
  await using owned = await ownParts(folder, { command: "search", flags: own, inputs });
  const finished = await trialsIn(folder);
  await owned.begin();
  // Others are appended to it; a line that a crash tore is left out.
  await writeFileAtomic(`${folder}/${TRIALS_FILE}`, finished.map(encodeTrial).join(""));
  const { engine, threads, otherArithmetic } = flags;
  const { interrupted } = await searchModels(search.data, {
    ...search.settings,
    engine,
    threads,
    otherArithmetic,
    finished,
    part: { rung, trials },
    stop: signal,
    ...reportTrials(folder, { owned, trials: search.description.trials }),
  });
  if (interrupted) throw signal.reason;
  await owned.finish();
  return { arithmetic };
}

/** Reads the trials that a unit has finished. */
async function trialsIn(folder: string): Promise<TrialRecord[]> {
  const path = `${folder}/${TRIALS_FILE}`;
  if (await pathKind(path) === undefined) return [];
  return parseTrials(await readText(path), path);
}

async function gather(flags: SearchFlags, call: GatherCall): Promise<Gathered> {
  const { plan, units, isRepeated } = call;
  const inputs = await searchInputs(flags);
  checkPlannedInputs(plan, inputs);
  const started = performance.now();
  const search = await loadSearch(flags, await readSettings(flags));
  const loadSeconds = (performance.now() - started) / 1000;
  const elsewhere: TrialRecord[] = [];
  for (const { folder } of units) elsewhere.push(...await trialsIn(folder));
  const { wanted } = await searchModels(search.data, { ...search.settings, elsewhere });
  if (wanted === undefined) {
    const overwrite = flags.overwrite ||
      isRepeated && await isLeftover(flags.out!, search.description);
    // It may be early: what is in --out is compared, and nothing of another work is replaced.
    await call.begin();
    await runSearch({ ...flags, overwrite }, call, elsewhere);
    return { next: [] };
  }
  const last = settingsOf(units.at(-1)!, SETTINGS);
  if (wanted.rung <= last.rung) {
    throw new ContractError(
      `Cannot gather: trials ${
        wanted.trials.join(", ")
      } of rung ${wanted.rung} are in no unit that is done`,
    );
  }
  console.info(`Rung ${last.rung} is trained; ${wanted.trials.length} trials are in the next`);
  const needs = Object.keys(inputs);
  const { perUnit } = last;
  return { next: await unitsOf(wanted, { search, flags, needs, perUnit, loadSeconds }) };
}

/** Whether what a directory holds may be what an earlier call that was killed left of this search. */
async function isLeftover(out: string, description: SearchDescription): Promise<boolean> {
  if (!await holdsSearch(out)) return (await readKeptCommand(out))?.command === "search";
  const { search } = await readSearchFile(out);
  return isDeepStrictEqual(search, JSON.parse(JSON.stringify(description)));
}
