/** The threads of the tiny page. */

import "../../../../src/worker.ts";
