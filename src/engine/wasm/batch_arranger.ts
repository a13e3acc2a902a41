import { isOverReferences } from "../../model/inputs.ts";
import { placesOf } from "../sample_source.ts";
import type { ArrangedBatch, ArrangedChain } from "./arranged_batch.ts";
import { collectsUses } from "./batch_writer.ts";
import { EntryNumbers } from "./entry_numbers.ts";
import type { Tensor } from "./layout.ts";
import { deltaStride, firstDelta } from "./ops/join/entries.ts";
import { type JoinBranch, MISSING } from "./ops/join/types.ts";
import type { BranchRoute, EncoderChain, Plan } from "./plan/types.ts";

/** Where the join reads a branch. */
interface BranchReading {
  readonly route: BranchRoute;
  /** The values that it reads. */
  readonly values: Tensor;
  /** The chain whose outputs these are, if derivatives with respect to them are wanted. */
  readonly collecting: ArrangedChain | undefined;
}

/**
 * Lists the entries that the chains of a plan compute for a batch, and where the join reads them. What several samples
 * share is computed once where that is possible: always in a prediction, never in an explanation, which needs derivatives
 * for each sample. A chain without layers has no entries of its own where another one reads the same inputs, since the
 * join can read them there.
 */
export class BatchArranger {
  readonly #plan: Plan;
  readonly #arranged: ArrangedBatch;
  readonly #numbers: EntryNumbers;
  /** `[gathered entry]`: where the join reads it; of the branch that is being listed. */
  #addresses: Int32Array = new Int32Array();

  /** Arranges, for a plan, what is gathered into a batch. */
  constructor(plan: Plan, arranged: ArrangedBatch) {
    this.#plan = plan;
    this.#arranged = arranged;
    this.#numbers = new EntryNumbers(plan, arranged);
  }

  /** Arranges what was gathered, for the batch's mode. */
  arrange(): void {
    const { join } = this.#plan;
    if (join === undefined) return;
    const { chains, mode } = this.#arranged;
    this.#numbers.begin();
    for (const open of chains) {
      open.collects = collectsUses(open.chain, mode);
      open.useList.clear();
    }
    for (const [index, route] of join.routes.entries()) {
      if (this.#shares(chains[route.last]!.chain)) this.#listShared(index, this.#read(route));
      else this.#listOwn(index, route);
    }
    countReferences(this.#arranged);
    for (const { collects, useList, entries } of chains) if (collects) useList.sort(entries);
    this.#readCodes();
  }

  /** Says that the batch was written, into a memory whose words are given. */
  noteWritten(words: Int32Array): void {
    this.#numbers.noteWritten(words);
  }

  /** Forgets what predictions keep: the weights moved, or a batch was not computed. */
  forget(): void {
    this.#numbers.forget();
  }

  /** Reads the codes of all sequences that chains will have. */
  #readCodes(): void {
    for (const { chain, entries, inputOf, entryOf } of this.#arranged.chains) {
      if (chain.follows !== undefined) continue;
      for (let entry = 0; entry < entries; entry++) {
        this.#arranged.readCodes(inputOf[entry]!, entryOf[entry]!);
      }
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
    const { chain: { output, nodes, kept }, collects } = chains[route.last]!;
    if (nodes.length === 0) {
      const other = this.#findReader(route.input, output);
      if (other !== undefined) return other;
    }
    const values = this.#numbers.isKept(route.last) ? kept!.values : output;
    return { route, values, collecting: collects ? chains[route.last] : undefined };
  }

  /** Where the inputs of a chain with layers lie, if one of these reads an input and has it in a layout. */
  #findReader(input: number, layout: Tensor): BranchReading | undefined {
    const { chains } = this.#arranged;
    for (const { input: other, first } of this.#plan.join!.routes) {
      const { chain } = chains[first]!;
      const fits = other === input && chain.nodes.length > 0 && this.#shares(chain) &&
        areAlike(chain.input, layout);
      if (!fits) continue;
      const values = this.#numbers.isKept(first) ? chain.kept!.inputs! : chain.input;
      return { route: { input, first, last: first }, values, collecting: undefined };
    }
    return undefined;
  }

  /** Lists the entries that a branch reads, where samples share them. */
  #listShared(index: number, { route, values, collecting }: BranchReading): void {
    const { lists: { branches }, batch } = this.#arranged;
    const branch = this.#plan.join!.branches[index]!;
    const { rows } = branches[index]!;
    const entryOf = this.#arranged.entryOf[route.input]!;
    const numbers = this.#numbers.numberAll(route);
    const addresses = this.#findAddresses(numbers, values);
    const { places } = branch;
    for (let sample = 0; sample < batch.samples; sample++) {
      const list = sample * places;
      const end = list + places;
      let to = list;
      for (let place = list; place < end; place++) {
        const gathered = entryOf[place]!;
        if (gathered !== MISSING) rows[to++] = addresses[gathered]!;
      }
    }
    if (collecting !== undefined) this.#collectUses(branch, { collecting, entryOf, numbers });
  }

  /** The address of each entry of an input. */
  #findAddresses(numbers: Int32Array, { address, sampleStride }: Tensor): Int32Array {
    if (this.#addresses.length < numbers.length) this.#addresses = new Int32Array(numbers.length);
    const addresses = this.#addresses;
    for (let gathered = 0; gathered < numbers.length; gathered++) {
      addresses[gathered] = address + numbers[gathered]! * sampleStride;
    }
    return addresses;
  }

  /** Notes where the entries that a branch reads are used. */
  #collectUses(
    branch: JoinBranch,
    { collecting: { useList }, entryOf, numbers }: {
      readonly collecting: ArrangedChain;
      readonly entryOf: Int32Array;
      readonly numbers: Int32Array;
    },
  ): void {
    const { places } = branch;
    const stride = deltaStride(branch);
    for (let sample = 0; sample < this.#arranged.batch.samples; sample++) {
      let delta = firstDelta(branch, sample);
      const end = (sample + 1) * places;
      for (let place = sample * places; place < end; place++) {
        const gathered = entryOf[place]!;
        if (gathered === MISSING) continue;
        useList.add(numbers[gathered]!, delta);
        delta += stride;
      }
    }
  }

  /** Lists the entries that a branch reads, where each sample has its own. */
  #listOwn(index: number, route: BranchRoute): void {
    const { mode, lists: { branches }, batch, chains } = this.#arranged;
    const branch = this.#plan.join!.branches[index]!;
    const { rows, entryOf: found } = branches[index]!;
    const entryOf = this.#arranged.entryOf[route.input]!;
    const { collects, useList, chain: { output: { address, sampleStride } } } = chains[route.last]!;
    const stride = deltaStride(branch);
    for (let sample = 0; sample < batch.samples; sample++) {
      const list = sample * branch.places;
      let delta = firstDelta(branch, sample);
      let to = list;
      for (let place = 0; place < branch.places; place++) {
        const gathered = entryOf[list + place]!;
        const isMissing = gathered === MISSING;
        const use = { gathered, sample, place };
        const entry = isMissing ? MISSING : this.#numbers.addOwn(route, use);
        if (mode === "explain") found[list + place] = entry;
        if (isMissing) continue;
        rows[to++] = address + entry * sampleStride;
        if (collects) useList.add(entry, delta);
        delta += stride;
      }
    }
  }
}

/** Whether the values of a sample lie in the same way in two tensors. */
function areAlike(one: Tensor, other: Tensor): boolean {
  return one.rows === other.rows && one.channels === other.channels &&
    one.stride === other.stride &&
    one.segment.count === other.segment.count && one.segment.padded === other.segment.padded;
}

/** Counts the references of each sample. */
function countReferences(
  { batch: { inputs, samples }, entryOf, lists: { counts } }: ArrangedBatch,
): void {
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
