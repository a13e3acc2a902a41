import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { packSequences, SequencePacker } from "../../src/base/sequence_packer.ts";
import {
  countSequences,
  faultOfEntries,
  faultOfSequences,
  NO_SEQUENCE,
  type PackedSequences,
  sequenceLetters,
  unpackSequence,
} from "../../src/base/sequences.ts";

/** The letters of IUPAC, in both cases, with more of the four than of the others. */
const LETTER = fc.constantFrom(..."ACGTACGTACGTacgtNnRYSWKMBDHVUu");

/** Some sequences of one length. */
const ROWS = fc.integer({ min: 1, max: 70 }).chain((bases) =>
  fc.array(
    fc.array(LETTER, { minLength: bases, maxLength: bases }).map((letters) => letters.join("")),
    { minLength: 1, maxLength: 5 },
  )
);

/** What is left of letters once they are packed. */
function asKept(letters: string): string {
  return letters.replaceAll("U", "T").replaceAll("u", "t").replace(/[RYSWKMBDHV]/g, "N");
}

Deno.test("letters are packed and unpacked, with N and lower case", () => {
  fc.assert(fc.property(ROWS, (rows) => {
    const sequences = packSequences(rows);
    strictEqual(faultOfSequences(sequences), undefined);
    strictEqual(countSequences(sequences), rows.length);
    for (const [entry, letters] of rows.entries()) {
      const kept = asKept(letters);
      strictEqual(sequenceLetters(sequences, entry), kept);
      const wanted = [...kept.toUpperCase()].map((letter) => "ACGTN".indexOf(letter));
      for (const into of [new Uint8Array(letters.length), new Float32Array(letters.length)]) {
        unpackSequence(sequences, entry, into.fill(77));
        deepStrictEqual([...into], wanted);
      }
    }
  }));
});

Deno.test("N becomes A where it is to, and stays soft-masked", () => {
  const sequences = packSequences(["ANnRCT"], { unknownAs: "A" });
  strictEqual(sequenceLetters(sequences, 0), "AAaACT");
  strictEqual(sequences.unknown.starts.length, 0);
});

Deno.test("a base lies in the two bits that the docs name", () => {
  const { packed } = packSequences(["ACGTC", "TTTTT"]);
  deepStrictEqual([...packed], [0b11_10_01_00, 0b01, 0b11_11_11_11, 0b11]);
});

Deno.test("a gene without a sequence has bases that are not known", () => {
  const into = new Uint8Array(3);
  unpackSequence(packSequences(["ACG"]), NO_SEQUENCE, into);
  deepStrictEqual([...into], [4, 4, 4]);
  strictEqual(sequenceLetters(packSequences(["acg"]), NO_SEQUENCE), "NNN");
});

Deno.test("more sequences than were expected are all kept", () => {
  const packer = new SequencePacker(9, { entries: 1 });
  const rows = Array.from({ length: 500 }, (_, i) => "ACGT"[i % 4]!.repeat(8) + "n");
  for (const row of rows) strictEqual(packer.add(new TextEncoder().encode(row)), -1);
  const sequences = packer.finish();
  ok(rows.every((row, entry) => sequenceLetters(sequences, entry) === row));
});

Deno.test("a sequence with another letter leaves no trace", () => {
  const packer = new SequencePacker(4);
  strictEqual(packer.add(new TextEncoder().encode("TTXT")), 2);
  packer.add(new TextEncoder().encode("AACN"));
  deepStrictEqual(packer.finish(), packSequences(["AACN"]));
});

Deno.test("what cannot be packed or unpacked is refused", () => {
  throws(() => packSequences([]), /there are 0, expected one or more/);
  throws(() => packSequences(["ACG", "AC"]), /sequence 1: 2 letters, expected 3/);
  throws(() => packSequences(["ACG", "A-C"]), /sequence 1: letter 2 is "-", expected A, C, G, T/);
  const sequences = packSequences(["ACG"]);
  throws(() => unpackSequence(sequences, 0, new Uint8Array(4)), /room for 4 bases, expected 3/);
  for (const entry of [1, -1, 0.5, NaN]) {
    throws(() => unpackSequence(sequences, entry, new Uint8Array(3)), /there are 1/, `${entry}`);
  }
});

const SOUND = packSequences(["ACGTNNac", "NCGTNNac"]);

function changed(
  part: "unknown" | "softMasked",
  change: Partial<Record<"offsets" | "starts" | "lengths", number[]>>,
): PackedSequences {
  const arrays = Object.entries(change).map(([name, values]) => [name, Uint32Array.from(values)]);
  return { ...SOUND, [part]: { ...SOUND[part], ...Object.fromEntries(arrays) } };
}

const DAMAGED: Readonly<Record<string, readonly [sequences: PackedSequences, fault: RegExp]>> = {
  "no bases": [{ ...SOUND, bases: 0 }, /0 bases/],
  "too few bytes": [{ ...SOUND, packed: SOUND.packed.subarray(1) }, /3 packed bytes, expected 4/],
  "offsets that fall": [changed("unknown", { offsets: [0, 3, 2] }), /offsets of its unknown/],
  "offsets without an end": [changed("softMasked", { offsets: [0, 2] }), /soft-masked/],
  "offsets past the runs": [changed("unknown", { offsets: [0, 1, 4] }), /offsets/],
  "an empty run": [changed("unknown", { lengths: [2, 1, 0] }), /run 2 .* 0 bases from base 4/],
  "a run past the end": [changed("softMasked", { lengths: [2, 3] }), /run 1 of its soft-masked/],
  "runs that overlap": [changed("unknown", { starts: [4, 4, 4] }), /run 2 .* apart from/],
  "runs that touch": [changed("unknown", { starts: [4, 3, 4] }), /run 2 .* apart from/],
  "a letter that is unknown": [changed("unknown", { starts: [4, 1, 4] }), /base 1 of sequence 1/],
  "bits after the last base": [
    { ...packSequences(["ACG"]), packed: Uint8Array.of(0b11_00_00_00) },
    /sequence 0 has bits after its last base/,
  ],
};

for (const [what, [sequences, fault]] of Object.entries(DAMAGED)) {
  Deno.test(`sequences with ${what} are not sound`, () => {
    match(faultOfSequences(sequences) ?? "", fault);
  });
}

Deno.test("entries that do not exist, or of other genes, are not sound", () => {
  const entries = (...entryOf: number[]) => ({ ...SOUND, entryOf: Uint32Array.from(entryOf) });
  strictEqual(faultOfEntries(entries(1, NO_SEQUENCE, 0), 3), undefined);
  match(faultOfEntries(entries(0), 2)!, /entries of 1 genes, expected 2/);
  match(faultOfEntries(entries(0, 2), 2)!, /sequence 2, expected one of 2/);
});
