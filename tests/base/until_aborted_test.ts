import { rejects, strictEqual } from "node:assert";
import { deferred } from "../../src/base/platform.ts";
import { untilAborted } from "../../src/base/until_aborted.ts";

Deno.test("work is waited for until its signal aborts, and its own end is nobody's then", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  strictEqual(await untilAborted(Promise.resolve(1), { signal: undefined }), 1);
  strictEqual(await untilAborted(Promise.resolve(2), { signal }), 2);
  await rejects(untilAborted(Promise.reject(new Error("broken")), { signal }), /^Error: broken$/);
  const slow = deferred<number>();
  const waiting = untilAborted(slow.promise, { signal });
  const reason = new Error("enough");
  controller.abort(reason);
  await rejects(waiting, (error) => error === reason);
  await rejects(untilAborted(new Promise(() => {}), { signal }), (error) => error === reason);
  strictEqual(await untilAborted(Promise.resolve(3), { signal, patienceMs: 1000 }), 3);
  await rejects(untilAborted(new Promise(() => {}), { signal, patienceMs: 1 }), /enough/);
  // Deno would end the test if nobody had taken this.
  slow.reject(new Error("too late"));
});
