/**
 * The place of the first value that is no number, such as a text or `null` from JSON, which arithmetic would take for one; −1 if
 * all are numbers, as in most typed arrays they must be.
 */
export function findNonNumber(values: ArrayLike<unknown>): number {
  if (ArrayBuffer.isView(values) && typeof (values[0] ?? 0) === "number") return -1;
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== "number") return i;
  return -1;
}
