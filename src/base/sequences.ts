/**
 * DNA in memory: two bits a base, and the runs where these do not say all.
 *
 * @module
 */

/**
 * Marks a gene that has no sequence, in {@linkcode GeneSequences.entryOf}.
 *
 * @example The second of two genes has no sequence
 * ```ts
 * import { NO_SEQUENCE } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const entryOf = Uint32Array.of(0, NO_SEQUENCE); // [gene]
 * strictEqual(entryOf[1], 2 ** 32 - 1);
 * ```
 */
export const NO_SEQUENCE = 0xffffffff;

/**
 * The code of a base whose letter is not known, such as N; A, C, G and T are 0, 1, 2 and 3. A model sees four zeros.
 *
 * @example The letters of codes
 * ```ts
 * import { UNKNOWN_BASE } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual("ACGTN"[UNKNOWN_BASE], "N");
 * ```
 */
export const UNKNOWN_BASE = 4;

/** Bases that a byte holds. */
const BASES_PER_BYTE = 4;

/**
 * Runs of bases in the sequences of some entries, by entry and then by start. Those of entry e are runs `offsets[e]` to
 * `offsets[e + 1]` − 1; they neither overlap nor touch.
 */
export interface SequenceRuns {
  /** `[entry + 1]`: the first run of each entry, and at the end the number of all runs. */
  readonly offsets: Uint32Array;
  /** `[run]`: the first base of each, from 0. */
  readonly starts: Uint32Array;
  /** `[run]`: the number of bases of each, at least 1. */
  readonly lengths: Uint32Array;
}

/** Sequences of one length, two bits a base: 10,000 bases of 17,447 genes take 44 MB. */
export interface PackedSequences {
  /** Bases of each sequence. */
  readonly bases: number;
  /**
   * `[entry, ceil(bases / 4)]`: base i lies in bits 2·(i mod 4) and 2·(i mod 4) + 1 of byte i div 4. A is 0, C 1, G 2,
   * T 3; a base that is not known is 0, as are the bits after the last base.
   */
  readonly packed: Uint8Array;
  /** Bases whose letters are not known, such as N. */
  readonly unknown: SequenceRuns;
  /** Bases in lower case, which mark repeats. They are kept; models do not see them. */
  readonly softMasked: SequenceRuns;
}

/** The DNA around the TSS of each gene of a data set. */
export interface GeneSequences extends PackedSequences {
  /** `[gene]`: the entry of each gene, {@linkcode NO_SEQUENCE} where it has no sequence. */
  readonly entryOf: Uint32Array;
}

/** Number of bytes that so many bases take. */
export function packedBytes(bases: number): number {
  return Math.ceil(bases / BASES_PER_BYTE);
}

/**
 * Counts sequences.
 *
 * @param sequences The sequences.
 * @returns The number of entries.
 *
 * @example One sequence of four bases
 * ```ts
 * import { countSequences, packSequences } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(countSequences(packSequences(["ACGT"])), 1);
 * ```
 */
export function countSequences({ unknown }: Pick<PackedSequences, "unknown">): number {
  return unknown.offsets.length - 1;
}

/** `[byte, base]`: the codes of the four bases of each byte. */
const CODES_OF_BYTE = Uint8Array.from(
  { length: 256 * BASES_PER_BYTE },
  (_, i) => (i >> 2) >> 2 * (i & 3) & 3,
);

/**
 * Unpacks the codes of one sequence: A 0, C 1, G 2, T 3, {@linkcode UNKNOWN_BASE} where the letter is not known.
 *
 * @param sequences The sequences.
 * @param entry Which of them; {@linkcode NO_SEQUENCE} gives bases that are not known.
 * @param into Receives the codes, `[base]`.
 * @throws {RangeError} If the entry does not exist, or `into` has another length than a sequence.
 *
 * @example
 * ```ts
 * import { packSequences, unpackSequence } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const codes = new Uint8Array(5);
 * unpackSequence(packSequences(["ACGTN"]), 0, codes);
 * deepStrictEqual([...codes], [0, 1, 2, 3, 4]);
 * ```
 */
export function unpackSequence(
  sequences: PackedSequences,
  entry: number,
  into: Uint8Array | Float32Array,
): void {
  const { bases, packed, unknown } = sequences;
  if (into.length !== bases) {
    throw new RangeError(
      `Cannot unpack sequence: found room for ${into.length} bases, expected ${bases}`,
    );
  }
  if (entry === NO_SEQUENCE) {
    into.fill(UNKNOWN_BASE);
    return;
  }
  const entries = countSequences(sequences);
  if (!(Number.isInteger(entry) && entry >= 0 && entry < entries)) {
    throw new RangeError(`Cannot unpack sequence ${entry}: there are ${entries}`);
  }
  let at = entry * packedBytes(bases);
  const whole = bases & ~3;
  for (let base = 0; base < whole; base += BASES_PER_BYTE) {
    const code = packed[at++]! << 2;
    into[base] = CODES_OF_BYTE[code]!;
    into[base + 1] = CODES_OF_BYTE[code + 1]!;
    into[base + 2] = CODES_OF_BYTE[code + 2]!;
    into[base + 3] = CODES_OF_BYTE[code + 3]!;
  }
  for (let base = whole; base < bases; base++) {
    into[base] = CODES_OF_BYTE[(packed[at]! << 2) + (base & 3)]!;
  }
  visitRuns(unknown, entry, (start, end) => into.fill(UNKNOWN_BASE, start, end));
}

/** Visits the runs of an entry, each from its first base to the base after its last. */
export function visitRuns(
  { offsets, starts, lengths }: SequenceRuns,
  entry: number,
  visit: (start: number, end: number) => void,
): void {
  for (let run = offsets[entry]!; run < offsets[entry + 1]!; run++) {
    visit(starts[run]!, starts[run]! + lengths[run]!);
  }
}

/**
 * The letters of one sequence: N where the letter is not known, lower case where it was soft-masked.
 *
 * @param sequences The sequences.
 * @param entry Which of them; {@linkcode NO_SEQUENCE} gives N alone.
 * @returns The letters.
 * @throws {RangeError} If the entry does not exist.
 *
 * @example
 * ```ts
 * import { packSequences, sequenceLetters } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(sequenceLetters(packSequences(["ACgtNn"]), 0), "ACgtNn");
 * ```
 */
export function sequenceLetters(sequences: PackedSequences, entry: number): string {
  const letters = new Uint8Array(sequences.bases);
  unpackSequence(sequences, entry, letters);
  for (let base = 0; base < letters.length; base++) letters[base] = LETTERS[letters[base]!]!;
  if (entry !== NO_SEQUENCE) {
    visitRuns(sequences.softMasked, entry, (start, end) => {
      for (let base = start; base < end; base++) letters[base]! |= LOWER_CASE;
    });
  }
  return new TextDecoder().decode(letters);
}

const LETTERS = new TextEncoder().encode("ACGTN");
/** The bit that makes a letter lower-case. */
const LOWER_CASE = 0x20;

/**
 * Says what is wrong with packed sequences, or nothing.
 *
 * @param sequences The sequences, from outside.
 * @returns A clause such as `run 3 of its unknown bases is empty`; `undefined` if they are sound.
 */
export function faultOfSequences(sequences: PackedSequences): string | undefined {
  const { bases, packed, unknown } = sequences;
  if (!Number.isSafeInteger(bases) || bases < 1) {
    return `it has ${bases} bases, expected an integer >= 1`;
  }
  const bytes = countSequences(sequences) * packedBytes(bases);
  if (packed.length !== bytes) {
    return `it has ${packed.length} packed bytes, expected ${bytes}: ${
      countSequences(sequences)
    } ` +
      `sequences of ${bases} bases`;
  }
  return faultOfRuns(unknown, sequences, "unknown bases") ??
    faultOfRuns(sequences.softMasked, sequences, "soft-masked bases") ??
    faultOfUnknownBits(sequences) ?? faultOfLastBits(sequences);
}

/** Says what is wrong with the entries of so many genes, or nothing. */
export function faultOfEntries(sequences: GeneSequences, genes: number): string | undefined {
  const { entryOf } = sequences;
  if (entryOf.length !== genes) {
    return `it has entries of ${entryOf.length} genes, expected ${genes}`;
  }
  const entries = countSequences(sequences);
  const wrong = entryOf.find((entry) => entry >= entries && entry !== NO_SEQUENCE);
  return wrong === undefined
    ? undefined
    : `a gene has sequence ${wrong}, expected one of ${entries}`;
}

function faultOfRuns(
  { offsets, starts, lengths }: SequenceRuns,
  { bases, unknown }: PackedSequences,
  what: string,
): string | undefined {
  const entries = unknown.offsets.length - 1;
  const areSound = entries >= 0 && offsets.length === entries + 1 && offsets[0] === 0 &&
    offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1]!) &&
    offsets[entries] === starts.length && starts.length === lengths.length;
  if (!areSound) return `the offsets of its ${what} contradict its sequences or its runs`;
  for (let entry = 0; entry < entries; entry++) {
    let end = -1;
    for (let run = offsets[entry]!; run < offsets[entry + 1]!; run++) {
      const [start, length] = [starts[run]!, lengths[run]!];
      if (length < 1 || start <= end || start + length > bases) {
        return `run ${run} of its ${what} is of ${length} bases from base ${start} of sequence ${entry}, ` +
          `expected one within ${bases} bases and apart from the run before it`;
      }
      end = start + length;
    }
  }
  return undefined;
}

/** Unknown bases have the code 0, so that equal sequences are equal bytes. */
function faultOfUnknownBits(sequences: PackedSequences): string | undefined {
  const { bases, packed, unknown } = sequences;
  for (let entry = 0; entry < countSequences(sequences); entry++) {
    const first = entry * packedBytes(bases);
    let wrong: number | undefined;
    visitRuns(unknown, entry, (start, end) => {
      for (let base = start; base < end && wrong === undefined; base++) {
        if ((packed[first + (base >> 2)]! >> 2 * (base & 3) & 3) !== 0) wrong = base;
      }
    });
    if (wrong !== undefined) {
      return `base ${wrong} of sequence ${entry} is unknown but has a letter`;
    }
  }
  return undefined;
}

function faultOfLastBits(sequences: PackedSequences): string | undefined {
  const { bases, packed } = sequences;
  const used = bases & 3;
  if (used === 0) return undefined;
  const bytes = packedBytes(bases);
  for (let last = bytes - 1; last < packed.length; last += bytes) {
    if (packed[last]! >> 2 * used !== 0) {
      return `sequence ${(last + 1) / bytes - 1} has bits after its last base`;
    }
  }
  return undefined;
}
