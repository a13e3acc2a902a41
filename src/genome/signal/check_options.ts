import { ContractError } from "../../errors.ts";
import { type CountOptions, READ_RULES, type SignalTrack, TRACK_RULES } from "./track.ts";

/** Throws if the options do not suit this kind of file, or are out of range. */
export function checkOptions(track: SignalTrack, options: CountOptions): void {
  const { rule, extendBp = 0, minMappingQuality = 0 } = options;
  const holdsReads = track.format === "bam" || track.format === "bed";
  const rules = holdsReads ? READ_RULES : TRACK_RULES;
  const fail = (what: string): never => {
    throw new ContractError(`Cannot count ${track.name}: ${what}`);
  };
  if (!rules.includes(rule)) {
    const kind = holdsReads ? "reads" : "a signal track";
    fail(`rule is ${rule}, expected ${rules.join(" or ")}, as the file holds ${kind}`);
  }
  if (!holdsReads && extendBp !== 0) fail("a signal track has no reads to extend");
  if (track.format !== "bam" && minMappingQuality !== 0) {
    fail("it has no mapping qualities, expected a BAM file or a lowest mapping quality of 0");
  }
  checkInteger("extendBp", extendBp, 2 ** 30);
  checkInteger("minMappingQuality", minMappingQuality, 255);
}

function checkInteger(name: string, value: number, largest: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= largest) return;
  throw new RangeError(
    `Cannot count: ${name} is ${value}, expected an integer from 0 to ${largest}`,
  );
}
