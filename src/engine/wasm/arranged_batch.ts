import type { InputSpec } from "../../model/spec.ts";
import { takeLetters } from "../gathered_letters.ts";
import { SampleBatch } from "../sample_source.ts";
import type { ForwardPass } from "./ops/context.ts";
import type { EncoderChain, JoinPlan, Plan } from "./plan/types.ts";

/** The entries of a chain of an encoder, and where they are used. */
export interface ArrangedChain {
  readonly chain: EncoderChain;
  /** Those that are computed for this batch. */
  entries: number;
  /** Where predictions keep entries: the number there of the first that this batch adds. */
  firstKept: number;
  /** Number of the chain among those of all encoders. */
  readonly index: number;
  /** `[entry]`: number of the input among the batch's that it is read from, and its number there. */
  readonly inputOf: Uint8Array;
  readonly entryOf: Uint32Array;
  /** `[entry]`: the entry of the chain before that it is computed from, if the chain follows another. */
  readonly before: Int32Array;
  /** `[entry]`: the sample and the reference that it belongs to; where samples share entries, nobody asks. */
  readonly samples: Int32Array;
  readonly references: Int32Array;
  /** Whether derivatives with respect to its entries are wanted, and where these are used. */
  collects: boolean;
  readonly uses: UseList;
}

/** What a branch reads. */
export interface ArrangedBranch {
  /** `[sample, use]`: addresses of the rows of a sample's entries. */
  readonly rows: Int32Array;
  /** `[sample, place]`: numbers of the entries; filled for an explanation only. */
  readonly entryOf: Int32Array;
}

/**
 * A gathered batch, and the lists by which a plan's chains and join read it. They are made while threads compute another
 * batch, so that little is left to write when these are done.
 */
export class ArrangedBatch {
  readonly batch: SampleBatch;
  /** The values of each of the batch's inputs, as bits. */
  readonly bits: readonly Int32Array[];
  /** The entries of each of the batch's inputs, −1 for those that are missing. */
  readonly entryOf: readonly Int32Array[];
  readonly chains: readonly ArrangedChain[];
  readonly branches: readonly ArrangedBranch[];
  /** `[sample]`: number of references. */
  readonly counts: Int32Array;
  /** What it is arranged for. */
  mode: ForwardPass["mode"] = "predict";

  /** Takes memory for a batch of the plan's size. */
  constructor({ encoders, join, batchSize }: Plan, inputs: readonly InputSpec[]) {
    this.batch = new SampleBatch(inputs, batchSize);
    for (const input of this.batch.inputs) {
      if (input.spec.name === "sequence") takeLetters(input, batchSize);
    }
    this.bits = this.batch.inputs.map(({ values }) => signedView(values));
    this.entryOf = this.batch.inputs.map(({ entryOf }) => signedView(entryOf));
    this.chains = encoders.map(arrangeChain);
    this.branches = join === undefined ? [] : arrangeBranches(join, batchSize);
    this.counts = new Int32Array(join === undefined ? 0 : batchSize);
  }

  /** Entries of each chain of the encoders that are computed for this batch, then the number of samples. */
  get entries(): number[] {
    return [...this.chains.map(({ entries }) => entries), this.batch.samples];
  }
}

/** The same memory as signed integers, which the compiler keeps in registers. */
function signedView({ buffer, byteOffset, length }: Float32Array | Uint32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function arrangeChain(chain: EncoderChain, index: number): ArrangedChain {
  const { capacity, follows } = chain;
  return {
    chain,
    index,
    entries: 0,
    firstKept: 0,
    inputOf: new Uint8Array(capacity),
    entryOf: new Uint32Array(capacity),
    before: new Int32Array(follows === undefined ? 0 : capacity),
    samples: new Int32Array(capacity),
    references: new Int32Array(capacity),
    collects: false,
    uses: new UseList(capacity),
  };
}

function arrangeBranches({ branches }: JoinPlan, batchSize: number): ArrangedBranch[] {
  return branches.map(({ places }) => ({
    rows: new Int32Array(batchSize * places),
    entryOf: new Int32Array(batchSize * places),
  }));
}

/** The entry of each use of a chain, and the address of the derivatives with respect to that use. */
class UseList {
  /** `[entry + 1]`: where in `sorted` the uses of an entry begin; valid after {@linkcode UseList.sort}. */
  readonly starts: Int32Array;
  /** Addresses, entry by entry; valid after {@linkcode UseList.sort}. */
  readonly sorted: Int32Array;
  readonly #entries: Uint32Array;
  readonly #addresses: Int32Array;
  #count = 0;

  /** Has room for `capacity` uses. */
  constructor(capacity: number) {
    this.starts = new Int32Array(capacity + 1);
    this.sorted = new Int32Array(capacity);
    this.#entries = new Uint32Array(capacity);
    this.#addresses = new Int32Array(capacity);
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
    const { starts, sorted } = this;
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
