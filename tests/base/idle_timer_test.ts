import { deepStrictEqual } from "node:assert";
import { startIdleTimer } from "../../src/base/idle_timer.ts";

Deno.test("an idle timer calls once while something else keeps the process alive, unless it is cancelled", async () => {
  const called: string[] = [];
  startIdleTimer(() => called.push("first"), 1);
  const cancel = startIdleTimer(() => called.push("cancelled"), 1);
  cancel();
  cancel();
  for (let i = 0; i < 100 && called.length === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  deepStrictEqual(called, ["first"]);
});
