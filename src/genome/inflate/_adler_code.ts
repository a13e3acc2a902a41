/** Adler-32 in WebAssembly. */

import {
  add,
  addLanes,
  and,
  type Code,
  dot,
  get,
  i32,
  isAbove,
  isBelow,
  lane,
  load8,
  loadVector,
  loop,
  multiply,
  or,
  remainder,
  repeat,
  set,
  shiftLeft,
  subtract,
  sumQuartets,
  TYPE,
  vector,
  type WasmFunction,
  when,
  widenHigh,
  widenLow,
} from "./_wasm_code.ts";

const ADLER_BASE = 65_521;
/** So many bytes can be summed before a sum outgrows 32 bits. */
const ADLER_BYTES = 5552;

/** The variables of `adler32`. The first two are its parameters; the first of all moves on to the second. */
const [from, to, first, second, stop, left] = [0, 1, 2, 3, 4, 5];
const [bytes, sums, prefixes, weighted] = [6, 7, 8, 9];

/** Eight numbers from `start` down, as lanes of 16 bits. */
function weights(start: number): Code {
  return vector(new Uint8Array(Int16Array.from({ length: 8 }, (_, i) => start - i).buffer));
}

/** The sum of the four lanes of a variable. */
function total(lanes: number): Code {
  return add(
    add(lane(get(lanes), 0), lane(get(lanes), 1)),
    add(lane(get(lanes), 2), lane(get(lanes), 3)),
  );
}

/**
 * Adds the whole sixteens of the next `left` bytes. Each byte counts once in `first`, and in `second` as many times as
 * bytes follow it in the stretch, and once more: 16 times for each sixteen that follows (`prefixes`), and 16 to 1 times
 * within its own (`weighted`).
 */
function addSixteens(): Code[] {
  const zero = vector(new Uint8Array(16));
  const whole = and(get(left), i32(-16));
  const inOwn = addLanes(
    dot(widenLow(get(bytes)), weights(16)),
    dot(widenHigh(get(bytes)), weights(8)),
  );
  return [
    set(stop, add(get(from), whole)),
    set(second, add(get(second), multiply(get(first), whole))),
    set(sums, zero),
    set(prefixes, zero),
    set(weighted, zero),
    loop(
      when(
        isBelow(get(from), get(stop)),
        set(bytes, loadVector(get(from))),
        set(prefixes, addLanes(get(prefixes), get(sums))),
        set(sums, addLanes(get(sums), sumQuartets(get(bytes)))),
        set(weighted, addLanes(get(weighted), inOwn)),
        set(from, add(get(from), i32(16))),
        repeat(1),
      ),
    ),
    set(second, add(get(second), add(shiftLeft(total(prefixes), i32(4)), total(weighted)))),
    set(first, add(get(first), total(sums))),
  ];
}

/** Adds the other bytes, one by one. */
function addRest(): Code[] {
  return [
    set(stop, add(get(from), and(get(left), i32(15)))),
    loop(
      when(
        isBelow(get(from), get(stop)),
        set(first, add(get(first), load8(get(from)))),
        set(second, add(get(second), get(first))),
        set(from, add(get(from), i32(1))),
        repeat(1),
      ),
    ),
  ];
}

/** adler32(from, to): the checksum of RFC 1950, 16 bytes at a time. */
export function adlerFunction(): WasmFunction {
  const body = [
    ...set(first, i32(1)),
    ...loop(
      when(
        isBelow(get(from), get(to)),
        set(left, subtract(get(to), get(from))),
        when(isAbove(get(left), i32(ADLER_BYTES)), set(left, i32(ADLER_BYTES))),
        ...addSixteens(),
        ...addRest(),
        set(first, remainder(get(first), i32(ADLER_BASE))),
        set(second, remainder(get(second), i32(ADLER_BASE))),
        repeat(1),
      ),
    ),
    ...or(shiftLeft(get(second), i32(16)), get(first)),
  ];
  const { i32: int, v128 } = TYPE;
  return {
    name: "adler32",
    parameters: 2,
    locals: [int, int, int, int, v128, v128, v128, v128],
    body,
  };
}
