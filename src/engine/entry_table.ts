import type { PackedArray } from "../base/arrays.ts";
import { type PackedSequences, UNKNOWN_BASE } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import { checkIndexArray, checkPacked } from "./check_columns.ts";
import { isOverReferences } from "../model/inputs.ts";
import type { InputSpec } from "../model/spec.ts";
import type { Transform } from "../record.ts";
import {
  type EntryCopies,
  isPackedDna,
  numberCopies,
  sequenceCopies,
  withBlankEntry,
} from "./entry_copies.ts";
import {
  codeLetters,
  type LetterTable,
  noteLetters,
  packedLetters,
  roomForLetters,
} from "./gathered_letters.ts";
import {
  describeInputShape,
  entrySize,
  type GatheredInput,
  NO_ENTRY,
  placesOf,
} from "./sample_source.ts";

/** One input of all samples: a table of entries, and which of them each sample has. */
export interface InputColumn {
  /** The input. */
  readonly input: InputSpec;
  /**
   * `[entry, …shape of one]`, row-major: such as `[gene, base]` for a sequence, whose codes are A 0, C 1, G 2, T 3 and 4
   * where the letter is not known, or `[entry, value]` for references, one entry for each gene and cell type. Sequences
   * may be packed, which takes a quarter of the memory.
   */
  readonly table: PackedArray | PackedSequences;
  /**
   * `[sample]`, or `[sample, reference]` for `references` and `referenceLabels`: the entry of each sample, `NO_ENTRY`
   * where it lacks a reference or a packed sequence.
   *
   * @default entry i for sample i; required for references
   */
  readonly entryOf?: Uint32Array | undefined;
  /**
   * Applied to every value on its way into the network.
   *
   * @default "none"
   */
  readonly transform?: Transform | undefined;
}

/** {@linkcode NO_ENTRY} as a signed number. */
const MISSING = NO_ENTRY | 0;

/** A table whose entries have been gathered for a batch. */
export interface GatheredTable {
  readonly table: EntryTable;
  readonly input: GatheredInput;
}

/** The entries of one input. */
export class EntryTable {
  readonly #copyEntry: EntryCopies["copy"];
  /** The sequences, if it has these. */
  readonly #letters: LetterTable | undefined;
  /** Signed, since the compiler keeps such numbers in registers: a table has less than 2³¹ entries. */
  readonly #entryOf: Int32Array | undefined;
  readonly #size: number;
  readonly #places: number;
  /** `[entry]`: number of its last place, counted over all batches; below `#first` it is another batch's. */
  readonly #numberOf: Int32Array;
  /** Number of the first place of the batch that is being gathered, and of the place after its last one. */
  #first = 0;
  #next = 0;
  /** `[place in the batch]`: the entry there. */
  readonly #gathered: Int32Array;
  /** Where the numbers of entries go instead of their values. */
  #numbers: Uint32Array | undefined;

  constructor({ input, table, entryOf, transform = "none" }: InputColumn, samples: number) {
    const action = "join inputs";
    if (!isPackedDna(table)) checkPacked(table, { action, name: `the table of ${input.name}` });
    // Of other arrays engines would read other numbers than were checked.
    if (entryOf !== undefined) {
      checkIndexArray(entryOf, { action, name: `entryOf of ${input.name}` });
    }
    const copies = isPackedDna(table)
      ? sequenceCopies(table, input)
      : numberCopies(table, input, transform);
    const { entries } = copies;
    const index = entryOf && isPackedDna(table) ? withBlankEntry(entryOf, copies) : entryOf;
    this.#copyEntry = copies.copy;
    this.#entryOf = index && new Int32Array(index.buffer, index.byteOffset, index.length);
    this.#size = entrySize(input);
    this.#places = placesOf(input);
    checkIndices(input, { entries, entryOf: index, samples });
    if (input.name === "sequence" && !isPackedDna(table)) checkBases(table);
    if (isPackedDna(table)) this.#letters = packedLetters(table);
    else if (input.name === "sequence") this.#letters = codeLetters(table, input.bases);
    this.#numberOf = new Int32Array(entries).fill(-1);
    this.#gathered = new Int32Array(entries);
  }

  /** Whether rows have the same entries here as in another table, given by the same array of indices. */
  isIndexedLike(other: EntryTable): boolean {
    // Letters may be gathered by number.
    if (this.#letters !== undefined) return false;
    const [own, others] = [this.#entryOf, other.#entryOf];
    return own !== undefined && own.buffer === others?.buffer &&
      own.byteOffset === others.byteOffset && own.length === others.length;
  }

  /** Copies the entries that have been gathered of a table with the same indices. */
  gatherLike({ table, input }: GatheredTable, into: GatheredInput, samples: number): void {
    into.entries = input.entries;
    into.entryOf.set(input.entryOf.subarray(0, samples * this.#places));
    for (let place = 0; place < into.entries; place++) {
      this.#copy(table.#gathered[place]!, into.values, place);
    }
  }

  /** Copies the distinct entries of some samples. */
  gather(rows: Uint32Array, into: GatheredInput): void {
    this.#begin();
    this.#numbers = this.#letters && roomForLetters(into);
    noteLetters(into, this.#numbers && this.#letters);
    into.entries = this.#entryOf === undefined
      ? this.#gatherRows(rows, into)
      : this.#gatherEntries(rows, into, this.#entryOf);
  }

  /** Gathers entries that are those of the rows' own numbers; returns how many are distinct. */
  #gatherRows(rows: Uint32Array, { entryOf, values }: GatheredInput): number {
    const first = this.#first;
    for (let sample = 0; sample < rows.length; sample++) {
      const row = rows[sample]!;
      if (this.#numberOf[row]! < first) this.#add(row, values);
      entryOf[sample] = this.#numberOf[row]! - first;
    }
    return this.#next - first;
  }

  /** Gathers the entries that an index gives to each row; returns how many are distinct. */
  #gatherEntries(rows: Uint32Array, into: GatheredInput, index: Int32Array): number {
    const places = this.#places;
    const first = this.#first;
    const numberOf = this.#numberOf;
    const { entryOf, values } = into;
    let at = 0;
    for (let sample = 0; sample < rows.length; sample++) {
      const start = rows[sample]! * places;
      for (let from = start; from < start + places; from++) {
        const entry = index[from]!;
        if (entry === MISSING) {
          entryOf[at++] = NO_ENTRY;
          continue;
        }
        let number = numberOf[entry]!;
        if (number < first) number = this.#add(entry, values);
        entryOf[at++] = number - first;
      }
    }
    return this.#next - first;
  }

  /** Begins a batch: its places are numbered after those of the batches before. */
  #begin(): void {
    this.#first = this.#next;
    if (this.#first < 2 ** 31 - this.#numberOf.length) return;
    this.#numberOf.fill(-1);
    this.#first = this.#next = 0;
  }

  /** Copies an entry to the batch's next place; returns the number of that. */
  #add(entry: number, values: Float32Array): number {
    const number = this.#next++;
    this.#numberOf[entry] = number;
    this.#copy(entry, values, number - this.#first);
    return number;
  }

  #copy(entry: number, values: Float32Array, place: number): void {
    this.#gathered[place] = entry;
    if (this.#numbers !== undefined) this.#numbers[place] = entry;
    else this.#copyEntry(entry, values, place * this.#size);
  }
}

function checkIndices(
  input: InputSpec,
  { entries, entryOf, samples }: {
    readonly entries: number;
    readonly entryOf: Uint32Array | undefined;
    readonly samples: number;
  },
): void {
  const over = isOverReferences(input);
  if (entryOf === undefined) {
    if (!over && entries === samples) return;
    throw new ContractError(
      `Cannot join inputs: ${input.name} (${
        describeInputShape(input)
      }) has ${entries} entries and no indices, ` +
        `expected ${over ? "indices" : `${samples} entries`}`,
    );
  }
  const wanted = samples * placesOf(input);
  if (entryOf.length !== wanted) {
    throw new ContractError(
      `Cannot join inputs: ${input.name} has ${entryOf.length} indices, expected ${wanted}`,
    );
  }
  const wrong = entryOf.find((entry) => entry >= entries && !(over && entry === NO_ENTRY));
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot join inputs: ${input.name} has index ${wrong}, expected one below ${entries}`,
  );
}

function checkBases(table: PackedArray): void {
  const wrong = (table as Float64Array).find((code) =>
    !(code >= 0 && code <= UNKNOWN_BASE && Number.isInteger(code))
  );
  if (wrong === undefined) return;
  throw new RangeError(
    `Cannot join inputs: the sequence has code ${wrong}, expected one from 0 to ${UNKNOWN_BASE}`,
  );
}
