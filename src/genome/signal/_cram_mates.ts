/** What reads of CRAM files say about their mates, where the mate is in the same slice and is not said. */

import { type BytePlace, failCram } from "./_cram_bytes.ts";
import type { CramRecords } from "./_cram_records.ts";
import { FIRST_OF_PAIR, MATE_UNMAPPED, PAIRED, REVERSE, UNMAPPED } from "./sam_flags.ts";

const MATE_REVERSE = 0x20;

/**
 * Joins the reads of each template of a slice, as samtools does: it fills in the flags about the mate, its sequence,
 * and the template length, which is positive for the read that starts the template.
 */
export function joinMates(records: CramRecords, place: BytePlace): void {
  const { count, mates } = records;
  const isJoined = new Uint8Array(count);
  const template: number[] = [];
  for (let first = 0; first < count; first++) {
    if (mates[first]! < 0 || isJoined[first] !== 0) continue;
    template.length = 0;
    for (let i = first;; i = mates[i]!) {
      template.push(i);
      isJoined[i] = 1;
      const next = mates[i]!;
      if (next < 0) break;
      if (next <= i || next >= count || isJoined[next] !== 0) {
        failCram(`the mate of record ${i} is record ${next} of ${count}`, place);
      }
    }
    joinTemplate(records, template);
  }
}

function joinTemplate(records: CramRecords, template: readonly number[]): void {
  const { flags, contigs, mateContigs, templates } = records;
  const { length, left, leftmost } = measure(records, template);
  for (const [k, i] of template.entries()) {
    const mate = template[(k + 1) % template.length]!;
    mateContigs[i] = contigs[mate]!;
    flags[i]! |= PAIRED;
    if ((flags[mate]! & UNMAPPED) !== 0) flags[i]! |= MATE_UNMAPPED;
    if ((flags[mate]! & REVERSE) !== 0) flags[i]! |= MATE_REVERSE;
    const isAlone = ((flags[mate]! | flags[i]!) & UNMAPPED) !== 0;
    // Of reads that start at the same base, the first of the pair starts the template.
    const starts = records.starts[i] === left &&
      (leftmost === 1 || (flags[i]! & FIRST_OF_PAIR) !== 0);
    templates[i] = isAlone ? 0 : starts ? length : -length;
  }
}

/** The length of a template, 0 if it is on several sequences; its first base, and the number of reads there. */
function measure(
  { contigs, starts, lengths }: CramRecords,
  template: readonly number[],
): { readonly length: number; readonly left: number; readonly leftmost: number } {
  const [first] = template;
  let left = Infinity;
  let right = -Infinity;
  let leftmost = 0;
  let isOnOne = true;
  for (const i of template) {
    if (starts[i]! < left) {
      left = starts[i]!;
      leftmost = 1;
    } else if (starts[i] === left) leftmost++;
    right = Math.max(right, starts[i]! + Math.max(1, lengths[i]!));
    isOnOne &&= contigs[i] === contigs[first!];
  }
  return { length: isOnOne ? right - left : 0, left, leftmost };
}
