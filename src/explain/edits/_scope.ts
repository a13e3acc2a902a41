/** What edits are planned in: the names of a data set, and what the models read. */

import { listSome, showName } from "../../base/wording.ts";
import type { Dataset } from "../../data/dataset.ts";
import { findCellTypes, presentCellTypes } from "../../data/find_cell_types.ts";
import { GeneNames } from "../../data/gene_names.ts";
import { geneGroupIndices } from "../../data/sample_groups.ts";
import { ContractError } from "../../errors.ts";
import { type Direction, directionsOf, strandsOf } from "../bin_places.ts";
import { SampleIndex } from "./_sample_index.ts";

/** What the models of edits read. */
export interface EditedInputs {
  /** Whether any reads marks. */
  readonly marks: boolean;
  /** Whether any reads DNA of the genes' own. */
  readonly sequence: boolean;
  /** Marks that are treated as not measured, whatever the data have. */
  readonly dropped?: readonly string[] | undefined;
}

/** Throws the error of an edit, of which it is told what was found. */
export interface EditFailure {
  readonly fail: (found: string) => never;
}

/** Finds what edits name in one data set. */
export class EditScope {
  readonly data: Dataset;
  readonly index: SampleIndex;
  readonly inputs: EditedInputs;
  /** The group of each sample's gene, `[position]`: transcripts of one gene are no other genes. */
  readonly groups: Uint32Array;
  /** The strands of genes, `[gene]` of the columns. */
  readonly strands: readonly Direction[];
  /** The directions of their bins. */
  readonly directions: readonly Direction[];
  readonly #names: GeneNames;
  readonly #genes: Uint32Array;
  readonly #cellTypes: Uint32Array;

  /** Indexes the samples. */
  constructor(data: Dataset, inputs: EditedInputs) {
    this.data = data;
    this.inputs = inputs;
    this.index = new SampleIndex(data);
    this.groups = geneGroupIndices(data);
    this.strands = strandsOf(data.columns);
    this.directions = directionsOf(this.strands, data.record);
    this.#names = new GeneNames(data);
    this.#genes = data.geneIndices();
    this.#cellTypes = data.cellTypeIndices();
  }

  /** The place of a sample's gene in the columns. */
  geneAt(position: number): number {
    return this.#genes[position]!;
  }

  /** The place of a sample's cell type in the columns. */
  cellTypeAt(position: number): number {
    return this.#cellTypes[position]!;
  }

  /** Whether the cell type of a sample has samples of other genes. */
  hasOthers(position: number): boolean {
    const own = this.groups[position];
    return this.index.ofCellType(this.cellTypeAt(position)).some((other) =>
      this.groups[other] !== own
    );
  }

  /** The places of a mark's name; −1 for one that the data lack. */
  markPlace(mark: string): number {
    return this.data.marks.indexOf(mark);
  }

  /**
   * The places of the genes of a name.
   *
   * @throws What `edit.fail` throws, if no gene has that name.
   */
  findGenes(name: string, column: string, edit: EditFailure): readonly number[] {
    const genes = this.#names.find(name);
    if (genes.length > 0) return genes;
    try {
      return this.#names.findAll([name], { action: "edit" });
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      edit.fail(`column "${column}": ${lowerFirst(error.message)}`);
    }
  }

  /**
   * The places of the cell types of a name: that of a cell type, or of a group of replicates.
   *
   * @throws What `edit.fail` throws, if no cell type with samples has that name.
   */
  findCellTypes(name: string, column: string, edit: EditFailure): readonly number[] {
    const found = findCellTypes(this.data, name);
    if (found.length > 0) return found;
    const known = presentCellTypes(this.data).map((place) => this.data.columns.cellTypes[place]!);
    edit.fail(
      `column "${column}": the data have no cell type "${showName(name)}", expected ${
        listSome(known, 8)
      }`,
    );
  }
}

function lowerFirst(text: string): string {
  return `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;
}
