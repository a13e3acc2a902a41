/** Modifications of histones in names of files: `H3K27ac`, and `K27ac` for short. */

import type { Spelling } from "./_spelling.ts";

/** A modification in small letters: its histone, which may be left out, and its residue. */
const MODIFICATION = /^(h(?:2a|2b|3|4))?(k\d+(?:me\d?|ac|ub\d?))$/;
/** A residue without its modification, which is then the one of the next: antibodies against `H3K9K14ac` bind both. */
const BARE_RESIDUE = /^(h(?:2a|2b|3|4))?(k\d+)$/;

interface Modification {
  readonly histone: string | undefined;
  readonly residue: string;
}

/** Whether a file's name has a modification, and none that may be its mark's, though no row of the sheet may have that one. */
export function isOfOtherModification(step: Spelling, mark: Spelling): boolean {
  const own = modificationsOf([...mark.words, mark.joined]);
  if (own.length === 0) return false;
  const called = modificationsIn(step);
  return called.length > 0 && !called.some((one) => own.some((other) => mayBeSame(one, other)));
}

/** The capital in `H3K27ac` begins a word where capitals do: that part of it is no modification of its own. */
function modificationsIn({ words, parts }: Spelling): Modification[] {
  const whole = modificationsOf(words);
  const rest = parts.filter((part) => !whole.some(({ residue }) => residue === part));
  return [...whole, ...modificationsOf(rest), ...sharedIn(words), ...sharedIn(parts)];
}

/** What a residue shares with the word after it, such as K9ac in `H3K9K14ac`. */
function sharedIn(words: readonly string[]): Modification[] {
  return words.flatMap((word, i) => {
    const [, histone, residue] = BARE_RESIDUE.exec(word) ?? [];
    const [, change] = /^k\d+(me\d?|ac|ub\d?)$/.exec(words[i + 1] ?? "") ?? [];
    return residue === undefined || change === undefined
      ? []
      : [{ histone, residue: `${residue}${change}` }];
  });
}

function modificationsOf(words: readonly string[]): Modification[] {
  return words.flatMap((word) => {
    const [, histone, residue] = MODIFICATION.exec(word) ?? [];
    return residue === undefined ? [] : [{ histone, residue }];
  });
}

/** `H3K4me` may be `H3K4me3`, and `K4me3` too. */
function mayBeSame(one: Modification, other: Modification): boolean {
  const isOfOne = one.histone === undefined || other.histone === undefined ||
    one.histone === other.histone;
  return isOfOne &&
    (one.residue.startsWith(other.residue) || other.residue.startsWith(one.residue));
}
