/** The shapes of a competition file's members. */

import { FormatError } from "../errors.ts";
import type { MemberLayout } from "./_competition_decoder.ts";
import { findExcess } from "./_competition_limits.ts";
import type { NpzReader } from "./npz_types.ts";

/** Reads every header first, so that a bad member is refused before memory is allocated. */
export async function readLayouts(
  npz: NpzReader,
  cellTypes: readonly string[],
  marks: readonly string[],
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
    layouts.push({ file: npz.name, cellType, rows, bins, marks, labelled: first.labelled, dtype });
  }
  return layouts;
}
