/** Limits that several parts share. */

/** Longest axis of a model or a sample: larger values are typos or attacks. */
export const MAX_EXTENT = 65_536;
