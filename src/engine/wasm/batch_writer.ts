import type { InputSpec } from "../../model/spec.ts";
import { type GatheredInput, NO_ENTRY, type SampleBatch } from "../sample_source.ts";
import { addressOf, deltaOf, type Tensor } from "./layout.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import { useDelta } from "./ops/join/entries.ts";
import { MISSING } from "./ops/join/types.ts";
import type { BranchRoute, EncoderChain, JoinPlan, Plan } from "./plan/types.ts";

/** A chain of an encoder with the entries of a batch that it has so far. */
interface FilledChain {
  readonly chain: EncoderChain;
  /** Whether an entry that several samples have is computed once. */
  readonly shared: boolean;
  entries: number;
  /** The entry of each use, and the address of the derivatives with respect to that use. */
  readonly uses: { readonly entry: number; readonly address: number }[];
}

/** An entry of a gathered input. */
interface GatheredEntry {
  readonly input: GatheredInput;
  readonly entry: number;
}

/** Puts gathered batches where the chains of a plan read them. Call it while no thread works. */
export class BatchWriter {
  readonly #context: ExecutionContext;
  readonly #plan: Plan;
  readonly #inputs: readonly InputSpec[];

  /** `inputs` are those of the model. */
  constructor(context: ExecutionContext, plan: Plan, inputs: readonly InputSpec[]) {
    this.#context = context;
    this.#plan = plan;
    this.#inputs = inputs;
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
    const filled = encoders.map((chain): FilledChain => {
      const shared = mode === "predict" || (mode === "train" && !chain.bySample);
      return { chain, shared, entries: 0, uses: [] };
    });
    for (const [branch, route] of join.routes.entries()) {
      this.#writeBranch(batch, join, { branch, route, filled });
    }
    if (mode !== "predict") {
      for (const chain of filled) this.#writeUses(chain);
    }
    return [...filled.map(({ entries }) => entries), batch.samples];
  }

  /** Writes the entries that a branch reads, and which of them each sample has. */
  #writeBranch(
    batch: SampleBatch,
    join: JoinPlan,
    { branch: index, route, filled }: {
      readonly branch: number;
      readonly route: BranchRoute;
      readonly filled: readonly FilledChain[];
    },
  ): void {
    const { words } = this.#context;
    const branch = join.branches[index]!;
    const input = batch.input(this.#inputs[route.input]!.name);
    const last = filled[route.last]!;
    const first = route.first === route.last ? undefined : filled[route.first]!;
    const [known, knownBefore] = [new Map<number, number>(), new Map<number, number>()];
    for (let use = 0; use < batch.samples * branch.places; use++) {
      const gathered = input.entryOf[use]!;
      if (gathered === NO_ENTRY) {
        words[branch.entryOf / 4 + use] = MISSING;
        continue;
      }
      const sample = Math.floor(use / branch.places);
      const place = use % branch.places;
      let entry = last.shared ? known.get(gathered) : undefined;
      if (entry === undefined) {
        entry = last.entries++;
        known.set(gathered, entry);
        words[last.chain.origins.samples / 4 + entry] = sample;
        words[last.chain.origins.references / 4 + entry] = place;
        const source = { input, entry: gathered };
        if (first === undefined) this.#writeEntry(last.chain.input, entry, source);
        else this.#writeBefore(first, last.chain, { entry, source, known: knownBefore });
      }
      words[branch.entryOf / 4 + use] = entry;
      last.uses.push({ entry, address: useDelta(branch, { sample, place }) });
    }
  }

  /** Writes the input of an entry whose chain reads the outputs of another, where that other chain reads it. */
  #writeBefore(
    first: FilledChain,
    { follows, input }: EncoderChain,
    { entry, source, known }: {
      readonly entry: number;
      readonly source: GatheredEntry;
      readonly known: Map<number, number>;
    },
  ): void {
    let before = first.shared ? known.get(source.entry) : undefined;
    if (before === undefined) {
      before = first.entries++;
      known.set(source.entry, before);
      this.#writeEntry(first.chain.input, before, source);
    }
    this.#context.words[follows!.entryOf / 4 + entry] = before;
    first.uses.push({ entry: before, address: deltaOf(input, entry) });
  }

  /** Writes the uses of a chain's entries, entry by entry. */
  #writeUses({ chain: { uses: { starts, addresses } }, entries, uses }: FilledChain): void {
    const { words } = this.#context;
    const ends = new Uint32Array(entries + 1);
    for (const { entry } of uses) ends[entry + 1]!++;
    for (let entry = 0; entry < entries; entry++) ends[entry + 1]! += ends[entry]!;
    words.set(ends, starts / 4);
    for (const { entry, address } of uses) words[addresses / 4 + ends[entry]!++] = address;
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
    const [pieces, length] = row === channels ? [1, size] : [rows, channels];
    for (let piece = 0; piece < pieces; piece++) {
      const from = entry * size + piece * length;
      floats.set(values.subarray(from, from + length), first + piece * row);
    }
  }
}
