import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import {
  plainHook,
  untilSettled,
  watchHooks,
  withWatchedHooks,
} from "../../src/base/watched_hook.ts";

const REASON = new Error("no more");

/** Options with a method and a getter, as a program may have them. */
class Listener {
  readonly notes: string[] = [];
  get depth(): number {
    return 3;
  }
  onNote(note: string): void {
    this.notes.push(note);
  }
}

Deno.test("a hook's rejection is thrown at the next call, or at the end", async () => {
  const { options, settle } = watchHooks({ onNote: (_: string) => Promise.reject(REASON) });
  options.onNote("first");
  await Promise.resolve();
  throws(() => options.onNote("second"), REASON);
  await rejects(settle(), REASON);
  const last = withWatchedHooks({ onTrial: () => Promise.reject(REASON) }, ({ onTrial }) => {
    onTrial();
  });
  await rejects(last, REASON);
});

Deno.test("options keep what they have, and hooks what they are told and the object that they belong to", async () => {
  const listener = new Listener();
  const kept = await withWatchedHooks(listener, (options) => {
    options.onNote("heard");
    return options.depth;
  });
  strictEqual(kept, 3);
  deepStrictEqual(listener.notes, ["heard"]);
  const seen: unknown[] = [];
  const onValues = (...all: unknown[]) => void seen.push(...all);
  await withWatchedHooks({ onValues, onProgress: null }, (options) => {
    options.onValues("a", 1);
    strictEqual(options.onProgress, null);
  });
  deepStrictEqual(seen, ["a", 1]);
});

Deno.test("a hook is any function whose name begins with on, and others are left as they are", async () => {
  const never = () => Promise.reject(REASON);
  const given = { open: never, once: never, onData: true, onSomethingNew: never };
  const { options, settle } = watchHooks(given);
  for (const name of ["open", "once", "onData"] as const) strictEqual(options[name], given[name]);
  options.onSomethingNew().catch(() => {});
  await rejects(settle(), REASON);
});

Deno.test("a hook that is watched already is left to the function that was called first", async () => {
  const outer = watchHooks({ onNote: () => Promise.reject(REASON) });
  const inner = watchHooks(outer.options);
  strictEqual(inner.options.onNote, outer.options.onNote);
  inner.options.onNote().catch(() => {});
  await inner.settle();
  await rejects(outer.settle(), REASON);
});

Deno.test("the promise of a hook that is waited for is its caller's, too", async () => {
  const { options } = watchHooks({ onStart: () => Promise.resolve(5) });
  strictEqual(await options.onStart(), 5);
});

Deno.test("what stands in the place of options, as where a function is given to map, is left as it is", async () => {
  for (const other of [() => {}, 3]) {
    strictEqual(await withWatchedHooks(other as object, (same) => same), other);
  }
  deepStrictEqual(await withWatchedHooks(null as unknown as object, (none) => none), {});
});

Deno.test("a generator is settled after its last item, and not where it is left", async () => {
  const items = async function* () {
    yield* [1, 2];
  };
  let settled = 0;
  const settle = () => Promise.resolve(void settled++);
  for await (const item of untilSettled(items(), settle)) {
    if (item === 1) break;
  }
  strictEqual(settled, 0);
  for await (const item of untilSettled(items(), settle)) strictEqual(item > 0, true);
  strictEqual(settled, 1);
});

Deno.test("work that is not asynchronous refuses a hook that returns a promise", () => {
  const rules = { action: "find motifs", name: "onProgress" };
  strictEqual(plainHook(undefined, rules), undefined);
  plainHook(() => 5, rules)!(1);
  throws(() => plainHook(() => Promise.reject(REASON), rules)!(1), {
    name: "TypeError",
    message:
      "Cannot find motifs: onProgress returned a promise, expected a function that is not asynchronous",
  });
});
