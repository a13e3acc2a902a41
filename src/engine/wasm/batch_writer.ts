import { isOverReferences } from "../../model/inputs.ts";
import type { InputSpec } from "../../model/spec.ts";
import { type GatheredInput, NO_ENTRY, placesOf, type SampleBatch } from "../sample_source.ts";
import { addressOf, deltaOf, type Tensor } from "./layout.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import { deltaStride, firstDelta, rowsOf } from "./ops/join/entries.ts";
import { type EntryUses, type JoinBranch, MISSING } from "./ops/join/types.ts";
import type { EncoderChain, JoinPlan, Plan } from "./plan/types.ts";

/** The entry of each use of a chain, and the address of the derivatives with respect to that use. */
class UseList {
  readonly #entries: Uint32Array;
  readonly #addresses: Uint32Array;
  #count = 0;

  /** Has room for `capacity` uses. */
  constructor(capacity: number) {
    this.#entries = new Uint32Array(capacity);
    this.#addresses = new Uint32Array(capacity);
  }

  clear(): void {
    this.#count = 0;
  }

  add(entry: number, address: number): void {
    this.#entries[this.#count] = entry;
    this.#addresses[this.#count++] = address;
  }

  /** Writes the uses of all entries, entry by entry. */
  write(words: Int32Array, { starts, addresses }: EntryUses, entries: number): void {
    const first = starts / 4;
    words.fill(0, first, first + entries + 1);
    for (let use = 0; use < this.#count; use++) words[first + this.#entries[use]! + 1]!++;
    for (let entry = 0; entry < entries; entry++) {
      words[first + entry + 1]! += words[first + entry]!;
    }
    // Each use goes to the start of its entry, which then moves to the next one's; at the end all are moved back.
    for (let use = 0; use < this.#count; use++) {
      const at = words[first + this.#entries[use]!]!++;
      words[addresses / 4 + at] = this.#addresses[use]!;
    }
    words.copyWithin(first + 1, first, first + entries);
    words[first] = 0;
  }
}

/** A chain of an encoder with the entries of a batch that it has so far. */
interface FilledChain {
  readonly chain: EncoderChain;
  /** Whether an entry that several samples have is computed once. */
  readonly shared: boolean;
  /** Whether derivatives with respect to its entries are wanted. */
  readonly collects: boolean;
  readonly uses: UseList;
  entries: number;
}

/** An entry of a gathered input. */
interface GatheredEntry {
  readonly input: GatheredInput;
  readonly entry: number;
}

/** A branch, and the chains on its way. */
interface FilledBranch {
  readonly branch: JoinBranch;
  readonly input: GatheredInput;
  readonly last: FilledChain;
  /** The chain before the last, if there are two. */
  readonly first: FilledChain | undefined;
  /** What each gathered entry has become in either chain; {@linkcode UNKNOWN} if nothing yet. */
  readonly known: Int32Array;
  readonly knownBefore: Int32Array;
}

/** An entry that has not been written yet. */
const UNKNOWN = -1;

/** Puts gathered batches where the chains of a plan read them. Call it while no thread works. */
export class BatchWriter {
  readonly #context: ExecutionContext;
  readonly #plan: Plan;
  readonly #inputs: readonly InputSpec[];
  readonly #uses: readonly UseList[];

  /** `inputs` are those of the model. */
  constructor(context: ExecutionContext, plan: Plan, inputs: readonly InputSpec[]) {
    this.#context = context;
    this.#plan = plan;
    this.#inputs = inputs;
    this.#uses = plan.encoders.map(({ capacity }) => new UseList(capacity));
  }

  /**
   * Writes a batch. What several samples share is written, and then computed, once where that is possible: always in a
   * prediction, never in an explanation, which needs derivatives for each sample.
   *
   * @returns Entries of each chain of the encoders, then the number of samples.
   */
  write(batch: SampleBatch, mode: ForwardPass["mode"]): number[] {
    const { encoders, join, head } = this.#plan;
    if (join === undefined) {
      const input = batch.input(this.#inputs[0]!.name);
      for (let sample = 0; sample < batch.samples; sample++) {
        this.#writeEntry(head.input, sample, { input, entry: input.entryOf[sample]! });
      }
      return [batch.samples];
    }
    const filled = encoders.map((chain, index): FilledChain => {
      const uses = this.#uses[index]!;
      uses.clear();
      const shared = mode === "predict" || (mode === "train" && !chain.bySample);
      // A chain without layers has nothing to learn.
      const collects = mode === "explain" || (mode === "train" && chain.nodes.length > 0);
      return { chain, shared, collects, uses, entries: 0 };
    });
    for (const [index, { input: number, first, last }] of join.routes.entries()) {
      const input = batch.input(this.#inputs[number]!.name);
      this.#writeBranch(batch.samples, mode, {
        branch: join.branches[index]!,
        input,
        last: filled[last]!,
        first: first === last ? undefined : filled[first]!,
        known: new Int32Array(input.entries).fill(UNKNOWN),
        knownBefore: new Int32Array(input.entries).fill(UNKNOWN),
      });
    }
    this.#writeCounts(batch, join);
    for (const { chain, collects, uses, entries } of filled) {
      if (collects) uses.write(this.#context.words, chain.uses, entries);
    }
    return [...filled.map(({ entries }) => entries), batch.samples];
  }

  /** Writes how many references each sample has. */
  #writeCounts({ inputs, samples }: SampleBatch, { counts }: JoinPlan): void {
    const { words } = this.#context;
    const references = inputs.find(({ spec }) => isOverReferences(spec));
    const places = references === undefined ? 0 : placesOf(references.spec);
    for (let sample = 0; sample < samples; sample++) {
      let count = 0;
      for (let place = sample * places; place < (sample + 1) * places; place++) {
        if (references!.entryOf[place] !== NO_ENTRY) count++;
      }
      words[counts / 4 + sample] = count;
    }
  }

  /** Writes the entries that a branch reads, and which of them each sample has. */
  #writeBranch(samples: number, mode: ForwardPass["mode"], filled: FilledBranch): void {
    const { words } = this.#context;
    const { branch, input: { entryOf }, last } = filled;
    const { places } = branch;
    const { output } = last.chain;
    const stride = deltaStride(branch);
    for (let sample = 0; sample < samples; sample++) {
      const list = rowsOf(branch, sample) / 4;
      const delta = firstDelta(branch, sample);
      let use = 0;
      for (let place = 0; place < places; place++) {
        const gathered = entryOf[sample * places + place]!;
        const entry = gathered === NO_ENTRY
          ? MISSING
          : this.#findEntry(filled, { gathered, sample, place });
        if (mode === "explain") words[branch.entryOf / 4 + sample * places + place] = entry;
        if (entry === MISSING) continue;
        words[list + use] = addressOf(output, entry);
        if (last.collects) last.uses.add(entry, delta + use * stride);
        use++;
      }
    }
  }

  /** The entry of a chain that a gathered one becomes for a sample. */
  #findEntry(
    filled: FilledBranch,
    { gathered, sample, place }: {
      readonly gathered: number;
      readonly sample: number;
      readonly place: number;
    },
  ): number {
    const { input, last, first, known } = filled;
    if (last.shared && known[gathered] !== UNKNOWN) return known[gathered]!;
    const { words } = this.#context;
    const entry = last.entries++;
    known[gathered] = entry;
    words[last.chain.origins.samples / 4 + entry] = sample;
    words[last.chain.origins.references / 4 + entry] = place;
    if (first === undefined) this.#writeEntry(last.chain.input, entry, { input, entry: gathered });
    else this.#writeBefore(first, filled, { entry, gathered });
    return entry;
  }

  /** Writes the input of an entry whose chain reads the outputs of another, where that other chain reads it. */
  #writeBefore(
    first: FilledChain,
    { input, last: { chain: { follows, input: read } }, knownBefore }: FilledBranch,
    { entry, gathered }: { readonly entry: number; readonly gathered: number },
  ): void {
    let before = first.shared ? knownBefore[gathered]! : UNKNOWN;
    if (before === UNKNOWN) {
      before = first.entries++;
      knownBefore[gathered] = before;
      this.#writeEntry(first.chain.input, before, { input, entry: gathered });
    }
    this.#context.words[follows!.entryOf / 4 + entry] = before;
    if (first.collects) first.uses.add(before, deltaOf(read, entry));
  }

  #writeEntry(tensor: Tensor, place: number, { input: { spec, values }, entry }: GatheredEntry) {
    const { floats } = this.#context;
    const { rows, channels } = tensor;
    const first = addressOf(tensor, place) / 4;
    const row = tensor.stride / 4;
    if (spec.name === "sequence") {
      floats.fill(0, first, first + rows * row);
      for (let base = 0; base < rows; base++) {
        floats[first + base * row + values[entry * rows + base]!] = 1;
      }
      return;
    }
    const size = rows * channels;
    if (size === 1) {
      floats[first] = values[entry]!;
      return;
    }
    const [pieces, length] = row === channels ? [1, size] : [rows, channels];
    for (let piece = 0; piece < pieces; piece++) {
      const from = entry * size + piece * length;
      floats.set(values.subarray(from, from + length), first + piece * row);
    }
  }
}
