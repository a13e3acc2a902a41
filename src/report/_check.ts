/**
 * Throws unless there is something to plot.
 *
 * @throws {RangeError} Naming the figure.
 */
export function checkNotEmpty(figure: string, rows: readonly unknown[]): void {
  if (rows.length === 0) {
    throw new RangeError(`Cannot plot ${figure}: found no values, expected at least one`);
  }
}
