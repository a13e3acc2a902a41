/** How long runs would take, from some of their first steps. */

import type { Session } from "../engine/engine.ts";
import type { Fit } from "./_fit_plan.ts";
import { memberOf } from "./_fit_plan.ts";
import { makeGroupSamples } from "./_group_samples.ts";
import { eachWindow } from "./_windows.ts";
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
  let steps = FIRST_STEPS;
  let since = performance.now();
  const request = { source, size: settings[0]!.window, rows: [order], signal: options.stop };
  for await (const window of eachWindow(request)) {
    for (let start = window.start; start < window.end;) {
      const end = Math.min(window.end, start + steps * batchSize);
      await session.runEpoch({
        source: window.source,
        orders: window.rows,
        epoch: 0,
        firstPosition: window.start,
        start: start - window.start,
        end: end - window.start,
        signal: options.stop,
      });
      const now = performance.now();
      const seconds = (now - since) / 1000;
      // The first steps also start threads and compile.
      const isLong = steps > FIRST_STEPS && seconds >= LEAST_SECONDS;
      if (isLong || end === order.length) return seconds / (end - start);
      [since, start, steps] = [now, end, steps * 2];
    }
  }
  return 0;
}
