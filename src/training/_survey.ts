/** How long runs would take, from some of their first steps. */

import type { Session } from "../engine/engine.ts";
import type { Fit } from "./_fit_plan.ts";
import { memberOf } from "./_fit_plan.ts";
import { makeGroupSamples } from "./_group_samples.ts";
import type { SurveyedRun } from "./fit_types.ts";

/** Steps of the first measurement, which also starts threads and compiles; each following one has twice as many. */
const FIRST_STEPS = 2;
/** Steps are added until they take this long, since shorter times say little. */
const LEAST_SECONDS = 0.3;

/** Says what would be trained, and how long that takes here: some steps of the first run are trained and forgotten. */
export async function surveyRuns(fit: Fit): Promise<SurveyedRun[]> {
  const { model, engine, options, runs, settings } = fit;
  await using session = await engine.createSession(model, {
    members: [memberOf(fit, 0)],
    batchSize: settings[0]!.batchSize,
    threads: options.threads,
  });
  const secondsPerSample = await timeSteps(session, fit);
  return runs.map(({ data }, run): SurveyedRun => {
    const { seed, epochs } = settings[run]!;
    const samples = data.length;
    return { seed, samples, epochs, seconds: secondsPerSample * samples * epochs };
  });
}

/** The seconds that a sample takes. */
async function timeSteps(session: Session, fit: Fit): Promise<number> {
  const { model, record, runs, settings, panels, sampleWeights, options } = fit;
  const { batchSize } = settings[0]!;
  const { source, orderOf } = await makeGroupSamples({
    model,
    record,
    runs: runs.slice(0, 1),
    settings: settings.slice(0, 1),
    panels,
    weights: sampleWeights?.values,
    acceptAssembly: options.acceptAssembly,
  });
  const order = orderOf(0, 0);
  let [start, steps] = [0, FIRST_STEPS];
  while (true) {
    const end = Math.min(order.length, start + steps * batchSize);
    const started = performance.now();
    await session.runEpoch({ source, orders: [order], epoch: 0, start, end, signal: options.stop });
    const seconds = (performance.now() - started) / 1000;
    if (seconds >= LEAST_SECONDS || end === order.length) return seconds / (end - start);
    [start, steps] = [end, steps * 2];
  }
}
