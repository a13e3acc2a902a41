/** Functions that are given nothing, or something else: they say what was found and what is expected. */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { Dataset, placeGenes, writePredictionTable } from "../src/data/mod.ts";
import { joinInputs } from "../src/engine/mod.ts";
import { byGroup, pearson, splitByGroup } from "../src/metrics/mod.ts";
import { searchModels } from "../src/search/mod.ts";
import { simulateColumns } from "../src/simulate/mod.ts";
import { classifyRows, evaluateRegimes } from "../src/validation/mod.ts";

const { train, eval: other } = simulateColumns({ cellTypes: 3, genes: 8, newGenes: 2, bins: 20 });
const DATA = new Dataset(train);
// What programs without types give.
const nothing = null as never;

const CALLS: readonly [name: string, call: () => unknown, message: RegExp][] = [
  ["placeGenes", () => placeGenes(nothing, () => undefined), /place genes: found null as data, e/],
  [
    "placeGenes without a function",
    () => placeGenes(DATA, nothing),
    /place genes: found null as placeOf, expected a function/,
  ],
  ["byGroup", () => byGroup(pearson, nothing), /by group: found null as the samples, expected an/],
  ["byGroup without a metric", () => byGroup(nothing, nothing), /found null as the metric, expec/],
  ["splitByGroup", () => splitByGroup(nothing), /found null as the samples, expected an object/],
  ["evaluateRegimes", () => evaluateRegimes(nothing), /regimes: found null as the trial, expected/],
  [
    "evaluateRegimes without training samples",
    () => evaluateRegimes({ train: nothing, test: DATA, predictions: {} }),
    /evaluate regimes: found null as data, expected a Dataset/,
  ],
  [
    "evaluateRegimes without predictions",
    () => evaluateRegimes({ train: DATA, test: DATA, predictions: nothing }),
    /evaluate regimes: found null as predictions, expected predictions by name/,
  ],
  ["classifyRows", () => classifyRows(nothing, DATA), /classify samples: found null as data, exp/],
  ["classifyRows of nothing", () => classifyRows(DATA, nothing), /found null as data, expected a/],
  ["joinInputs", () => joinInputs(nothing), /join inputs: found null as the columns, expected an/],
  [
    "joinInputs without columns",
    () => joinInputs({ samples: 1, columns: nothing }),
    /join inputs: columns are null, expected an array/,
  ],
  [
    "joinInputs with a column of null",
    () => joinInputs({ samples: 1, columns: [nothing] }),
    /join inputs: found null as a column, expected an object with input and table/,
  ],
];

for (const [name, call, message] of CALLS) {
  Deno.test(`${name} says what is missing`, () => {
    throws(call, (error: Error) => {
      strictEqual(error.name, "TypeError");
      return message.test(error.message) || error;
    });
  });
}

Deno.test("a table of predictions without predictions says so, and gives its stream up", async () => {
  for (const wrong of [nothing, undefined as never, { predictions: nothing }]) {
    let reason: unknown;
    const sink = new WritableStream({ abort: (error) => void (reason = error) });
    const writing = writePredictionTable(sink, DATA, wrong);
    await rejects(
      writing,
      /^TypeError: Cannot write predictions: found (null|missing) as (the ta|p)/,
    );
    strictEqual(Object(reason).name, "TypeError");
  }
});

Deno.test("options that are null are as those that are not given", async () => {
  const test = new Dataset({ ...other, labels: new Float64Array(other.cellTypeIndex.length) });
  const trial = { train: DATA, test, predictions: {} };
  deepStrictEqual(evaluateRegimes(trial, nothing), evaluateRegimes(trial));
  await rejects(
    searchModels(nothing, nothing),
    /^TypeError: Cannot split data: found null as data/,
  );
});
