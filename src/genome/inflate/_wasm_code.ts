/**
 * Writes functions of WebAssembly as expressions (Core Specification 3.0, chapter 5): just what inflating needs. Each
 * function here returns the bytes of the instructions that leave its value on the stack.
 */

/** The bytes of some instructions. */
export type Code = readonly number[];

/** The type of a parameter or of a local variable. */
export const TYPE = { i32: 0x7f, i64: 0x7e, v128: 0x7b } as const;

/** Number of a parameter or of a local variable. */
export type Local = number;

const EMPTY_BLOCK = 0x40;
const SIMD_PREFIX = 0xfd;
const FUNCTION_TYPE = 0x60;
const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; bytes.length === 0 || rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(rest % 128 | (rest >= 128 ? 0x80 : 0));
  }
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;; rest >>= 7) {
    const isLast = rest >= -64 && rest < 64;
    bytes.push(rest & 0x7f | (isLast ? 0 : 0x80));
    if (isLast) return bytes;
  }
}

const binary = (code: number) => (a: Code, b: Code): Code => [...a, ...b, code];
const simd = (code: number, ...values: readonly Code[]): Code => [
  ...values.flat(),
  SIMD_PREFIX,
  ...unsigned(code),
];

export const i32 = (value: number): Code => [0x41, ...signed(value | 0)];
export const get = (local: Local): Code => [0x20, ...unsigned(local)];
export const set = (local: Local, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const tee = (local: Local, value: Code): Code => [...value, 0x22, ...unsigned(local)];

export const add = binary(0x6a);
export const subtract = binary(0x6b);
export const multiply = binary(0x6c);
export const remainder = binary(0x70);
export const and = binary(0x71);
export const or = binary(0x72);
export const xor = binary(0x73);
export const shiftLeft = binary(0x74);
export const shiftRight = binary(0x76);
export const isBelow = binary(0x49);
export const isAbove = binary(0x4b);
export const isNotNegative = (value: Code): Code => [...value, ...i32(0), 0x4e];
/** The low 32 bits of an i64. */
export const low = (value: Code): Code => [...value, 0xa7];
/** An i64 shifted right by the low six bits of an i32. */
export const shiftRight64 = (value: Code, by: Code): Code => [...value, ...by, 0xad, 0x88];

/** An i64 shifted left by an i32. */
export const shiftLeft64 = (value: Code, by: Code): Code => [...value, ...by, 0xad, 0x86];
export const or64 = binary(0x84);

const load = (code: number, alignment: number) => (address: Code, offset = 0): Code => [
  ...address,
  code,
  alignment,
  ...unsigned(offset),
];
export const load8 = load(0x2d, 0);
export const load32 = load(0x28, 0);
export const load64 = load(0x29, 0);

const store = (code: number) => (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  code,
  0,
  ...unsigned(offset),
];
export const store8 = store(0x3a);
export const store32 = store(0x36);
export const store64 = store(0x37);

/** Repeats some code until none of its `repeat` is reached; `depth` of these counts the blocks between. */
export const loop = (...body: readonly Code[]): Code => [0x03, EMPTY_BLOCK, ...body.flat(), 0x0b];
export const when = (condition: Code, ...body: readonly Code[]): Code => [
  ...condition,
  0x04,
  EMPTY_BLOCK,
  ...body.flat(),
  0x0b,
];
export const whenElse = (condition: Code, body: readonly Code[], other: readonly Code[]): Code => [
  ...condition,
  0x04,
  EMPTY_BLOCK,
  ...body.flat(),
  0x05,
  ...other.flat(),
  0x0b,
];
/** Starts the loop that is `depth` blocks further out again. */
export const repeat = (depth: number): Code => [0x0c, depth];
export const repeatIf = (condition: Code, depth: number): Code => [...condition, 0x0d, depth];
/** Ends the function. */
export const giveBack = (value: Code): Code => [...value, 0x0f];

export const loadVector = (address: Code): Code => [...address, SIMD_PREFIX, 0, 0, 0];
export const vector = (bytes: Uint8Array): Code => [SIMD_PREFIX, 12, ...bytes];
export const lane = (value: Code, index: number): Code => [...value, SIMD_PREFIX, 27, index];
export const addLanes = (a: Code, b: Code): Code => simd(174, a, b);
/** The sums of four neighbouring bytes each. */
export const sumQuartets = (value: Code): Code => simd(127, simd(125, value));
export const widenLow = (value: Code): Code => simd(137, value);
export const widenHigh = (value: Code): Code => simd(138, value);
/** The sums of the products of two neighbouring int16 each. */
export const dot = (a: Code, b: Code): Code => simd(186, a, b);

/** A function of i32 that returns an i32. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** Types of its local variables, which follow the parameters. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/** Makes a module that exports its functions and a memory of fixed size, in pages of 64 KiB. */
export function makeModule(
  functions: readonly WasmFunction[],
  pages: number,
): Uint8Array<ArrayBuffer> {
  const section = (id: number, items: readonly Code[]) => sized(id, list(items));
  const types = functions.map(({ parameters }) => [
    FUNCTION_TYPE,
    ...list(Array.from({ length: parameters }, () => [TYPE.i32])),
    1,
    TYPE.i32,
  ]);
  const exported = (name: string, kind: number, index: number) => [
    ...list([...new TextEncoder().encode(name)].map((byte) => [byte])),
    kind,
    ...unsigned(index),
  ];
  const bodies = functions.map(({ locals, body }) => {
    const code = [...list(locals.map((type) => [1, type])), ...body, 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, types),
    ...section(3, functions.map((_, index) => unsigned(index))),
    ...section(5, [[1, ...unsigned(pages), ...unsigned(pages)]]),
    ...section(7, [
      exported("memory", 2, 0),
      ...functions.map(({ name }, index) => exported(name, 0, index)),
    ]),
    ...section(10, bodies),
  ]);
}

function list(items: readonly Code[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function sized(id: number, content: Code): number[] {
  return [id, ...unsigned(content.length), ...content];
}
