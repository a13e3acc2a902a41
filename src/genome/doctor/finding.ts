/** What a check of a data set found. */
export interface Finding {
  /** Name of the check, such as `doubled-counts`. */
  readonly check: string;
  /** `warning`: most likely wrong. `note`: worth knowing, perhaps right. */
  readonly severity: "warning" | "note";
  /** Which part of the data it is about, such as `H3K4me3 in E003`. */
  readonly where: string;
  /** What was found, with the numbers that show it. */
  readonly message: string;
  /** What to do. */
  readonly advice: string;
}
