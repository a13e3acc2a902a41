import { LAST_BASE } from "../gather_batch.ts";
import { entrySize } from "../sample_source.ts";
import {
  type BatchLists,
  codesStride,
  cutPieces,
  type EntryRange,
  type ListedInput,
  type Piece,
} from "./batch_lists.ts";
import { addressOf, type Tensor } from "./layout.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import type { EncoderChain, Plan } from "./plan/types.ts";

/** A batch that has been arranged. */
export interface WritableBatch {
  readonly lists: BatchLists;
  readonly mode: ForwardPass["mode"];
  /** Entries of each chain of the encoders, then the number of samples. */
  readonly entries: readonly number[];
}

/** A prediction's batch. */
export interface KeptBatch extends WritableBatch {
  /** `[chain]`: number of the first entry that the batch adds to those that are kept. */
  readonly chains: readonly { readonly firstKept: number }[];
}

/** An entry of a gathered input. */
interface GatheredEntry {
  readonly input: ListedInput;
  readonly entry: number;
}

/** Puts arranged batches where the chains and the join of a plan read them. */
export class BatchWriter {
  readonly #context: ExecutionContext;
  readonly #plan: Plan;

  /** Writes into the memory of a context. */
  constructor(context: ExecutionContext, plan: Plan) {
    this.#context = context;
    this.#plan = plan;
  }

  /** Writes a batch, with the entries that a prediction keeps. Call it while no thread works. */
  write(batch: KeptBatch): void {
    for (const piece of cutPieces(this.#plan, batch.entries)) this.writePiece(batch, piece);
    if (batch.mode !== "predict") return;
    for (const [index, { kept }] of this.#plan.encoders.entries()) {
      if (kept === undefined) continue;
      const { firstKept } = batch.chains[index]!;
      this.#context.words[kept.first / 4] = firstKept;
      if (kept.inputs === undefined) continue;
      for (let entry = 0; entry < batch.entries[index]!; entry++) {
        this.#writeEntry(kept.inputs, firstKept + entry, findEntry(batch.lists, index, entry));
      }
    }
  }

  /** Writes a piece of a batch; others may be written at the same time. */
  writePiece(batch: WritableBatch, piece: Piece): void {
    if (piece === "lists") this.#writeLists(batch);
    else if (this.#plan.join === undefined) this.#writeSamples(batch, piece);
    else this.#writeEntries(batch, piece);
  }

  #writeSamples({ lists }: WritableBatch, { start, count }: EntryRange): void {
    const { input } = this.#plan.head;
    for (let sample = start; sample < start + count; sample++) {
      this.#writeEntry(input, sample, findSample(lists, sample));
    }
  }

  #writeEntries({ lists }: WritableBatch, range: EntryRange): void {
    const { chain, start, count } = range;
    const { input, origins, follows } = this.#plan.encoders[chain]!;
    const { before, samples, references } = lists.chains[chain]!;
    this.#writeRange(origins.samples, samples, range);
    this.#writeRange(origins.references, references, range);
    if (follows !== undefined) {
      this.#writeRange(follows.entryOf, before, range);
      return;
    }
    for (let entry = start; entry < start + count; entry++) {
      this.#writeEntry(input, entry, findEntry(lists, chain, entry));
    }
  }

  #writeRange(
    address: number,
    values: Int32Array,
    { start, count }: Pick<EntryRange, "start" | "count">,
  ): void {
    this.#context.words.set(values.subarray(start, start + count), address / 4 + start);
  }

  #writeLists({ lists, mode, entries }: WritableBatch): void {
    const { encoders, join } = this.#plan;
    const samples = entries.at(-1)!;
    for (const [index, chain] of encoders.entries()) {
      if (!collectsUses(chain, mode)) continue;
      const { starts, uses } = lists.chains[index]!;
      const count = entries[index]!;
      this.#writeWords(chain.uses.starts, starts, count + 1);
      this.#writeWords(chain.uses.addresses, uses, starts[count]!);
    }
    for (const [index, { rows, entryOf, places }] of join!.branches.entries()) {
      const length = samples * places;
      this.#writeWords(rows, lists.branches[index]!.rows, length);
      if (mode === "explain") this.#writeWords(entryOf, lists.branches[index]!.entryOf, length);
    }
    this.#writeWords(join!.counts, lists.counts, samples);
  }

  #writeWords(address: number, values: Int32Array, count: number): void {
    this.#writeRange(address, values, { start: 0, count });
  }

  #writeEntry(tensor: Tensor, place: number, { input, entry }: GatheredEntry): void {
    const { spec, values } = input;
    const { floats } = this.#context;
    const { rows, channels } = tensor;
    if (tensor.codes === true) return this.#writeCodes(tensor, place, codesOf(input, entry));
    const first = addressOf(tensor, place) / 4;
    const row = tensor.stride / 4;
    if (spec.name === "sequence") {
      const codes = codesOf(input, entry);
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
  #writeCodes(tensor: Tensor, place: number, codes: Uint8Array): void {
    const { bytes } = this.#context;
    const first = addressOf(tensor, place);
    const entry = first - tensor.before;
    const end = first + tensor.rows;
    bytes.fill(LAST_BASE, entry, first);
    bytes.set(codes, first);
    bytes.fill(LAST_BASE, end, entry + tensor.sampleStride);
  }
}

/** Whether derivatives with respect to a chain's entries are wanted. A chain without layers has nothing to learn. */
export function collectsUses({ nodes }: EncoderChain, mode: ForwardPass["mode"]): boolean {
  return mode === "explain" || (mode === "train" && nodes.length > 0);
}

/** What a sample has of the only input. */
function findSample({ inputs }: BatchLists, sample: number): GatheredEntry {
  const input = inputs[0]!;
  return { input, entry: input.entryOf[sample]! };
}

/** What an entry of a chain is read from. */
function findEntry({ inputs, chains }: BatchLists, chain: number, entry: number): GatheredEntry {
  const { inputOf, entryOf } = chains[chain]!;
  return { input: inputs[inputOf[entry]!]!, entry: entryOf[entry]! };
}

/** The codes of the letters of a sequence. */
function codesOf({ spec, codes }: ListedInput, entry: number): Uint8Array {
  const first = entry * codesStride(spec);
  return codes!.subarray(first, first + entrySize(spec));
}
