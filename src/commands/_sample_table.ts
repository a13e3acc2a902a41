/** Tables with a value for each cell type, each gene, or each gene in each cell type, such as the donor. */

import { listSome, showName } from "../base/wording.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError, FormatError } from "../errors.ts";
import { geneKey, readEnsemblDigits } from "../gene_id.ts";
import { splitCells } from "../genome/table_columns.ts";
import { visitTextLines } from "../genome/text_lines.ts";
import { cellTypeGroupsOf, geneGroupsOf } from "../io/item_groups.ts";
import { faultOfName } from "../io/names.ts";
import { type Line, lineText, withSource } from "../text/lines.ts";
import { warn } from "./_warn.ts";

/** The columns by which rows are joined to samples. */
const KEYS = ["cell_type", "gene_id"] as const;

type Key = (typeof KEYS)[number];

/** How {@linkcode readSampleTable} reads. */
export interface SampleTableOptions {
  /** The column of the values; may be left out if the table has one column besides those of cell types and genes. */
  readonly column: string | undefined;
  /** The flag that names the column, for messages. */
  readonly flag: string;
}

/** A value of a table, and where it is. */
interface TableValue {
  readonly value: string;
  readonly line: number;
}

/** A table with a value for each sample. */
export interface SampleTable {
  /** The column of the values. */
  readonly column: string;
  /**
   * Finds the value of each sample, `[position]`. Versions of genes do not matter. A replicate, or a transcript, that has no row
   * takes that of its cell type, or of its gene.
   *
   * @throws {ContractError} If the table lacks a sample's cell type or gene.
   */
  valuesOf(data: Dataset): string[];
}

/**
 * Reads a table: tabs or commas, gzip or not, under a header with a column `cell_type`, `gene_id` or both, and a column
 * of values.
 *
 * @param path Path of the file.
 * @param options The column of the values.
 * @throws {FormatError} With the line, if the header lacks a column, a cell is empty, or two rows of a sample contradict
 * each other; also if there are no rows.
 * @throws {ContractError} If it is unclear which column is meant.
 */
export function readSampleTable(path: string, options: SampleTableOptions): Promise<SampleTable> {
  return withSource(path, async (source) => {
    const reader = new TableReader(source.name, options);
    await visitTextLines(source, (line) => reader.read(line), warn);
    return reader.finish();
  });
}

/** The columns of a header. */
interface TableLayout {
  readonly separator: "\t" | ",";
  readonly width: number;
  /** The place of each column of keys; −1 if the table lacks it. */
  readonly keys: Readonly<Record<Key, number>>;
  readonly column: string;
  readonly place: number;
}

class TableReader {
  readonly #file: string;
  readonly #options: SampleTableOptions;
  readonly #values = new Map<string, TableValue>();
  #layout: TableLayout | undefined;

  constructor(file: string, options: SampleTableOptions) {
    this.#file = file;
    this.#options = options;
  }

  read(line: Line): void {
    const text = lineText(line);
    if (this.#layout === undefined) {
      this.#layout = this.#readHeader(text, line.number);
      return;
    }
    const { separator, width, keys, place, column } = this.#layout;
    const cells = splitCells(text, separator);
    if (cells.length > width) {
      this.#fail(`${cells.length} columns, expected ${width} as in the header`, line.number);
    }
    const cell = (at: number, name: string): string => {
      const fault = faultOfName(cells[at] ?? "");
      if (fault !== undefined) this.#fail(`column "${name}": ${fault}`, line.number);
      return cells[at]!;
    };
    const [cellType, gene] = KEYS.map((name) => keys[name] < 0 ? "" : cell(keys[name], name));
    const key = keyOf(cellType!, gene === "" ? "" : readEnsemblDigits(gene!));
    const value = cell(place, column);
    const earlier = this.#values.get(key);
    if (earlier !== undefined && earlier.value !== value) {
      const item = [cellType, gene].filter((name) => name !== "").map((name) => showName(name!));
      this.#fail(
        `${item.join(", ")} has ${column} "${showName(value)}", but "${
          showName(earlier.value)
        }" in line ${earlier.line}, expected one`,
        line.number,
      );
    }
    this.#values.set(key, earlier ?? { value, line: line.number });
  }

  finish(): SampleTable {
    if (this.#layout === undefined || this.#values.size === 0) {
      throw new FormatError("Cannot read table: it has no rows, expected a header and rows", {
        file: this.#file,
      });
    }
    const { column, keys } = this.#layout;
    const by = { cellType: keys.cell_type >= 0, gene: keys.gene_id >= 0 };
    return {
      column,
      valuesOf: (data) => findValues(data, { values: this.#values, by, file: this.#file }),
    };
  }

  #readHeader(text: string, line: number): TableLayout {
    const separator = text.includes("\t") ? "\t" : ",";
    const cells = splitCells(text, separator);
    const twice = cells.find((name, place) => cells.indexOf(name) !== place);
    if (twice !== undefined) this.#fail(`its header has "${showName(twice)}" twice`, line);
    const keys = { cell_type: cells.indexOf("cell_type"), gene_id: cells.indexOf("gene_id") };
    if (keys.cell_type < 0 && keys.gene_id < 0) {
      this.#fail(
        `its header is "${
          showName(cells.join(" "))
        }", expected a column cell_type, gene_id or both, and one of values`,
        line,
      );
    }
    const others = cells.filter((name) => name !== "cell_type" && name !== "gene_id");
    const column = this.#chooseColumn(others, line);
    return { separator, width: cells.length, keys, column, place: cells.indexOf(column) };
  }

  #chooseColumn(others: readonly string[], line: number): string {
    const { column, flag } = this.#options;
    const [first, second] = others;
    if (first === undefined) {
      this.#fail("its header has no column of values besides those of cell types and genes", line);
    }
    const found = listSome(others, 8);
    if (column !== undefined && !others.includes(column)) {
      throw new ContractError(
        `Cannot use ${flag} ${column}: ${this.#file} lacks that column of values; it has ${found}`,
      );
    }
    if (column === undefined && second !== undefined) {
      throw new ContractError(
        `Cannot choose a column of ${this.#file}: it has ${found}. Name one with ${flag}`,
      );
    }
    return column ?? first!;
  }

  #fail(found: string, line: number): never {
    throw new FormatError(`Cannot read table: ${found}`, { file: this.#file, line });
  }
}

function keyOf(cellType: string, gene: string): string {
  return `${cellType}\t${gene === "" ? "" : geneKey(gene)}`;
}

function findValues(data: Dataset, { values, by, file }: {
  readonly values: ReadonlyMap<string, TableValue>;
  readonly by: { readonly cellType: boolean; readonly gene: boolean };
  readonly file: string;
}): string[] {
  const spellings = {
    cellTypes: spellingsOf(data.columns.cellTypes, cellTypeGroupsOf(data.columns), by.cellType),
    genes: spellingsOf(data.columns.genes, geneGroupsOf(data.columns), by.gene),
  };
  const [cellTypes, genes] = [data.cellTypeIndices(), data.geneIndices()];
  const missing = new Set<string>();
  const found = Array.from(cellTypes, (cellType, row) => {
    const gene = genes[row]!;
    for (const cellTypeName of spellings.cellTypes[cellType]!) {
      for (const geneName of spellings.genes[gene]!) {
        const known = values.get(keyOf(cellTypeName, geneName));
        if (known !== undefined) return known.value;
      }
    }
    const names = [
      by.cellType ? data.columns.cellTypes[cellType]! : [],
      by.gene ? data.columns.genes[gene]! : [],
    ];
    missing.add(names.flat().join(" "));
    return "";
  });
  if (missing.size === 0) return found;
  const what = [by.cellType ? "cell type" : [], by.gene ? "gene" : []].flat().join(" and ");
  throw new ContractError(
    `Cannot use ${file}: it has no row for ${
      listSome([...missing])
    }, expected one for each ${what} of the data`,
  );
}

/** The names by which each item may stand in a table: its own, and that of its group. */
function spellingsOf(
  items: readonly string[],
  { names, ofItem }: { readonly names: readonly string[]; readonly ofItem: Uint32Array },
  isKey: boolean,
): readonly (readonly string[])[] {
  return items.map((name, item) => isKey ? [name, names[ofItem[item]!]!] : [""]);
}
