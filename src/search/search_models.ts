import { chooseThreads } from "../base/threads.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import type { Dataset } from "../data/dataset.ts";
import { type Fold, kFold } from "../data/kfold.ts";
import { type EngineReport, selectEngine } from "../engine/select.ts";
import { ContractError, UnsupportedModelError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import { checkArithmetic } from "../training/check_arithmetic.ts";
import { awaitHook } from "../training/hooks.ts";
import { groupTrials, type ModelTrial } from "./_group_trials.ts";
import { runInLanes } from "./_lanes.ts";
import { planTrials } from "./plan_trials.ts";
import { trainGroup } from "./_train_group.ts";
import { bestTrial, rankTrials } from "./ranking.ts";
import { planRungs, type Rung } from "./rungs.ts";
import type { SearchOptions, SearchProgress, SearchResult, TrialGroup } from "./search_types.ts";
import { type ResolvedSettings, resolveSearchSettings } from "./settings.ts";
import type { PlannedTrial, TrialRecord } from "./trial.ts";

/**
 * Searches a space of models: trains each point on every fold of a cross-validation and ranks them by their mean
 * validation loss after the last epoch. Points that make no model, and trials whose loss becomes infinite, are kept
 * with the reason.
 *
 * Trials of one model and batch size train side by side on a GPU; on a processor one model of any shape trains on each
 * core. Neither that nor an interruption changes a score. The best score is partly luck, and so too good (Cawley and
 * Talbot 2010, JMLR 11:2079): judge the chosen model on samples that the search has not seen.
 *
 * @param data Labelled samples.
 * @param options Space, method, folds, and where to compute.
 * @returns Every trial, their ranking, and the best.
 * @throws {ContractError} If the data have no labels or do not fit the loss, or a `finished` trial belongs to another
 * search.
 * @throws {RangeError} If a setting is out of range, the data are too few for the folds, or `part` names a rung or a trial
 * that the search does not have.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example Two pool sizes, one of which does not fit
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { parseSpace, searchModels } from "@waka/histone/search";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 4, genes: 8, newGenes: 1, bins: 20 });
 * const space = parseSpace({ filters: [4], width: [3], blocks: [{ pool: [2, 50] }], dense: [[]] });
 * const data = new Dataset(train);
 * const { best, ranking } = await searchModels(data, { space, method: "grid", folds: 2, epochs: 1 });
 * strictEqual(best?.point.convolutions[0]?.pool, 2);
 * strictEqual(ranking[1]?.status, "skipped"); // 20 bins cannot be pooled by 50
 * ```
 */
export async function searchModels(
  data: Dataset,
  options: SearchOptions = {},
): Promise<SearchResult> {
  return await withWatchedHooks(options, (watched) => {
    return new Search(data, resolveSearchSettings(watched), watched).run();
  });
}

/** How many trials an engine can train at a time: in one call if they have a model in common, and in several calls. */
interface Capacity {
  readonly inGroup: number;
  readonly lanes: number;
  /** How the engine rounds; absent if no engine can run the model. */
  readonly arithmetic?: string;
}

class Search {
  readonly #data: Dataset;
  readonly #settings: ResolvedSettings;
  readonly #options: SearchOptions;
  readonly #folds: readonly Fold[];
  readonly #finished: ReadonlyMap<string, TrialRecord>;
  readonly #elsewhere: ReadonlyMap<string, TrialRecord> | undefined;
  readonly #records: TrialRecord[] = [];
  #wanted: TrialGroup | undefined;
  #started = false;

  constructor(data: Dataset, settings: ResolvedSettings, options: SearchOptions) {
    this.#data = data;
    this.#settings = settings;
    this.#options = options;
    this.#folds = kFold(data, { ...settings, groups: options.groups });
    const { finished = [], elsewhere } = options;
    this.#finished = byKey(finished);
    this.#elsewhere = elsewhere && byKey(elsewhere);
  }

  async run(): Promise<SearchResult> {
    const { epochs, keepOneIn } = this.#settings;
    const { models: planned, skipped } = planTrials(this.#data, this.#settings);
    const rungs = planRungs({ trials: planned.length, epochs, keepOneIn: keepOneIn ?? undefined });
    if (this.#options.part !== undefined) {
      return await this.#runPart(this.#options.part, { planned, rungs });
    }
    let models = planned;
    const first = { rung: 1, rungs: rungs.length, done: 0, total: models.length, unit: TRIALS };
    for (const record of skipped) {
      this.#keep({ ...record, epochs: rungs[0]?.epochs ?? epochs }, first);
    }
    let interrupted = false;
    for (const [index, rung] of rungs.entries()) {
      models = models.map((model) => ({ ...model, epochs: rung.epochs, rung: index + 1 }));
      const records = await this.#runRung(models, { rung: index + 1, rungs: rungs.length });
      interrupted = records.length < models.length;
      if (interrupted) break;
      const kept = rankTrials(records)
        .filter(({ status }) => status === "scored")
        .slice(0, rungs[index + 1]?.trials)
        .map(({ trial }) => trial);
      models = models.filter(({ trial }) => kept.includes(trial));
    }
    return this.#result(interrupted);
  }

  /** Trains some trials of a rung. */
  async #runPart(
    { rung, trials }: TrialGroup,
    { planned, rungs }: {
      readonly planned: readonly ModelTrial[];
      readonly rungs: readonly Rung[];
    },
  ): Promise<SearchResult> {
    const epochs = rungs[rung - 1]?.epochs;
    if (epochs === undefined) {
      throw new RangeError(
        `Cannot train a part of the search: found rung ${rung}, expected 1 to ${rungs.length}`,
      );
    }
    const models = trials.map((trial): ModelTrial => {
      const model = planned.find((other) => other.trial === trial);
      if (model !== undefined) return { ...model, epochs, rung };
      throw new RangeError(
        `Cannot train a part of the search: it has no model of number ${trial}, expected 1 to ${planned.length}`,
      );
    });
    const records = await this.#runRung(models, { rung, rungs: rungs.length });
    return this.#result(records.length < models.length);
  }

  #result(interrupted: boolean): SearchResult {
    const records = this.#records.toSorted((a, b) => a.rung - b.rung || a.trial - b.trial);
    const ranking = rankTrials(records);
    return {
      records,
      ranking,
      best: bestTrial(ranking),
      interrupted,
      ...(this.#wanted && { wanted: this.#wanted }),
    };
  }

  /** Trains the models that are not finished yet. Returns fewer records than models if it was interrupted. */
  async #runRung(
    models: readonly ModelTrial[],
    { rung, rungs }: Pick<SearchProgress, "rung" | "rungs">,
  ): Promise<TrialRecord[]> {
    const { engine, threads, openCheckpoints, onProgress, ...calls } = this.#options;
    const { signal, stop, otherArithmetic } = calls;
    const known = models.flatMap((model) => this.#recall(model) ?? []);
    const left = models.filter((model) => !this.#finished.has(keyOf(model)));
    const records = [...known];
    const [first] = left;
    if (first === undefined) return records;
    if (this.#elsewhere !== undefined) {
      return [...records, ...this.#takeElsewhere(left, { rung, rungs, done: records.length })];
    }
    const capacity = await this.#capacity(first.spec);
    if (!otherArithmetic) this.#checkArithmetic(capacity.arithmetic);
    const underWay = new Map<readonly ModelTrial[], number>();
    const progress = (): SearchProgress => {
      const done = [...underWay.values()].reduce((sum, trials) => sum + trials, records.length);
      return { rung, rungs, done, total: models.length, unit: TRIALS };
    };
    const { transform, schedule, weightDecay, window } = this.#settings;
    const run = { transform, schedule, weightDecay, window, engine, signal, stop, otherArithmetic };
    await runInLanes(groupTrials(left, capacity.inGroup), async (group) => {
      const numbers = group.map(({ trial }) => trial);
      const open = () => openCheckpoints?.({ rung, trials: numbers });
      const checkpoints = await awaitHook(open, signal);
      const done = await trainGroup(group, {
        ...run,
        folds: this.#folds,
        checkpoint: checkpoints?.checkpoint,
        resume: checkpoints?.resume,
        threads: capacity.lanes === 1 ? threads : this.#laneThreads(capacity.lanes),
        onStart: (report) => this.#start(report),
        onProgress: (share) => {
          underWay.set(group, share * group.length);
          onProgress?.(progress());
        },
      });
      underWay.delete(group);
      for (const record of done) {
        records.push(record);
        this.#keep(record, progress());
      }
      if (done.length === group.length) await awaitHook(() => checkpoints?.finish(), signal);
    }, { lanes: capacity.lanes, stops: [signal, stop] });
    signal?.throwIfAborted();
    return records;
  }

  /** Takes the records of trials that were trained elsewhere; those that are missing are wanted. */
  #takeElsewhere(
    models: readonly ModelTrial[],
    { rung, rungs, done }: Pick<SearchProgress, "rung" | "rungs" | "done">,
  ): TrialRecord[] {
    const found = models.map((model) => this.#matching(model, this.#elsewhere!));
    const records = found.filter((record) => record !== undefined);
    const total = done + models.length;
    for (const [i, record] of records.entries()) {
      this.#keep(record, { rung, rungs, done: done + i + 1, total, unit: TRIALS });
    }
    const missing = models.filter((_, i) => found[i] === undefined);
    if (missing.length > 0) this.#wanted = { rung, trials: missing.map(({ trial }) => trial) };
    return records;
  }

  /** The record of a trial that was finished before. */
  #recall(model: ModelTrial): TrialRecord | undefined {
    const record = this.#matching(model, this.#finished);
    if (record !== undefined) this.#records.push(record);
    return record;
  }

  /** Finds the record of a trial, and refuses one of other choices. */
  #matching(
    model: ModelTrial,
    records: ReadonlyMap<string, TrialRecord>,
  ): TrialRecord | undefined {
    const record = records.get(keyOf(model));
    if (record === undefined) return undefined;
    const identify = ({ epochs, seed, point }: PlannedTrial) =>
      JSON.stringify([epochs, seed, point]);
    if (identify(record) !== identify(model)) {
      throw new ContractError(
        `Cannot resume the search: trial ${model.trial} was finished with other choices, seed or ` +
          "epochs, expected those of this search",
      );
    }
    return record;
  }

  /** Scores are compared: a difference in how they were rounded must not decide. */
  #checkArithmetic(ours: string | undefined): void {
    const found = [...this.#finished.values()]
      .flatMap((record) => record.status === "scored" ? record.arithmetic ?? [] : []);
    if (ours === undefined) return;
    checkArithmetic(found, ours, {
      action: "resume the search",
      subject: "its trials were",
      advice: ". Resume where it was started, or anyway with otherArithmetic (--other-arithmetic)",
    });
  }

  #keep(record: TrialRecord, progress: SearchProgress): void {
    this.#records.push(record);
    if (!this.#finished.has(keyOf(record))) this.#options.onTrial?.(record, progress);
  }

  /** Training waits for what this returns. */
  #start(report: EngineReport): void {
    if (this.#started) return;
    this.#started = true;
    return this.#options.onStart?.(report);
  }

  async #capacity(spec: ModelSpec): Promise<Capacity> {
    const { engine: name = "auto", threads } = this.#options;
    try {
      const { engine } = await selectEngine(name, spec);
      const { models, sameShape } = engine.capacity(threads);
      const trials = Math.max(1, Math.floor(models / this.#folds.length));
      const arithmetic = await engine.arithmetic();
      return sameShape
        ? { inGroup: trials, lanes: 1, arithmetic }
        : { inGroup: 1, lanes: trials, arithmetic };
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) throw error;
      return { inGroup: 1, lanes: 1 };
    }
  }

  #laneThreads(lanes: number): number {
    return Math.max(1, Math.floor(chooseThreads(this.#options.threads) / lanes));
  }
}

const TRIALS = "trials";

function byKey(records: readonly TrialRecord[]): ReadonlyMap<string, TrialRecord> {
  return new Map(records.map((record) => [keyOf(record), record]));
}

function keyOf({ trial, rung }: Pick<PlannedTrial, "trial" | "rung">): string {
  return `${trial}/${rung}`;
}
