/** The program of the threads on a page from a server. */

import "../../worker.ts";
