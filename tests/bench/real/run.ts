/** Trains and judges all contestants on all folds, keeping each result as it is made. */

import { formatDuration } from "../../../src/base/duration.ts";
import type { EngineName } from "../../../src/engine/select.ts";
import type { RealContestant } from "./contestant.ts";
import { type Entry, scoreSuite } from "./scores.ts";
import { type Cell, type CellResult, checkValues, type RealStore } from "./store.ts";
import type { Suite } from "./suite.ts";
import type { SuiteResult } from "./tables.ts";

/** What to run. */
export interface RealRun {
  readonly suites: readonly Suite[];
  readonly contestants: readonly RealContestant[];
  readonly seeds: readonly number[];
  readonly engine: EngineName;
  readonly threads: number;
  readonly store: RealStore;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The results of all cells. */
export type RealResults = ReadonlyMap<Cell, CellResult>;

/** A cell whose result is kept already, or is to be made. */
interface Planned {
  readonly cell: Cell;
  readonly kept: CellResult | undefined;
}

/** Runs what is not kept, and keeps it. */
export async function runCells(run: RealRun): Promise<RealResults> {
  const planned = await plan(run);
  const todo = planned.filter(({ kept }) => kept === undefined);
  run.log(describePlan(planned.length, todo.map(({ cell }) => cell)));
  const clock = new Clock(todo.map(({ cell }) => cell));
  const results = new Map<Cell, CellResult>();
  for (const { cell, kept } of planned) {
    const result = kept ?? await runCell(cell, run);
    results.set(cell, result);
    if (kept === undefined) run.log(clock.tick(cell, result.seconds));
  }
  return results;
}

/** Runs what is not kept, and scores all. */
export async function runReal(run: RealRun): Promise<SuiteResult[]> {
  const results = await runCells(run);
  return run.suites.map((suite) => judge(suite, results));
}

/** All cells: fold by fold, so that a run that is stopped has compared all contestants on the first folds. */
async function plan(run: RealRun): Promise<Planned[]> {
  const planned: Planned[] = [];
  for (const suite of run.suites) {
    for (const fold of suite.folds) {
      for (const contestant of run.contestants) {
        for (const seed of seedsOf(contestant, run)) {
          const cell = { suite, fold, contestant, seed };
          planned.push({ cell, kept: await run.store.read(cell) });
        }
      }
    }
  }
  return planned;
}

function seedsOf({ usesSeed, seeds }: RealContestant, run: RealRun): readonly number[] {
  return usesSeed ? run.seeds.slice(0, seeds) : [0];
}

/** How much there is to do, and about how long it takes. */
export function describePlan(count: number, todo: readonly Cell[]): string {
  const kept = count - todo.length;
  if (todo.length === 0) return `All ${count} results are kept: nothing is computed.`;
  const seconds = todo.reduce((sum, cell) => sum + secondsOf(cell), 0);
  return `${todo.length} of ${count} results to compute${
    kept === 0 ? "" : `, ${kept} are kept`
  }: ` +
    `about ${formatDuration(seconds)} on two quiet cores.`;
}

async function runCell(cell: Cell, run: RealRun): Promise<CellResult> {
  run.signal?.throwIfAborted();
  const { engine, threads, signal } = run;
  const { fold, seed } = cell;
  const start = performance.now();
  const predictions = await cell.contestant.run({ fold, seed, engine, threads, signal });
  for (const { values } of predictions) checkValues(values, cell);
  const result = { seconds: (performance.now() - start) / 1000, predictions };
  await run.store.write(cell, result);
  return result;
}

/** Corrects the estimate by how long the work took so far. */
class Clock {
  #expected: number;
  #expectedDone = 0;
  #seconds = 0;

  constructor(todo: readonly Cell[]) {
    this.#expected = todo.reduce((sum, cell) => sum + secondsOf(cell), 0);
  }

  /** Notes that a cell is done, and says so. */
  tick(cell: Cell, seconds: number): string {
    this.#expectedDone += secondsOf(cell);
    this.#seconds += seconds;
    const left = (this.#expected - this.#expectedDone) * this.#seconds / this.#expectedDone;
    const { suite, fold, contestant, seed } = cell;
    const words = [suite.id, fold.name, contestant.name];
    if (contestant.usesSeed) words.push(`seed ${seed}`);
    return `${words.join(", ")}: ${formatDuration(seconds)}; about ${formatDuration(left)} left`;
  }
}

function secondsOf({ contestant, fold }: Cell): number {
  return Math.max(0.1, contestant.expectSeconds(fold));
}

function judge(suite: Suite, results: RealResults): SuiteResult {
  const { id, title, folds } = suite;
  return {
    id,
    title,
    folds: folds.map(({ name }) => name),
    trainingRows: folds.map(({ train }) => train.length),
    testRows: folds.map(({ test }) => test.length),
    ...scoreSuite(suite, collectEntries(suite, results)),
  };
}

/** The results of a suite, by contestant and reading. */
export function collectEntries(suite: Suite, results: RealResults): Entry[] {
  const entries = new Map<string, Entry & { readonly values: Float32Array[][] }>();
  for (const [cell, { predictions }] of results) {
    if (cell.suite !== suite) continue;
    const { name, kind } = cell.contestant;
    for (const { values, ...shown } of predictions) {
      const key = JSON.stringify([name, shown]);
      const entry = entries.get(key) ?? { name, kind, ...shown, values: [] };
      entries.set(key, entry);
      place(entry.values, { cell, values });
    }
  }
  return [...entries.values()];
}

/** Puts predictions at the place of their seed and their fold. */
function place(
  all: Float32Array[][],
  { cell, values }: { readonly cell: Cell; readonly values: Float32Array },
): void {
  const fold = cell.suite.folds.indexOf(cell.fold);
  const seed = all.findIndex((ofSeed) => ofSeed[fold] === undefined);
  if (seed >= 0) all[seed]![fold] = values;
  else {
    const ofSeed: Float32Array[] = [];
    ofSeed[fold] = values;
    all.push(ofSeed);
  }
}
