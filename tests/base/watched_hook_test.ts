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

Deno.test("functions that are no hooks are left as they are", () => {
  const open = () => {};
  strictEqual(watchHooks({ open }).options.open, open);
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
