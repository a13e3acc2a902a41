/** Cells of tables that hold no value. */

/** Whether a cell stands for a missing value, as R, Python, SQL and spreadsheets write one. */
export function isMissing(text: string): boolean {
  return text === "" || /^(?:NA|N\/A|#N\/A|<NA>|-?nan|null|None)$/i.test(text);
}
