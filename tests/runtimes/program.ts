/**
 * The program that all run-times run: `program FIXTURES TEMPORARY` prints a line of JSON for each job, with a digest of what
 * it found, or with its error. The first line says how the engine computes, which its bits depend on.
 */

import { selectEngine } from "@waka/histone/engine";
import { presetSpec } from "@waka/histone/model";
import { argv } from "node:process";
import { DATA_JOBS } from "./data_jobs.ts";
import { digest } from "./digest.ts";
import { MODEL_JOBS } from "./model_jobs.ts";

const { engine } = await selectEngine("wasm", presetSpec("wakawaka"));
console.log(JSON.stringify({ arithmetic: await engine.arithmetic() }));
const [, , fixtures = "", temporary = ""] = argv;
for (const [name, run] of [...DATA_JOBS, ...MODEL_JOBS]) {
  try {
    console.log(JSON.stringify({ name, digest: digest(await run({ fixtures, temporary })) }));
  } catch (error) {
    const { stack } = error as Error;
    console.log(JSON.stringify({ name, error: stack ?? String(error) }));
  }
}
