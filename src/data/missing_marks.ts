import { ContractError } from "../errors.ts";
import type { Dataset } from "./dataset.ts";

/**
 * Throws if a mark was not measured in one of the cell types of some samples. The signal of such a mark is 0, which a
 * model would take for a count.
 *
 * @param data The samples; cell types of which the view has no samples do not matter.
 * @param action What cannot be done without the mark, such as `train`; for the message.
 * @throws {ContractError} With the first mark and its cell type, and the number of others.
 */
export function requireEveryMark(data: Dataset, action: string): void {
  const missing = data.missingMarks;
  const [first] = missing;
  if (first === undefined) return;
  const [cellType, [mark]] = first;
  const others = [...missing.values()].reduce((sum, { length }) => sum + length, -1);
  throw new ContractError(
    `Cannot ${action}: ${mark} was not measured in ${cellType}${
      others === 0 ? "" : ` (and ${others.toLocaleString("en-US")} more)`
    }, expected every mark in every cell type. ${
      adviseRemedy(data)
    }, or train a model that takes data without some marks (--preset waka3)`,
  );
}

function adviseRemedy(data: Dataset): string {
  const { missingMarks } = data;
  const cellTypes = new Set(data.cellTypeIndices()).size;
  const everywhere = data.marks.filter((mark) =>
    missingMarks.size === cellTypes &&
    [...missingMarks.values()].every((marks) => marks.includes(mark))
  );
  return everywhere.length > 0
    ? `Leave ${everywhere.join(" and ")} out of the data, which no cell type has`
    : "Leave those cell types out (deno task prepare ... --missing-marks leave-out)";
}
