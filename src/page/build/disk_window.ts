/** The window's program on a page from a disk. */

import { startWindow } from "../app/start.ts";
import { carriedWorker } from "./disk_files.ts";

void startWindow(carriedWorker("work"));
