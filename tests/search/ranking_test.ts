import { deepStrictEqual, match, strictEqual } from "node:assert";
import { gridPoints } from "../../src/search/points.ts";
import {
  bestTrial,
  describePoint,
  formatRankingCsv,
  formatRankingTable,
  rankTrials,
} from "../../src/search/ranking.ts";
import type { SearchPoint } from "../../src/search/space.ts";
import type { TrialRecord } from "../../src/search/trial.ts";
import { TINY_SPACE } from "./_space.ts";

const [point] = [...gridPoints(TINY_SPACE)] as [SearchPoint, ...SearchPoint[]];

function scored(trial: number, rung: number, score: number): TrialRecord {
  return {
    trial,
    rung,
    epochs: rung,
    seed: 0,
    point,
    status: "scored",
    foldScores: [score - 1, score + 1],
    score,
    parameters: 1234,
    seconds: 2,
    engine: "wasm",
  };
}

const skipped: TrialRecord = {
  trial: 4,
  rung: 1,
  epochs: 1,
  seed: 0,
  point,
  status: "skipped",
  reason: 'the "pool", too long',
};

Deno.test("a later rung ranks above a better score in an earlier one, and failures come last", () => {
  const records = [skipped, scored(1, 1, 3), scored(2, 1, 2), scored(1, 2, 4), scored(3, 1, 2)];
  const ranking = rankTrials(records);
  deepStrictEqual(ranking.map(({ trial, rung }) => [trial, rung]), [[1, 2], [2, 1], [3, 1], [
    4,
    1,
  ]]);
  deepStrictEqual(rankTrials(records.toReversed()), ranking);
  strictEqual(bestTrial(ranking), ranking[0]);
  strictEqual(bestTrial([skipped]), undefined);
});

Deno.test("the table has the best trials with the spread of their folds", () => {
  const table = formatRankingTable([scored(7, 1, 3), scored(2, 1, 4), skipped], 1).split("\n");
  strictEqual(table.length, 2);
  match(table[0]!, /^rank +trial +score +± folds +epochs +parameters +seconds +choices$/);
  match(table[1]!, /^ +1 +7 +3.0000 +1.4142 +1 +1,234 +2.0 +1 × conv, filters 4, width 3/);
  match(
    describePoint(point!),
    /pool 2, same, leakyRelu, dropout 0, dense 1, learning rate 0.001, batch 8$/,
  );
});

Deno.test("the CSV has a line for each trial with its choices, or the reason why it failed", () => {
  const [header, first, last] = formatRankingCsv([scored(7, 1, 3), skipped]).trimEnd().split("\n");
  match(header!, /^rank,trial,status,score,fold_scores,rung,.*,learning_rate,batch_size,reason$/);
  strictEqual(
    first,
    "1,7,scored,3,2 4,1,1,1234,2,0,4,3,1,2,same,leakyRelu,false,0,,0.001,8,",
  );
  strictEqual(first.split(",").length, header!.split(",").length);
  match(last!, /^2,4,skipped,,,1,1,,,0,4,.*,"the ""pool"", too long"$/);
});

Deno.test("linear layers and branches have columns and words if a trial has them", () => {
  const branches = [{ input: "context", units: [4, 2] }, {
    input: "references",
    units: [],
  }] as const;
  const rich = { ...skipped, point: { ...point, linear: [8], signal: [5], branches } };
  const [header, first, last] = formatRankingCsv([rich, skipped]).trimEnd().split("\n");
  match(header!, /,batch_size,linear,signal,branches,reason$/);
  match(first!, /,8,8,5,context 4 2; references,"/);
  match(last!, /,8,,,,"/);
  match(
    describePoint(rich.point),
    /, linear 8, dropout 0, signal 5, context 4 2, references none, dense 1/,
  );
});
