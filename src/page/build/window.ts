/** The window's program on a page from a server. */

import { startWindow } from "../app/start.ts";
import { startInheritingWorker } from "./inherit_policy.ts";

// The build puts all programs into one folder.
void startWindow(startInheritingWorker(new URL("./work.js", import.meta.url), "work"));
