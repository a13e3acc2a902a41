/**
 * Tables that turn the next bits of deflate data into symbols (RFC 1951, section 3.2). An entry is found by the next bits
 * of the input; codes that are longer than a table's bits are found in second tables, one for each of their beginnings.
 */

/** Bits of the first table of literals and lengths, and of its second tables. */
export const SYMBOL_BITS = 11;
export const SYMBOL_LONG_BITS = 4;
/** Bits of the first table of distances, and of its second tables. */
export const DISTANCE_BITS = 8;
export const DISTANCE_LONG_BITS = 7;
const LONGEST_CODE = 15;

/**
 * The parts of an entry: in its low six bits how many bits it takes, extra bits included; then those of the code alone;
 * then its value. Entries of literals are not negative.
 */
export const ENTRY = {
  codeShift: 8,
  valueShift: 16,
  /** A literal, the least length or distance, or the place of a second table. */
  valueMask: 0x7fff,
  notLiteral: 1 << 31,
  /** Neither a literal nor a length or distance. */
  special: 1 << 6,
  /** A length and a distance: the distance is the value, and the length stands in place of the code's bits. */
  whole: 1 << 7,
  /** Says of a special entry that it ends the block, or that it names a second table. */
  blockEnd: 1 << 12,
  long: 1 << 13,
} as const;

/** No code begins with these bits. */
const INVALID = ENTRY.notLiteral | ENTRY.special;

/** A table, and the entries of its symbols, without their codes. */
export interface CodeTable {
  readonly entries: Int32Array;
  readonly bits: number;
  readonly longBits: number;
  readonly table: Int32Array;
  /** The first place of each symbol in the first table, and the bits of its code; 0 if it is not there. */
  readonly places: Uint16Array;
  readonly codeBits: Uint8Array;
}

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83]
  .concat([99, 115, 131, 163, 195, 227]);

/** Entries of 256 literals, the end of a block, 29 lengths and two symbols that do not exist. */
export const SYMBOL_ENTRIES = Int32Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 256) return symbol << ENTRY.valueShift;
  if (symbol === 256) return INVALID | ENTRY.blockEnd;
  const i = symbol - 257;
  if (i > 28) return INVALID;
  // The last length has a code of its own without extra bits.
  if (i === 28) return withExtra(258, 0);
  return withExtra(LENGTHS[i]!, i < 8 ? 0 : (i >> 2) - 1);
});

/** Entries of 30 distances and two symbols that do not exist. */
export const DISTANCE_ENTRIES = Int32Array.from({ length: 32 }, (_, symbol) => {
  if (symbol > 29) return INVALID;
  const extra = symbol < 4 ? 0 : (symbol >> 1) - 1;
  return withExtra(symbol < 4 ? symbol + 1 : 1 + ((2 + (symbol & 1)) << extra), extra);
});

/** Entries of the code by which the lengths of codes are written. */
export const LENGTH_ENTRIES = Int32Array.from({ length: 19 }, (_, symbol) => {
  return symbol << ENTRY.valueShift;
});

function withExtra(value: number, extraBits: number): number {
  return ENTRY.notLiteral | value << ENTRY.valueShift | extraBits;
}

/** The bits of numbers below 2^15 in reverse: those of the half of a number, and its last bit before them. */
const REVERSED = new Uint16Array(2 ** LONGEST_CODE);
for (let code = 1; code < REVERSED.length; code++) {
  REVERSED[code] = REVERSED[code >> 1]! >> 1 | (code & 1) << LONGEST_CODE - 1;
}

const counts = new Int32Array(LONGEST_CODE + 1);
const nextPlaces = new Int32Array(LONGEST_CODE + 2);
const sorted = new Uint16Array(288);

/**
 * Fills a table.
 *
 * @param lengths Lengths of the symbols' codes in bits; 0 for a symbol without one.
 * @returns Whether they are lengths of a code: one that leaves no bits unused, or that of a single symbol or none.
 */
export function fillTable(code: CodeTable, lengths: Uint8Array): boolean {
  const longest = sortSymbols(lengths);
  let left = 1;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    left = 2 * left - counts[length]!;
    if (left < 0) return false;
  }
  if (left > 0 && longest > 1) return false;
  fillEntries(code, longest);
  return true;
}

/** Sorts the symbols that have a code by its length. Returns the longest. */
function sortSymbols(lengths: Uint8Array): number {
  counts.fill(0);
  for (let symbol = 0; symbol < lengths.length; symbol++) counts[lengths[symbol]!]!++;
  let longest = 0;
  nextPlaces[1] = 0;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    nextPlaces[length + 1] = nextPlaces[length]! + counts[length]!;
    if (counts[length]! > 0) longest = length;
  }
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol]!;
    if (length > 0) sorted[nextPlaces[length]!++] = symbol;
  }
  return longest;
}

/** Calling a built-in function takes as long as copying this many entries. */
const FEW_ENTRIES = 64;

/** Copies the first `size` entries to the places after them. */
function double(table: Int32Array, size: number): void {
  if (size > FEW_ENTRIES) table.copyWithin(size, 0, size);
  else for (let i = 0; i < size; i++) table[size + i] = table[i]!;
}

/** Fills the first table, which doubles with each bit, since what few bits say holds whatever follows them. */
function fillEntries(target: CodeTable, longest: number): void {
  const { entries, bits, longBits, table, places, codeBits } = target;
  let code = 0;
  let symbols = 0;
  let beginning = -1;
  let second = 1 << bits;
  let next = second;
  table[0] = INVALID;
  codeBits.fill(0);
  for (let length = 1; length <= Math.max(bits, longest); length++) {
    code <<= 1;
    if (length <= bits) double(table, 1 << length - 1);
    for (let i = counts[length]!; i > 0; i--) {
      const place = REVERSED[code++]! >> LONGEST_CODE - length;
      const symbol = sorted[symbols++]!;
      const entry = entries[symbol]! + length + (length << ENTRY.codeShift);
      if (length <= bits) {
        places[symbol] = place;
        codeBits[symbol] = length;
        table[place] = entry;
        continue;
      }
      // Codes of the same beginning follow each other.
      if ((place & (1 << bits) - 1) !== beginning) {
        beginning = place & (1 << bits) - 1;
        second = next;
        next += 1 << longBits;
        table.fill(INVALID, second, next);
        table[beginning] = INVALID | ENTRY.long | second << ENTRY.valueShift;
      }
      for (let at = place >> bits; at < 1 << longBits; at += 1 << length - bits) {
        table[second + at] = entry;
      }
    }
  }
}

/** Symbols of the lengths 3 to 10, which have no extra bits. */
const [FIRST_PLAIN, LAST_PLAIN] = [257, 264];

/**
 * Makes entries of a length and a distance where both are found in the first table together. Data in records, as of
 * reads and of intervals, have one such match in each.
 */
export function joinMatches(symbols: CodeTable, distances: CodeTable): void {
  for (let symbol = FIRST_PLAIN; symbol <= LAST_PLAIN; symbol++) {
    const lengthBits = symbols.codeBits[symbol]!;
    if (lengthBits === 0) continue;
    const length = 3 + symbol - FIRST_PLAIN;
    for (let i = 0; i < 30; i++) {
      const codeBits = distances.codeBits[i]!;
      const entry = distances.entries[i]!;
      const bits = lengthBits + codeBits + (entry & 63);
      if (codeBits === 0 || bits > symbols.bits) continue;
      const least = entry >> ENTRY.valueShift & ENTRY.valueMask;
      const place = symbols.places[symbol]! | distances.places[i]! << lengthBits;
      for (let extra = 0; extra < 1 << (entry & 63); extra++) {
        const whole = ENTRY.notLiteral | ENTRY.whole | bits | length << ENTRY.codeShift |
          least + extra << ENTRY.valueShift;
        const first = place | extra << lengthBits + codeBits;
        for (let at = first; at < 1 << symbols.bits; at += 1 << bits) symbols.table[at] = whole;
      }
    }
  }
}
