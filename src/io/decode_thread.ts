/** The program of a thread that decodes. Its modules are imported, not loaded later, so that a thread starts sooner. */

import { serveThread } from "../base/workers.ts";
import { listen } from "./decode_worker.ts";

serveThread(listen);
