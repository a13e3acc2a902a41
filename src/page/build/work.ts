/** The worker's program on a page from a server. */

import { useWorkers } from "../../base/workers.ts";
import { useReportFiles } from "../../report/report_files.ts";
import { startWork } from "../work/worker.ts";
import { fetchExample, fetchFile } from "./fetch_example.ts";
import { startInheritingWorker } from "./inherit_policy.ts";

// The build puts all programs into one folder.
const threads = new URL("./threads.js", import.meta.url);
useWorkers({ create: (name) => startInheritingWorker(threads, name) });
const folder = new URL("./", import.meta.url);
useReportFiles(async (name) => new Uint8Array(await (await fetchFile(name, folder)).arrayBuffer()));
startWork({
  fromDisk: false,
  example: () => fetchExample(new URL("./example/", import.meta.url)),
});
