/** The worker of the tiny page, on a server. */

import { useWorkers } from "../../../../src/engine/mod.ts";
import { startInheritingWorker } from "../../../../src/page/build/inherit_policy.ts";
import { answerOnce } from "./answer.ts";

const threads = new URL("./threads.js", import.meta.url);
useWorkers({ create: (name) => startInheritingWorker(threads, name) });
answerOnce(async () => {
  const response = await fetch(new URL("./example/sheet.tsv", import.meta.url));
  return (await response.text()).length;
});
