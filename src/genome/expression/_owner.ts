/** Finds a file of one cell type that says that it is of another. */

import { showName } from "../wording.ts";
import { plainSampleName, syntacticName } from "./_sample_names.ts";
import { failChoice, type WantedColumns } from "./_wanted_columns.ts";

/** Names that R and pandas give to a column that has none: a cell type may be called so by chance. */
const NO_NAME = /^(?:[vx]?\d{1,2}|x|values?|samples?)$/i;

/** The end of a replicate's name. */
const REPLICATE = /[-_. ]?rep(?:licate)?[-_. ]?\d+$/i;

/** What a file says of whose values it has. */
export interface SampleNames {
  readonly names: readonly string[];
  /** What several cell types may be of, such as their tissue: it may be the file's own name, and tells of no other. */
  readonly wider?: readonly string[];
}

/**
 * Throws if the names in the file of a cell type are those of another cell type of the sheet alone, without its own.
 *
 * @param says What messages say before such a name.
 */
export function checkOwner(
  { names, wider = [] }: SampleNames,
  wanted: WantedColumns,
  says: string,
): void {
  const { others = [], samples } = wanted;
  const [own = ""] = samples.keys();
  const other = names.find((name) =>
    !NO_NAME.test(name) && others.some((cellType) => isOf(cellType, name))
  );
  if (other === undefined || [...names, ...wider].some((name) => isOf(own, name))) return;
  failChoice(
    wanted,
    `${says} "${showName(other)}", as another cell type of the sample sheet is`,
    `the values of "${own}". If they are, rename it; otherwise name the right file in the sheet`,
  );
}

/** Whether a name is that of a cell type, as R writes it or as programs make it of files. */
function isOf(cellType: string, name: string): boolean {
  const names = [name, plainSampleName(name)].flatMap((n) => [n, n.replace(REPLICATE, "")])
    .map((n) => n.toLowerCase());
  return [cellType, syntacticName(cellType)].some((n) => names.includes(n.toLowerCase()));
}
