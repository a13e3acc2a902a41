/** The threads' program of a bundle. */

import "../../src/worker.ts";
