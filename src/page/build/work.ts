/** The worker's program on a page from a server. */

import { useWorkers } from "../../base/workers.ts";
import { startWork } from "../work/worker.ts";
import { fetchExample } from "./fetch_example.ts";
import { startInheritingWorker } from "./inherit_policy.ts";

// The build puts all programs into one folder.
const threads = new URL("./threads.js", import.meta.url);
useWorkers({ create: (name) => startInheritingWorker(threads, name) });
startWork({
  fromDisk: false,
  example: () => fetchExample(new URL("./example/", import.meta.url)),
});
