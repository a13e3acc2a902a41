/** The window of the tiny page on a disk. */

import { carriedWorker } from "../../../../src/page/build/disk_files.ts";
import { showAnswers } from "./show_answers.ts";

showAnswers(carriedWorker("work"));
