import { copyTransformed } from "../../../copy_transformed.ts";
import type { ComputedEntries, TableMemory } from "./computed_entries.ts";
import type { InputView } from "./input_view.ts";
import type { ExtraValues, JoinedPlan, ReaderPlan, ScalarList } from "./types.ts";

/** An input whose entries are in a table, as it is now. */
interface Reader {
  readonly plan: ReaderPlan;
  readonly table: ComputedEntries;
  /** `[entry of the view]`: its address in the table, −1 if it is not known. */
  addresses: Int32Array;
  /** Whether its entries are each expected in one sample only, so that they are not kept. */
  isPassing: boolean;
  /** `[sample of the block]`: address of its own entry, where it is not over references. */
  readonly own: Int32Array;
}

/** Finds the entries of the samples of a block, and lists where they are. */
export class BlockReader {
  /** `[sample of the block]`: number of its references. */
  readonly counts: Int32Array;
  readonly #plan: JoinedPlan;
  readonly #memory: TableMemory;
  readonly #tables: readonly ComputedEntries[];
  readonly #readers: readonly Reader[];
  /** Entries that a sample adds to a table at most. */
  readonly #mostEntries: number;
  #views: readonly InputView[] = [];
  /** By list: `[entry of the view]`, transformed. */
  #scalars: readonly Float32Array[] = [];

  /** `tables` are those of the plan. */
  constructor(plan: JoinedPlan, memory: TableMemory, tables: readonly ComputedEntries[]) {
    this.#plan = plan;
    this.#memory = memory;
    this.#tables = tables;
    this.counts = new Int32Array(plan.blockSamples);
    this.#readers = plan.readers.map((reader) => ({
      plan: reader,
      table: tables[reader.table]!,
      addresses: new Int32Array(),
      isPassing: false,
      own: new Int32Array(reader.overReferences ? 0 : plan.blockSamples),
    }));
    this.#mostEntries = plan.readers.reduce((sum, { places }) => sum + places, 0);
  }

  /** Sets what the next rows are read from, or lets go of it. */
  use(views: readonly InputView[] | undefined): void {
    this.#views = views ?? [];
    this.#scalars = [];
    if (views === undefined) return;
    for (const reader of this.#readers) {
      const { overReferences, input } = reader.plan;
      const { entries, index } = views[input]!;
      const rows = index?.length ?? entries;
      reader.isPassing = !overReferences && 2 * entries > rows;
      if (reader.addresses.length < entries) reader.addresses = new Int32Array(entries);
      reader.addresses.fill(-1, 0, entries);
    }
    this.#scalars = this.#plan.scalars.map(({ input }) => floatsOf(views[input]!));
  }

  /** Forgets all entries. */
  clear(): void {
    for (const table of this.#tables) table.clear();
    for (const { addresses } of this.#readers) addresses.fill(-1);
  }

  /** Notes as many rows as the tables have room for, from the first on; returns their number. */
  note(rows: Uint32Array): number {
    for (const table of this.#tables) table.beginBlock();
    const noted = this.#noteKept(rows);
    // What passes comes last: it is found among the references of all samples of the block.
    for (let sample = 0; sample < noted; sample++) {
      for (const reader of this.#readers) {
        if (reader.isPassing) this.#noteOwn(reader, sample, rows[sample]!);
      }
      this.#wantOwn(sample);
    }
    return noted;
  }

  /** Address of a sample's own entry of a reader. */
  ownAddress(reader: number, sample: number): number {
    return this.#readers[reader]!.own[sample]!;
  }

  /** Address of the list of a sample's entries of a reader over references. */
  listOf(reader: number, sample: number): number {
    const { list, places } = this.#readers[reader]!.plan;
    return list + 4 * sample * places;
  }

  /** Notes what is kept of as many rows as have room; returns their number. */
  #noteKept(rows: Uint32Array): number {
    for (let sample = 0; sample < rows.length; sample++) {
      if (!this.#tables.every((table) => table.hasRoom(this.#mostEntries))) return sample;
      const row = rows[sample]!;
      this.counts[sample] = 0;
      for (const list of this.#plan.scalars.keys()) this.#listScalars(list, sample, row);
      for (const reader of this.#readers) {
        if (reader.plan.overReferences) this.#listReferences(reader, sample, row);
        else if (!reader.isPassing) this.#noteOwn(reader, sample, row);
      }
      for (const values of this.#plan.extraValues) this.#copyExtras(values, sample, row);
    }
    return rows.length;
  }

  #noteOwn(reader: Reader, sample: number, row: number): void {
    reader.own[sample] = this.#find(reader, entryOf(this.#views[reader.plan.input]!, row));
  }

  /** Notes which columns of a sample's own entries are wanted. */
  #wantOwn(sample: number): void {
    const isAlone = this.counts[sample] === 0;
    for (const { reader: index, column, aloneColumn } of this.#plan.own) {
      const { table, own } = this.#readers[index]!;
      const wanted = isAlone ? aloneColumn : column;
      if (wanted >= 0) table.want(table.numberAt(own[sample]!), 1 << wanted);
    }
  }

  /** The address of an entry of a reader's input. */
  #find(reader: Reader, entry: number): number {
    const known = reader.addresses[entry]!;
    if (known >= 0) return known;
    const { table, isPassing, plan: { input, needs } } = reader;
    const view = this.#views[input]!;
    const number = isPassing ? table.findPassing(view, entry) : table.find(view, entry);
    table.want(number, needs);
    const address = table.addressOf(number);
    if (table.isKept(number)) reader.addresses[entry] = address;
    return address;
  }

  #listReferences(reader: Reader, sample: number, row: number): void {
    const { words } = this.#memory;
    const { addresses, plan: { list, input, places } } = reader;
    const index = this.#views[input]!.index!;
    const first = list / 4 + sample * places;
    const end = (row + 1) * places;
    let to = first;
    for (let from = row * places; from < end; from++) {
      const entry = index[from]!;
      if (entry < 0) continue;
      const known = addresses[entry]!;
      words[to++] = known >= 0 ? known : this.#find(reader, entry);
    }
    this.counts[sample] = to - first;
  }

  #listScalars(number: number, sample: number, row: number): void {
    const { floats } = this.#memory;
    const { list, stride, input, places }: ScalarList = this.#plan.scalars[number]!;
    const index = this.#views[input]!.index!;
    const values = this.#scalars[number]!;
    const first = (list + sample * stride) / 4;
    const end = (row + 1) * places;
    let to = first;
    for (let from = row * places; from < end; from++) {
      const entry = index[from]!;
      if (entry >= 0) floats[to++] = values[entry]!;
    }
    this.counts[sample] = to - first;
    // Whole vectors are multiplied: the rest of the last one must not be another sample's.
    while ((to & 3) !== 0) floats[to++] = 0;
  }

  #copyExtras({ input, size, first }: ExtraValues, sample: number, row: number): void {
    const { address, stride } = this.#plan.extras;
    const view = this.#views[input]!;
    const at = (address + sample * stride) / 4 + first;
    const from = entryOf(view, row) * size;
    const { floats } = this.#memory;
    const { values, transform } = view;
    if (transform !== "none") {
      const own = values.subarray(from, from + size);
      return copyTransformed(own, { target: floats, at, transform });
    }
    // They are few: a view of them would take longer than they do.
    for (let i = 0; i < size; i++) floats[at + i] = values[from + i]!;
  }
}

/** The entry of an input that a row has. */
function entryOf({ index }: InputView, row: number): number {
  return index === undefined ? row : index[row]!;
}

/** The values of an input as float32, transformed. */
function floatsOf({ values, transform }: InputView): Float32Array {
  if (values instanceof Float32Array && transform === "none") return values;
  const floats = new Float32Array(values.length);
  copyTransformed(values, { target: floats, at: 0, transform });
  return floats;
}
