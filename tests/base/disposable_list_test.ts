import { deepStrictEqual, rejects } from "node:assert";
import { DisposableList } from "../../src/base/disposable_list.ts";

/** Something that writes its name into `log` when it is disposed of. */
function named(name: string, log: string[], error?: Error): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await Promise.resolve();
      log.push(name);
      if (error !== undefined) throw error;
    },
  };
}

Deno.test("a list disposes of what it holds in the order of AsyncDisposableStack", async () => {
  const [expected, log]: [string[], string[]] = [[], []];
  {
    await using stack = new AsyncDisposableStack();
    await using list = new DisposableList();
    for (const name of ["first", "second", "third"]) {
      stack.use(named(name, expected));
      list.use(named(name, log));
    }
    list.use({ [Symbol.dispose]: () => void log.push("at the same time") });
  }
  deepStrictEqual(log, ["at the same time", ...expected]);
});

Deno.test("what was handed over is disposed of by the other list alone", async () => {
  const log: string[] = [];
  const list = new DisposableList();
  list.use(named("own", log));
  const other = list.move();
  await list[Symbol.asyncDispose]();
  deepStrictEqual(log, []);
  await other[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
  deepStrictEqual(log, ["own"]);
});

Deno.test("everything is disposed of although one fails, and its error is thrown", async () => {
  const log: string[] = [];
  const list = new DisposableList();
  list.use(named("first", log));
  list.use(named("second", log, new Error("it does not close")));
  await rejects(() => list[Symbol.asyncDispose](), /it does not close/);
  deepStrictEqual(log, ["second", "first"]);
});
