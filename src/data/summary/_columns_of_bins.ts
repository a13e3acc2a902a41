/** Bins joined into fewer columns. */

/** The bins of a window in columns of neighbours. */
export interface GroupedAxis {
  /** Number of columns. */
  readonly count: number;
  /** The column of each bin, `[bin]`. */
  readonly ofBin: Uint16Array;
  /** Number of bins in each column, `[column]`. */
  readonly bins: Uint16Array;
}

/** Joins bins into at most `most` columns of as nearly the same width as can be. */
export function groupBins(bins: number, most: number): GroupedAxis {
  const count = Math.min(bins, most);
  const ofBin = Uint16Array.from({ length: bins }, (_, bin) => Math.floor(bin * count / bins));
  const widths = new Uint16Array(count);
  for (const column of ofBin) widths[column]!++;
  return { count, ofBin, bins: widths };
}
