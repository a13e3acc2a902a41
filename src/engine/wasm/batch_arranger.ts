import { isOverReferences } from "../../model/inputs.ts";
import { entrySize, placesOf } from "../sample_source.ts";
import type { ArrangedBatch, ArrangedChain } from "./arranged_batch.ts";
import { deltaOf, type Tensor } from "./layout.ts";
import { deltaStride, firstDelta } from "./ops/join/entries.ts";
import { MISSING } from "./ops/join/types.ts";
import type { BranchRoute, EncoderChain, Plan } from "./plan/types.ts";
import { TwinTable } from "./twin_table.ts";

/** An entry that has no number yet. */
const UNKNOWN = -1;

/** Where the join reads a branch. */
interface BranchReading {
  readonly route: BranchRoute;
  /** The values that it reads, one for each entry of `chain`. */
  readonly values: Tensor;
  readonly chain: ArrangedChain;
}

/** Where an entry is used. */
interface EntryUse {
  /** The entry, as gathered. */
  readonly gathered: number;
  readonly sample: number;
  readonly place: number;
}

/**
 * Numbers the entries that the chains of a plan compute for a batch, and lists where the join reads them. What several
 * samples share is computed once where that is possible: always in a prediction, never in an explanation, which needs
 * derivatives for each sample. Where a chain computes something, entries are the same if their values are: the marks of
 * a sample that is a reference of others are encoded once too. A chain without layers has no entries of its own where
 * another one reads the same inputs, since the join can read them there.
 */
export class BatchArranger {
  readonly #plan: Plan;
  readonly #arranged: ArrangedBatch;
  /** For each chain that computes something from an input: its entries by their values. */
  readonly #twins: readonly (TwinTable | undefined)[];
  /** For each chain and each input: what each gathered entry has become. */
  readonly #known: readonly Map<number, Int32Array>[];
  /** For each chain that follows another: what each entry of that one has become. */
  readonly #followers: readonly Int32Array[];

  /** Arranges, for a plan, what is gathered into a batch. */
  constructor(plan: Plan, arranged: ArrangedBatch) {
    const { chains, batch, bits } = arranged;
    this.#plan = plan;
    this.#arranged = arranged;
    this.#twins = chains.map(({ chain, index, inputOf, entryOf }) => {
      if (chain.follows !== undefined || chain.nodes.length === 0) return undefined;
      const { input } = plan.join!.routes.find(({ first }) => first === index)!;
      const size = entrySize(batch.inputs[input]!.spec);
      return new TwinTable(size, { arrays: bits, inputOf, entryOf });
    });
    this.#known = chains.map(() => new Map<number, Int32Array>());
    this.#followers = chains.map(({ chain: { follows, capacity } }) =>
      new Int32Array(follows === undefined ? 0 : capacity)
    );
  }

  /** Arranges what was gathered, for the batch's mode. */
  arrange(): void {
    const { join } = this.#plan;
    if (join === undefined) return;
    const { chains } = this.#arranged;
    this.#begin();
    for (const [index, route] of join.routes.entries()) {
      if (this.#shares(chains[route.last]!.chain)) this.#listShared(index, this.#read(route));
      else this.#listOwn(index, route);
    }
    countReferences(this.#arranged);
    for (const { collects, uses, entries } of chains) if (collects) uses.sort(entries);
  }

  #begin(): void {
    const { mode, chains, batch } = this.#arranged;
    const most = batch.inputs.reduce((sum, { entries }) => sum + entries, 0);
    for (const [index, open] of chains.entries()) {
      const { chain, uses } = open;
      open.entries = 0;
      // A chain without layers has nothing to learn.
      open.collects = mode === "explain" || (mode === "train" && chain.nodes.length > 0);
      uses.clear();
      this.#twins[index]?.start(most);
      this.#known[index]!.clear();
      this.#followers[index]!.fill(UNKNOWN, 0, most);
    }
  }

  /** Whether an entry that several samples have is computed once. */
  #shares({ bySample }: EncoderChain): boolean {
    const { mode } = this.#arranged;
    return mode === "predict" || (mode === "train" && !bySample);
  }

  /** Where the join reads a branch whose entries are shared. */
  #read(route: BranchRoute): BranchReading {
    const { chains } = this.#arranged;
    const chain = chains[route.last]!;
    const { output, nodes } = chain.chain;
    const other = nodes.length > 0
      ? undefined
      : this.#plan.join!.routes.find(({ input, first }) => {
        const { input: values, nodes, bySample } = chains[first]!.chain;
        const isShared = !bySample || this.#arranged.mode === "predict";
        return input === route.input && isShared && nodes.length > 0 && areAlike(values, output);
      });
    if (other === undefined) return { route, values: output, chain };
    const { input, first } = other;
    const read = chains[first]!;
    return { route: { input, first, last: first }, values: read.chain.input, chain: read };
  }

  /** Lists the entries that a branch reads, where samples share them. */
  #listShared(index: number, { route, values, chain }: BranchReading): void {
    const { branches, batch } = this.#arranged;
    const branch = this.#plan.join!.branches[index]!;
    const { rows } = branches[index]!;
    const entryOf = this.#arranged.entryOf[route.input]!;
    const numbers = this.#numberAll(route);
    const { address, sampleStride } = values;
    const { places } = branch;
    const stride = deltaStride(branch);
    const uses = chain.collects && values === chain.chain.output ? chain.uses : undefined;
    for (let sample = 0; sample < batch.samples; sample++) {
      const list = sample * places;
      const end = list + places;
      let delta = firstDelta(branch, sample);
      let to = list;
      for (let place = list; place < end; place++) {
        const gathered = entryOf[place]!;
        if (gathered === MISSING) continue;
        const entry = numbers[gathered]!;
        rows[to++] = address + entry * sampleStride;
        if (uses === undefined) continue;
        uses.add(entry, delta);
        delta += stride;
      }
    }
  }

  /** Numbers all gathered entries of an input in the last chain of a route, in the order in which they were gathered. */
  #numberAll({ input, first, last }: BranchRoute): Int32Array {
    const known = this.#known[last]!.get(input);
    if (known !== undefined) return known;
    const { chains, batch } = this.#arranged;
    const { entries } = batch.inputs[input]!;
    const numbers = new Int32Array(entries);
    this.#known[last]!.set(input, numbers);
    if (first === last) {
      const chain = chains[last]!;
      for (let gathered = 0; gathered < entries; gathered++) {
        numbers[gathered] = this.#addShared(chain, input, gathered);
      }
      return numbers;
    }
    const before = this.#numberAll({ input, first, last: first });
    const followers = this.#followers[last]!;
    for (let gathered = 0; gathered < entries; gathered++) {
      const followed = before[gathered]!;
      if (followers[followed] === UNKNOWN) {
        followers[followed] = this.#follow(chains[last]!, chains[first]!, followed);
      }
      numbers[gathered] = followers[followed]!;
    }
    return numbers;
  }

  /** Adds an entry of an input, unless the chain has one of the same values; returns its number. */
  #addShared(chain: ArrangedChain, input: number, gathered: number): number {
    const entry = addEntry(chain, input, gathered);
    const twin = this.#twins[chain.index]?.add(entry) ?? entry;
    if (twin !== entry) chain.entries--;
    return twin;
  }

  /** Adds an entry that is computed from one of the chain before; returns its number. */
  #follow(last: ArrangedChain, first: ArrangedChain, before: number): number {
    const entry = last.entries++;
    last.before[entry] = before;
    if (first.collects) first.uses.add(before, deltaOf(last.chain.input, entry));
    return entry;
  }

  /** Lists the entries that a branch reads, where each sample has its own. */
  #listOwn(index: number, route: BranchRoute): void {
    const { mode, branches, batch, chains } = this.#arranged;
    const branch = this.#plan.join!.branches[index]!;
    const { rows, entryOf: found } = branches[index]!;
    const entryOf = this.#arranged.entryOf[route.input]!;
    const { collects, uses, chain: { output: { address, sampleStride } } } = chains[route.last]!;
    const stride = deltaStride(branch);
    for (let sample = 0; sample < batch.samples; sample++) {
      const list = sample * branch.places;
      let delta = firstDelta(branch, sample);
      let to = list;
      for (let place = 0; place < branch.places; place++) {
        const gathered = entryOf[list + place]!;
        const isMissing = gathered === MISSING;
        const entry = isMissing ? MISSING : this.#addOwn(route, { gathered, sample, place });
        if (mode === "explain") found[list + place] = entry;
        if (isMissing) continue;
        rows[to++] = address + entry * sampleStride;
        if (collects) uses.add(entry, delta);
        delta += stride;
      }
    }
  }

  /** Adds an entry of a sample's own; returns its number. */
  #addOwn({ input, first, last }: BranchRoute, { gathered, sample, place }: EntryUse): number {
    const { chains, mode } = this.#arranged;
    const chain = chains[last]!;
    let entry: number;
    if (first === last) entry = addEntry(chain, input, gathered);
    else {
      const before = mode === "explain"
        ? addEntry(chains[first]!, input, gathered)
        : this.#numberAll({ input, first, last: first })[gathered]!;
      entry = this.#follow(chain, chains[first]!, before);
    }
    chain.samples[entry] = sample;
    chain.references[entry] = place;
    return entry;
  }
}

/** Adds an entry that is read from an input; returns its number. */
function addEntry(chain: ArrangedChain, input: number, gathered: number): number {
  const entry = chain.entries++;
  chain.inputOf[entry] = input;
  chain.entryOf[entry] = gathered;
  return entry;
}

/** Whether the values of a sample lie in the same way in two tensors. */
function areAlike(one: Tensor, other: Tensor): boolean {
  return one.rows === other.rows && one.channels === other.channels &&
    one.stride === other.stride &&
    one.segment.count === other.segment.count && one.segment.padded === other.segment.padded;
}

/** Counts the references of each sample. */
function countReferences({ batch: { inputs, samples }, entryOf, counts }: ArrangedBatch): void {
  const references = inputs.findIndex(({ spec }) => isOverReferences(spec));
  if (references < 0) {
    counts.fill(0, 0, samples);
    return;
  }
  const found = entryOf[references]!;
  const places = placesOf(inputs[references]!.spec);
  for (let sample = 0; sample < samples; sample++) {
    let count = 0;
    for (let place = sample * places; place < (sample + 1) * places; place++) {
      if (found[place] !== MISSING) count++;
    }
    counts[sample] = count;
  }
}
