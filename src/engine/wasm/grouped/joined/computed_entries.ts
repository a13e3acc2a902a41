import { outputSpans, type Span } from "../copy_spans.ts";
import type { Group } from "../group.ts";
import { GROUP_SAMPLES } from "../layout.ts";
import { TwinTable } from "../../twin_table.ts";
import { copyEntry, type InputView } from "./input_view.ts";
import type { ColumnPlan, TablePlan } from "./types.ts";

/** The memory in which tables are. */
export interface TableMemory {
  readonly floats: Float32Array;
  readonly words: Int32Array;
}

/** A column, what computes it, and the entries of which it is wanted. */
interface Column {
  readonly plan: ColumnPlan;
  readonly group: Group;
  /** Where its values are in the outputs of the group. */
  readonly spans: readonly Span[];
  readonly wanted: Int32Array;
  count: number;
}

/**
 * Entries of a thread, found by their values, with what is computed of each: first noted, then computed together. They are
 * kept from one block to the next until there is no room, but for passing ones, which only one sample is expected to have:
 * these are computed in the same place in each block, and take no room from those that many samples have.
 */
export class ComputedEntries {
  readonly #plan: TablePlan;
  readonly #memory: TableMemory;
  readonly #twins: TwinTable;
  readonly #columns: readonly Column[];
  /** `[entry]`: bits of the columns that it has, or will have when those that are wanted are computed. */
  readonly #has: Uint16Array;
  #entries = 0;
  #passing = 0;

  /** `groups` are those of the columns. */
  constructor(plan: TablePlan, memory: TableMemory, groups: readonly Group[]) {
    const { capacity, passing, size, columns } = plan;
    this.#plan = plan;
    this.#memory = memory;
    this.#twins = new TwinTable(size, capacity);
    this.#has = new Uint16Array(capacity + passing);
    this.#columns = columns.map((column, index) => {
      const group = groups[index]!;
      const { outputSize } = column;
      const spans = outputSpans(flatTensor(outputSize), group.output);
      return { plan: column, group, spans, wanted: new Int32Array(capacity + passing), count: 0 };
    });
  }

  /** Whether so many more entries have room. */
  hasRoom(entries: number): boolean {
    return this.#entries + entries <= this.#plan.capacity;
  }

  /** Forgets all entries. */
  clear(): void {
    this.#entries = 0;
    this.#twins.clear();
    for (const column of this.#columns) column.count = 0;
  }

  /** Finds an entry with the values of one that a view has, or adds it; returns its number. */
  find(view: InputView, entry: number): number {
    const { floats, words } = this.#memory;
    const number = this.#entries;
    const at = this.addressOf(number) / 4;
    copyEntry(view, entry, { target: floats, at });
    const found = this.#twins.add(number, words, at);
    if (found === number) {
      this.#has[number] = 0;
      this.#entries++;
    }
    return found;
  }

  /** The same of an entry that no later sample is expected to have: a new one is forgotten with the block. */
  findPassing(view: InputView, entry: number): number {
    const { floats, words } = this.#memory;
    const number = this.#plan.capacity + this.#passing;
    const at = this.addressOf(number) / 4;
    copyEntry(view, entry, { target: floats, at });
    const found = this.#twins.find(words, at);
    if (found >= 0) return found;
    this.#has[number] = 0;
    this.#passing++;
    return number;
  }

  /** Whether an entry stays when the block is done. */
  isKept(number: number): boolean {
    return number < this.#plan.capacity;
  }

  /** Forgets the passing entries of the last block. */
  beginBlock(): void {
    this.#passing = 0;
  }

  /** Address of an entry. */
  addressOf(number: number): number {
    return this.#plan.address + number * this.#plan.stride;
  }

  /** Number of the entry at an address. */
  numberAt(address: number): number {
    return (address - this.#plan.address) / this.#plan.stride;
  }

  /** Notes that columns of an entry are wanted, given as bits. */
  want(number: number, columns: number): void {
    if ((columns & ~this.#has[number]!) === 0) return;
    for (let index = 0; index < this.#columns.length; index++) {
      if ((columns >> index & 1) === 1) this.#wantColumn(number, index);
    }
  }

  #wantColumn(number: number, index: number): void {
    const bit = 1 << index;
    if ((this.#has[number]! & bit) !== 0) return;
    const column = this.#columns[index]!;
    if (column.plan.after >= 0) this.#wantColumn(number, column.plan.after);
    this.#has[number]! |= bit;
    column.wanted[column.count++] = number;
  }

  /** Computes what is wanted. */
  compute(): void {
    // A column comes after those that it is computed from.
    for (const column of this.#columns) {
      for (let first = 0; first < column.count; first += GROUP_SAMPLES) {
        const end = Math.min(column.count, first + GROUP_SAMPLES);
        this.#computeGroup(column, column.wanted.subarray(first, end));
      }
      column.count = 0;
    }
  }

  #computeGroup({ plan, group, spans }: Column, numbers: Int32Array): void {
    const { floats } = this.#memory;
    const { raw, floats: own } = group;
    const { address, sampleStride } = raw;
    for (let sample = 0; sample < numbers.length; sample++) {
      const from = (this.addressOf(numbers[sample]!) + plan.from) / 4;
      own.set(floats.subarray(from, from + plan.inputSize), (address + sample * sampleStride) / 4);
    }
    group.run(numbers.length);
    group.storeOutputs(numbers.length);
    for (let sample = 0; sample < numbers.length; sample++) {
      const from = (address + sample * sampleStride) / 4;
      const to = (this.addressOf(numbers[sample]!) + plan.to) / 4;
      for (const { tensor, raw, length } of spans) {
        floats.set(own.subarray(from + raw, from + raw + length), to + tensor);
      }
    }
  }
}

/** The layout of values without gaps. */
function flatTensor(size: number): Parameters<typeof outputSpans>[0] {
  return {
    address: 0,
    delta: 0,
    sampleStride: 4 * size,
    deltaSampleStride: 4 * size,
    ofNetwork: true,
    before: 0,
    rows: 1,
    stride: 4 * size,
    channels: size,
    segment: { count: size, padded: size },
  };
}
