/**
 * Packs letters of DNA.
 *
 * @module
 */

import { packedBytes, type PackedSequences, type SequenceRuns } from "./sequences.ts";

/**
 * What becomes of N and of the other letters of IUPAC that stand for several bases: bases that are not known, which a
 * model sees as four zeros, or A.
 */
export type UnknownBases = "none" | "A";

/** Every {@linkcode UnknownBases}. */
export const UNKNOWN_BASES: readonly UnknownBases[] = ["none", "A"];

/** Options of {@linkcode packSequences}. */
export interface PackSequencesOptions {
  /**
   * What N and other letters of several bases become.
   *
   * @default {"none"}
   */
  readonly unknownAs?: UnknownBases | undefined;
}

/**
 * Packs sequences of one length.
 *
 * @param rows The letters of each sequence: A, C, G, T, U, which is read as T, or letters of IUPAC that stand for
 * several bases, such as N; in lower case where they are soft-masked.
 * @param options What N becomes.
 * @returns The sequences.
 * @throws {RangeError} If there are no sequences, they differ in length, or one has another letter.
 *
 * @example Soft-masked letters are kept
 * ```ts
 * import { packSequences, sequenceLetters } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const sequences = packSequences(["ACGT", "acRn"]);
 * strictEqual(sequences.bases, 4);
 * strictEqual(sequenceLetters(sequences, 1), "acNn");
 * ```
 */
export function packSequences(
  rows: Iterable<string>,
  options: PackSequencesOptions = {},
): PackedSequences {
  let packer: SequencePacker | undefined;
  const encoder = new TextEncoder();
  for (const letters of rows) {
    packer ??= new SequencePacker(letters.length, options);
    const entry = packer.length;
    if (letters.length !== packer.bases) {
      throw new RangeError(
        `Cannot pack sequence ${entry}: ${letters.length} letters, expected ${packer.bases} as in those before`,
      );
    }
    const wrong = packer.add(encoder.encode(letters));
    if (wrong >= 0) {
      throw new RangeError(
        `Cannot pack sequence ${entry}: letter ${wrong + 1} is ${
          JSON.stringify(letters[wrong])
        }, expected ${LETTERS_WANTED}`,
      );
    }
  }
  if (packer === undefined) {
    throw new RangeError("Cannot pack sequences: there are 0, expected one or more");
  }
  return packer.finish();
}

/** What a letter of DNA may be, for messages. */
export const LETTERS_WANTED = "A, C, G, T or a letter of IUPAC such as N";

/** The kinds of letters besides the codes 0 to 3. */
const UNKNOWN = 4;
const WRONG = 0x80;
/** Set in addition for letters in lower case. */
const MASKED = 8;
/** `[byte]`: the code of a letter, or what it is instead. */
const KINDS = letterKinds();

function letterKinds(): Uint8Array {
  const kinds = new Uint8Array(256).fill(WRONG);
  const set = (letter: string, kind: number) => {
    kinds[letter.charCodeAt(0)] = kind;
    kinds[letter.toLowerCase().charCodeAt(0)] = kind | MASKED;
  };
  for (const letter of "RYSWKMBDHVN") set(letter, UNKNOWN);
  for (const [code, letter] of [..."ACGT"].entries()) set(letter, code);
  set("U", 3);
  return kinds;
}

/** Whether a byte is a letter of DNA. */
export function isBaseLetter(byte: number): boolean {
  return KINDS[byte] !== WRONG;
}

/** Sequences take room for this many entries at first, and half as much again whenever it is full. */
const FIRST_ENTRIES = 64;

/** Packs sequences one after another, whose number need not be known. */
export class SequencePacker {
  /** Bases of each sequence. */
  readonly bases: number;
  readonly #bytes: number;
  readonly #unknownAs: UnknownBases;
  readonly #unknown = new RunList();
  readonly #softMasked = new RunList();
  #packed: Uint8Array<ArrayBuffer>;
  #entries = 0;

  /** Makes room for sequences of so many bases. */
  constructor(
    bases: number,
    { unknownAs = "none", entries = FIRST_ENTRIES }: PackSequencesOptions & {
      /** How many there will be, as far as that is known. */
      readonly entries?: number | undefined;
    } = {},
  ) {
    this.bases = bases;
    this.#bytes = packedBytes(bases);
    this.#unknownAs = unknownAs;
    this.#packed = new Uint8Array(entries * this.#bytes);
  }

  /** Number of sequences so far. */
  get length(): number {
    return this.#entries;
  }

  /**
   * Packs a sequence.
   *
   * @param letters Its letters in ASCII, `[base]`.
   * @returns −1, or the place of the first byte that is not a letter of DNA; the sequence is left out then.
   */
  add(letters: Uint8Array): number {
    this.#makeRoom();
    const first = this.#entries * this.#bytes;
    const packed = this.#packed;
    let [seen, byte] = [0, 0];
    for (let base = 0; base < letters.length; base++) {
      const kind = KINDS[letters[base]!]!;
      seen |= kind;
      // An unknown base has the code 0; the bits of another kind are above those of a code.
      byte |= (kind & 3) << 2 * (base & 3);
      if ((base & 3) === 3) {
        packed[first + (base >> 2)] = byte;
        byte = 0;
      }
    }
    if ((letters.length & 3) !== 0) packed[first + (letters.length >> 2)] = byte;
    if ((seen & WRONG) !== 0) {
      packed.fill(0, first, first + this.#bytes);
      return letters.findIndex((letter) => KINDS[letter] === WRONG);
    }
    if ((seen & UNKNOWN) !== 0 && this.#unknownAs === "none") this.#unknown.add(letters, UNKNOWN);
    if ((seen & MASKED) !== 0) this.#softMasked.add(letters, MASKED);
    this.#entries++;
    this.#unknown.endEntry();
    this.#softMasked.endEntry();
    return -1;
  }

  /** The sequences; none may be added afterwards. */
  finish(): PackedSequences {
    return {
      bases: this.bases,
      packed: this.#packed.subarray(0, this.#entries * this.#bytes),
      unknown: this.#unknown.finish(),
      softMasked: this.#softMasked.finish(),
    };
  }

  #makeRoom(): void {
    const needed = (this.#entries + 1) * this.#bytes;
    if (needed <= this.#packed.length) return;
    const entries = Math.max(FIRST_ENTRIES, Math.ceil(this.#entries * 1.5));
    const larger = new Uint8Array(entries * this.#bytes);
    larger.set(this.#packed);
    this.#packed = larger;
  }
}

/** Collects the runs of one kind of letters. */
class RunList {
  readonly #offsets: number[] = [0];
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];

  add(letters: Uint8Array, kind: number): void {
    let start = -1;
    for (let base = 0; base <= letters.length; base++) {
      const isOfKind = base < letters.length && (KINDS[letters[base]!]! & kind) !== 0;
      if (isOfKind === start >= 0) continue;
      if (isOfKind) start = base;
      else {
        this.#starts.push(start);
        this.#lengths.push(base - start);
        start = -1;
      }
    }
  }

  endEntry(): void {
    this.#offsets.push(this.#starts.length);
  }

  finish(): SequenceRuns {
    return {
      offsets: Uint32Array.from(this.#offsets),
      starts: Uint32Array.from(this.#starts),
      lengths: Uint32Array.from(this.#lengths),
    };
  }
}
