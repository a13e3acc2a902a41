import { addressOf } from "../../layout.ts";
import type { ExecutionContext } from "../context.ts";
import { SLOT_FOLLOWS, SLOT_MASK, SLOT_ROW, SLOT_VALUES } from "./kernels.ts";
import { SHARED_ROWS, SLOT_BYTES, SUBSET_OF, type WideDenseNode } from "./shape.ts";

/** Consecutive slots. */
export interface Slots {
  readonly address: number;
  readonly count: number;
}

/** Slots of rows that share an entry; others that keep nothing fill them up to whole subsets. */
export interface SharedSlots extends Slots {
  readonly entry: number;
}

/** The rows of a batch by their entries. */
export interface RowGroups {
  /** Rows of entries that few have, in the order of the entries. */
  readonly single: Slots;
  /** Those of each entry that enough rows have for tables of subsets to pay. */
  readonly shared: readonly SharedSlots[];
}

/** What is written into slots. */
export interface RowsOptions {
  readonly rows: number;
  /** Whether rows have masks; else nothing is dropped. */
  readonly masked: boolean;
  readonly addressOfRow: (row: number) => number;
}

/** Writes the slots of all rows to scratch memory. What they are depends on the batch alone. */
export function groupRows(
  context: ExecutionContext,
  node: WideDenseNode,
  options: RowsOptions,
): RowGroups {
  const writer = new SlotWriter(context, node, options);
  const byEntry = listByEntry(context, node, options.rows);
  const single = writer.next;
  for (const [entry, rows] of byEntry) {
    if (rows.length >= SHARED_ROWS) continue;
    rows.forEach((row, index) => writer.write(entry, row, index > 0));
  }
  const count = (writer.next - single) / SLOT_BYTES;
  const shared: SharedSlots[] = [];
  for (const [entry, rows] of byEntry) {
    if (rows.length < SHARED_ROWS) continue;
    const address = writer.next;
    for (const row of rows) writer.write(entry, row, false);
    const filled = SUBSET_OF * Math.ceil(rows.length / SUBSET_OF);
    for (let missing = rows.length; missing < filled; missing++) writer.writeNone();
    shared.push({ address, count: rows.length, entry });
  }
  return { single: { address: single, count }, shared };
}

/** Rows by entry, in the order of the entries; those of an entry in their own order. */
function listByEntry(
  { words }: ExecutionContext,
  { entryOf }: WideDenseNode,
  rows: number,
): [entry: number, rows: number[]][] {
  const lists: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const entry = entryOf === undefined ? row : words[entryOf / 4 + row]!;
    (lists[entry] ??= []).push(row);
  }
  return [...lists.entries()].filter(([, list]) => list !== undefined);
}

class SlotWriter {
  /** Address of the next slot. */
  next: number;
  readonly #words: Int32Array;
  readonly #node: WideDenseNode;
  readonly #options: RowsOptions;

  constructor({ words, scratch }: ExecutionContext, node: WideDenseNode, options: RowsOptions) {
    this.next = scratch + node.scratch.slots;
    this.#words = words;
    this.#node = node;
    this.#options = options;
  }

  write(entry: number, row: number, follows: boolean): void {
    const { input, dropout, ones } = this.#node;
    const { masked, addressOfRow } = this.#options;
    const mask = masked ? dropout!.masks + row * dropout!.maskStride : ones;
    this.#write(SLOT_VALUES, addressOf(input, entry));
    this.#write(SLOT_MASK, mask);
    this.#write(SLOT_ROW, addressOfRow(row));
    this.#write(SLOT_FOLLOWS, follows ? -1 : 0);
    this.next += SLOT_BYTES;
  }

  /** A slot of which a mask of zeros is all that is read. */
  writeNone(): void {
    this.#write(SLOT_MASK, this.#node.zeros);
    this.next += SLOT_BYTES;
  }

  #write(place: number, word: number): void {
    this.#words[(this.next + place) / 4] = word;
  }
}

/** Cuts slots into pieces of at most so many. */
export function cutSlots({ address, count }: Slots, most: number): Slots[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, piece) => ({
    address: address + piece * most * SLOT_BYTES,
    count: Math.min(most, count - piece * most),
  }));
}
