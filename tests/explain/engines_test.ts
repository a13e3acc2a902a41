/** That engines explain alike. */

import { compareExplanations } from "../helpers/compare_explanations.ts";

Deno.test("tf.js explains as wasm does", () => compareExplanations("tfjs-cpu"));
