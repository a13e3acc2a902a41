/** The one golden run that takes minutes on tf.js without a GPU; the others are part of the conformance suite. */

import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { subjectOf } from "../../helpers/one_model.ts";
import { testGoldenRuns } from "../conformance_golden.ts";

testGoldenRuns(subjectOf(createTfjsEngine("cpu"), 1), Deno.test, ["wakawaka"]);
