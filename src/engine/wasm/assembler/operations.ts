/**
 * The operations that kernels are made of (WebAssembly Core Specification 3.0, chapter 5).
 *
 * @module
 */

/** Operations of one byte, by their names in the text format. */
export const PLAIN_OPERATIONS = {
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.eq": 0x46,
  "i32.div_u": 0x6e,
  "i32.rem_u": 0x70,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.popcnt": 0x69,
  "i32.ne": 0x47,
  "i32.shl": 0x74,
  "i32.shr_u": 0x76,
  "f32.add": 0x92,
} as const;

/** SIMD operations: what follows the prefix 0xfd, by their names in the text format. */
export const SIMD_OPERATIONS = {
  "i8x16.shuffle": 13,
  "i8x16.swizzle": 14,
  "i8x16.splat": 15,
  "i32x4.splat": 17,
  "f32x4.splat": 19,
  "i8x16.eq": 35,
  "i32x4.eq": 55,
  "i32x4.gt_s": 59,
  "i32x4.ge_u": 64,
  "f32x4.eq": 65,
  "f32x4.ne": 66,
  "f32x4.gt": 68,
  "v128.and": 78,
  "v128.or": 80,
  "v128.xor": 81,
  "v128.bitselect": 82,
  "i8x16.narrow_i16x8_u": 102,
  "f32x4.nearest": 106,
  "i8x16.add": 110,
  "i16x8.narrow_i32x4_u": 134,
  "i32x4.bitmask": 164,
  "i32x4.shl": 171,
  "i32x4.shr_u": 173,
  "i32x4.add": 174,
  "i32x4.sub": 177,
  "i32x4.max_s": 184,
  "f32x4.abs": 224,
  "f32x4.neg": 225,
  "f32x4.sqrt": 227,
  "f32x4.add": 228,
  "f32x4.sub": 229,
  "f32x4.mul": 230,
  "f32x4.div": 231,
  "f32x4.pmin": 234,
  "f32x4.pmax": 235,
  "i32x4.trunc_sat_f32x4_s": 248,
  "f32x4.relaxed_madd": 261,
  "i32x4.relaxed_laneselect": 267,
} as const;

/** An operation without immediates. */
export type Operation = keyof typeof PLAIN_OPERATIONS | keyof typeof SIMD_OPERATIONS;
