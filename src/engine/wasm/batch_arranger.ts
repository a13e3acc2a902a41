import { isOverReferences } from "../../model/inputs.ts";
import { entrySize, NO_ENTRY, placesOf, type SampleBatch } from "../sample_source.ts";
import type { ArrangedBatch, ArrangedChain } from "./arranged_batch.ts";
import { addressOf, deltaOf } from "./layout.ts";
import { deltaStride, firstDelta } from "./ops/join/entries.ts";
import { MISSING } from "./ops/join/types.ts";
import type { BranchRoute, Plan } from "./plan/types.ts";
import { TwinTable } from "./twin_table.ts";

/** An entry that has no number yet. */
const UNKNOWN = -1;

/** A branch that is being arranged. */
interface OpenBranch {
  /** Number of its input among the batch's. */
  readonly input: number;
  readonly last: ArrangedChain;
  /** The chain before the last, if there are two. */
  readonly first: ArrangedChain | undefined;
  /** What each gathered entry has become in the last chain; absent where each sample has its own. */
  readonly known: Int32Array | undefined;
  /** What each gathered entry has become in the first chain, where that shares them and the last does not. */
  readonly knownBefore: Int32Array | undefined;
}

/** Where an entry is used first. */
interface FirstUse {
  /** The entry, as gathered. */
  readonly gathered: number;
  readonly sample: number;
  readonly place: number;
}

/**
 * Numbers the entries that the chains of a plan compute for a batch, and lists where the join reads them. What several
 * samples share is computed once where that is possible: always in a prediction, never in an explanation, which needs
 * derivatives for each sample. Where a chain computes something, entries are the same if their values are: the marks of
 * a sample that is a reference of others are encoded once too.
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
    const { batch, counts, chains } = this.#arranged;
    this.#begin();
    for (const [index, route] of join.routes.entries()) this.#arrangeBranch(index, route);
    countReferences(batch, counts);
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

  #arrangeBranch(index: number, route: BranchRoute): void {
    const { mode, branches, batch } = this.#arranged;
    const branch = this.#plan.join!.branches[index]!;
    const { rows, entryOf: found } = branches[index]!;
    const { entryOf } = batch.inputs[route.input]!;
    const open = this.#open(route);
    const { last: { collects, uses, chain: { output } }, known } = open;
    const { places } = branch;
    const stride = deltaStride(branch);
    for (let sample = 0; sample < batch.samples; sample++) {
      const delta = firstDelta(branch, sample);
      const list = sample * places;
      let use = 0;
      for (let place = 0; place < places; place++) {
        const gathered = entryOf[list + place]!;
        let entry = MISSING;
        if (gathered !== NO_ENTRY) {
          entry = known === undefined ? UNKNOWN : known[gathered]!;
          if (entry === UNKNOWN) entry = this.#number(open, { gathered, sample, place });
          rows[list + use] = addressOf(output, entry);
          if (collects) uses.add(entry, delta + use * stride);
          use++;
        }
        if (mode === "explain") found[list + place] = entry;
      }
    }
  }

  #open({ input, first, last }: BranchRoute): OpenBranch {
    const { mode, chains, batch } = this.#arranged;
    const { bySample } = chains[last]!.chain;
    const shares = mode === "predict" || (mode === "train" && !bySample);
    const knownOf = (chain: number): Int32Array => {
      const all = this.#known[chain]!;
      const known = all.get(input) ?? new Int32Array(batch.inputs[input]!.entries).fill(UNKNOWN);
      all.set(input, known);
      return known;
    };
    return {
      input,
      last: chains[last]!,
      first: first === last ? undefined : chains[first]!,
      known: shares ? knownOf(last) : undefined,
      knownBefore: first !== last && mode !== "explain" ? knownOf(first) : undefined,
    };
  }

  /** The number in the last chain of an entry that has none there yet, or that must be computed for each sample. */
  #number(open: OpenBranch, use: FirstUse): number {
    const { first, last, known } = open;
    const { gathered } = use;
    if (first === undefined) {
      const entry = this.#addGathered(last, open.input, { use, shared: known !== undefined });
      if (known !== undefined) known[gathered] = entry;
      return entry;
    }
    const before = this.#numberBefore(first, open, use);
    const followers = this.#followers[last.index]!;
    let entry = known === undefined ? UNKNOWN : followers[before]!;
    if (entry === UNKNOWN) {
      entry = addEntry(last, use);
      last.before[entry] = before;
      if (first.collects) first.uses.add(before, deltaOf(last.chain.input, entry));
    }
    if (known !== undefined) known[gathered] = followers[before] = entry;
    return entry;
  }

  #numberBefore(first: ArrangedChain, { input, knownBefore }: OpenBranch, use: FirstUse): number {
    const { gathered } = use;
    const known = knownBefore?.[gathered] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    const before = this.#addGathered(first, input, { use, shared: knownBefore !== undefined });
    if (knownBefore !== undefined) knownBefore[gathered] = before;
    return before;
  }

  /** Adds an entry of an input, unless it is shared and the chain has one of the same values; returns its number. */
  #addGathered(
    open: ArrangedChain,
    input: number,
    { use, shared }: { readonly use: FirstUse; readonly shared: boolean },
  ): number {
    const entry = addEntry(open, use);
    open.inputOf[entry] = input;
    open.entryOf[entry] = use.gathered;
    const twins = shared ? this.#twins[open.index] : undefined;
    if (twins === undefined) return entry;
    const twin = twins.add(entry);
    if (twin !== entry) open.entries--;
    return twin;
  }
}

function addEntry(open: ArrangedChain, { sample, place }: FirstUse): number {
  const entry = open.entries++;
  open.samples[entry] = sample;
  open.references[entry] = place;
  return entry;
}

/** Counts the references of each sample. */
function countReferences({ inputs, samples }: SampleBatch, counts: Int32Array): void {
  const references = inputs.find(({ spec }) => isOverReferences(spec));
  if (references === undefined) {
    counts.fill(0, 0, samples);
    return;
  }
  const places = placesOf(references.spec);
  for (let sample = 0; sample < samples; sample++) {
    let count = 0;
    for (let place = sample * places; place < (sample + 1) * places; place++) {
      if (references.entryOf[place] !== NO_ENTRY) count++;
    }
    counts[sample] = count;
  }
}
