/** Names that the tables of `differences` cannot hold. */

import type { Dataset } from "../data/dataset.ts";
import type { NamedGene } from "../genome/mod.ts";
import type { RowFormat } from "../io/row_table.ts";
import type { DifferenceFiles } from "./_difference_inputs.ts";
import { checkTableNames } from "./_submission_ids.ts";

/**
 * Refuses names that a spreadsheet would run, in tables that one opens.
 *
 * @throws {ContractError} With the first such name.
 */
export function checkDifferenceNames(
  { columns: { geneDetails = [] } }: Dataset,
  named: readonly NamedGene[],
  { format, sets, setsFormat, files: { geneSets = [] } }: {
    readonly format: RowFormat;
    /** Absent if no table of sets is written. */
    readonly sets?: unknown;
    readonly setsFormat: RowFormat;
    readonly files: DifferenceFiles;
  },
): void {
  if (isText(format)) {
    const chromosomes = geneDetails.map(({ chromosome = "" }) => chromosome);
    checkTableNames([...named.flatMap(({ id, symbol = "" }) => [id, symbol]), ...chromosomes]);
  }
  if (sets === undefined || !isText(setsFormat)) return;
  checkTableNames(geneSets.map(({ name }) => name), "the file of --gene-sets");
}

function isText(format: RowFormat): boolean {
  return format === "tsv" || format === "csv";
}
