/** The window of the tiny page: it shows what its worker answers. */

import { startInheritingWorker } from "../../../../src/page/build/inherit_policy.ts";
import { showAnswers } from "./show_answers.ts";

showAnswers(startInheritingWorker(new URL("./work.js", import.meta.url), "work"));
