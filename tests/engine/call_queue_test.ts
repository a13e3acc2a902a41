import { deepStrictEqual, rejects, strictEqual } from "node:assert";
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

Deno.test("a call is stopped by its caller's signal, with the signal's reason", async () => {
  const queue = new CallQueue();
  const controller = new AbortController();
  const stopped = queue.run(untilAborted, controller.signal);
  const next = queue.run(() => "next", controller.signal);
  const again = queue.run((signal) => signal.aborted, controller.signal);
  controller.abort(new Error("enough"));
  await rejects(stopped, /enough/);
  strictEqual(await next, "next");
  strictEqual(await again, true);
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
