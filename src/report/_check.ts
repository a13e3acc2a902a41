/**
 * Throws unless there is something to plot.
 *
 * @param figure Name of the figure, for the message.
 * @param rows The values that it would show.
 * @throws {RangeError} If there are no rows.
 */
export function checkNotEmpty<Row>(
  figure: string,
  rows: readonly Row[],
): asserts rows is readonly [Row, ...Row[]] {
  if (rows.length === 0) {
    throw new RangeError(`Cannot plot ${figure}: found no values, expected at least one`);
  }
}
