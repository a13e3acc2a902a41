/** The worker's program on a page from a disk. */

import { useWorkers } from "../../base/workers.ts";
import { useReportFiles } from "../../report/report_files.ts";
import { startWork } from "../work/worker.ts";
import { carriedFiles, carriedReportFile } from "./disk_files.ts";

useWorkers({ none: "this page was opened from a disk" });
useReportFiles((name) => Promise.resolve(carriedReportFile(name)));
startWork({ fromDisk: true, example: () => Promise.resolve(carriedFiles()) });
