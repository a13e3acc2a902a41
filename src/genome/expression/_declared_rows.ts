/** Compares the rows of a table with how many it says that it has. */

import { formatCount, formatCountOf } from "../../base/count.ts";
import type { Layout } from "./_layout.ts";

/** Describes rows that a table lacks. One that was cut short looks like any other, unless it says how many rows it has. */
export function describeLostRows(
  { declaredRows = 0, program = "table" }: Layout,
  { file, found }: { readonly file: string; readonly found: number },
): string | undefined {
  if (found >= declaredRows) return undefined;
  return `${file}: by its header this ${program} file has ${
    formatCountOf(declaredRows, "row")
  }, but there ${found === 1 ? "is" : "are"} ${
    formatCount(found)
  }: was it cut short? Genes of the others get no expression from it`;
}
