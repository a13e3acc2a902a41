import { LAST_BASE } from "../gather_batch.ts";
import { lettersOf } from "../gathered_letters.ts";
import { entrySize, type GatheredInput } from "../sample_source.ts";
import type { ArrangedBatch, ArrangedChain } from "./arranged_batch.ts";
import { addressOf, roundUp, type Tensor } from "./layout.ts";
import type { ExecutionContext } from "./ops/context.ts";
import type { Plan } from "./plan/types.ts";

/** An entry of a gathered input. */
interface GatheredEntry {
  readonly input: GatheredInput;
  readonly entry: number;
}

/** Puts arranged batches where the chains and the join of a plan read them. Call it while no thread works. */
export class BatchWriter {
  readonly #context: ExecutionContext;
  readonly #plan: Plan;
  #codes = new Uint8Array(0);

  /** Writes into the memory of a context. */
  constructor(context: ExecutionContext, plan: Plan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** Writes a batch. */
  write(arranged: ArrangedBatch): void {
    const { join, head } = this.#plan;
    const { batch, chains, branches, counts, mode } = arranged;
    const { samples, inputs } = batch;
    if (join === undefined) {
      const input = inputs[0]!;
      for (let sample = 0; sample < samples; sample++) {
        this.#writeEntry(head.input, sample, { input, entry: input.entryOf[sample]! });
      }
      return;
    }
    for (const arrangedChain of chains) this.#writeChain(arrangedChain, inputs, mode === "predict");
    for (const [index, { rows, entryOf, places }] of join.branches.entries()) {
      const length = samples * places;
      this.#writeWords(rows, branches[index]!.rows, length);
      if (mode === "explain") this.#writeWords(entryOf, branches[index]!.entryOf, length);
    }
    this.#writeWords(join.counts, counts, samples);
  }

  #writeChain(
    arranged: ArrangedChain,
    inputs: readonly GatheredInput[],
    keeps: boolean,
  ): void {
    const { chain, entries, inputOf, entryOf, before, samples, references } = arranged;
    const { follows, input: tensor, origins } = chain;
    this.#writeWords(origins.samples, samples, entries);
    this.#writeWords(origins.references, references, entries);
    if (follows !== undefined) this.#writeWords(follows.entryOf, before, entries);
    else {
      for (let entry = 0; entry < entries; entry++) {
        const input = inputs[inputOf[entry]!]!;
        this.#writeEntry(tensor, entry, { input, entry: entryOf[entry]! });
      }
    }
    const { kept } = chain;
    if (keeps && kept !== undefined) {
      const { firstKept } = arranged;
      this.#context.words[kept.first / 4] = firstKept;
      if (kept.inputs === undefined) return;
      for (let entry = 0; entry < entries; entry++) {
        const input = inputs[inputOf[entry]!]!;
        this.#writeEntry(kept.inputs, firstKept + entry, { input, entry: entryOf[entry]! });
      }
    }
    if (!arranged.collects) return;
    const { starts, sorted } = arranged.uses;
    this.#writeWords(chain.uses.starts, starts, entries + 1);
    this.#writeWords(chain.uses.addresses, sorted, starts[entries]!);
  }

  #writeWords(address: number, values: Int32Array, length: number): void {
    this.#context.words.set(values.subarray(0, length), address / 4);
  }

  #writeEntry(
    tensor: Tensor,
    place: number,
    gathered: GatheredEntry,
  ): void {
    const { input: { spec, values }, entry } = gathered;
    const { floats } = this.#context;
    const { rows, channels } = tensor;
    if (tensor.codes === true) return this.#writeCodes(tensor, place, gathered);
    const first = addressOf(tensor, place) / 4;
    const row = tensor.stride / 4;
    if (spec.name === "sequence") {
      const codes = this.#readCodes(gathered);
      floats.fill(0, first, first + rows * row);
      for (let base = 0; base < rows; base++) {
        const code = codes[base]!;
        if (code < channels) floats[first + base * row + code] = 1;
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

  /** Writes the codes of an entry's letters; around them no letter is known. */
  #writeCodes(tensor: Tensor, place: number, gathered: GatheredEntry): void {
    const { bytes } = this.#context;
    const first = addressOf(tensor, place);
    const entry = first - tensor.before;
    const end = first + tensor.rows;
    bytes.fill(LAST_BASE, entry, first);
    bytes.set(this.#readCodes(gathered), first);
    bytes.fill(LAST_BASE, end, entry + tensor.sampleStride);
  }

  /** The codes of an entry's letters, until the next entry is read. */
  #readCodes({ input, entry }: GatheredEntry): Uint8Array {
    const bases = entrySize(input.spec);
    if (this.#codes.length < bases) this.#codes = new Uint8Array(roundUp(bases, 4));
    const codes = this.#codes.subarray(0, bases);
    const letters = lettersOf(input);
    if (letters === undefined) codes.set(input.values.subarray(entry * bases, (entry + 1) * bases));
    else letters.table.copy(letters.numbers[entry]!, this.#codes);
    return codes;
  }
}
