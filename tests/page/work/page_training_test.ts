/** Training on the page: cancelled, after a reload, and with intervals. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { WriteError } from "../../../src/errors.ts";
import { EXAMPLE } from "../../../src/page/protocol.ts";
import { MemoryStore } from "../../../src/page/work/store.ts";
import { openWork, testEnvironment, type TestWork } from "../../helpers/page_work.ts";

const SETTINGS = { preset: "waka2", epochs: 4, seed: 2 };

/** A worker whose store holds the example's data; another one with the same store is the page after a reload. */
async function preparedStore(): Promise<MemoryStore> {
  const store = new MemoryStore();
  const work = openWork(testEnvironment({ store }));
  await work.call("takeExample", {});
  await work.call("prepare", EXAMPLE.count);
  return store;
}

function reload(store: MemoryStore): TestWork {
  return openWork(testEnvironment({ store }));
}

/** Trains until an epoch has ended, and cancels. */
async function trainUntil(store: MemoryStore, last: number): Promise<void> {
  const controller = new AbortController();
  const work = reload(store);
  const { push } = work.progress;
  work.progress.push = (progress) => {
    if (progress.epoch?.epoch === last) controller.abort(new Error("reloaded"));
    return push.call(work.progress, progress);
  };
  await rejects(work.call("train", SETTINGS, controller.signal), /reloaded/);
}

Deno.test("a training that a reload interrupted is offered, and resumes to the same model", async () => {
  const store = await preparedStore();
  const whole = await reload(store).call("train", SETTINGS);
  await trainUntil(store, 2);
  const work = reload(store);
  const state = await work.call("open", {});
  deepStrictEqual(state.interrupted, { settings: SETTINGS, epoch: 2 });
  // The model of the training before is still there.
  strictEqual(state.model?.digest, whole.digest);
  const resumed = await work.call("resumeTraining", {});
  deepStrictEqual(resumed, whole);
  strictEqual((await work.call("open", {})).interrupted, undefined);
  await rejects(work.call("resumeTraining", {}), /no training was interrupted/);
});

Deno.test("other data make an interrupted training impossible to resume, and the page does not offer it", async () => {
  const store = await preparedStore();
  await trainUntil(store, 1);
  const work = reload(store);
  ok((await work.call("open", {})).interrupted !== undefined);
  await work.call("takeExample", {});
  await work.call("prepare", { rule: "reads" });
  const state = await work.call("open", {});
  strictEqual(state.interrupted, undefined);
  strictEqual(state.data?.labelled, true);
});

Deno.test("another model ends an interrupted training, in the window and after a reload", async () => {
  const store = await preparedStore();
  await trainUntil(store, 1);
  const work = reload(store);
  await work.call("useStarter", {});
  strictEqual((await reload(store).call("open", {})).interrupted, undefined);
  await rejects(work.call("resumeTraining", {}), /no training was interrupted/);
});

Deno.test("a model and its predictions outlive a reload, with intervals where it was calibrated", async () => {
  const store = await preparedStore();
  const work = reload(store);
  const model = await work.call("train", { ...SETTINGS, epochs: 2, calibrate: true });
  strictEqual(model.calibrated, true);
  const predicted = await work.call("predict", { interval: 0.9 });
  const wanted = { offset: 3, limit: 5, sortBy: "prediction", descending: true } as const;
  const before = await work.call("rows", wanted);
  ok(
    before.rows.every(({ low = NaN, high = NaN, prediction }) =>
      low < prediction && prediction < high
    ),
  );
  const after = reload(store);
  const state = await after.call("open", {});
  deepStrictEqual(state.model, model);
  deepStrictEqual(state.predictions, predicted);
  deepStrictEqual(await after.call("rows", wanted), before);
  deepStrictEqual(await after.call("predict", { interval: 0.9 }), predicted);
});

Deno.test("a model without a calibration is refused intervals before anything is predicted", async () => {
  const store = await preparedStore();
  const work = reload(store);
  await work.call("train", { ...SETTINGS, epochs: 1 });
  await rejects(work.call("predict", { interval: 0.9 }), /not calibrated/);
});

Deno.test("a model for which there is no room leaves the one before as it was, also after a reload", async () => {
  const store = await preparedStore();
  const model = await reload(store).call("train", { ...SETTINGS, epochs: 1 });
  const predicted = await reload(store).call("predict", {});
  const { write } = store;
  store.write = (name, content) =>
    name.startsWith("model.json")
      ? Promise.reject(new WriteError("Cannot keep the model: there is no room"))
      : write.call(store, name, content);
  await rejects(reload(store).call("useStarter", {}), /no room/);
  store.write = write;
  const work = reload(store);
  deepStrictEqual((await work.call("open", {})).model, model);
  deepStrictEqual(await work.call("predict", {}), predicted);
});

Deno.test("nothing is left after everything is forgotten", async () => {
  const store = await preparedStore();
  const work = reload(store);
  await work.call("train", { ...SETTINGS, epochs: 1 });
  await work.call("predict", {});
  const { machine, inputs, ...rest } = await work.call("clear", {});
  deepStrictEqual(rest, {});
  deepStrictEqual(inputs.files, []);
  ok(machine.engine.length > 0);
  for (const name of ["state.json", "data.npz", "model.json", "weights.bin", "predictions.bin"]) {
    strictEqual(await store.read(name), undefined, name);
  }
  await rejects(work.call("predict", {}), /it is missing/);
});
