/** A search whose trials are trained in parts, as by the machines of a cluster. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { searchModels } from "../../src/search/search_models.ts";
import type { TrialGroup } from "../../src/search/search_types.ts";
import type { TrialRecord } from "../../src/search/trial.ts";
import { QUICK, searchData } from "./_space.ts";

const data = searchData();

/** Without what depends on the clock. */
function timeless(records: readonly TrialRecord[]): unknown[] {
  return records.map((record) => ({ ...record, seconds: undefined }));
}

Deno.test("a search in parts has the trials of a whole one, in their order, rung by rung", async () => {
  const settings = { ...QUICK, keepOneIn: 2, threads: 2 };
  const whole: TrialRecord[] = [];
  const { ranking } = await searchModels(data, {
    ...settings,
    onTrial: (record) => whole.push(record),
  });
  const elsewhere: TrialRecord[] = [];
  const asked: TrialGroup[] = [];
  for (;;) {
    const kept: TrialRecord[] = [];
    const joined = await searchModels(data, {
      ...settings,
      elsewhere,
      onTrial: (record) => kept.push(record),
      onStart: () => {
        throw new Error("something was trained");
      },
    });
    strictEqual(joined.interrupted, joined.wanted !== undefined);
    if (joined.wanted === undefined) {
      deepStrictEqual(timeless(kept), timeless(whole));
      deepStrictEqual(timeless(joined.ranking), timeless(ranking));
      break;
    }
    asked.push(joined.wanted);
    const { rung, trials } = joined.wanted;
    // The last trial first: the order in which parts end must not matter.
    for (const trial of trials.toReversed()) {
      const part = await searchModels(data, { ...settings, part: { rung, trials: [trial] } });
      deepStrictEqual([part.interrupted, part.records.length], [false, 1]);
      elsewhere.push(...part.records);
    }
  }
  deepStrictEqual(asked.map(({ rung, trials }) => [rung, trials.length]), [[1, 6], [2, 3]]);
});

Deno.test("a part names a rung and trials that the search has", async () => {
  const settings = { ...QUICK, keepOneIn: 2 };
  const train = (part: TrialGroup) => searchModels(data, { ...settings, part });
  await rejects(train({ rung: 3, trials: [1] }), /found rung 3, expected 1 to 2/);
  await rejects(train({ rung: 1, trials: [99] }), /it has no model of number 99/);
});

Deno.test("trials of other choices are not taken for those of the search", async () => {
  const settings = { ...QUICK, epochs: 1 };
  const { wanted } = await searchModels(data, { ...settings, elsewhere: [] });
  const part = { rung: 1, trials: wanted!.trials.slice(0, 1) };
  const { records } = await searchModels(data, { ...settings, part });
  await rejects(
    searchModels(data, { ...settings, epochs: 2, elsewhere: records }),
    /was finished with other choices, seed or epochs/,
  );
});
