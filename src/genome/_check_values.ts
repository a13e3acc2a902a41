/** Checks counted values before they become part of a data set. */

import { ContractError } from "../errors.ts";
import type { Gene } from "./gene.ts";
import type { SignalInput } from "./prepare_options.ts";
import type { GeneWindows } from "./windows.ts";

/**
 * Throws at the first value that a data set cannot hold: one that is below zero, where transforms would give NaN or
 * lose digits, one that is infinite, or one too large for a float32.
 *
 * @param values The counted values, `[gene, bin]` row-major, bins by ascending coordinate.
 */
export function checkValues(
  values: Float64Array,
  { name, mark, cellType }: Pick<SignalInput, "name" | "mark" | "cellType">,
  { genes, windows }: { readonly genes: readonly Gene[]; readonly windows: GeneWindows },
): void {
  const at = findUnusable(values);
  if (at < 0) return;
  const { bins, binSizeBp } = windows;
  const value = values[at]!;
  const { id, line, chromosome, tss } = genes[Math.floor(at / bins)]!;
  const bin = at % bins;
  const start = tss - bins * binSizeBp / 2 + bin * binSizeBp;
  throw new ContractError(
    `Cannot use ${name}: gene ${id} (line ${line} of the genes) has ${value} in bin ${bin} of ` +
      `${mark} in ${cellType}, at ${chromosome}:${Math.max(0, start)}-${
        start + binSizeBp
      }, expected ` +
      describeExpected(value),
  );
}

/** The place of the first value that a data set cannot hold, or -1. A loop takes a tenth of the time of `findIndex`. */
function findUnusable(values: Float64Array): number {
  for (let i = 0; i < values.length; i++) {
    if (!(values[i]! >= 0 && Math.fround(values[i]!) < Infinity)) return i;
  }
  return -1;
}

function describeExpected(value: number): string {
  return Number.isFinite(value) && value < 0
    ? "signal >= 0, such as a fold change or −log10 p, but not a log ratio"
    : "finite signal that a float32 holds: a ratio that may divide by zero needs a pseudocount";
}
