/** The worker's program on a page from a disk. */

import { useWorkers } from "../../base/workers.ts";
import { startWork } from "../work/worker.ts";
import { carriedFiles } from "./disk_files.ts";

useWorkers({ none: "this page was opened from a disk" });
startWork({ fromDisk: true, example: () => Promise.resolve(carriedFiles()) });
