/** The members of an npz file that describe its cell types: their groups, and the marks that were measured in them. */

import type { DataRecord } from "../record.ts";
import { GENE_TABLE_MEMBER } from "./_gene_table.ts";
import { encodeGroups, GROUPS_MEMBER, readGroups } from "./_groups_member.ts";
import { encodeMask, MASK_MEMBER, readMask } from "./_mask_member.ts";
import { memberError } from "./_text_member.ts";
import type { PackedColumns } from "./columns.ts";
import { faultOfGeneGroups } from "./item_groups.ts";
import { findUnmeasuredSignal, type MissingMarks } from "./mark_mask.ts";
import type { NpzReader } from "./npz_types.ts";
import type { NpzMemberData } from "./npz_writer.ts";

/**
 * Reads the groups and the mask of some cell types.
 *
 * @param npz The file.
 * @param options All cell types of the file, those that are wanted, and what the numbers are.
 * @returns The columns that are needed: none of groups if every cell type is a group of its own name, and none of the
 * mask if every mark was measured.
 * @throws {FormatError} If a member is damaged or contradicts the file.
 */
export async function readSampleMembers(
  npz: NpzReader,
  { all, cellTypes, record }: {
    readonly all: readonly string[];
    readonly cellTypes: readonly string[];
    readonly record: DataRecord;
  },
): Promise<Pick<PackedColumns, "cellTypeGroups" | "markMask">> {
  const groups = await readGroups(npz, { cellTypes: all, record });
  const rows = await readMask(npz, { cellTypes: all, marks: record.marks });
  const cellTypeGroups = cellTypes.map((cellType) => groups?.get(cellType) ?? cellType);
  const markMask = Uint8Array.from(cellTypes.flatMap((name) => [...rows?.get(name) ?? []]));
  return {
    ...(cellTypeGroups.some((group, i) => group !== cellTypes[i]) && { cellTypeGroups }),
    ...(markMask.includes(0) && { markMask }),
  };
}

/**
 * Throws if what the members say contradicts the samples.
 *
 * @throws {FormatError} If a mark that was not measured has signal, or a gene is of one that is of another.
 */
export function checkMembers(columns: PackedColumns, file: string): void {
  const { signal: values, geneIndex: { length: end } } = columns;
  const signal = findUnmeasuredSignal(columns, { values, first: 0, end });
  if (signal !== undefined) throw memberError(signal, { name: MASK_MEMBER, file });
  const gene = columns.geneDetails && faultOfGeneGroups(columns);
  if (gene !== undefined) throw memberError(gene, { name: GENE_TABLE_MEMBER, file });
}

/** The members that describe the cell types of a file that is written, where they are needed. */
export function sampleMembers(
  cellTypes: readonly string[],
  { record, cellTypeGroups, missingMarks }: {
    readonly record: DataRecord;
    readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
    readonly missingMarks?: MissingMarks | undefined;
  },
): NpzMemberData[] {
  return textMembers({
    [GROUPS_MEMBER]: encodeGroups(cellTypes, { groups: cellTypeGroups, record }),
    [MASK_MEMBER]: encodeMask(missingMarks, { cellTypes, marks: record.marks }),
  });
}

/** Members that hold texts, by their names; those without a text are left out. */
export function textMembers(
  texts: Readonly<Record<string, Uint8Array<ArrayBuffer> | undefined>>,
): NpzMemberData[] {
  return Object.entries(texts).flatMap(([name, data]) =>
    data === undefined ? [] : { name, dtype: "uint8" as const, shape: [data.length], data }
  );
}

/**
 * Throws if a block has signal of a mark that was not measured.
 *
 * @throws {RangeError} With the mark and the gene.
 */
export function checkUnmeasured(
  { cellType, genes, signal }: {
    readonly cellType: string;
    readonly genes: ArrayLike<string | number>;
    readonly signal: ArrayLike<number>;
  },
  missing: readonly string[],
  marks: readonly string[],
): void {
  for (const mark of missing) {
    for (let at = marks.indexOf(mark); at < signal.length; at += marks.length) {
      if (signal[at] === 0) continue;
      const gene = genes[Math.floor(at * genes.length / signal.length)];
      throw new RangeError(
        `Cannot write cell type "${cellType}": ${mark} was not measured, but its signal at gene ${gene} is ` +
          `${signal[at]}, expected 0`,
      );
    }
  }
}
