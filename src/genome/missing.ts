/** Cells of tables that hold nothing. */

/** Whether a cell says that nothing is known, in one of the ways of R, Python, SQL and spreadsheets. */
export function isMissing(text: string): boolean {
  return text === "" || /^(?:NA|N\/A|#N\/A|<NA>|-?nan|null|None)$/i.test(text);
}
