import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { deferred } from "../../src/base/platform.ts";
import { CallQueue } from "../../src/engine/call_queue.ts";
import { SessionDisposedError } from "../../src/errors.ts";

/** A call that ends when its signal aborts, with the signal's reason. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

Deno.test("calls run one after another, and a call that fails does not stop the next", async () => {
  const queue = new CallQueue();
  const seen: number[] = [];
  const call = async (number: number) => {
    seen.push(number);
    await Promise.resolve();
    seen.push(number);
    if (number === 2) throw new Error("two");
    return number;
  };
  const ends = await Promise.allSettled([1, 2, 3].map((number) => queue.run(() => call(number))));
  deepStrictEqual(seen, [1, 1, 2, 2, 3, 3]);
  deepStrictEqual(ends.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("a call is stopped by its caller's signal, and one that waits never starts, with the signal's reason", async () => {
  const queue = new CallQueue();
  const controller = new AbortController();
  const seen: string[] = [];
  const { signal } = controller;
  const calls = [
    queue.run(untilAborted, signal),
    queue.run(() => seen.push("waiting"), signal),
    queue.run(() => seen.push("another")),
  ];
  await Promise.resolve();
  controller.abort(new Error("enough"));
  const [stopped, waiting, another] = await Promise.allSettled(calls);
  for (const end of [stopped, waiting]) {
    strictEqual(end?.status === "rejected" && end.reason, signal.reason);
  }
  strictEqual(another?.status, "fulfilled");
  deepStrictEqual(seen, ["another"]);
});

Deno.test("a call that waits for one without an end is given up immediately, and does not start afterwards", async () => {
  const queue = new CallQueue();
  const seen: string[] = [];
  const { promise, resolve } = deferred();
  const running = queue.run(() => promise);
  const controller = new AbortController();
  const waiting = queue.run(() => seen.push("waiting"), controller.signal);
  const last = queue.run(() => seen.push("last"));
  controller.abort(new Error("enough"));
  await rejects(waiting, /enough/);
  await rejects(
    queue.run(() => seen.push("late"), AbortSignal.abort(new Error("no"))),
    /^Error: no$/,
  );
  deepStrictEqual(seen, []);
  resolve();
  await Promise.all([running, last]);
  deepStrictEqual(seen, ["last"]);
});

Deno.test("closing stops the call that runs, refuses those that wait, then releases once", async () => {
  const queue = new CallQueue();
  const seen: string[] = [];
  const running = queue.run(untilAborted);
  const waiting = queue.run(() => seen.push("waiting"));
  await Promise.resolve();
  const ended = rejects(running, SessionDisposedError).then(() => seen.push("ended"));
  const release = () => void seen.push("released");
  const closed = [queue.close(release), queue.close(release)];
  await rejects(waiting, SessionDisposedError);
  await Promise.all([...closed, ended]);
  await rejects(queue.run(() => seen.push("late")), SessionDisposedError);
  deepStrictEqual(seen, ["ended", "released"]);
});
