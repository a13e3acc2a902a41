/** Functions that are given nothing, or something else: they say what was found and what is expected. */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { batches, Dataset, placeGenes, writePredictionTable } from "../src/data/mod.ts";
import { joinInputs } from "../src/engine/mod.ts";
import { byGroup, pearson, splitByGroup } from "../src/metrics/mod.ts";
import { attribute, explainDifferences } from "../src/explain/mod.ts";
import { diagnoseSamples, prepare, writeBedGraph } from "../src/genome/mod.ts";
import { writeCompetition, writeNpz, writeSubmission } from "../src/io/mod.ts";
import { searchModels } from "../src/search/mod.ts";
import { simulateColumns } from "../src/simulate/mod.ts";
import { bestEpoch, fit, predictEnsemble } from "../src/training/mod.ts";
import { classifyRows, evaluateRegimes, splitData } from "../src/validation/mod.ts";

const { train, eval: other } = simulateColumns({ cellTypes: 3, genes: 8, newGenes: 2, bins: 20 });
const DATA = new Dataset(train);
// What programs without types give.
const nothing = null as never;
const TIMES = { seconds: 1, samplesPerSecond: 1 };

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

Deno.test("texts of JSON in place of numbers are refused and shown as texts", () => {
  const test = new Dataset({ ...other, labels: new Float64Array(other.cellTypeIndex.length) });
  const trial = { train: DATA, test, predictions: {} };
  const evaluate = (options: object) => () => evaluateRegimes(trial, options);
  throws(evaluate({ confidence: "0.9" }), /confidence is "0.9", expected a number above 0/);
  throws(evaluate({ bootstrapSamples: "20" }), /bootstrapSamples is "20", expected an integer/);
  throws(evaluate({ bootstrapsamples: 20 }), /"bootstrapsamples", did you mean bootstrapSamples\?/);
  throws(evaluate({ baselines: "ridge" }), /baselines is "ridge", expected an array/);
  throws(() => splitData(DATA, { scheme: "by-gene", testShare: "0.2" as never }), /is "0.2", exp/);
  throws(() => simulateColumns({ genes: "3" as never }), /genes is "3", expected an integer/);
  throws(() => simulateColumns({ sequences: true as never }), /sequences is true, expected an obj/);
  throws(() => batches(DATA, "3" as never), /batches of "3" samples: expected an integer/);
});

Deno.test("what is no array of models or marks, or no history, is refused by its name", async () => {
  await rejects(predictEnsemble({} as never, DATA), /found an object as models, expected an array/);
  throws(() => DATA.selectMarks("H3K4me3" as never), /found "H3K4me3", expected an array of names/);
  throws(
    () => bestEpoch({ history: [] } as never),
    /found an object, expected the history that fit/,
  );
  strictEqual(
    bestEpoch([{ epoch: 1, loss: 1, validationLoss: null as never, ...TIMES }]),
    undefined,
  );
  const frozen = { frozen: "encoder", engine: "wasm", epochs: 1 } as never;
  await rejects(fit("experiment1", DATA, frozen), /freeze "encoder": expected an array, such as/);
});

Deno.test("writers are refused paths in place of streams", async () => {
  const writes: Record<string, (sink: never) => Promise<unknown>> = {
    "npz file": (sink) => writeNpz(sink, []),
    submission: (sink) => writeSubmission(sink, { ids: ["a"], predictions: [1] }),
    predictions: (sink) => writePredictionTable(sink, DATA, { predictions: DATA.labels() }),
    bedGraph: (sink) => writeBedGraph(sink, []),
  };
  for (const [what, write] of Object.entries(writes)) {
    const message = `Cannot write ${what}: found a string as the sink, expected a WritableStream`;
    await rejects(write("out.bin" as never), (error: Error) => error.message.startsWith(message));
  }
  const nothingToWrite = writeSubmission(new WritableStream(), [1, 2] as never);
  await rejects(nothingToWrite, /as the submission, expected an object with ids and predictions/);
});

Deno.test("functions whose answer is needed immediately are refused if they are asynchronous", () => {
  const later = () => Promise.reject(new Error("too late")) as never;
  throws(() => DATA.filter(later), /filter: the condition returned a promise, expected a function/);
  throws(() => placeGenes(DATA, later), /genes: placeOf returned a promise, expected a function/);
  const pairs = { truth: [1], predicted: [1], groupIndex: [0], groupCount: 1 };
  throws(() => byGroup(later, pairs), /group: the metric returned a promise, expected a function/);
  throws(() => DATA.filter("label" as never), /found a string, expected a function/);
  throws(() => DATA.subset(3 as never), /found a number, expected an array of positions/);
});

Deno.test("what is explained, examined, prepared or written is refused by its name", async () => {
  const { model } = await fit("experiment1", DATA, { epochs: 1, engine: "wasm" });
  const explain = (models: unknown, options = {}) =>
    attribute(models as never, DATA, { engine: "wasm", rows: [0], ...options });
  await rejects(explain([null]), /explain: null without spec was given as the model/);
  await rejects(explain([{ model }]), /expected a trained model: its `model`/);
  await rejects(explain([model], { inputs: "signal" }), /inputs is "signal", expected an array of/);
  const differences = explainDifferences([model], DATA, { from: "E065", to: ["E004"] } as never);
  await rejects(differences, /`from` is "E065", expected an array of cell types/);
  throws(() => diagnoseSamples(DATA as never), /expected columns with some, such as data\.columns/);
  const gene = { id: "a", chromosome: "chr1", tss: 9000, strand: "+", line: 1 } as const;
  await rejects(
    prepare([gene], ["a.bam"] as never, { rule: "reads" }),
    /a string as an input, exp/,
  );
  await rejects(prepare([gene], nothing, { rule: "reads" }), /found null as the inputs, expected/);
  const writing = writeCompetition(new WritableStream(), [], undefined as never);
  await rejects(writing, /as the record, expected a data record, such as \{ record: data\.record/);
});
