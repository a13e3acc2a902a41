import { ContractError } from "../../errors.ts";
import {
  type CountingRule,
  type CountOptions,
  PEAK_RULES,
  READ_RULES,
  type SignalFormat,
  type SignalTrack,
  TRACK_RULES,
  USUAL_EXCLUDED_FLAGS,
} from "./track.ts";

/** What a file of each format holds, in words, and the rules for it. */
const CONTENTS: Readonly<Record<SignalFormat, readonly [what: string, readonly CountingRule[]]>> = {
  bam: ["reads", READ_RULES],
  cram: ["reads", READ_RULES],
  bed: ["reads", READ_RULES],
  bigwig: ["a signal track", TRACK_RULES],
  bedgraph: ["a signal track", TRACK_RULES],
  peaks: ["peaks", PEAK_RULES],
};

/** Whether files of a format hold alignments, with flags and mapping qualities. */
function holdsAlignments(format: SignalFormat): boolean {
  return format === "bam" || format === "cram";
}

/** Whether files of a format hold reads, whose total is known or can be counted. */
export function holdsReads(format: SignalFormat): boolean {
  return holdsAlignments(format) || format === "bed";
}

/** Throws if the options do not suit this kind of file, or are out of range. */
export function checkOptions(track: SignalTrack, options: CountOptions): void {
  const { extendBp = 0, minMappingQuality = 0, fragments = false } = options;
  const { excludedFlags = USUAL_EXCLUDED_FLAGS } = options;
  const { format } = track;
  const [what] = CONTENTS[format];
  const fail = (found: string): never => {
    throw new ContractError(`Cannot count ${track.name}: ${found}`);
  };
  checkRule(track, options.rule);
  if (!holdsReads(format) && extendBp !== 0) fail(`${what} ${has(format)} no reads to extend`);
  if (!holdsReads(format) && fragments) fail(`${what} ${has(format)} no pairs of reads`);
  if (!holdsAlignments(format) && minMappingQuality !== 0) {
    fail(
      "it has no mapping qualities, expected a BAM or CRAM file or a lowest mapping quality of 0",
    );
  }
  if (!holdsAlignments(format) && excludedFlags !== USUAL_EXCLUDED_FLAGS) {
    fail("it has no flags of reads to exclude by, expected a BAM or CRAM file");
  }
  if (fragments && extendBp !== 0) {
    fail(
      `reads cannot be both extended to ${extendBp} bp and joined to fragments: choose one of the two`,
    );
  }
  if (fragments && /\.tagalign(\.b?gz)?$/i.test(track.name)) {
    fail("each row of tagAlign is a single read, expected fragments, or BAM or CRAM with pairs");
  }
  checkInteger("extendBp", extendBp, 2 ** 30);
  checkInteger("minMappingQuality", minMappingQuality, 255);
  checkInteger("excludedFlags", excludedFlags, 0xffff);
}

function checkRule({ name, format }: SignalTrack, rule: CountingRule): void {
  const [what, rules] = CONTENTS[format];
  if (rules.includes(rule)) return;
  const advice = format === "peaks" && READ_RULES.includes(rule)
    ? ": give the reads that the peaks were called from"
    : format === "bed" && PEAK_RULES.includes(rule)
    ? ": name a file of peaks .narrowPeak or .broadPeak"
    : "";
  throw new ContractError(
    `Cannot count ${name}: rule is ${rule} (--signal), expected ${
      rules.join(" or ")
    }, as the file holds ${what}${advice}`,
  );
}

function has(format: SignalFormat): string {
  return format === "peaks" ? "have" : "has";
}

function checkInteger(name: string, value: number, largest: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= largest) return;
  throw new RangeError(
    `Cannot count: ${name} is ${value}, expected an integer from 0 to ${largest}`,
  );
}
