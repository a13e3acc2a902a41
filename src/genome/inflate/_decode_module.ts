/** The hot loop of inflating, in WebAssembly: symbols of a deflate block to bytes. */

import {
  add,
  and,
  type Code,
  get,
  giveBack,
  i32,
  isAbove,
  isBelow,
  isNotNegative,
  load32,
  load64,
  load8,
  loop,
  low,
  makeModule,
  or,
  or64,
  repeat,
  repeatIf,
  set,
  shiftLeft,
  shiftLeft64,
  shiftRight,
  shiftRight64,
  store32,
  store64,
  store8,
  subtract,
  TYPE,
  type WasmFunction,
  when,
  whenElse,
  xor,
} from "./_wasm_code.ts";
import {
  DISTANCE_BITS,
  DISTANCE_LONG_BITS,
  ENTRY,
  SYMBOL_BITS,
  SYMBOL_LONG_BITS,
} from "./_code_tables.ts";
import { adlerFunction } from "./_adler_code.ts";
import { LAYOUT, PAGES } from "./_layout.ts";

/** What `decode` returns. */
export const OUTCOME = { blockEnd: 0, damaged: 1, tooLong: 2 } as const;

const LOW_SIX = 63;
/**
 * So many used bits stay below the next ones in `hold`. They make the next bits, without those below, the place of a table's
 * entry in bytes: how soon the next entry is known decides the pace, and a shift would come before each.
 */
const USED_BITS = 2;

/** The variables of `decode`. The first five are its parameters; the first of all is a number of bits, later of bytes. */
const [input, inputEnd, output, outputEnd, outputStart] = [0, 1, 2, 3, 4];
const [hold, held, entry, length, distance, from, end] = [5, 6, 7, 8, 9, 10, 11];

/**
 * Fills `hold` up to 56 bits or more, used ones included. The low six bits of `held` are how many it has that are not in `input` any more;
 * the others mean nothing, which saves an instruction for each symbol.
 */
const refill = [
  set(hold, or64(get(hold), shiftLeft64(load64(get(input)), get(held)))),
  set(
    input,
    add(get(input), shiftRight(and(xor(get(held), i32(-1)), i32(LOW_SIX)), i32(3))),
  ),
  set(held, or(get(held), i32(56))),
];

/** Takes the bits of the entry. */
const consume = [
  set(hold, shiftRight64(get(hold), get(entry))),
  set(held, subtract(get(held), get(entry))),
];

const literal = [
  store8(get(output), shiftRight(get(entry), i32(ENTRY.valueShift))),
  set(output, add(get(output), i32(1))),
  ...consume,
];
const isLiteral = isNotNegative(get(entry));
const has = (flag: number): Code => and(get(entry), i32(flag));
const entryValue = and(shiftRight(get(entry), i32(ENTRY.valueShift)), i32(ENTRY.valueMask));
const entryCode = and(shiftRight(get(entry), i32(ENTRY.codeShift)), i32(15));

/** The value of an entry and its extra bits, which follow the code. */
const valueWithExtra = add(
  entryValue,
  shiftRight(
    and(
      shiftRight(low(get(hold)), i32(USED_BITS)),
      xor(shiftLeft(i32(-1), and(get(entry), i32(LOW_SIX))), i32(-1)),
    ),
    entryCode,
  ),
);

/** Looks up the next bits. */
function lookUp(table: number, bits: number): Code {
  const place = and(low(get(hold)), i32(2 ** bits - 1 << USED_BITS));
  return set(entry, load32(place, table));
}

/** Follows an entry to the second table of the codes that begin with its bits. */
function lookUpLong(table: number, { bits, longBits }: Record<"bits" | "longBits", number>): Code {
  const rest = and(shiftRight(low(get(hold)), i32(bits)), i32(2 ** longBits - 1 << USED_BITS));
  return set(entry, load32(add(shiftLeft(entryValue, i32(USED_BITS)), rest), table));
}

const lookUpSymbol = lookUp(LAYOUT.symbols, SYMBOL_BITS);

/** Literals that follow each other; four of them take at most 44 bits. */
function literals(more: number): Code {
  const next = more === 0 ? [repeat(4)] : [lookUpSymbol, literals(more - 1)];
  return when(isLiteral, ...literal, ...next);
}

/** Leaves the places and returns. */
function leave(outcome: number): Code[] {
  return [
    store32(
      i32(LAYOUT.inputBit),
      add(subtract(shiftLeft(get(input), i32(3)), and(get(held), i32(LOW_SIX))), i32(USED_BITS)),
    ),
    store32(i32(LAYOUT.outputEnd), get(output)),
    giveBack(i32(outcome)),
  ];
}

/** Copies up to `end`, some bytes at a time, and perhaps a few more. */
function copy(step: number, loadStep: typeof load64, storeStep: typeof store64): Code {
  return loop(
    storeStep(get(output), loadStep(get(from))),
    set(output, add(get(output), i32(step))),
    set(from, add(get(from), i32(step))),
    repeatIf(isBelow(get(output), get(end)), 0),
  );
}

const decodeLongSymbol = when(
  has(ENTRY.special),
  when(
    has(ENTRY.long),
    lookUpLong(LAYOUT.symbols, { bits: SYMBOL_BITS, longBits: SYMBOL_LONG_BITS }),
    when(isLiteral, ...literal, repeat(4)),
  ),
  when(
    has(ENTRY.special),
    ...consume,
    when(has(ENTRY.blockEnd), ...leave(OUTCOME.blockEnd)),
    ...leave(OUTCOME.damaged),
  ),
);

const decodeDistance = [
  lookUp(LAYOUT.distances, DISTANCE_BITS),
  ...refill,
  when(
    has(ENTRY.special),
    when(
      has(ENTRY.long),
      lookUpLong(LAYOUT.distances, { bits: DISTANCE_BITS, longBits: DISTANCE_LONG_BITS }),
    ),
    when(has(ENTRY.special), ...leave(OUTCOME.damaged)),
  ),
  set(distance, valueWithExtra),
  ...consume,
];

const copyMatch = [
  when(
    isAbove(get(distance), subtract(get(output), get(outputStart))),
    ...leave(OUTCOME.damaged),
  ),
  set(from, subtract(get(output), get(distance))),
  set(end, add(get(output), get(length))),
  whenElse(
    isAbove(get(distance), i32(7)),
    [copy(8, load64, store64)],
    [
      whenElse(
        isAbove(get(distance), i32(3)),
        [copy(4, load32, store32)],
        [copy(1, load8, store8)],
      ),
    ],
  ),
  set(output, get(end)),
];

/**
 * decode(inputBit, inputEnd, output, outputEnd, outputStart): decodes the symbols of a block to its end.
 *
 * What matters is how soon the next entry is known: of `hold` only a shift depends on an entry, and a refill only adds
 * bits above those that are there. So the next entry can be looked up before a refill, which then takes no time of its own.
 * That it may be is a matter of counting: a refill fills all 64 bits of `hold`, whatever `held` says, two of which are used.
 * Until the next one at most 48 are taken before a symbol (three literals of 11 bits, and one of 15), which leaves 14 for its
 * 11; and at most 53 before a distance (three literals, and a length of 15 bits with 5 extra ones), which leaves 9 for its 8.
 */
function decodeFunction(): WasmFunction {
  const start = [
    set(held, and(get(input), i32(7))),
    set(input, shiftRight(get(input), i32(3))),
    set(hold, shiftLeft64(shiftRight64(load64(get(input)), get(held)), i32(USED_BITS))),
    set(input, add(get(input), i32(7))),
    set(held, subtract(i32(56 + USED_BITS), get(held))),
  ];
  const body = [
    ...start.flat(),
    ...loop(
      // What was read ahead may lie past the end, but not what was decoded.
      when(isAbove(get(input), get(inputEnd)), ...leave(OUTCOME.damaged)),
      when(isAbove(get(output), get(outputEnd)), ...leave(OUTCOME.tooLong)),
      lookUpSymbol,
      ...refill,
      literals(3),
      whenElse(
        has(ENTRY.whole),
        [
          set(length, entryCode),
          set(distance, entryValue),
          ...consume,
        ],
        [decodeLongSymbol, set(length, valueWithExtra), ...consume, ...decodeDistance],
      ),
      ...copyMatch,
      repeat(0),
    ),
    ...i32(OUTCOME.damaged),
  ];
  const { i32: int, i64 } = TYPE;
  return { name: "decode", parameters: 5, locals: [i64, int, int, int, int, int, int], body };
}

/** What the module exports. */
export interface DecodeExports {
  readonly memory: WebAssembly.Memory;
  readonly decode: (
    inputBit: number,
    inputEndBit: number,
    output: number,
    outputEnd: number,
    outputStart: number,
  ) => number;
  readonly adler32: (from: number, to: number) => number;
}

/** The module in the binary format. */
export function decodeModule(): Uint8Array<ArrayBuffer> {
  return makeModule([decodeFunction(), adlerFunction()], PAGES);
}
