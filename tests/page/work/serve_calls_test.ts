/** Calls of the window: one after another, cancelled at any moment, and failures with their codes. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { FormatError } from "../../../src/errors.ts";
import type { FromWorker } from "../../../src/page/protocol.ts";
import type { CallContext } from "../../../src/page/work/call.ts";
import { type CallHandlers, serveCalls } from "../../../src/page/work/serve_calls.ts";

/** Serves the calls `train` and `predict`, and collects what is posted. */
function serve(handlers: Partial<Record<keyof CallHandlers, unknown>>) {
  const posted: FromWorker[] = [];
  const wanted = new Map<number, () => void>();
  const take = serveCalls(handlers as CallHandlers, (message) => {
    posted.push(message);
    if (message.type !== "progress") wanted.get(message.id)?.();
  });
  const ended = (id: number) => new Promise<void>((resolve) => wanted.set(id, resolve));
  return { posted, take, ended };
}

const call = (id: number, name: keyof CallHandlers) =>
  ({ type: "call", id, name, given: {} }) as const;

Deno.test("calls run one after another, in the order in which they came", async () => {
  const order: string[] = [];
  const gate = Promise.withResolvers<void>();
  const { take, ended, posted } = serve({
    train: async () => {
      await gate.promise;
      order.push("train");
      return 1;
    },
    predict: () => {
      order.push("predict");
      return Promise.resolve(2);
    },
  });
  const last = ended(2);
  take(call(1, "train"));
  take(call(2, "predict"));
  gate.resolve();
  await last;
  deepStrictEqual(order, ["train", "predict"]);
  deepStrictEqual(posted, [
    { type: "answer", id: 1, value: 1 },
    { type: "answer", id: 2, value: 2 },
  ]);
});

Deno.test("a cancelled call fails as cancelled, whether it runs or waits, and the next one runs", async () => {
  let ran = 0;
  const untilAborted = (_: object, { signal }: CallContext) =>
    new Promise((_, reject) => {
      ran++;
      signal.addEventListener("abort", () => reject(new TypeError("torn down")));
    });
  const { take, ended, posted } = serve({
    train: untilAborted,
    predict: () => Promise.resolve("done"),
  });
  const last = ended(3);
  take(call(1, "train"));
  take(call(2, "train"));
  take(call(3, "predict"));
  await Promise.resolve();
  take({ type: "cancel", id: 2 });
  take({ type: "cancel", id: 1 });
  take({ type: "cancel", id: 99 });
  await last;
  strictEqual(ran, 1);
  deepStrictEqual(posted, [
    { type: "failure", id: 1, code: "cancelled", message: "Cancelled." },
    { type: "failure", id: 2, code: "cancelled", message: "Cancelled." },
    { type: "answer", id: 3, value: "done" },
  ]);
});

Deno.test("a failure has the code of its error, and progress comes before the answer", async () => {
  const { take, ended, posted } = serve({
    train: (_: object, { onProgress }: CallContext) => {
      onProgress({ doing: "Training", done: 1, total: 2 });
      return Promise.reject(new FormatError("Cannot read it: it is damaged"));
    },
    predict: () => Promise.reject(new RangeError("odd")),
  });
  const last = ended(2);
  take(call(1, "train"));
  take(call(2, "predict"));
  await last;
  deepStrictEqual(posted, [
    { type: "progress", id: 1, progress: { doing: "Training", done: 1, total: 2 } },
    { type: "failure", id: 1, code: "HISTONE_FORMAT", message: "Cannot read it: it is damaged" },
    { type: "failure", id: 2, code: "unknown", message: "odd" },
  ]);
});

Deno.test("progress that nobody could see is left out, but never an epoch", async () => {
  const { take, ended, posted } = serve({
    train: (_: object, { onProgress }: CallContext) => {
      for (let done = 0; done < 1000; done++) onProgress({ doing: "Training", done, total: 2000 });
      const epoch = { epoch: 1, loss: 2, samplesPerS: 3 };
      onProgress({ doing: "Training", done: 1000, total: 2000, epoch });
      return Promise.resolve();
    },
  });
  const last = ended(1);
  take(call(1, "train"));
  await last;
  const progress = posted.filter(({ type }) => type === "progress");
  strictEqual(progress.length < 100, true);
  deepStrictEqual(progress.at(-1), {
    type: "progress",
    id: 1,
    progress: {
      doing: "Training",
      done: 1000,
      total: 2000,
      epoch: { epoch: 1, loss: 2, samplesPerS: 3 },
    },
  });
});
