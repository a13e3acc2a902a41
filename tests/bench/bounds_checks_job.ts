/** Prints the rates of `peak_share.ts` without fused multiply-add, for any program that runs JavaScript: `bounds_checks.ts`. */

import { presetSpec } from "../../src/model/presets.ts";
import { measurePeakShare } from "./peak_share.ts";

console.log(JSON.stringify(await measurePeakShare(presetSpec("wakawaka"), false)));
