/** A file of the competition's layout that is read one cell type at a time. */

import type { GeneDetails } from "../gene_id.ts";
import { COMPETITION_RECORD, type DataRecord } from "../record.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import { readGeneTable } from "./_gene_table.ts";
import { readLayouts } from "./_competition_layouts.ts";
import { recordOf } from "./_competition_record.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import { readSampleMembers } from "./_sample_members.ts";
import { hasSequences } from "./_sequence_members.ts";
import { readZipDirectory } from "./_zip_directory.ts";
import type { PackedColumns } from "./columns.ts";
import { readCompetition, type ReadCompetitionOptions } from "./competition.ts";
import { missingMarksOf } from "./mark_mask.ts";
import { isReservedName } from "./names.ts";

/** What a file says besides its samples. */
export interface CompetitionParts {
  readonly cellTypes: readonly string[];
  /** What is known of genes, by their identifiers; `undefined` if the file has no table of them. */
  readonly geneDetails: ReadonlyMap<string, GeneDetails> | undefined;
  /** The group of each cell type; `undefined` if each is one by itself. */
  readonly cellTypeGroups: ReadonlyMap<string, string> | undefined;
  /** The marks that were not measured, by cell type. */
  readonly missingMarks: ReadonlyMap<string, readonly string[]>;
  /** Number of values of the signal of all cell types. */
  readonly values: number;
  /** Whether it has the DNA of genes. */
  readonly hasSequences: boolean;
  /**
   * Reads the samples of a cell type.
   *
   * @param cellType Its name.
   * @param onNote Called with what the values were taken for, if nothing says it.
   * @throws {FormatError} As `readCompetition` does.
   */
  read(cellType: string, onNote?: ReadCompetitionOptions["onNote"]): Promise<PackedColumns>;
}

/**
 * Reads what a file says besides its samples.
 *
 * @param source Path of the file, or a source of its bytes.
 * @param options What the numbers are, and how to read them.
 * @throws {FormatError} As `readCompetition` does, but not for faults of samples.
 */
export async function openCompetitionParts(
  source: BinarySource,
  options: Omit<ReadCompetitionOptions, "cellTypes" | "onNote"> = {},
): Promise<CompetitionParts> {
  const file = await openSource(source, options);
  try {
    const npz = new ZipNpzReader(file, await readZipDirectory(file, ".npy"));
    const cellTypes = npz.members.map(({ name }) => name).filter((name) => !isReservedName(name));
    const record: DataRecord = options.record ?? recordOf(npz) ?? COMPETITION_RECORD;
    const members = await readSampleMembers(npz, { all: cellTypes, cellTypes, record });
    const { cellTypeGroups, markMask } = members;
    const { marks } = record;
    const layouts = await readLayouts(npz, cellTypes, { marks, mayBeLogarithms: false });
    const table = await readGeneTable(npz);
    return {
      cellTypes,
      geneDetails: table && new Map(Array.from(table.values(), ({ id, details }) => [id, details])),
      cellTypeGroups: cellTypeGroups &&
        new Map(cellTypes.map((name, i) => [name, cellTypeGroups[i]!])),
      missingMarks: missingMarksOf({ cellTypes, record, markMask }),
      values: layouts.reduce((sum, { rows, bins }) => sum + rows * bins * record.marks.length, 0),
      hasSequences: hasSequences(npz),
      read: (cellType, onNote) =>
        readCompetition(source, Object.assign({}, options, { cellTypes: [cellType], onNote })),
    };
  } finally {
    file.close();
  }
}
