/** What every engine that has branches must compute. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { joinInputs } from "../../src/engine/joined_source.ts";
import { entrySize, NO_ENTRY } from "../../src/engine/sample_source.ts";
import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { ContractError } from "../../src/errors.ts";
import { isOverReferences } from "../../src/model/inputs.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { BranchedSpec } from "../../src/model/spec.ts";
import {
  BRANCHED,
  BRANCHED_BINARY,
  BRANCHED_PLAIN,
  BRANCHED_RANKED,
  branchedColumns,
  branchedSource,
  optionsFor,
  type PlainColumns,
  unshareColumns,
} from "../helpers/branched.ts";
import { allRows } from "../helpers/engine_runs.ts";
import { type OneModelOptions, openOne, sourceOf, type Subject } from "../helpers/one_model.ts";
import { BRANCH_TOLERANCES, largestDifference, magnitude } from "../helpers/tolerances.ts";
import { checkAfterDivergence } from "./conformance_endings.ts";
import { testBranchedGoldenRuns } from "./conformance_golden.ts";
import {
  checkInputGradients,
  checkTies,
  checkWeightGradients,
  FLAT,
} from "./conformance_gradients.ts";
import type { Test } from "./conformance.ts";

const SPECS = [BRANCHED, BRANCHED_PLAIN, BRANCHED_BINARY];

/** Registers the tests, unless the engine says that it lacks branches. */
export function testBranches(subject: Subject, test: Test): void {
  if (!subject.engine.supports(BRANCHED).supported) return;
  testBranchedGoldenRuns(subject, test);
  if (subject.engine.name !== "tfjs-cpu") {
    for (const spec of [...SPECS, BRANCHED_RANKED]) {
      test(`${subject.name} trains "${spec.name}" as tf.js does`, () =>
        checkAgainstTfjs(subject, spec));
    }
  }
  test(`${subject.name} trains "branched" on after a loss that is not finite as if it had not been`, () =>
    checkAfterDivergence(subject, BRANCHED, branchedSource(BRANCHED, 20)));
  if (subject.engine.name !== "tfjs-cpu" && subject.members === 1) {
    test(`${subject.name} trains waka3 with 50 references as tf.js does`, () =>
      checkAgainstTfjs(subject, presetSpec("waka3", { references: 50 }), {
        batchSize: 8,
        weightDecay: 0.01,
        schedule: { type: "oneCycle", warmUp: 0.2 },
        totalSteps: 9,
      }));
  }
  for (const spec of SPECS) {
    test(`${subject.name} has the gradient of "${spec.name}" by its weights`, () =>
      checkWeightGradients(subject, spec));
  }
  for (const spec of [BRANCHED, BRANCHED_BINARY, ...FLAT]) {
    test(`${subject.name} has the gradient of "${spec.name}" by its inputs`, () =>
      checkInputGradients(subject, spec));
  }
  test(`${subject.name} gives the gradient to the first of two values that tie in a pool`, () =>
    checkTies(subject));
  test(`${subject.name} computes samples that share entries as samples with entries of their own`, () =>
    checkSharing(subject));
  test(`${subject.name} reads nothing of a reference that is missing`, () => checkMissing(subject));
  test(`${subject.name} resumes "${BRANCHED.name}" as if it had never stopped`, () =>
    checkResume(subject));
  test(`${subject.name} takes a sequential model's signal from samples with more inputs`, () =>
    checkMoreInputs(subject));
  test(`${subject.name} refuses samples that lack an input`, () => checkLack(subject));
}

/** Three epochs of batches, the last of each smaller, against the reference in tf.js. */
export async function checkAgainstTfjs(
  subject: Subject,
  spec: BranchedSpec,
  more: Partial<OneModelOptions> = {},
): Promise<void> {
  const source = branchedSource(spec, 20);
  // Scores have no zero: the last bias has no gradient but rounding, which Adam would turn into whole steps.
  const frozen = spec.loss === "rank" ? [weightShapes(spec).length - 1] : [];
  const options = { ...optionsFor(spec), frozen, ...more };
  const order = Uint32Array.from({ length: 20 }, (_, i) => 7 * i % 20);
  await using found = await subject.open(spec, options);
  await using wanted = await openOne(createTfjsEngine("cpu"), spec, options);
  const compare = async () => {
    const [ours, theirs] = [
      await found.predict(source, order),
      await wanted.predict(source, order),
    ];
    const apart = largestDifference(ours, theirs) / magnitude(theirs);
    ok(apart <= BRANCH_TOLERANCES.predictions, `predictions differ by ${apart}`);
  };
  await compare();
  for (let epoch = 0; epoch < 3; epoch++) {
    const request = { data: source, order, epoch };
    const [ours, theirs] = [await found.runEpoch(request), await wanted.runEpoch(request)];
    const apart = Math.abs(ours / theirs - 1);
    ok(apart <= BRANCH_TOLERANCES.losses, `losses of epoch ${epoch} differ by ${apart}`);
  }
  await compare();
  const [ours, theirs] = [await found.weights(), await wanted.weights()];
  for (const [i, weight] of theirs.entries()) {
    const apart = largestDifference(ours[i]!, weight) / options.learningRate;
    ok(apart <= BRANCH_TOLERANCES.weights, `weight ${i} differs by ${apart} learning rates`);
  }
}

async function checkSharing(subject: Subject): Promise<void> {
  for (const spec of [BRANCHED, BRANCHED_PLAIN]) {
    const joined = branchedColumns(spec, 17);
    const runs = [];
    for (const source of [joinInputs(joined), joinInputs(unshareColumns(joined))]) {
      await using model = await subject.open(spec, optionsFor(spec));
      const losses = [];
      for (const epoch of [0, 1]) {
        losses.push(await model.runEpoch({ data: source, order: allRows(17), epoch }));
      }
      runs.push({ losses, predicted: await model.predict(source, allRows(17)) });
    }
    const [shared, own] = runs;
    const apart = largestDifference(shared!.losses, own!.losses) / own!.losses[0]!;
    ok(apart <= 1e-5, `losses differ by ${apart}`);
    const scale = magnitude(own!.predicted);
    const away = largestDifference(shared!.predicted, own!.predicted) / scale;
    ok(away <= 1e-4, `predictions differ by ${away}`);
  }
}

/** Whatever stands in a table where a sample has no reference changes nothing, and its gradient is zero. */
async function checkMissing(subject: Subject): Promise<void> {
  const joined = unshareColumns(branchedColumns(BRANCHED, 9));
  const filled: PlainColumns = {
    ...joined,
    columns: joined.columns.map((column) => {
      if (!isOverReferences(column.input)) return column;
      const size = entrySize(column.input);
      const isMissing = (i: number) => column.entryOf![Math.floor(i / size)] === NO_ENTRY;
      const table = Float32Array.from(column.table, (value, i) => isMissing(i) ? 1e6 : value);
      return { ...column, table };
    }),
  };
  await using model = await subject.open(BRANCHED, optionsFor(BRANCHED));
  const rows = allRows(9);
  const [plain, other] = [joinInputs(joined), joinInputs(filled)];
  deepStrictEqual(await model.predict(other, rows), await model.predict(plain, rows));
  const gradients = await model.inputGradients(other, rows);
  for (const { input, entryOf } of joined.columns) {
    if (!isOverReferences(input)) continue;
    const size = entrySize(input);
    const found = gradients[input.name]!;
    for (const [place, entry] of entryOf!.entries()) {
      const own = found.subarray(place * size, (place + 1) * size);
      const isZero = own.every((value) => value === 0);
      strictEqual(isZero, entry === NO_ENTRY, `${input.name}, place ${place}`);
    }
  }
}

async function checkResume(subject: Subject): Promise<void> {
  const source = branchedSource(BRANCHED, 14);
  const order = allRows(14);
  const options = optionsFor(BRANCHED);
  await using whole = await subject.open(BRANCHED, options);
  await whole.runEpoch({ data: source, order, epoch: 0 });
  const state = structuredClone(await whole.state());
  await whole.runEpoch({ data: source, order, epoch: 1 });
  await using resumed = await subject.open(BRANCHED, options);
  await resumed.restore(state);
  for (const [start, end] of [[0, 6], [6, 14]] as const) {
    await resumed.runEpoch({ data: source, order, epoch: 1, start, end });
  }
  deepStrictEqual(await resumed.state(), await whole.state());
}

async function checkMoreInputs(subject: Subject): Promise<void> {
  const { bins, marks } = { bins: 19, marks: 3 };
  const joined = branchedColumns(BRANCHED, 9);
  const { table } = joined.columns[0]!;
  const spec = parseSpec({
    name: "signal alone",
    bins,
    marks,
    layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  });
  await using model = await subject.open(spec, optionsFor(spec));
  const data = { signal: table, labels: joined.labels, bins, marks, transform: "log1p" } as const;
  const found = await model.predict(joinInputs(joined), allRows(9));
  const wanted = await model.predict(sourceOf(data), allRows(9));
  ok(largestDifference(found, wanted) <= 1e-6 * magnitude(wanted));
}

async function checkLack(subject: Subject): Promise<void> {
  await using model = await subject.open(BRANCHED, optionsFor(BRANCHED));
  const joined = branchedColumns(BRANCHED, 9);
  const fewer = joinInputs({ ...joined, columns: joined.columns.slice(0, -1) });
  await rejects(model.predict(fewer, allRows(9)), (error) => {
    ok(error instanceof ContractError);
    ok(/have no context, it takes 6 values of context/.test(error.message), error.message);
    return true;
  });
}
