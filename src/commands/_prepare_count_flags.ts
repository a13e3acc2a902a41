/** The flags of `prepare` about counting: which reads or values count, and how. */

import type { Command } from "commander";
import { type CountingRule, READ_RULES, TRACK_RULES } from "../genome/mod.ts";
import { DEPTH_NORMALISATIONS, type DepthNormalisation } from "../record.ts";
import { choice, integer } from "./flags.ts";

/** Which reads or values count, and how. */
export interface CountFlags {
  readonly signal: CountingRule;
  readonly extend: number;
  readonly minMappingQuality: number;
  readonly normalise: DepthNormalisation;
  readonly concurrency: number;
}

const RULES = [...READ_RULES, ...TRACK_RULES];

/** Declares the flags about counting. */
export function declareCountFlags(command: Command): Command {
  return command
    .requiredOption(
      "--signal <rule>",
      `for reads: ${READ_RULES.join(", ")}; for signal tracks: ${TRACK_RULES.join(", ")}`,
      choice(RULES),
    )
    .option("--extend <bp>", "extend reads to fragments of this length", integer(0), 0)
    .option("--min-mapping-quality <n>", "least mapping quality of BAM reads", integer(0), 0)
    .option(
      "--normalise <name>",
      `normalise by depth: ${DEPTH_NORMALISATIONS.join(", ")} (reads per million reads)`,
      choice(DEPTH_NORMALISATIONS),
      "none",
    )
    .option("--concurrency <n>", "files counted together", integer(1), 2);
}

/** The options of counting that the flags name. */
export function countOptions(
  { signal, extend, minMappingQuality, normalise, concurrency }: CountFlags,
) {
  return {
    rule: signal,
    extendBp: extend,
    minMappingQuality,
    normalisation: normalise,
    concurrency,
  };
}
