import { type GatheredLetters, lettersOf, type LetterTable } from "../gathered_letters.ts";
import { entrySize } from "../sample_source.ts";
import type { ArrangedBatch, ArrangedChain } from "./arranged_batch.ts";
import { addressOf, deltaOf } from "./layout.ts";
import type { BranchRoute, KeptEntries, Plan } from "./plan/types.ts";
import { TwinTable } from "./twin_table.ts";

/** An entry that has no number yet. */
const UNKNOWN = -1;

/** The entries of a chain that predictions keep. */
interface KeptTable {
  readonly kept: KeptEntries;
  entries: number;
  /** By their values. */
  readonly twins: TwinTable | undefined;
  /** Or, of a chain over sequences, by their numbers in a table. */
  readonly letters: Map<number, number>;
  table: LetterTable | undefined;
  /** Number of the input that they are read from. */
  readonly input: number;
}

/** What is needed to number the entries of a chain. */
interface NumberedChain {
  /** The batch's entries by their values, where the chain computes something from an input. */
  readonly twins: TwinTable | undefined;
  readonly kept: KeptTable | undefined;
  /** For each input: what each gathered entry has become. */
  readonly known: Map<number, Int32Array>;
  /** What each entry of the chain that it follows has become. */
  readonly followers: Int32Array;
}

/** Where an entry is used. */
export interface EntryUse {
  /** The entry, as gathered. */
  readonly gathered: number;
  readonly sample: number;
  readonly place: number;
}

/**
 * Numbers the entries that chains compute. Where a chain computes something, entries are the same if their values are, so
 * the marks of a sample that is a reference of others are encoded once. Predictions keep what was encoded, until that fills
 * its memory or the weights move.
 */
export class EntryNumbers {
  readonly #arranged: ArrangedBatch;
  readonly #chains: readonly NumberedChain[];

  /** Numbers entries of a batch, for the chains of a plan. */
  constructor({ join }: Plan, arranged: ArrangedBatch) {
    this.#arranged = arranged;
    const { inputs } = arranged.batch;
    this.#chains = arranged.chains.map(({ chain, index }) => {
      const { nodes, follows, capacity, kept } = chain;
      const route = join!.routes.find(({ first }) => first === index);
      const read = join!.routes.find(({ last }) => last === index);
      const tableOf = (entries: number) =>
        new TwinTable(entrySize(inputs[route!.input]!.spec), entries);
      return {
        twins: route === undefined || nodes.length === 0 ? undefined : tableOf(capacity),
        kept: kept && {
          kept,
          entries: 0,
          twins: kept.inputs && tableOf(kept.capacity),
          letters: new Map<number, number>(),
          table: undefined,
          input: read!.input,
        },
        known: new Map<number, Int32Array>(),
        followers: new Int32Array(follows === undefined ? 0 : capacity),
      };
    });
  }

  /** Begins a batch that was gathered. */
  begin(): void {
    const { chains, batch: { inputs }, mode } = this.#arranged;
    const most = inputs.reduce((sum, { entries }) => sum + entries, 0);
    for (const [index, { twins, known, followers, kept: own }] of this.#chains.entries()) {
      chains[index]!.entries = 0;
      known.clear();
      followers.fill(UNKNOWN, 0, most);
      const kept = this.#keptOf(index);
      if (kept === undefined) {
        twins?.clear();
        // A prediction of sequences that have no numbers writes over those that are kept, too.
        if (own !== undefined && mode === "predict") forgetTable(own);
        chains[index]!.firstKept = 0;
      } else {
        const table = this.#lettersOf(kept.input)?.table;
        if (kept.entries + most > kept.kept.capacity || table !== kept.table) forgetTable(kept);
        kept.table = table;
        chains[index]!.firstKept = kept.entries;
      }
    }
  }

  /** Whether a chain's entries are kept, and numbered as they are there. */
  isKept(chain: number): boolean {
    return this.#keptOf(chain) !== undefined;
  }

  /** Forgets what predictions keep: the weights moved, or a batch was not computed. */
  forget(): void {
    for (const { kept } of this.#chains) if (kept !== undefined) forgetTable(kept);
  }

  /** Says that the batch's entries were written, also to where they are kept. */
  noteWritten(words: Int32Array): void {
    for (const { index, entries, firstKept } of this.#arranged.chains) {
      const kept = this.#keptOf(index);
      if (kept?.twins === undefined) continue;
      for (let entry = firstKept; entry < firstKept + entries; entry++) {
        kept.twins.move(entry, words, addressOf(kept.kept.inputs!, entry) / 4);
      }
    }
  }

  /** Numbers all gathered entries of an input in the last chain of a route, in the order in which they were gathered. */
  numberAll({ input, first, last }: BranchRoute): Int32Array {
    const { known, followers } = this.#chains[last]!;
    const numbered = known.get(input);
    if (numbered !== undefined) return numbered;
    const { chains, batch } = this.#arranged;
    const { entries } = batch.inputs[input]!;
    const numbers = new Int32Array(entries);
    known.set(input, numbers);
    const keptFirst = first === last ? this.#keptOf(last) : undefined;
    if (keptFirst !== undefined && keptFirst.twins === undefined) {
      this.#numberKept({ input, first, last }, keptFirst, numbers);
      return numbers;
    }
    if (first === last) {
      for (let gathered = 0; gathered < entries; gathered++) {
        numbers[gathered] = this.#addShared(chains[last]!, input, gathered);
      }
      return numbers;
    }
    const kept = this.#keptOf(last);
    if (kept !== undefined) {
      this.#numberKept({ input, first, last }, kept, numbers);
      return numbers;
    }
    const before = this.numberAll({ input, first, last: first });
    for (let gathered = 0; gathered < entries; gathered++) {
      const followed = before[gathered]!;
      if (followers[followed] === UNKNOWN) {
        followers[followed] = follow(chains[last]!, chains[first]!, followed);
      }
      numbers[gathered] = followers[followed]!;
    }
    return numbers;
  }

  /** Adds an entry of a sample's own; returns its number. */
  addOwn({ input, first, last }: BranchRoute, { gathered, sample, place }: EntryUse): number {
    const { chains, mode } = this.#arranged;
    const chain = chains[last]!;
    let entry: number;
    if (first === last) entry = addEntry(chain, input, gathered);
    else {
      const before = mode === "explain"
        ? addEntry(chains[first]!, input, gathered)
        : this.numberAll({ input, first, last: first })[gathered]!;
      entry = follow(chain, chains[first]!, before);
    }
    chain.samples[entry] = sample;
    chain.references[entry] = place;
    return entry;
  }

  #keptOf(chain: number): KeptTable | undefined {
    const { kept } = this.#chains[chain]!;
    if (this.#arranged.mode !== "predict" || kept === undefined) return undefined;
    return kept.twins !== undefined || this.#lettersOf(kept.input) !== undefined ? kept : undefined;
  }

  /** The sequences of an input, where they were gathered by their numbers. */
  #lettersOf(input: number): GatheredLetters | undefined {
    return lettersOf(this.#arranged.batch.inputs[input]!);
  }

  /** Numbers the entries of a chain that are kept by the numbers of their sequences, and has those that are new computed. */
  #numberKept({ input, first, last }: BranchRoute, kept: KeptTable, numbers: Int32Array): void {
    const { chains } = this.#arranged;
    const { numbers: sequences } = this.#lettersOf(input)!;
    for (let gathered = 0; gathered < numbers.length; gathered++) {
      const sequence = sequences[gathered]!;
      const known = kept.letters.get(sequence);
      if (known !== undefined) {
        numbers[gathered] = known;
        continue;
      }
      const entry = addEntry(chains[first]!, input, gathered);
      if (first !== last) follow(chains[last]!, chains[first]!, entry);
      kept.letters.set(sequence, kept.entries);
      numbers[gathered] = kept.entries++;
    }
  }

  /** Adds an entry of an input, unless the chain has one of the same values; returns its number. */
  #addShared(chain: ArrangedChain, input: number, gathered: number): number {
    const bits = this.#arranged.bits[input]!;
    if (this.#lettersOf(input) !== undefined) {
      // Each sequence was gathered once.
      const entry = chain.entries;
      addEntry(chain, input, gathered);
      return entry;
    }
    const kept = this.#keptOf(chain.index);
    if (kept?.twins !== undefined) {
      const { entries, twins } = kept;
      const twin = twins.add(entries, bits, gathered * twins.size);
      if (twin === entries) {
        kept.entries++;
        addEntry(chain, input, gathered);
      }
      return twin;
    }
    const { twins } = this.#chains[chain.index]!;
    const twin = twins?.add(chain.entries, bits, gathered * twins.size) ?? chain.entries;
    if (twin === chain.entries) addEntry(chain, input, gathered);
    return twin;
  }
}

function forgetTable(kept: KeptTable): void {
  kept.entries = 0;
  kept.twins?.clear();
  kept.letters.clear();
}

/** Adds an entry that is read from an input; returns its number. */
function addEntry(chain: ArrangedChain, input: number, gathered: number): number {
  const entry = chain.entries++;
  chain.inputOf[entry] = input;
  chain.entryOf[entry] = gathered;
  return entry;
}

/** Adds an entry that is computed from one of the chain before; returns its number. */
function follow(last: ArrangedChain, first: ArrangedChain, before: number): number {
  const entry = last.entries++;
  last.before[entry] = before;
  if (first.collects) first.useList.add(before, deltaOf(last.chain.input, entry));
  return entry;
}
