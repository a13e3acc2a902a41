/**
 * Constants of Threefry-2x32 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC'11), shared by
 * `src/random.ts`, which implements it in TypeScript, and the engines, which implement it as kernels.
 *
 * A block is encrypted in groups of four rounds; a round is x₀ ← x₀ + x₁, x₁ ← (x₁ rotated left) ⊕ x₀. Before the first
 * group the key is added to the block; after group i, counted from 0, the words i + 1 and i + 2 (modulo 3) of the key
 * schedule are added, and i + 1 to x₁. The schedule is the key's two words and their ⊕ with
 * {@linkcode THREEFRY_PARITY}.
 *
 * @module
 */

/** Makes the third word of the key schedule. */
export const THREEFRY_PARITY = 0x1bd11bda;

/** Numbers of bits by which the four rounds rotate, in even groups and in odd groups. */
export const THREEFRY_ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;

/** Groups of four rounds: 20 rounds. */
export const THREEFRY_GROUPS = 5;
