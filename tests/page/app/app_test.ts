import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { App } from "../../../src/page/app/app.ts";
import { Client, type Port } from "../../../src/page/app/client.ts";
import { Store } from "../../../src/page/app/state.ts";
import type {
  DataSummary,
  Explanation,
  FromWorker,
  ModelSummary,
  PageState,
  PredictionSummary,
  ToWorker,
} from "../../../src/page/protocol.ts";

const EMPTY: PageState = {
  machine: { engine: "wasm", threads: 1, fromDisk: false, keepsState: true },
  inputs: { files: [], missing: [] },
};
const DATA = { samples: 1 } as DataSummary;
const MODEL = { name: "waka2" } as ModelSummary;
const PREDICTIONS = { samples: 1 } as PredictionSummary;

/** An app whose worker answers with what `answers` says, or fails with a code. */
function open(answers: Record<string, unknown>, page = EMPTY) {
  const port = new EventTarget();
  const calls: string[] = [];
  const postMessage = (message: ToWorker) => {
    calls.push(message.type === "call" ? message.name : "cancel");
    if (message.type !== "call") return;
    const { id, name } = message;
    const value = name === "open" && answers[name] === undefined ? page : answers[name];
    const data: FromWorker = value instanceof Error
      ? { type: "failure", id, code: value.name, message: value.message }
      : { type: "answer", id, value };
    queueMicrotask(() => port.dispatchEvent(new MessageEvent("message", { data })));
  };
  const store = new Store();
  const app = new App(new Client(Object.assign(port, { postMessage }) as Port), store);
  return { app, store, calls, answers };
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { name: code });
}

const at = { step: "model", title: "" } as const;

Deno.test("new data make checks, predictions and the explanation untrue, and keep the model", async () => {
  const { app, store } = open({ prepare: DATA, explain: {} as Explanation }, {
    ...EMPTY,
    model: MODEL,
    predictions: PREDICTIONS,
    examination: { findings: [], skipped: [] },
  });
  await app.open();
  await app.run("explain", { gene: "A", cellType: "B" }, at);
  ok(store.state.explanation);
  await app.run("prepare", {}, at);
  deepStrictEqual(store.state.page, { ...EMPTY, data: DATA, model: MODEL });
  strictEqual(store.state.explanation, undefined);
});

Deno.test("a new model makes predictions untrue, and ends an interrupted training", async () => {
  const { app, store } = open({ train: MODEL }, {
    ...EMPTY,
    data: DATA,
    predictions: PREDICTIONS,
    interrupted: { settings: { preset: "waka2" }, epoch: 3 },
  });
  await app.open();
  await app.run("train", { preset: "waka2" }, at);
  deepStrictEqual(store.state.page, { ...EMPTY, data: DATA, model: MODEL });
});

Deno.test("changed files make data stale until they are counted", async () => {
  const inputs = { files: [], missing: ["genes"] };
  const { app, store } = open({ removeFiles: inputs, prepare: DATA }, { ...EMPTY, data: DATA });
  await app.open();
  strictEqual(store.state.isStale, false);
  await app.ask("removeFiles", { names: ["a"] }, "files");
  strictEqual(store.state.isStale, true);
  deepStrictEqual(store.state.page?.inputs, inputs);
  await app.run("prepare", {}, at);
  strictEqual(store.state.isStale, false);
});

Deno.test("a failure is said at its step, and is gone when the step is tried again", async () => {
  const { app, store, answers } = open({ train: failure("HISTONE_DATA", "Cannot train") });
  await app.open();
  strictEqual(await app.run("train", { preset: "waka2" }, at), undefined);
  deepStrictEqual(store.state.failures, {
    model: { message: "Cannot train", isCancelled: false },
  });
  strictEqual(store.state.job, undefined);
  answers.train = MODEL;
  await app.run("train", { preset: "waka2" }, at);
  deepStrictEqual(store.state.failures, {});
});

Deno.test("after a cancelled training the worker is asked what can be resumed", async () => {
  const { app, store, calls, answers } = open({ train: failure("cancelled", "Cancelled") });
  await app.open();
  const interrupted = { settings: { preset: "waka2" }, epoch: 4 };
  answers.open = { ...EMPTY, interrupted };
  await app.run("train", { preset: "waka2" }, at);
  deepStrictEqual(calls, ["open", "train", "open"]);
  deepStrictEqual(store.state.page?.interrupted, interrupted);
  strictEqual(store.state.failures.model?.isCancelled, true);
});

Deno.test("while something runs, nothing else is started", async () => {
  const { app, calls } = open({ train: MODEL, predict: PREDICTIONS });
  await app.open();
  const first = app.run("train", { preset: "waka2" }, at);
  strictEqual(await app.run("predict", {}, at), undefined);
  await first;
  deepStrictEqual(calls, ["open", "train"]);
});

Deno.test("forgetting leaves nothing", async () => {
  const { app, store } = open({ clear: EMPTY }, { ...EMPTY, data: DATA, model: MODEL });
  await app.open();
  strictEqual(store.state.wasKept, true);
  await app.run("clear", {}, at);
  deepStrictEqual(store.state, {
    page: EMPTY,
    failures: {},
    isStale: false,
    wasKept: false,
    explanation: undefined,
    counted: undefined,
    job: undefined,
  });
});
