/** Which points of a space become trials. */

import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { planTrials } from "../../src/search/plan_trials.ts";
import { parseSpace, randomPoints } from "../../src/search/mod.ts";
import { describePoint } from "../../src/search/ranking.ts";
import { resolveSearchSettings } from "../../src/search/settings.ts";
import { isBranched } from "../../src/model/spec.ts";
import { dnaColumns } from "../helpers/sequences.ts";
import { TINY_SPACE } from "./_space.ts";

const SIX_BINS = { bins: 6, marks: ["H3K4me3"] };
const TWENTY_BINS = { bins: 20, marks: ["H3K4me3"] };

Deno.test("where every point of the space is possible, trials are its first draws", () => {
  const settings = resolveSearchSettings({ trials: 40, seed: 3 });
  const { models, skipped } = planTrials({ bins: 1000, marks: ["H3K4me3"] }, settings);
  strictEqual(skipped.length, 0);
  const points = models.map(({ point }) => point);
  deepStrictEqual(points, randomPoints(settings.space, 3).take(40).toArray());
  deepStrictEqual(models.map(({ trial }) => trial), Array.from({ length: 40 }, (_, i) => i + 1));
});

Deno.test("draws that make no model are replaced, and a larger search has the same first trials", () => {
  const plan = (trials: number) => planTrials(SIX_BINS, resolveSearchSettings({ trials, seed: 0 }));
  const { models, skipped } = plan(30);
  deepStrictEqual([models.length, skipped.length], [30, 0]);
  deepStrictEqual(plan(2).models, models.slice(0, 2));
});

Deno.test("a space with too few possible points fills its trials with impossible ones, even an endless space", () => {
  const { models, skipped } = planTrials(TWENTY_BINS, resolveSearchSettings({ space: TINY_SPACE }));
  deepStrictEqual(models.map(({ trial }) => trial), [1, 2, 3, 4, 5, 6]);
  deepStrictEqual(skipped.map(({ trial }) => trial), [7, 8, 9, 10, 11, 12]);
  const space = parseSpace({
    filters: [4],
    blocks: [{ width: [3], pool: [50] }],
    dense: [[]],
    learningRate: { from: 0.001, to: 0.01, scale: "log" },
  });
  const none = planTrials(TWENTY_BINS, resolveSearchSettings({ space, trials: 3 }));
  deepStrictEqual([none.models.length, none.skipped.length], [0, 3]);
  match(none.skipped[0]!.reason, /does not fit its input/);
});

Deno.test("a space with branches is refused on data that have a signal only", () => {
  const space = parseSpace({
    filters: [4],
    width: [3],
    blocks: [{}],
    branches: [{ input: "context" }],
  });
  throws(() => planTrials(TWENTY_BINS, resolveSearchSettings({ space })), {
    name: "ContractError",
    message: "Cannot search: the space has branches over context, the data have signal only",
  });
  const both = parseSpace({
    filters: [4],
    width: [3],
    blocks: [{}],
    branches: [{ input: "sequence" }, { input: "context" }],
  });
  const withDna = { ...TWENTY_BINS, columns: dnaColumns(2, 3, 40) };
  throws(() => planTrials(withDna, resolveSearchSettings({ space: both })), {
    message:
      "Cannot search: the space has branches over context, the data have signal and sequence only",
  });
});

Deno.test("a space may have convolutions over DNA, of which those too long for it are skipped", () => {
  const space = parseSpace({
    filters: [4],
    width: [3],
    blocks: [{}],
    branches: [{
      input: "sequence",
      convolution: { filters: [5], width: [6, 8], pool: [10, 50] },
      units: [[7]],
    }],
  });
  const withDna = { ...TWENTY_BINS, columns: dnaColumns(2, 3, 40) };
  const settings = resolveSearchSettings({ space, method: "grid" });
  const { models, skipped } = planTrials(withDna, settings);
  deepStrictEqual([models.length, skipped.length], [2, 2]);
  match(skipped[0]!.reason, /branches\[1\].*the model takes at least 50 bases, not 40/);
  const { spec } = models[1]!;
  ok(isBranched(spec));
  deepStrictEqual(spec.inputs[1], { name: "sequence", bases: 40 });
  deepStrictEqual(spec.branches[1]!.layers?.map(({ type }) => type), [
    "conv1d",
    "activation",
    "maxPool1d",
    "flatten",
    "dropout",
    "linear",
    "activation",
  ]);
  match(describePoint(models[1]!.point), /, sequence conv 5 × 8, pool 10, then 7, dense /);
});
