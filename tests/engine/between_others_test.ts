/**
 * What models compute between two others in a session, on the engines whose members have nothing in common but the queue of
 * calls: what they compute alone is tested with each commit.
 */

import { createTfjsEngine } from "../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../src/engine/wasm/engine.ts";
import { testBetweenOthers } from "./conformance.ts";

testBetweenOthers(createWasmEngine(), Deno.test);
testBetweenOthers(createTfjsEngine("cpu"), Deno.test);
