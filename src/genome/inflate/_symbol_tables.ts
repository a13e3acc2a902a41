/** The codes of deflate (RFC 1951), as tables from the next bits to a symbol. */

/** Entries `symbol << 4 | length` by the next `bits` bits; 0 where no code begins with them. */
export interface SymbolTable {
  readonly table: Uint16Array;
  readonly bits: number;
}

/** The order in which the lengths of codes of lengths are written. */
export const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Extra bits and least values of the symbols of lengths, from 257 on. */
export const LENGTH_EXTRA = extraBits(29, 4, 8);
export const LENGTH_BASE = leastValues(LENGTH_EXTRA, 3);
// The longest match has a symbol of its own, without extra bits.
LENGTH_EXTRA[28] = 0;
LENGTH_BASE[28] = 258;

/** Extra bits and least values of the symbols of distances. */
export const DISTANCE_EXTRA = extraBits(30, 2, 4);
export const DISTANCE_BASE = leastValues(DISTANCE_EXTRA, 1);

/** The codes of blocks that have none of their own. */
export const FIXED_CODES = {
  symbols: fillSymbols(
    new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280),
    "literal/lengths",
  ),
  distances: fillSymbols(new Uint8Array(32).fill(5), "distances"),
};

/** After `plain` symbols without extra bits each group of some has one more than the last. */
function extraBits(count: number, group: number, plain: number): Uint8Array {
  return Uint8Array.from(
    { length: count },
    (_, symbol) => symbol < plain ? 0 : Math.floor((symbol - plain) / group) + 1,
  );
}

function leastValues(extra: Uint8Array, first: number): Uint16Array {
  let next = first;
  return Uint16Array.from(extra, (bits) => {
    const least = next;
    next += 1 << bits;
    return least;
  });
}

/**
 * Makes the table of a code, given by the length of each symbol's, 0 for those that it lacks.
 *
 * @throws {Error} If the lengths are those of no code.
 */
export function fillSymbols(lengths: Uint8Array, name: string): SymbolTable {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  let bits = 15;
  while (bits > 0 && counts[bits] === 0) bits--;
  if (bits === 0) return { table: new Uint16Array(1), bits: 0 };
  const next = new Uint16Array(17);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    next[length] = code;
    code = code + counts[length]! << 1;
    if (code > 2 << length) throw new Error(`invalid ${name} set`);
  }
  // Only a single code may leave others unused.
  const isWhole = code === 1 << 16;
  if (!isWhole && !(bits === 1 && counts[1] === 1)) throw new Error(`invalid ${name} set`);
  const table = new Uint16Array(1 << bits);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const reversed = reverse(next[length]!++, length);
    for (let at = reversed; at < table.length; at += 1 << length) table[at] = symbol << 4 | length;
  }
  return { table, bits };
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= (code >> bit & 1) << length - 1 - bit;
  return reversed;
}
