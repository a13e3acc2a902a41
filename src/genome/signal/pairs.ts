/** Judges the pairs of reads of a file, when fragments are counted. */

import { formatCountOf } from "../../base/count.ts";
import { ContractError } from "../../errors.ts";
import { type CountOptions, LONGEST_FRAGMENT_BP, type PairsSeen } from "./track.ts";

/**
 * Judges what was seen of pairs near all windows.
 *
 * @throws {ContractError} If there were reads, and all were single.
 */
export function judgePairs(
  { reads, paired, ofProperPairs, tooLong }: PairsSeen,
  { file, onWarning }: { readonly file: string } & Pick<CountOptions, "onWarning">,
): void {
  if (reads === 0) return;
  if (paired === 0) {
    throw new ContractError(
      `Cannot count fragments of ${file}: its reads near the windows are single, expected pairs. ` +
        "Count reads, extended to the length of the fragments if you know it",
    );
  }
  const others = reads - ofProperPairs;
  if (others > ofProperPairs) {
    onWarning?.(
      `${file}: ${formatCountOf(others, "read")} of ${
        formatCountOf(reads, "read")
      } near the windows are not of proper pairs and are not counted`,
    );
  }
  if (tooLong > 0) {
    onWarning?.(
      `${file} has ${formatCountOf(tooLong, "proper pair")} near the windows longer than ${
        LONGEST_FRAGMENT_BP.toLocaleString("en-US")
      } bp, not counted`,
    );
  }
}

/**
 * Passes what was seen of pairs on to who counts other windows too, or else judges it.
 *
 * @throws {ContractError} If there were reads, and all were single.
 */
export function reportPairs(
  seen: PairsSeen,
  file: string,
  { onPairs, onWarning }: Pick<CountOptions, "onPairs" | "onWarning">,
): void {
  if (onPairs !== undefined) onPairs(seen);
  else judgePairs(seen, { file, onWarning });
}
