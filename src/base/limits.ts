/** Limits that several parts share. */

/** Longest axis of a model or a sample: larger values are typos or attacks. */
export const MAX_EXTENT = 65_536;

/**
 * The value of `asinh`, the larger of the two transforms of counts, at 2^53, up to which float64 holds every integer:
 * about 37.
 */
export const LARGEST_TRANSFORMED = Math.asinh(2 ** 53);
