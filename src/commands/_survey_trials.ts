/** How long trials of a search take, from some of their first steps. */

import { searchModels, type TrialGroup } from "../search/mod.ts";
import { PartFinished } from "../training/part.ts";
import type { LoadedSearch } from "./_run_search.ts";
import type { SearchFlags } from "./_search_flags.ts";

/** Trials are tried for this long; how long the others take stays unknown. */
const MOST_SECONDS = 15;

/**
 * Tries the first steps of trials, one after the other, as long as there is time.
 *
 * @returns Seconds by the trial's number; those that were not tried, or that cannot be trained, are absent.
 */
export async function surveyTrials(
  { rung, trials }: TrialGroup,
  { data, settings }: LoadedSearch,
  { engine, threads }: Pick<SearchFlags, "engine" | "threads">,
): Promise<ReadonlyMap<number, number>> {
  const seconds = new Map<number, number>();
  const started = performance.now();
  for (const trial of trials) {
    if (performance.now() - started > 1000 * MOST_SECONDS) break;
    const survey = (runs: readonly { readonly seconds: number }[]) => {
      seconds.set(trial, runs.reduce((sum, run) => sum + run.seconds, 0));
      return Promise.resolve();
    };
    const nothing = () => Promise.resolve();
    await searchModels(data, {
      ...settings,
      engine,
      threads,
      part: { rung, trials: [trial] },
      openCheckpoints: () =>
        Promise.resolve({ checkpoint: { save: nothing, survey }, finish: nothing }),
    }).catch((error) => {
      if (!(error instanceof PartFinished)) throw error;
    });
  }
  return seconds;
}
