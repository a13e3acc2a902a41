import type { InputSpec } from "../../model/spec.ts";
import { type GatheredInput, NO_ENTRY, type SampleBatch } from "../sample_source.ts";
import { addressOf, type Tensor } from "./layout.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import { useDelta } from "./ops/join/entries.ts";
import { MISSING } from "./ops/join/types.ts";
import type { EncoderChain, JoinPlan, Plan } from "./plan/types.ts";

/** A use of an encoder's entry: where the derivatives by it as a sample uses it are. */
interface Use {
  readonly entry: number;
  readonly address: number;
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
   * prediction, never in an explanation, which wants derivatives for each sample.
   *
   * @returns Entries of each encoder, then the number of samples.
   */
  write(batch: SampleBatch, mode: ForwardPass["mode"]): number[] {
    const { encoders, join, head } = this.#plan;
    if (join === undefined) {
      const input = this.#gathered(batch, 0);
      for (let sample = 0; sample < batch.samples; sample++) {
        this.#writeEntry(addressOf(head.input, sample), head.input, {
          input,
          entry: input.entryOf[sample]!,
        });
      }
      return [batch.samples];
    }
    const counts = encoders.map(() => 0);
    const uses = encoders.map((): Use[] => []);
    for (const [branch, { encoder: index }] of join.routes.entries()) {
      const encoder = encoders[index]!;
      const shared = mode === "predict" || (mode === "train" && !encoder.bySample);
      const options = { branch, encoder, first: counts[index]!, shared, uses: uses[index]! };
      counts[index] = this.#writeBranch(batch, join, options);
    }
    if (mode !== "predict") {
      for (const [index, encoder] of encoders.entries()) {
        this.#writeUses(encoder, { entries: counts[index]!, uses: uses[index]! });
      }
    }
    counts.push(batch.samples);
    return counts;
  }

  #gathered(batch: SampleBatch, input: number): GatheredInput {
    return batch.input(this.#inputs[input]!.name);
  }

  /** Writes the entries that a branch reads; returns the number of the encoder's entries so far. */
  #writeBranch(
    batch: SampleBatch,
    join: JoinPlan,
    { branch: index, encoder, first, shared, uses }: {
      readonly branch: number;
      readonly encoder: EncoderChain;
      readonly first: number;
      readonly shared: boolean;
      readonly uses: Use[];
    },
  ): number {
    const { words } = this.#context;
    const branch = join.branches[index]!;
    const input = this.#gathered(batch, join.routes[index]!.input);
    const known = new Map<number, number>();
    let next = first;
    for (let use = 0; use < batch.samples * branch.places; use++) {
      const gathered = input.entryOf[use]!;
      if (gathered === NO_ENTRY) {
        words[branch.entryOf / 4 + use] = MISSING;
        continue;
      }
      let entry = shared ? known.get(gathered) : undefined;
      const sample = Math.floor(use / branch.places);
      const place = use % branch.places;
      if (entry === undefined) {
        entry = next++;
        known.set(gathered, entry);
        words[encoder.origins.samples / 4 + entry] = sample;
        words[encoder.origins.references / 4 + entry] = place;
        const address = addressOf(encoder.input, entry);
        this.#writeEntry(address, encoder.input, { input, entry: gathered });
      }
      words[branch.entryOf / 4 + use] = entry;
      uses.push({ entry, address: useDelta(branch, { sample, place }) });
    }
    return next;
  }

  /** Writes the uses of an encoder's entries, entry by entry. */
  #writeUses(
    { uses: { starts, addresses } }: EncoderChain,
    { entries, uses }: { readonly entries: number; readonly uses: readonly Use[] },
  ): void {
    const { words } = this.#context;
    const ends = new Uint32Array(entries + 1);
    for (const { entry } of uses) ends[entry + 1]!++;
    for (let entry = 0; entry < entries; entry++) ends[entry + 1]! += ends[entry]!;
    words.set(ends, starts / 4);
    for (const { entry, address } of uses) words[addresses / 4 + ends[entry]!++] = address;
  }

  #writeEntry(
    address: number,
    { rows, stride, channels }: Tensor,
    { input: { spec, values }, entry }: {
      readonly input: GatheredInput;
      readonly entry: number;
    },
  ): void {
    const { floats } = this.#context;
    const first = address / 4;
    const row = stride / 4;
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
