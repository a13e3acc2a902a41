/**
 * The mask of an npz file, which says which marks were measured in which cell types.
 *
 * The member `__mask__.npy` holds it as the bytes of a UTF-8 text, `[byte]`: a header of `cell_type` and the marks, and a
 * line for each cell type with 1 for each mark that was measured and 0 for each that was not, cells between tabs. Lines
 * and columns name what they are about, so members may be removed or put into another order; lines about cell types
 * that the file lacks mean nothing.
 */

import { encodeLines, memberError, readTextMember } from "./_text_member.ts";
import { faultOfMask, makeMarkMask, type MaskAxes, type MissingMarks } from "./mark_mask.ts";
import type { NpzReader } from "./npz_types.ts";

/** Name of the member. */
export const MASK_MEMBER = "__mask__";

/** Far more cell types than a file has members. */
const MEMBER = { name: MASK_MEMBER, maxBytes: 2 ** 26, maxLines: 2 ** 17 };

/**
 * Makes the text of a mask.
 *
 * @returns `undefined` if every mark was measured.
 * @throws {RangeError} If it names a cell type or a mark that the file lacks, or leaves a cell type without any mark.
 */
export function encodeMask(
  missing: MissingMarks | undefined,
  { cellTypes, marks }: MaskAxes,
): Uint8Array<ArrayBuffer> | undefined {
  const mask = makeMarkMask(missing, { cellTypes, marks });
  if (mask === undefined) return undefined;
  const rows = cellTypes.map((cellType, place) => {
    const row = mask.subarray(place * marks.length, (place + 1) * marks.length);
    return [cellType, ...row];
  });
  return encodeLines([["cell_type", ...marks], ...rows]);
}

/**
 * Reads the mask of an npz file.
 *
 * @param npz The file.
 * @param axes All of its cell types, and its marks in the order of the record.
 * @returns The measured marks of each cell type as 1 and 0, `[mark]` in the order of `axes`; `undefined` if the file has
 * no mask.
 * @throws {FormatError} If the member is damaged, has a cell type twice or lacks one of the file, has other marks than
 * the file, a value other than 0 and 1, or a cell type without any mark.
 */
export async function readMask(
  npz: NpzReader,
  axes: MaskAxes,
): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const lines = await readTextMember(npz, MEMBER);
  return lines && parseMask(lines, { ...axes, file: npz.name });
}

function parseMask(
  [header = "", ...lines]: readonly string[],
  { cellTypes, marks, file }: MaskAxes & { readonly file: string },
): ReadonlyMap<string, Uint8Array> {
  const fail: (found: string) => never = (found) => {
    throw memberError(found, { name: MASK_MEMBER, file });
  };
  const columns = placeColumns(header, marks, fail);
  const rows = new Map<string, Uint8Array>();
  for (const [index, line] of lines.entries()) {
    const [cellType = "", ...cells] = line.split("\t");
    const isSound = cellType !== "" && cells.length === marks.length &&
      cells.every((cell) => cell === "0" || cell === "1");
    if (!isSound) {
      fail(
        `row ${index + 1} is ${JSON.stringify(line.slice(0, 80))}, expected a cell type and ` +
          `${marks.length} cells of 0 or 1`,
      );
    }
    if (rows.has(cellType)) fail(`row ${index + 1} has cell type "${cellType}" again`);
    rows.set(cellType, Uint8Array.from(columns, (column) => Number(cells[column])));
  }
  for (const cellType of cellTypes) {
    const row = rows.get(cellType) ??
      fail(`it has no row for cell type "${cellType}", expected one for each of the file`);
    const fault = faultOfMask(row, { cellTypes: [cellType], marks });
    if (fault !== undefined) fail(fault);
  }
  return rows;
}

/** Finds the column of each mark, not counting that of the cell type. */
function placeColumns(
  header: string,
  marks: readonly string[],
  fail: (found: string) => never,
): number[] {
  const [first, ...names] = header.split("\t");
  const isComplete = names.length === marks.length && marks.every((mark) => names.includes(mark));
  if (first === "cell_type" && isComplete) return marks.map((mark) => names.indexOf(mark));
  return fail(
    `its header is ${
      JSON.stringify(header.slice(0, 200))
    }, expected cell_type and the file's marks, ${marks.join(", ")}`,
  );
}
