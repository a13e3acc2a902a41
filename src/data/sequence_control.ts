import { type GeneSequences, NO_SEQUENCE, packedBytes } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { SampleColumns } from "../io/columns.ts";
import { deriveKey, RandomStream } from "../random.ts";
import type { SequenceControl, SequenceControlSettings } from "../sequence_control.ts";

/** Columns whose sequences are controlled. */
export type SequencedColumns = Pick<SampleColumns, "genes" | "sequences">;

/**
 * Plans a control: shuffled sequences are those of all genes of the columns that have one, whichever of them are trained
 * on, so that folds and held-out genes of the same data are shuffled together.
 *
 * @param columns The columns that models are trained on.
 * @param settings Which control.
 * @returns The control, for {@linkcode controlSequences} and for the model's record.
 * @throws {ContractError} If the columns have no sequences, or one sequence alone cannot be shuffled.
 * @throws {RangeError} If the seed is out of range.
 *
 * @example
 * ```ts
 * import { Dataset, planSequenceControl } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const sequences = { halfWidthBp: 300 };
 * const { train } = simulateColumns({ cellTypes: 1, genes: 5, newGenes: 1, bins: 4, sequences });
 * const control = planSequenceControl(train, { kind: "shuffled", seed: 1 });
 * strictEqual(control.genes?.length, 5);
 * ```
 */
export function planSequenceControl(
  columns: SequencedColumns,
  { kind, seed }: SequenceControlSettings,
): SequenceControl {
  const { genes, sequences } = columns;
  if (sequences === undefined) {
    throw new ContractError(
      `Cannot control sequences: the data have none, expected DNA whose effect the control ${kind} takes away`,
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot control sequences: seed is ${seed}, expected an integer from 0 to 2^53 - 1`,
    );
  }
  if (kind === "random-code") return { kind, seed };
  const own = genes.filter((_, gene) => sequences.entryOf[gene] !== NO_SEQUENCE);
  // Two spellings of one gene's identifier are shown the same sequence.
  const keys = [...new Set(own.map(geneKey))].sort();
  checkShuffled(keys);
  return { kind, seed, genes: keys };
}

/**
 * Replaces the sequences of genes by those that a control shows. Genes without a sequence have none then, too.
 *
 * @param columns The columns, which may be others than those that the control was planned for.
 * @param control The control.
 * @returns Sequences for the same genes. Shuffled ones share the letters with the columns.
 * @throws {ContractError} If the columns have no sequences, or lack the one that a gene was shown in training.
 *
 * @example Every gene has another gene's sequence
 * ```ts
 * import { controlSequences, planSequenceControl } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, ok } from "node:assert";
 *
 * const sequences = { halfWidthBp: 300 };
 * const { train } = simulateColumns({ cellTypes: 1, genes: 5, newGenes: 1, bins: 4, sequences });
 * const { entryOf } = controlSequences(train, planSequenceControl(train, { kind: "shuffled", seed: 1 }));
 * ok(entryOf.every((entry, gene) => entry !== train.sequences?.entryOf[gene]));
 * deepStrictEqual([...entryOf].sort(), [0, 1, 2, 3, 4]);
 * ```
 */
export function controlSequences(
  { genes, sequences }: SequencedColumns,
  control: SequenceControl,
): GeneSequences {
  if (sequences === undefined) {
    throw new ContractError(
      "Cannot control sequences: the data have none, expected DNA as in training",
    );
  }
  const named = { keys: genes.map(geneKey), sequences };
  return control.kind === "shuffled" ? shuffle(named, control) : randomise(named, control.seed);
}

interface NamedSequences {
  /** `[gene]` */
  readonly keys: readonly string[];
  readonly sequences: GeneSequences;
}

function shuffle(
  { keys, sequences }: NamedSequences,
  { seed, genes: trained = [] }: SequenceControl,
): GeneSequences {
  const { entryOf } = sequences;
  const entryOfKey = new Map(
    keys.flatMap((key, gene) => entryOf[gene] === NO_SEQUENCE ? [] : [[key, entryOf[gene]!]]),
  );
  const donors = donorsAmong(trained, seed, "sequences");
  const fresh = [...entryOfKey.keys()].filter((key) => !donors.has(key)).sort();
  checkShuffled(fresh, { least: fresh.length === 0 ? 0 : 2 });
  for (const [key, donor] of donorsAmong(fresh, seed, "sequences of other genes")) {
    donors.set(key, donor);
  }
  const shuffled = keys.map((key, gene) => {
    if (entryOf[gene] === NO_SEQUENCE) return NO_SEQUENCE;
    const donor = donors.get(key)!;
    const entry = entryOfKey.get(donor);
    if (entry !== undefined) return entry;
    throw new ContractError(
      `Cannot control sequences: the model was trained with the sequence of gene ${donor} for gene ${key}, and the ` +
        "data lack that gene or its sequence. Give data with all genes that the sequences were shuffled among",
    );
  });
  return { ...sequences, entryOf: Uint32Array.from(shuffled) };
}

/** Throws unless there are enough genes for each to get another's sequence. */
function checkShuffled(keys: readonly string[], { least = 2 } = {}): void {
  if (keys.length >= least) return;
  throw new ContractError(
    `Cannot control sequences: ${keys.length} gene${keys.length === 1 ? "" : "s"} ` +
      `(${keys.join(", ")}) cannot be shuffled, expected two or more with sequences`,
  );
}

/** A cycle through all genes (Sattolo 1986, Information Processing Letters 22:315): no gene keeps its own sequence. */
function donorsAmong(keys: readonly string[], seed: number, name: string): Map<string, string> {
  const donors = [...keys];
  const stream = new RandomStream(deriveKey(seed, "sequence control", name));
  for (let i = donors.length - 1; i > 0; i--) {
    const j = stream.below(i);
    [donors[i], donors[j]] = [donors[j]!, donors[i]!];
  }
  return new Map(keys.map((key, i) => [key, donors[i]!]));
}

/** Gives each gene random letters, which its key determines, so that they are the same in any data. */
function randomise({ keys, sequences }: NamedSequences, seed: number): GeneSequences {
  const { bases } = sequences;
  const bytes = packedBytes(bases);
  const has = (gene: number) => sequences.entryOf[gene] !== NO_SEQUENCE;
  const count = keys.filter((_, gene) => has(gene)).length;
  const packed = new Uint8Array(count * bytes);
  let entry = 0;
  const entryOf = keys.map((key, gene) => {
    if (!has(gene)) return NO_SEQUENCE;
    fillRandom(packed.subarray(entry * bytes, (entry + 1) * bytes), { bases, seed, key });
    return entry++;
  });
  const none = {
    offsets: new Uint32Array(count + 1),
    starts: new Uint32Array(),
    lengths: new Uint32Array(),
  };
  return { bases, packed, unknown: none, softMasked: none, entryOf: Uint32Array.from(entryOf) };
}

function fillRandom(
  packed: Uint8Array,
  { bases, seed, key }: { readonly bases: number; readonly seed: number; readonly key: string },
): void {
  const stream = new RandomStream(deriveKey(seed, "random code", key));
  let word = 0;
  for (let byte = 0; byte < packed.length; byte++) {
    word = byte % 4 === 0 ? stream.uint32() : word >>> 8;
    packed[byte] = word & 0xff;
  }
  // Bits after the last base are 0.
  const used = bases % 4;
  if (used > 0) packed[packed.length - 1]! &= 2 ** (2 * used) - 1;
}
