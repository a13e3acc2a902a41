/** A likely fault that a check of a data set found. */
export interface Finding {
  /** Name of the check, such as `doubled-counts`. */
  readonly check: string;
  /** A `warning` is most likely a fault. A `note` is worth knowing, and may be correct. */
  readonly severity: "warning" | "note";
  /** The part of the data to which it refers, such as `H3K4me3 in E003`. */
  readonly where: string;
  /** What was found, with the numbers that support it. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}
