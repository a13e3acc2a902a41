import { ok, strictEqual, throws } from "node:assert";
import { chooseThreads, limitThreads } from "../../src/base/threads.ts";

Deno.test("threads are granted up to the cores, and up to 8 on any machine", () => {
  const cores = navigator.hardwareConcurrency;
  strictEqual(chooseThreads(), Math.min(cores, 1024));
  for (const threads of [1, 8]) strictEqual(chooseThreads(threads), threads);
  ok(chooseThreads(1024) <= Math.max(8, cores));
});

Deno.test("an impossible number of threads is refused", () => {
  for (const threads of [0, -1, 1.5, NaN, 1025]) {
    throws(() => chooseThreads(threads), {
      name: "RangeError",
      message: `Cannot compute: threads is ${threads}, expected an integer from 1 to 1024`,
    });
  }
});

Deno.test("no more threads are granted than the machine is said to lend, asked for or not", () => {
  try {
    limitThreads(1);
    strictEqual(chooseThreads(), 1);
    strictEqual(chooseThreads(8), 1);
    limitThreads(64);
    strictEqual(chooseThreads(32), 32);
    strictEqual(chooseThreads(), navigator.hardwareConcurrency);
    throws(() => chooseThreads(0), { name: "RangeError" });
  } finally {
    limitThreads();
  }
  strictEqual(chooseThreads(8), 8);
});
