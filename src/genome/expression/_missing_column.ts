/** The error of a table that lacks a wanted column, with advice for each case. */

import { ContractError } from "../../errors.ts";
import { listSome, showName } from "../wording.ts";
import { describeDifferences } from "./_differences.ts";
import { areGenes, describeNames } from "./_gene_names.ts";
import type { Layout } from "./_layout.ts";
import { LONG_FORMAT } from "./_long_format.ts";
import type { WantedColumns } from "./_wanted_columns.ts";

/** Number of columns that are listed if one is missing. */
const LISTED = 20;
/** If there are more columns than this, they may well be genes. */
const MOST_SAMPLES = 5000;

/** The cell type of a missing column, and the columns that there are. */
export interface MissingPlace {
  readonly cellType: string;
  readonly layout: Layout;
  readonly wanted: WantedColumns;
}

/** Throws an error about a cell type or a sample without a column. */
export function failMissing(name: string, place: MissingPlace): never {
  const { cellType, layout, wanted } = place;
  const names = layout.values.map(({ name }) => name);
  const other = names.find((other) => other.toLowerCase() === name.toLowerCase());
  const like = other === undefined ? "" : ` ("${showName(other)}" is spelt differently)`;
  const { samplesFile } = wanted;
  const what = isListed(place)
    ? `it has no sample "${name}" for cell type "${cellType}"${like}`
    : `it has no cell type "${name}" of the sample sheet${like}` +
      (samplesFile === undefined ? "" : `, and ${samplesFile} has no sample of it`);
  const found = names.length === 0 ? "no column of values" : listSome(names, LISTED);
  throw new ContractError(
    `Cannot take expression from ${wanted.file}: ${what}; it has ${found}. ` +
      adviseOnColumns(names, place),
  );
}

/** Whether the list of samples has samples of the cell type. */
function isListed({ cellType, wanted }: MissingPlace): boolean {
  return (wanted.samples.get(cellType)?.length ?? 0) > 0;
}

function adviseOnColumns(names: readonly string[], place: MissingPlace): string {
  const { layout: { sampleColumns: [sampleColumn], differences } } = place;
  if (sampleColumn !== undefined) {
    return `The column "${showName(sampleColumn.title)}" names the sample: ${LONG_FORMAT}`;
  }
  if (differences.length > 0) return `Also, ${describeDifferences(differences)}`;
  if (areGenes(names)) {
    return `The columns are ${
      describeNames(names)
    }: transpose the table, so that the rows are genes`;
  }
  const turned = names.length > MOST_SAMPLES ? "; if they are genes, transpose the table" : "";
  return adviseOnSamples(place) + turned;
}

function adviseOnSamples(place: MissingPlace): string {
  const { cellType, wanted: { samplesFile } } = place;
  if (samplesFile === undefined) {
    // The page, where flags are not to be had, leaves out what is in brackets.
    return "Give columns the names of cell types (or list those of each in a file for --expression-samples)";
  }
  return isListed(place)
    ? `Name a column in ${samplesFile}`
    : `List the columns of "${cellType}" in ${samplesFile}`;
}
