import type { InputSpec } from "../../model/spec.ts";
import { sharedBuffer } from "../../base/shared_memory.ts";
import { lettersOf, takeLetters } from "../gathered_letters.ts";
import { entrySize, type GatheredInput, SampleBatch } from "../sample_source.ts";
import {
  type BatchLists,
  codesStride,
  type ListedBranch,
  type ListedChain,
  type ListedInput,
} from "./batch_lists.ts";
import type { ForwardPass } from "./ops/context.ts";
import type { EncoderChain, JoinPlan, Plan } from "./plan/types.ts";

/** The entries of a chain of an encoder, and where they are used. */
export interface ArrangedChain extends ListedChain {
  readonly chain: EncoderChain;
  /** Number of the chain among those of all encoders. */
  readonly index: number;
  /** Those that are computed for this batch. */
  entries: number;
  /** Where predictions keep entries: the number there of the first that this batch adds. */
  firstKept: number;
  /** Whether derivatives with respect to its entries are wanted. */
  collects: boolean;
  readonly useList: UseList;
}

/** Options of an {@linkcode ArrangedBatch}. */
export interface ArrangedBatchOptions {
  /**
   * Whether its arrays lie in memory that threads share.
   *
   * @default false
   */
  readonly shared?: boolean;
}

/**
 * A gathered batch, and the lists by which a plan's chains and join read it. They are made while threads compute another
 * batch, so that little is left to do when these are done.
 */
export class ArrangedBatch {
  readonly batch: SampleBatch;
  /** What threads need to write it. */
  readonly lists: BatchLists;
  /** The values of each of the batch's inputs, as bits. */
  readonly bits: readonly Int32Array[];
  /** The entries of each of the batch's inputs, −1 for those that are missing. */
  readonly entryOf: readonly Int32Array[];
  readonly chains: readonly ArrangedChain[];
  /** What it is arranged for. */
  mode: ForwardPass["mode"] = "predict";

  /** Takes memory for a batch of the plan's size. */
  constructor(
    { encoders, join, batchSize }: Plan,
    inputs: readonly InputSpec[],
    { shared = false }: ArrangedBatchOptions = {},
  ) {
    const room = new Room(shared);
    this.batch = new SampleBatch(inputs, batchSize, { shared });
    const gathered = this.batch.inputs;
    for (const input of gathered) {
      if (input.spec.name === "sequence") takeLetters(input, batchSize);
    }
    this.bits = gathered.map(({ values }) => signedView(values));
    this.entryOf = gathered.map(({ entryOf }) => signedView(entryOf));
    this.chains = encoders.map((chain, index) => arrangeChain(chain, index, room));
    this.lists = {
      inputs: gathered.map((input) => listInput(input, room)),
      chains: this.chains.map(({ inputOf, entryOf, before, samples, references, starts, uses }) => {
        return { inputOf, entryOf, before, samples, references, starts, uses };
      }),
      branches: join === undefined ? [] : arrangeBranches(join, batchSize, room),
      counts: room.signed(join === undefined ? 0 : batchSize),
    };
  }

  /** Entries of each chain of the encoders that are computed for this batch, then the number of samples. */
  get entries(): number[] {
    return [...this.chains.map(({ entries }) => entries), this.batch.samples];
  }

  /** Reads the codes of a sequence that a chain will have, as it is or from the table that it was gathered from. */
  readCodes(input: number, entry: number): void {
    const { spec, values, codes } = this.lists.inputs[input]!;
    if (codes === undefined) return;
    const stride = codesStride(spec);
    const target = codes.subarray(entry * stride, (entry + 1) * stride);
    const letters = lettersOf(this.batch.inputs[input]!);
    const bases = entrySize(spec);
    if (letters === undefined) target.set(values.subarray(entry * bases, (entry + 1) * bases));
    else letters.table.copy(letters.numbers[entry]!, target);
  }
}

/** Where arrays are taken from. */
class Room {
  readonly #shared: boolean;

  constructor(shared: boolean) {
    this.#shared = shared;
  }

  signed(length: number): Int32Array {
    return new Int32Array(this.#take(4 * length));
  }

  unsigned(length: number): Uint32Array {
    return new Uint32Array(this.#take(4 * length));
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(this.#take(length));
  }

  #take(bytes: number): ArrayBufferLike {
    return this.#shared ? sharedBuffer(bytes) : new ArrayBuffer(bytes);
  }
}

function listInput({ spec, values, entryOf }: GatheredInput, room: Room): ListedInput {
  if (spec.name !== "sequence") return { spec, values, entryOf, codes: undefined };
  return { spec, values, entryOf, codes: room.bytes(entryOf.length * codesStride(spec)) };
}

/** The same memory as signed integers, which the compiler keeps in registers. */
function signedView({ buffer, byteOffset, length }: Float32Array | Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function arrangeChain(chain: EncoderChain, index: number, room: Room): ArrangedChain {
  const { capacity, follows } = chain;
  const [starts, uses] = [room.signed(capacity + 1), room.signed(capacity)];
  return {
    chain,
    index,
    entries: 0,
    firstKept: 0,
    inputOf: room.bytes(capacity),
    entryOf: room.unsigned(capacity),
    before: room.signed(follows === undefined ? 0 : capacity),
    samples: room.signed(capacity),
    references: room.signed(capacity),
    collects: false,
    starts,
    uses,
    useList: new UseList(starts, uses),
  };
}

function arrangeBranches({ branches }: JoinPlan, batchSize: number, room: Room): ListedBranch[] {
  return branches.map(({ places }) => ({
    rows: room.signed(batchSize * places),
    entryOf: room.signed(batchSize * places),
  }));
}

/** The entry of each use of a chain, and the address of the derivatives with respect to that use. */
class UseList {
  readonly #starts: Int32Array;
  readonly #sorted: Int32Array;
  readonly #entries: Uint32Array;
  readonly #addresses: Int32Array;
  #count = 0;

  /** Sorts into the arrays of a {@linkcode ListedChain}. */
  constructor(starts: Int32Array, sorted: Int32Array) {
    this.#starts = starts;
    this.#sorted = sorted;
    this.#entries = new Uint32Array(sorted.length);
    this.#addresses = new Int32Array(sorted.length);
  }

  /** Removes all uses. */
  clear(): void {
    this.#count = 0;
  }

  /** Adds a use. */
  add(entry: number, address: number): void {
    this.#entries[this.#count] = entry;
    this.#addresses[this.#count++] = address;
  }

  /** Sorts the uses of a number of entries, entry by entry, those of an entry in the order in which they were added. */
  sort(entries: number): void {
    const [starts, sorted] = [this.#starts, this.#sorted];
    starts.fill(0, 0, entries + 1);
    for (let use = 0; use < this.#count; use++) starts[this.#entries[use]! + 1]!++;
    for (let entry = 0; entry < entries; entry++) starts[entry + 1]! += starts[entry]!;
    // Each use goes to the start of its entry, which then moves to the next one's; at the end all are moved back.
    for (let use = 0; use < this.#count; use++) {
      sorted[starts[this.#entries[use]!]!++] = this.#addresses[use]!;
    }
    starts.copyWithin(1, 0, entries);
    starts[0] = 0;
  }
}
