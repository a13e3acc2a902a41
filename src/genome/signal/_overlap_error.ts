import { FormatError, type FormatErrorOptions } from "../../errors.ts";

/** Where two rows of a signal track overlap. */
export interface OverlapPlace {
  /** The file's name of the sequence. */
  readonly contig: string;
  /** The first base that has two values. */
  readonly position: number;
}

/** The error of a signal track with two rows that overlap, so that some bases have two values. */
export class OverlapError extends FormatError {
  /** Where they overlap. */
  readonly overlap: OverlapPlace;

  constructor(
    overlap: OverlapPlace,
    options: FormatErrorOptions & { readonly earlierLine?: number | undefined },
  ) {
    const { contig, position } = overlap;
    const earlier = options.earlierLine === undefined
      ? "an earlier row"
      : `line ${options.earlierLine}`;
    super(
      `Cannot read bedGraph row: it overlaps ${earlier}: ${contig}:${position} has a value twice, expected ` +
        "each base once. Merge replicates, for instance into the mean of the columns that bedtools unionbedg " +
        "writes, instead of joining the files one after the other",
      options,
    );
    this.overlap = overlap;
  }
}
