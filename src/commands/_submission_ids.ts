/** Checks the ids of a submission, which is a table of plain CSV. */

import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";

/** Matches what spreadsheets take for a formula; a number or a name with a sign in front is not matched. */
const FORMULA = /^[=@]|^[+-].*[^\p{L}\p{N}\p{M} ._+-]/u;

/**
 * Throws if a submission cannot hold an id. Call it before predictions are made, which may take long. The format has no
 * quoting, and no cell type has a name that a spreadsheet would run as a formula.
 *
 * @throws {ContractError} With the first such id.
 */
export function checkSubmissionIds(ids: Iterable<string>): void {
  const seen = new Set<string>();
  for (const id of ids) {
    const found = seen.has(id) ? "is that of two genes or cell types" : faultOfId(id);
    seen.add(id);
    if (found === undefined) continue;
    throw new ContractError(
      `Cannot write submission: id ${
        showValue(id)
      } ${found}. Rename its cell type or gene in the data set`,
    );
  }
}

/**
 * Throws if a spreadsheet would run a name as a formula.
 *
 * @param names The names.
 * @param where Where they can be changed.
 * @throws {ContractError} With the first such name.
 */
export function checkTableNames(names: Iterable<string>, where = "the data set"): void {
  for (const name of names) {
    if (!FORMULA.test(name)) continue;
    throw new ContractError(
      `Cannot write table: ${
        showValue(name)
      } would be a formula in a spreadsheet. Rename it in ${where}`,
    );
  }
}

/** Explains why a submission cannot hold an id, as the end of a sentence; `undefined` if it can. */
export function faultOfId(id: string): string | undefined {
  if (/[",\r\n]/.test(id)) return "has a comma, a quote or a line end";
  return FORMULA.test(id) ? "would be a formula in a spreadsheet" : undefined;
}
