import { strictEqual } from "node:assert";
import { chooseSharedThreads, whyOneThread } from "../../src/base/shared_threads.ts";
import { chooseThreads } from "../../src/base/threads.ts";
import { useWorkers } from "../../src/base/workers.ts";

Deno.test("where no threads can be started there is one, and the reason is the caller's", () => {
  for (const threads of [undefined, 1, 3]) {
    strictEqual(chooseSharedThreads(threads), chooseThreads(threads));
  }
  strictEqual(whyOneThread(), undefined);
  useWorkers({ none: "this program wants none" });
  try {
    strictEqual(chooseSharedThreads(3), 1);
    strictEqual(whyOneThread(), "this program wants none");
  } finally {
    useWorkers();
  }
});
