/** The window with a worker that computes nothing; the name of the worker, from the address, says what it is to do. */

import { startWindow } from "../../../src/page/app/start.ts";

const name = location.hash.slice(1).replaceAll("+", " ");
await startWindow(new Worker(new URL("./work.js", import.meta.url), { type: "module", name }));
