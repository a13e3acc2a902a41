/** The program of a thread that computes. Its modules are imported, not loaded later, so that a thread starts sooner. */

import { serveThread } from "../../base/workers.ts";
import { listen } from "./worker.ts";

serveThread(listen);
