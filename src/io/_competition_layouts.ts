/** The shapes of a competition file's members. */

import { FormatError } from "../errors.ts";
import type { MemberLayout } from "./_competition_decoder.ts";
import { findExcess } from "./_competition_limits.ts";
import type { NpyDtype } from "./npy_types.ts";
import type { NpzReader } from "./npz_types.ts";

/** Types that hold logarithms of counts so precisely that no two counts have the same one. */
const PRECISE_TYPES: readonly NpyDtype[] = ["float32", "float64"];

/**
 * Reads every header first, so that a bad member is refused before memory is allocated.
 *
 * @param npz The file.
 * @param cellTypes Names of the members.
 * @param marks Names of the marks, and whether the values may be logarithms of counts.
 * @returns A layout for each member.
 * @throws {FormatError} If a member's shape is not that of a cell type, or differs from the first's.
 */
export async function readLayouts(
  npz: NpzReader,
  cellTypes: readonly string[],
  { marks, mayBeLogarithms }: {
    readonly marks: readonly string[];
    readonly mayBeLogarithms: boolean;
  },
): Promise<MemberLayout[]> {
  const layouts: MemberLayout[] = [];
  for (const cellType of cellTypes) {
    const fail = (found: string): never => {
      throw new FormatError(`Cannot read npz member "${cellType}": ${found}`, { file: npz.name });
    };
    const { shape, dtype } = await npz.header(cellType);
    if (shape.length !== 3) fail(`shape is [${shape.join(", ")}], expected [genes, bins, columns]`);
    const [rows = 0, bins = 0, columns = 0] = shape;
    const unlabelled = marks.length + 1;
    if (columns !== unlabelled && columns !== unlabelled + 1) {
      fail(
        `shape is [${shape.join(", ")}], expected ${unlabelled + 1} columns ` +
          `(gene id, ${marks.join(", ")}, label) or ${unlabelled} without the label; ` +
          "for other marks give their data record (--record)",
      );
    }
    if (rows === 0) fail(`shape is [${shape.join(", ")}]: the cell type has no rows`);
    if (bins === 0) fail(`shape is [${shape.join(", ")}]: the genes have no bins`);
    const excess = findExcess(bins, columns);
    if (excess !== undefined) fail(`shape is [${shape.join(", ")}]: ${excess}`);
    const first = layouts[0] ?? { cellType, bins, labelled: columns > unlabelled };
    const wantedColumns = unlabelled + Number(first.labelled);
    if (bins !== first.bins || columns !== wantedColumns) {
      fail(
        `shape is [${shape.join(", ")}], expected [genes, ${first.bins}, ${wantedColumns}] ` +
          `as in "${first.cellType}"`,
      );
    }
    const recoversCounts = mayBeLogarithms && PRECISE_TYPES.includes(dtype);
    const { labelled } = first;
    layouts.push({ file: npz.name, cellType, rows, bins, marks, labelled, dtype, recoversCounts });
  }
  return layouts;
}
