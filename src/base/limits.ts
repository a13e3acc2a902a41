/** Limits that several parts share. */

/** Longest axis of a model or a sample: more is a typing error or an attack. */
export const MAX_EXTENT = 65_536;
