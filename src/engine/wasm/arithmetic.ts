/**
 * What the WebAssembly of this machine can do. Each answer takes a module of a few bytes, written out here: the first
 * session waits for it, and the assembler takes ten times as long while its own code is new.
 *
 * @module
 */

/** The square of 1 + 2⁻¹² minus its own value in float32: 2⁻²⁴ if multiply-add rounds once, after the sum, else 0. */
const FACTOR = 1 + 2 ** -12;
const MINUS_ROUNDED_SQUARE = -(1 + 2 ** -11);

/** Magic number and version. */
const BEGINNING = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0] as const;

/** Exports `probe`, of two float32 a and b: a · a + b by relaxed SIMD's multiply-add. */
// deno-fmt-ignore
const MULTIPLY_ADD = Uint8Array.of(
  ...BEGINNING,
  1, 7, 1, 0x60, 2, 0x7d, 0x7d, 1, 0x7d, // the type (f32, f32) → f32
  3, 2, 1, 0, // a function of it
  7, 9, 1, 5, 0x70, 0x72, 0x6f, 0x62, 0x65, 0, 0, // exported as "probe"
  10, 22, 1, 20, 0, // its code, without local variables
  0x20, 0, 0xfd, 19, // f32x4.splat of a
  0x20, 0, 0xfd, 19,
  0x20, 1, 0xfd, 19, // and of b
  0xfd, 0x85, 0x02, // f32x4.relaxed_madd
  0xfd, 31, 0, // f32x4.extract_lane 0
  0x0b,
);

let fuses: boolean | undefined;

/**
 * Whether relaxed SIMD's multiply-add rounds once on this machine. Where the processor cannot fuse, or the runtime is
 * set not to, the instruction exists too and rounds twice: only its result shows which.
 */
export function fusesMultiplyAdd(): boolean {
  return fuses ??= supportsRelaxedSimd() && probe() !== 0;
}

function probe(): number {
  const module = new WebAssembly.Module(MULTIPLY_ADD);
  const { probe } = new WebAssembly.Instance(module).exports;
  return (probe as (a: number, b: number) => number)(FACTOR, MINUS_ROUNDED_SQUARE);
}

/** Whether this machine runs relaxed SIMD at all. */
export function supportsRelaxedSimd(): boolean {
  return WebAssembly.validate(MULTIPLY_ADD);
}
