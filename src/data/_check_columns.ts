import { kindOfValue } from "../base/kind_of_value.ts";
import { faultOfEntries, faultOfSequences } from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { SampleColumns } from "../io/columns.ts";
import { faultOfCellTypeGroups, faultOfGeneGroups } from "../io/item_groups.ts";
import { faultOfMask } from "../io/mark_mask.ts";
import { checkSignal } from "./_check_signal.ts";
import { checkTypes } from "./_check_types.ts";

/** Columns that passed the checks, so that further views of them need not repeat these. */
const checkedColumns = new WeakSet<SampleColumns>();

/** Checks columns as {@linkcode checkColumns} does, unless they passed before. */
export function checkColumnsOnce(columns: SampleColumns): void {
  if (checkedColumns.has(columns)) return;
  if (typeof columns !== "object" || columns === null) {
    throw new TypeError(
      `Cannot build data set: found ${
        kindOfValue(columns)
      }, expected columns, as readers return them`,
    );
  }
  checkColumns(columns);
  checkedColumns.add(columns);
}

/**
 * Throws unless columns describe the same samples, and their values are possible.
 *
 * @throws {TypeError} If a column is of a wrong type, or the columns differ in length.
 * @throws {ContractError} If an index has no name, a name is listed twice, a label is not a finite number, or the
 * signal is bad, or groups or the mask of marks contradict the names or the signal.
 */
function checkColumns(columns: SampleColumns): void {
  checkTypes(columns);
  const { signal, labels, cellTypes, cellTypeIndex, genes, geneIndex, bins, record } = columns;
  const count = geneIndex.length;
  const marks = record.marks.length;
  if (!Number.isInteger(bins) || bins < 1 || marks < 1) {
    throw new TypeError(
      `Cannot build data set: ${bins} bins and ${marks} marks, expected at least 1 of each`,
    );
  }
  checkLength("cellTypeIndex", { found: cellTypeIndex.length, wanted: count });
  checkLength("signal", { found: signal.length, wanted: count * bins * marks });
  if (labels !== undefined) {
    checkLength("labels", { found: labels.length, wanted: count });
    checkLabels(labels);
  }
  checkNames("cell type", { names: cellTypes, index: cellTypeIndex });
  checkNames("gene", { names: genes, index: geneIndex });
  checkGenes(columns);
  checkCellTypes(columns);
  checkSignal(columns);
  checkSequences(columns);
}

/** Refuses damaged sequences, and those that the record does not describe. */
function checkSequences({ sequences, genes, record: { sequence } }: SampleColumns): void {
  if (sequences?.bases !== sequence?.bases) {
    const describe = (bases: number | undefined) => bases === undefined ? "none" : `${bases} bases`;
    refuse(
      "",
      `it has sequences of ${describe(sequences?.bases)}, its record says ${
        describe(sequence?.bases)
      }`,
    );
  }
  if (sequences === undefined) return;
  refuse("of its sequences, ", faultOfEntries(sequences, genes.length));
  refuse("of its sequences, ", faultOfSequences(sequences));
}

/** Refuses impossible groups and masks, and signal of a mark that was not measured. */
function checkCellTypes(columns: SampleColumns): void {
  const { cellTypes, cellTypeGroups, markMask, record: { marks } } = columns;
  if (cellTypeGroups !== undefined) {
    const wanted = cellTypes.length;
    checkLength("cellTypeGroups", { found: cellTypeGroups.length, wanted });
    refuse("", faultOfCellTypeGroups(cellTypes, cellTypeGroups));
  }
  if (markMask === undefined) return;
  refuse("its mask of marks is wrong: ", faultOfMask(markMask, { cellTypes, marks }));
}

function refuse(what: string, fault: string | undefined): void {
  if (fault !== undefined) throw new ContractError(`Cannot build data set: ${what}${fault}`);
}

/** Refuses two spellings of one gene, which would count as two genes wherever genes are matched. */
function checkGenes(columns: SampleColumns): void {
  const { genes, geneDetails } = columns;
  const spellings = new Map<string, string>();
  for (const id of genes) {
    const earlier = spellings.get(geneKey(id));
    if (earlier !== undefined) {
      throw new ContractError(
        `Cannot build data set: genes "${earlier}" and "${id}" are one gene, expected each once`,
      );
    }
    spellings.set(geneKey(id), id);
  }
  if (geneDetails !== undefined) {
    checkLength("geneDetails", { found: geneDetails.length, wanted: genes.length });
    refuse("", faultOfGeneGroups(columns));
  }
}

function checkLength(
  column: string,
  { found, wanted }: { readonly found: number; readonly wanted: number },
): void {
  if (found !== wanted) {
    throw new TypeError(
      `Cannot build data set: ${column} has ${found} values, expected ${wanted}`,
    );
  }
}

function checkLabels(labels: Float64Array): void {
  for (const [row, label] of labels.entries()) {
    if (!Number.isFinite(label)) {
      throw new ContractError(
        `Cannot build data set: label of row ${row} is ${label}, expected a finite number`,
      );
    }
  }
}

function checkNames(
  what: string,
  { names, index }: { readonly names: readonly string[]; readonly index: Uint32Array },
): void {
  if (new Set(names).size !== names.length) {
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    throw new ContractError(`Cannot build data set: ${what} "${twice}" is listed twice`);
  }
  for (const [row, place] of index.entries()) {
    if (Number.isInteger(place) && place >= 0 && place < names.length) continue;
    const wanted = `expected an integer from 0 to less than ${names.length}`;
    throw new ContractError(
      `Cannot build data set: ${what} of row ${row} is number ${place}, ${wanted}`,
    );
  }
}
