import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { NO_SEQUENCE, sequenceLetters, unpackSequence } from "../../src/base/sequences.ts";
import { controlSequences, planSequenceControl } from "../../src/data/sequence_control.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { dnaColumns } from "../helpers/sequences.ts";

const COLUMNS = dnaColumns(2, 60, 41);
const KINDS = ["shuffled", "random-code"] as const;

/** The letters that each gene is shown, by its id. */
function lettersOf(columns: SampleColumns, control: Parameters<typeof controlSequences>[1]) {
  const sequences = controlSequences(columns, control);
  return new Map(
    columns.genes.map((gene, i) => [gene, sequenceLetters(sequences, sequences.entryOf[i]!)]),
  );
}

/** The same data with some genes only, in another order. */
function someGenes(columns: SampleColumns, genes: readonly number[]): SampleColumns {
  const { sequences } = columns;
  return {
    ...columns,
    genes: genes.map((gene) => columns.genes[gene]!),
    sequences: {
      ...sequences!,
      entryOf: Uint32Array.from(genes, (gene) => sequences!.entryOf[gene]!),
    },
  };
}

Deno.test("shuffled sequences are the genes' own in another order, none at its place", () => {
  const control = planSequenceControl(COLUMNS, { kind: "shuffled", seed: 3 });
  const { entryOf, packed } = controlSequences(COLUMNS, control);
  strictEqual(packed, COLUMNS.sequences!.packed);
  deepStrictEqual([...entryOf].sort((a, b) => a - b), [...COLUMNS.sequences!.entryOf]);
  ok(entryOf.every((entry, gene) => entry !== COLUMNS.sequences!.entryOf[gene]));
  const other = controlSequences(
    COLUMNS,
    planSequenceControl(COLUMNS, { kind: "shuffled", seed: 4 }),
  );
  notDeepStrictEqual([...other.entryOf], [...entryOf]);
});

Deno.test("a random code has as many bases, is even, and belongs to the gene and the seed", () => {
  const control = planSequenceControl(COLUMNS, { kind: "random-code", seed: 3 });
  const sequences = controlSequences(COLUMNS, control);
  const counts = [0, 0, 0, 0, 0];
  const codes = new Uint8Array(41);
  for (const entry of sequences.entryOf) {
    unpackSequence(sequences, entry, codes);
    for (const code of codes) counts[code]!++;
  }
  strictEqual(counts[4], 0);
  // 2,460 letters: the standard error of a quarter is 0.009.
  for (const count of counts.slice(0, 4)) {
    ok(Math.abs(count / (60 * 41) - 0.25) < 0.035, `${counts}`);
  }
  strictEqual(new Set(lettersOf(COLUMNS, control).values()).size, 60);
  notDeepStrictEqual(
    lettersOf(COLUMNS, control),
    lettersOf(COLUMNS, planSequenceControl(COLUMNS, { kind: "random-code", seed: 4 })),
  );
});

for (const kind of KINDS) {
  Deno.test(`a gene is shown the same sequence in other data: ${kind}`, () => {
    const trained = someGenes(COLUMNS, Array.from({ length: 40 }, (_, gene) => gene));
    const control = planSequenceControl(trained, { kind, seed: 7 });
    const before = lettersOf(trained, control);
    const after = lettersOf(
      someGenes(COLUMNS, Array.from({ length: 60 }, (_, i) => 59 - i)),
      control,
    );
    for (const [gene, letters] of before) strictEqual(after.get(gene), letters);
    const own = lettersOf(COLUMNS, { kind: "shuffled", seed: 0, genes: [] });
    strictEqual(own.size, 60);
    // New genes are shown sequences of new genes, or their own code, and never a trained gene's.
    const fresh = COLUMNS.genes.slice(40).map((gene) => after.get(gene)!);
    ok(fresh.every((letters) => ![...before.values()].includes(letters)));
    strictEqual(new Set(fresh).size, 20);
  });

  Deno.test(`genes without a sequence have none, and nobody gets theirs: ${kind}`, () => {
    const entryOf = COLUMNS.sequences!.entryOf.map((entry, gene) =>
      gene % 3 === 0 ? NO_SEQUENCE : entry
    );
    const columns = { ...COLUMNS, sequences: { ...COLUMNS.sequences!, entryOf } };
    const controlled = controlSequences(columns, planSequenceControl(columns, { kind, seed: 1 }));
    controlled.entryOf.forEach((entry, gene) => strictEqual(entry === NO_SEQUENCE, gene % 3 === 0));
    strictEqual(new Set(controlled.entryOf.filter((entry) => entry !== NO_SEQUENCE)).size, 40);
  });
}

Deno.test("two spellings of a gene's identifier are one gene, shown one sequence", () => {
  const spelt = {
    ...COLUMNS,
    genes: COLUMNS.genes.map((gene, i) => i === 1 ? `${COLUMNS.genes[0]}.7` : gene),
  };
  for (const kind of KINDS) {
    const control = planSequenceControl(spelt, { kind, seed: 1 });
    if (kind === "shuffled") strictEqual(control.genes?.length, 59);
    const letters = lettersOf(spelt, control);
    strictEqual(letters.get(spelt.genes[0]!), letters.get(spelt.genes[1]!));
  }
});

Deno.test("what cannot be shuffled is refused", () => {
  const { sequences: _, ...plain } = COLUMNS;
  throws(() => planSequenceControl(plain, { kind: "shuffled", seed: 1 }), /the data have none/);
  throws(() => controlSequences(plain, { kind: "random-code", seed: 1 }), /the data have none/);
  throws(() => planSequenceControl(COLUMNS, { kind: "shuffled", seed: -1 }), /seed is -1/);
  throws(
    () => planSequenceControl(someGenes(COLUMNS, [5]), { kind: "shuffled", seed: 1 }),
    /1 gene \(.*\) cannot be shuffled/,
  );
  const control = planSequenceControl(COLUMNS, { kind: "shuffled", seed: 1 });
  throws(
    () => controlSequences(someGenes(COLUMNS, [0, 1, 2]), control),
    /was trained with the sequence of gene .* and the data lack that gene/,
  );
  const first = { ...control, genes: control.genes!.slice(0, 59) };
  throws(() => controlSequences(COLUMNS, first), /1 gene \(.*\) cannot be shuffled/);
});
