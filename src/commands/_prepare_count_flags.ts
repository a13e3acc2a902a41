/** The flags of `prepare` about counting: which reads or values count, and how. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { readBlacklist } from "../genome/signal/blacklist.ts";
import type { Blacklist } from "../genome/signal/intervals.ts";
import { FLAG_NAMES } from "../genome/signal/sam_flags.ts";
import {
  type CountingRule,
  PEAK_RULES,
  READ_RULES,
  TRACK_RULES,
  USUAL_EXCLUDED_FLAGS,
} from "../genome/signal/track.ts";
import { DEPTH_NORMALISATIONS, type DepthNormalisation } from "../record.ts";
import { choice, integer, threadCount } from "./flags.ts";
import { checkInputFile } from "./_input_file.ts";

/** Which reads or values count, and how. */
export interface CountFlags {
  readonly signal: CountingRule;
  readonly extend: number;
  readonly fragments: boolean;
  readonly minMappingQuality: number;
  readonly excludeFlags: number;
  readonly blacklist?: string;
  readonly normalise: DepthNormalisation;
  readonly concurrency: number;
  readonly threads?: number;
}

const RULES = [...READ_RULES, ...TRACK_RULES, ...PEAK_RULES];

/** Declares the flags about counting. */
export function declareCountFlags(command: Command): Command {
  return command
    .optionsGroup("Counting:")
    .requiredOption(
      "--signal <rule>",
      `how a bin gets its number; for reads: ${READ_RULES.join(", ")}; for signal tracks: ${
        TRACK_RULES.join(", ")
      }; for peaks: ` +
        PEAK_RULES.join(", "),
      choice(RULES),
    )
    .option(
      "--extend <bp>",
      "extend each shorter read from its 5' end to this length",
      integer(0),
      0,
    )
    .addOption(
      new Option("--fragments", "count each proper pair once, as its fragment (CUT&RUN, CUT&Tag)")
        .default(false).conflicts("extend"),
    )
    .option(
      "--min-mapping-quality <n>",
      "least mapping quality of BAM or CRAM reads",
      integer(0),
      0,
    )
    .addOption(
      new Option(
        "--exclude-flags <flags>",
        "leave out reads with any of these SAM flags: a number, or names such as DUP,SECONDARY",
      ).argParser(parseFlags).default(USUAL_EXCLUDED_FLAGS, "DUP,QCFAIL"),
    )
    .option(
      "--blacklist <file>",
      "BED file: reads that overlap it, and values inside it, are left out",
    )
    .option(
      "--normalise <name>",
      `normalise by depth: ${DEPTH_NORMALISATIONS.join(", ")} (divide by millions of mapped reads)`,
      choice(DEPTH_NORMALISATIONS),
      "none",
    )
    .option("--concurrency <n>", "files counted together", integer(1), 2)
    .option(
      "--threads <n>",
      "threads that count BAM and bigWig files, at most 8 (default: all that the machine lends)",
      threadCount,
    );
}

/** Parses flags as `samtools view -F` does: decimal, octal after 0, hexadecimal after 0x, or names between commas. */
export function parseFlags(text: string): number {
  const word = text.trim();
  const value = /^0x[0-9a-f]+$/i.test(word) || /^(0|[1-9]\d*)$/.test(word)
    ? Number(word)
    : /^0[0-7]+$/.test(word)
    ? Number.parseInt(word, 8)
    : sumOfNames(word);
  if (value > 0xffff) throw new InvalidArgumentError("Expected flags of at most 0xffff.");
  return value;
}

function sumOfNames(text: string): number {
  let flags = 0;
  for (const name of text.split(",")) {
    const flag = FLAG_NAMES[name.trim().toUpperCase()];
    if (flag === undefined) {
      throw new InvalidArgumentError(
        `Expected a number, or names between commas: ${Object.keys(FLAG_NAMES).join(", ")}.`,
      );
    }
    flags |= flag;
  }
  return flags;
}

/** The options of counting that the flags name. */
export function countOptions(flags: CountFlags) {
  return {
    rule: flags.signal,
    extendBp: flags.extend,
    fragments: flags.fragments,
    minMappingQuality: flags.minMappingQuality,
    excludedFlags: flags.excludeFlags,
    normalisation: flags.normalise,
    concurrency: flags.concurrency,
    threads: flags.threads,
  };
}

/** Reads the file that `--blacklist` names. */
export async function takeBlacklist(
  { blacklist }: CountFlags,
  onWarning: (message: string) => void,
): Promise<Blacklist | undefined> {
  if (blacklist === undefined) return undefined;
  await checkInputFile("--blacklist", blacklist);
  return await readBlacklist(blacklist, { onWarning });
}
