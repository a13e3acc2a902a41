/** The names of the figures of a run's report, which their files have too. */
export const REPORT_FIGURES = [
  "figure-2-experiments",
  "figure-3-cross-validation",
  "figure-4-training-loss",
  "learning-rate-throughput",
  "class-probabilities",
  "predicted-measured",
  "residuals",
  "distributions",
  "error-by-cell-type",
  "regimes",
] as const;

/** One of {@linkcode REPORT_FIGURES}. */
export type ReportFigureName = typeof REPORT_FIGURES[number];
