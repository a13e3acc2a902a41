/** What a session promises whatever its models: order of calls, disposal, members that do not disturb each other. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import type { Engine, MemberOptions } from "../../src/engine/engine.ts";
import { ContractError, DivergedError, SessionDisposedError } from "../../src/errors.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { allRows } from "../helpers/engine_runs.ts";
import { openOne, sourceOf, type Subject } from "../helpers/one_model.ts";
import { largestDifference, magnitude } from "../helpers/tolerances.ts";
import { exampleData } from "../helpers/train_example.ts";
import type { Test } from "./conformance.ts";
import type { Progress } from "../../src/progress.ts";

const SPEC = presetSpec("experiment1", { bins: 46 });
const DATA = exampleData(SPEC, 64);
const ROWS = allRows(64);

function memberOf(seed: number, learningRate = 0.01): MemberOptions {
  return { weights: initialWeights(SPEC, seed), seed, learningRate };
}

/** Registers the tests of one model, alone or between others. */
export function testCalls(subject: Subject, test: Test): void {
  const options = { ...memberOf(1), batchSize: 8 };
  test(`${subject.name} runs calls in the order in which they were made, without waiting between them`, async () => {
    await using waiting = await subject.open(SPEC, options);
    await using model = await subject.open(SPEC, options);
    const calls = [
      model.predict(DATA, ROWS),
      model.runEpoch({ data: DATA, order: ROWS, epoch: 0 }),
      model.predict(DATA, ROWS),
      model.state(),
    ] as const;
    const wanted = [
      await waiting.predict(DATA, ROWS),
      await waiting.runEpoch({ data: DATA, order: ROWS, epoch: 0 }),
      await waiting.predict(DATA, ROWS),
      await waiting.state(),
    ] as const;
    deepStrictEqual(await Promise.all(calls), wanted);
    ok(largestDifference(wanted[0], wanted[2]) > 0, "the epoch changed nothing");
  });
  test(`${subject.name} works after a call that was refused, and rejects another model's state`, async () => {
    await using model = await subject.open(SPEC, options);
    const wanted = await model.predict(DATA, ROWS);
    const refused = model.predict(DATA, Uint32Array.of(64));
    const next = model.predict(DATA, ROWS);
    await rejects(refused, RangeError);
    deepStrictEqual(await next, wanted);
    const other = initialWeights(presetSpec("experiment3", { bins: 46 }), 1);
    const state = await model.state();
    await rejects(model.restore({ ...state, weights: other }), ContractError);
    deepStrictEqual(await model.predict(DATA, ROWS), wanted);
  });
  test(`${subject.name} leaves a model as it was where an epoch is stopped or fails`, async () => {
    await using model = await subject.open(SPEC, options);
    await model.runEpoch({ data: DATA, order: ROWS, epoch: 0 });
    const before = await model.state();
    const controller = new AbortController();
    const stopped = model.runEpoch({
      data: DATA,
      order: ROWS,
      epoch: 1,
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await rejects(stopped, /enough/);
    deepStrictEqual(await model.state(), before);
    const labels = DATA.labels!.map(() => NaN);
    const failed = model.runEpoch({ data: { ...DATA, labels }, order: ROWS, epoch: 1 });
    await rejects(failed, DivergedError);
    deepStrictEqual(await model.state(), before);
    ok(Number.isFinite(await model.runEpoch({ data: DATA, order: ROWS, epoch: 1 })));
  });
  test(`${subject.name} refuses every call after its disposal, and those that wait`, async () => {
    const model = await subject.open(SPEC, options);
    const state = await model.state();
    const running = model.runEpoch({ data: DATA, order: ROWS, epoch: 0 });
    const waiting = model.predict(DATA, ROWS);
    await Promise.all([
      Promise.allSettled([running]),
      rejects(waiting, SessionDisposedError),
      model[Symbol.asyncDispose](),
    ]);
    await model[Symbol.asyncDispose]();
    const calls = [
      () => model.runEpoch({ data: DATA, order: ROWS, epoch: 0 }),
      () => model.predict(DATA, ROWS),
      () => model.inputGradients(DATA, ROWS),
      () => model.state(),
      () => model.session.restore([state]),
    ];
    for (const call of calls) {
      await rejects(call(), (error) => {
        ok(error instanceof SessionDisposedError);
        strictEqual(error.name, "SessionDisposedError");
        match(error.message, /disposed of/);
        return true;
      });
    }
  });
}

/** Registers the tests of several models. */
export function testMembers(engine: Engine, test: Test): void {
  const everySecond = (count: number, first: number) =>
    Uint32Array.from({ length: count }, (_, i) => 2 * i + first);
  const source = sourceOf(DATA);

  test(`${engine.name} trains each member as it would train alone`, async () => {
    const members = [memberOf(1), memberOf(2, 0.001), memberOf(3, 0.003)];
    // Orders of different lengths: the last has a step less than the others.
    const orders = [everySecond(32, 0), everySecond(32, 1), everySecond(23, 0)];
    const options = { members, batchSize: 8 };
    await using session = await engine.createSession(SPEC, options);
    strictEqual(session.members, 3);
    for (const epoch of [0, 1]) await session.runEpoch({ source, orders, epoch });
    const predicted = await session.predict(source, orders);
    const states = await session.state();
    for (const [i, member] of members.entries()) {
      const order = orders[i]!;
      await using alone = await openOne(engine, SPEC, { ...member, batchSize: 8 });
      for (const epoch of [0, 1]) await alone.runEpoch({ data: DATA, order, epoch });
      const wanted = await alone.predict(DATA, order);
      const state = await alone.state();
      strictEqual(states[i]!.step, state.step);
      const apart = largestDifference(predicted[i]!, wanted);
      ok(apart <= 1e-5 * magnitude(wanted), `predictions of member ${i} differ by ${apart}`);
      for (const [k, weight] of state.weights.entries()) {
        const apart = largestDifference(states[i]!.weights[k]!, weight);
        ok(apart < 1e-5, `weight ${k} of member ${i} differs by ${apart}`);
      }
    }
  });
  test(`${engine.name} skips a member without samples, and in a piece after the end of its order`, async () => {
    const members = [memberOf(1), memberOf(2), memberOf(3)];
    await using session = await engine.createSession(SPEC, { members, batchSize: 8 });
    const orders = [everySecond(32, 0), everySecond(11, 1), new Uint32Array(0)];
    const seen: number[] = [];
    const onProgress = ({ done }: Progress) => seen.push(done);
    const before = await session.state();
    const first = await session.runEpoch({ source, orders, epoch: 0, end: 16, onProgress });
    strictEqual(seen.at(-1), 27);
    const second = await session.runEpoch({ source, orders, epoch: 0, start: 16, onProgress });
    strictEqual(seen.at(-1), 43);
    deepStrictEqual(
      [first, second].map((losses) => losses.map((loss) => Number.isFinite(loss))),
      [[true, true, false], [true, false, false]],
    );
    const after = await session.state();
    deepStrictEqual(after.map(({ step }) => step), [4, 2, 0]);
    deepStrictEqual(after[2], before[2]);
  });
  test(`${engine.name} keeps a member that diverges from disturbing the others`, async () => {
    const run = async (learningRate: number) => {
      const members = [memberOf(1), memberOf(2, learningRate), memberOf(3)];
      await using session = await engine.createSession(SPEC, { members, batchSize: 8 });
      const orders = [ROWS, ROWS, ROWS];
      const losses = [];
      for (const epoch of [0, 1]) losses.push(await session.runEpoch({ source, orders, epoch }));
      return { losses, predicted: await session.predict(source, orders) };
    };
    const [calm, wild] = [await run(0.001), await run(1e30)];
    const [error] = wild.losses.flat().filter((loss) => loss instanceof DivergedError);
    ok(error !== undefined && /epoch [12]/.test(error.message), `${error}`);
    for (const member of [0, 2]) {
      deepStrictEqual(
        wild.losses.map((losses) => losses[member]),
        calm.losses.map((losses) => losses[member]),
      );
      deepStrictEqual(wild.predicted[member], calm.predicted[member]);
    }
  });
  test(`${engine.name} requires an order, rows and a state for each member`, async () => {
    const members = [memberOf(1), memberOf(2), memberOf(3)];
    await using session = await engine.createSession(SPEC, { members, batchSize: 8 });
    const states = await session.state();
    const fewer = /got entries for 2 models, expected 3/;
    await rejects(session.runEpoch({ source, orders: [ROWS, ROWS], epoch: 0 }), fewer);
    await rejects(session.predict(source, [ROWS, ROWS]), fewer);
    await rejects(session.restore(states.slice(1)), fewer);
    await rejects(engine.createSession(SPEC, { members: [], batchSize: 8 }), RangeError);
  });
}
