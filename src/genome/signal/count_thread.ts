/** The program of a thread that counts. Its modules are imported, not loaded later, so that a thread starts sooner. */

import { serveThread } from "../../base/workers.ts";
import { listen } from "./count_worker.ts";

serveThread(listen);
