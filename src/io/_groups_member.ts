/**
 * The groups of cell types in an npz file: which of them are replicates of one.
 *
 * The member `__groups__.npy` holds them as the bytes of a UTF-8 text, `[byte]`: the header `cell_type group` and a line
 * for each cell type, cells between tabs. Lines name what they are about, so members may be removed or put into another
 * order; lines about cell types that the file lacks mean nothing.
 */

import { FormatError } from "../errors.ts";
import type { DataRecord } from "../record.ts";
import { faultOfCellTypeGroups, makeCellTypeGroups } from "./item_groups.ts";
import { encodeLines, memberError, readTextMember } from "./_text_member.ts";
import type { NpzReader } from "./npz_types.ts";

/** Name of the member. */
export const GROUPS_MEMBER = "__groups__";

const HEADER = "cell_type\tgroup";
/** Far more cell types than a file has members. */
const MEMBER = { name: GROUPS_MEMBER, maxBytes: 2 ** 26, maxLines: 2 ** 17 };

/**
 * Makes the text of the groups.
 *
 * @param cellTypes The cell types of the file.
 * @param groups The group of a cell type; one that is missing is a group by itself.
 * @returns `undefined` if the file does not need it: every group has the name of its only cell type, and the record
 * does not say that replicates were kept.
 * @throws {RangeError} If it names a cell type that the file lacks, or a group's name is impossible.
 */
export function encodeGroups(
  cellTypes: readonly string[],
  { groups, record }: {
    readonly groups: ReadonlyMap<string, string> | undefined;
    readonly record: DataRecord;
  },
): Uint8Array<ArrayBuffer> | undefined {
  const column = makeCellTypeGroups(cellTypes, groups) ?? cellTypes;
  const isNeeded = record.replicates === "keep" || column.some((name, i) => name !== cellTypes[i]);
  if (!isNeeded) return undefined;
  return encodeLines([[HEADER], ...cellTypes.map((cellType, i) => [cellType, column[i]!])]);
}

/**
 * Reads the groups of an npz file.
 *
 * @param npz The file.
 * @param options Its cell types, and what its numbers are.
 * @returns The group of each cell type; `undefined` if the file has no groups.
 * @throws {FormatError} If the member is damaged, lacks a cell type of the file or has one twice, if a group has the
 * name of a cell type of another group, or if the record says that replicates were kept and the file has no groups.
 */
export async function readGroups(
  npz: NpzReader,
  { cellTypes, record }: { readonly cellTypes: readonly string[]; readonly record: DataRecord },
): Promise<ReadonlyMap<string, string> | undefined> {
  const lines = await readTextMember(npz, MEMBER);
  if (lines === undefined && record.replicates === "keep") refuseLostGroups(npz);
  return lines && parseGroups(lines, { cellTypes, file: npz.name });
}

function refuseLostGroups({ name: file }: NpzReader): never {
  throw new FormatError(
    `Cannot read competition file: its record says that replicates were kept, but it has no member ${GROUPS_MEMBER}, ` +
      "so nothing says which cell types are replicates of one. Prepare the data again",
    { file },
  );
}

function parseGroups(
  [header = "", ...lines]: readonly string[],
  { cellTypes, file }: { readonly cellTypes: readonly string[]; readonly file: string },
): ReadonlyMap<string, string> {
  const fail = (found: string): never => {
    throw memberError(found, { name: GROUPS_MEMBER, file });
  };
  if (header !== HEADER) {
    fail(`its header is ${JSON.stringify(header.slice(0, 80))}, expected cell_type group`);
  }
  const groups = new Map<string, string>();
  for (const [index, line] of lines.entries()) {
    const [cellType = "", group = "", ...more] = line.split("\t");
    const row = `row ${index + 1}`;
    if (cellType === "" || group === "" || more.length > 0) {
      fail(`${row} is ${JSON.stringify(line.slice(0, 80))}, expected a cell type and its group`);
    }
    if (groups.has(cellType)) fail(`${row} has cell type "${cellType}" again`);
    groups.set(cellType, group);
  }
  const left = cellTypes.find((cellType) => !groups.has(cellType));
  if (left !== undefined) {
    fail(`it has no row for cell type "${left}", expected one for each of the file`);
  }
  const column = cellTypes.map((cellType) => groups.get(cellType)!);
  const fault = faultOfCellTypeGroups(cellTypes, column);
  if (fault !== undefined) fail(fault);
  return groups;
}
