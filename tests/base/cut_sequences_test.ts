import { deepStrictEqual, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { cutSequences } from "../../src/base/cut_sequences.ts";
import { packSequences } from "../../src/base/sequence_packer.ts";
import { faultOfSequences, sequenceLetters } from "../../src/base/sequences.ts";

const LETTERS = fc.constantFrom(..."ACGTNacgtn");

Deno.test("cut sequences have the letters of their range, and are what packing these gives", () => {
  const rows = fc.integer({ min: 1, max: 41 }).chain((bases) =>
    fc.record({
      rows: fc.array(fc.array(LETTERS, { minLength: bases, maxLength: bases }), {
        minLength: 1,
        maxLength: 5,
      }),
      start: fc.integer({ min: 0, max: bases - 1 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
  );
  fc.assert(fc.property(rows, ({ rows, start, share }) => {
    const letters = rows.map((row) => row.join(""));
    const bases = 1 + Math.floor(share * (letters[0]!.length - start - 1));
    const cut = cutSequences(packSequences(letters), { start, bases });
    strictEqual(faultOfSequences(cut), undefined);
    const wanted = letters.map((row) => row.slice(start, start + bases));
    deepStrictEqual(wanted.map((_, entry) => sequenceLetters(cut, entry)), wanted);
    deepStrictEqual(cut, packSequences(wanted));
  }));
});

Deno.test("a range that is not within the sequences is refused", () => {
  const sequences = packSequences(["ACGTACGT"]);
  for (const [start, bases] of [[-1, 4], [5, 4], [0, 0], [0.5, 2], [0, 9], [NaN, 1]] as const) {
    throws(() => cutSequences(sequences, { start, bases }), /sequences of 8 bases: found a range/);
  }
});
