/**
 * Reads the few kinds of columns that requests have from a stream of Arrow. The package `apache-arrow` reads all kinds, but
 * trusts its input: damaged counts make it ask for all memory.
 */

import { FlatTable } from "./flat_table.ts";

/** Values of a column of lists, row by row. */
export type Numbers =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** The columns of a stream, all batches together. */
export interface ArrowColumns {
  readonly strings: ReadonlyMap<string, readonly string[]>;
  readonly lists: ReadonlyMap<string, readonly Numbers[]>;
}

/** Numbers that Arrow gives to kinds of messages and types. */
const MESSAGE = { schema: 1, dictionary: 2, records: 3 } as const;
const TYPE = { int: 2, float: 3, text: 5, list: 12, fixedList: 16, longText: 20 } as const;

const INTEGERS = {
  unsigned: { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array, 64: BigUint64Array },
  signed: { 8: Int8Array, 16: Int16Array, 32: Int32Array, 64: BigInt64Array },
} as const;
const FLOATS = [undefined, Float32Array, Float64Array] as const;

type NumbersOf = new (buffer: ArrayBuffer, offset: number, length: number) => Numbers;

interface Field {
  readonly name: string;
  readonly type: number;
  readonly table: FlatTable | undefined;
  /** Of a dictionary, if its values are numbers in one. */
  readonly dictionary: number | undefined;
  readonly indices: FlatTable | undefined;
  readonly children: readonly Field[];
}

/** More words than a dictionary of genes has. */
const MOST_WORDS = 1_000_000;

/** Throws if there are more rows than are wanted, before memory is taken for them. */
type CheckRows = (rows: number) => void;

/**
 * Reads the columns of a stream.
 *
 * @param bytes The stream.
 * @param checkRows Is told how many rows each column has so far.
 * @throws {RangeError} If it is damaged.
 * @throws {TypeError} If a column is of a kind that requests do not have; the message says which.
 */
export function readArrowStream(
  bytes: Uint8Array<ArrayBuffer>,
  checkRows: CheckRows = () => {},
): ArrowColumns {
  const strings = new Map<string, string[]>();
  const lists = new Map<string, Numbers[]>();
  const dictionaries = new Map<number, string[]>();
  let fields: readonly Field[] | undefined;
  for (const { kind, header, body } of messagesOf(bytes)) {
    if (kind === MESSAGE.schema && fields === undefined) {
      fields = header.tables(1).map(parseField);
      for (const { name, type, dictionary } of fields) {
        if (isText(type) || dictionary !== undefined) strings.set(name, []);
        else lists.set(name, []);
      }
    } else if (fields === undefined) throw new RangeError("the first message is no schema");
    else if (kind === MESSAGE.dictionary) {
      const id = header.count(0);
      const field = fields.find(({ dictionary }) => dictionary === id);
      const records = header.table(1);
      if (field === undefined || records === undefined) {
        throw new RangeError("a dictionary is lost");
      }
      const words = header.byte(2) !== 0 ? dictionaries.get(id) ?? [] : [];
      const checkWords = (more: number) => {
        if (words.length + more > MOST_WORDS) throw new RangeError("a dictionary is too long");
      };
      push(words, new Batch(records, body, checkWords).texts(field.type));
      dictionaries.set(id, words);
    } else if (kind === MESSAGE.records) {
      let into: readonly unknown[] = [];
      const batch = new Batch(header, body, (rows) => checkRows(into.length + rows));
      for (const field of fields) {
        const { name, type, dictionary } = field;
        into = (isText(type) || dictionary !== undefined ? strings : lists).get(name)!;
        if (dictionary !== undefined) {
          push(strings.get(name)!, batch.words(field, dictionaries.get(dictionary) ?? []));
        } else if (isText(type)) push(strings.get(name)!, batch.texts(type));
        else push(lists.get(name)!, batch.lists(field));
      }
    } else throw new RangeError(`a message is of kind ${kind}`);
  }
  if (fields === undefined) throw new RangeError("there is no schema");
  return { strings, lists };
}

function isText(type: number): boolean {
  return type === TYPE.text || type === TYPE.longText;
}

function push<T>(into: T[], values: readonly T[]): void {
  for (const value of values) into.push(value);
}

interface Message {
  readonly kind: number;
  readonly header: FlatTable;
  readonly body: Uint8Array<ArrayBuffer>;
}

function* messagesOf(bytes: Uint8Array<ArrayBuffer>): Generator<Message> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length;) {
    const hasMark = view.getUint32(at, true) === 0xffffffff;
    if (hasMark) at += 4;
    const size = view.getUint32(at, true);
    at += 4;
    if (size === 0) return;
    const start = at + size;
    if (start > bytes.length) throw new RangeError("a message ends early");
    const message = FlatTable.root(new DataView(bytes.buffer, bytes.byteOffset + at, size));
    const end = start + message.count(3);
    if (end > bytes.length) throw new RangeError("a batch ends early");
    const header = message.table(2);
    if (header === undefined) throw new RangeError("a message has no header");
    // Typed arrays begin at multiples of their elements.
    const isAligned = (bytes.byteOffset + start) % 8 === 0;
    const body = isAligned ? bytes.subarray(start, end) : bytes.slice(start, end);
    yield { kind: message.byte(1), header, body };
    at = end;
  }
}

function parseField(field: FlatTable): Field {
  const encoding = field.table(4);
  return {
    name: field.text(0),
    type: field.byte(2),
    table: field.table(3),
    dictionary: encoding?.count(0),
    indices: encoding?.table(1),
    // Of one level: lists of lists are not read.
    children: field.tables(5).map((child) => ({
      name: child.text(0),
      type: child.byte(2),
      table: child.table(3),
      dictionary: child.table(4)?.count(0),
      indices: undefined,
      children: [],
    })),
  };
}

/** The columns of a batch, which are taken in their order. */
class Batch {
  readonly #body: Uint8Array<ArrayBuffer>;
  readonly #nodes: (readonly [length: number, nulls: number])[];
  readonly #buffers: (readonly [offset: number, length: number])[];
  readonly #checkRows: CheckRows;

  constructor(records: FlatTable, body: Uint8Array<ArrayBuffer>, checkRows: CheckRows) {
    if (records.table(3) !== undefined) throw new TypeError("found compressed buffers");
    this.#body = body;
    this.#checkRows = checkRows;
    this.#nodes = records.pairs(1);
    this.#buffers = records.pairs(2);
  }

  /** Strings. */
  texts(type: number): string[] {
    const rows = this.#node();
    this.#checkRows(rows);
    const isLong = type === TYPE.longText;
    const ends = isLong ? this.#take(BigInt64Array, rows + 1) : this.#take(Int32Array, rows + 1);
    const letters = this.#take(Uint8Array) as Uint8Array;
    const decoder = new TextDecoder();
    return Array.from({ length: rows }, (_, row) => {
      const [start, end] = [Number(ends[row]), Number(ends[row + 1])];
      if (!(start >= 0 && end >= start && end <= letters.length)) {
        throw new RangeError("a string has no place");
      }
      return decoder.decode(letters.subarray(start, end));
    });
  }

  /** Strings by their numbers in a dictionary. */
  words({ indices }: Field, dictionary: readonly string[]): string[] {
    const rows = this.#node();
    this.#checkRows(rows);
    const numbers = this.#take(indices === undefined ? Int32Array : integersOf(indices), rows);
    return Array.from({ length: rows }, (_, row) => {
      const word = dictionary[Number(numbers[row])];
      if (word === undefined) throw new RangeError("a word is not in its dictionary");
      return word;
    });
  }

  /** Lists of numbers, without a copy. */
  lists({ name, type, table, children: [child] }: Field): Numbers[] {
    if ((type !== TYPE.list && type !== TYPE.fixedList) || child === undefined) {
      throw new TypeError(`column "${name}" is of type ${type}, expected lists of numbers`);
    }
    const rows = this.#node();
    this.#checkRows(rows);
    const size = type === TYPE.fixedList ? table?.int(0) ?? 0 : undefined;
    if (size !== undefined && size < 1) throw new RangeError(`lists have ${size} values`);
    const ends = size === undefined ? this.#take(Int32Array, rows + 1) : undefined;
    const count = this.#node();
    const values = this.#take(numbersOf(child), count);
    if (size !== undefined && count < rows * size) throw new RangeError("lists end early");
    return Array.from({ length: rows }, (_, row) => {
      const start = ends === undefined ? row * size! : Number(ends[row]);
      const end = ends === undefined ? start + size! : Number(ends[row + 1]);
      if (!(start >= 0 && end >= start && end <= count)) {
        throw new RangeError("a list has no place");
      }
      return values.subarray(start, end);
    });
  }

  /** The rows of the next column or child; its mask of nulls is taken, too. */
  #node(): number {
    const node = this.#nodes.shift();
    if (node === undefined) throw new RangeError("a column is missing");
    const [rows, nulls] = node;
    if (nulls > 0) throw new TypeError(`found ${nulls} nulls, expected none`);
    if (this.#buffers.shift() === undefined) throw new RangeError("a buffer is missing");
    return rows;
  }

  /** The next buffer: `count` values of it, or all. */
  #take(Kind: NumbersOf & { readonly BYTES_PER_ELEMENT: number }, count?: number): Numbers {
    const buffer = this.#buffers.shift();
    if (buffer === undefined) throw new RangeError("a buffer is missing");
    const [offset, length] = buffer;
    const bytes = count === undefined ? length : count * Kind.BYTES_PER_ELEMENT;
    // A column without rows may lack its offsets.
    if (length === 0 && count === 1) return new Kind(new ArrayBuffer(8), 0, 1);
    if (bytes > length || offset + length > this.#body.length) {
      throw new RangeError("a buffer ends early");
    }
    return new Kind(
      this.#body.buffer,
      this.#body.byteOffset + offset,
      count ?? Math.floor(length / Kind.BYTES_PER_ELEMENT),
    );
  }
}

function integersOf(table: FlatTable): NumbersOf & { readonly BYTES_PER_ELEMENT: number } {
  const widths = table.byte(1) === 0 ? INTEGERS.unsigned : INTEGERS.signed;
  const width = table.int(0);
  if (width === 8 || width === 16 || width === 32 || width === 64) return widths[width];
  throw new RangeError(`integers have ${width} bits`);
}

function numbersOf(
  { name, type, table }: Field,
): NumbersOf & { readonly BYTES_PER_ELEMENT: number } {
  if (type === TYPE.int && table !== undefined) return integersOf(table);
  const Kind = type === TYPE.float ? FLOATS[table?.short(0) ?? 0] : undefined;
  if (Kind !== undefined) return Kind;
  throw new TypeError(`values of "${name}" are of type ${type}, expected integers or floats`);
}
