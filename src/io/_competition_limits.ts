/** Limits on the sizes that a competition file claims, checked before memory is allocated. */

import { MAX_EXTENT } from "../base/limits.ts";
import { FormatError } from "../errors.ts";
import type { NpzReader } from "./npz_types.ts";

/** Most values of one gene in one cell type, all bins and columns together: 128 MiB as float64. */
const MAX_SAMPLE_VALUES = 2 ** 24;
/** Any file may take this much, however well it is compressed. */
const ALWAYS_ALLOWED_BYTES = 2 ** 30;
/** Binned signal that is mostly zeros deflates to a fiftieth or so; a file that is made to be small, to a thousandth. */
const USUAL_RATIO = 256;

/**
 * Finds out whether a sample is too large.
 *
 * @param bins Number of bins.
 * @param columns Number of columns: gene id, marks and label.
 * @returns What was found and what was expected; `undefined` if the size is allowed.
 */
export function findExcess(bins: number, columns: number): string | undefined {
  if (bins > MAX_EXTENT) return `${bins} bins, expected at most ${MAX_EXTENT}`;
  if (bins * columns <= MAX_SAMPLE_VALUES) return undefined;
  return `${bins} bins × ${columns} columns for each gene, expected at most ${MAX_SAMPLE_VALUES} values`;
}

/**
 * Refuses cell types that claim to be far larger than their bytes in the file.
 *
 * @param npz The file.
 * @param cellTypes The cell types that will be read.
 * @param maxBytes The most bytes that they may take once they are inflated; see `ReadCompetitionOptions`.
 * @throws {FormatError} If they take more.
 */
export function checkInflatedSize(
  npz: NpzReader,
  cellTypes: readonly string[],
  maxBytes: number | undefined,
): void {
  const wanted = new Set(cellTypes);
  const members = npz.members.filter(({ name }) => wanted.has(name));
  const inflated = members.reduce((sum, { size }) => sum + size, 0);
  const compressed = members.reduce((sum, { compressedSize }) => sum + compressedSize, 0);
  const allowed = maxBytes ?? Math.max(ALWAYS_ALLOWED_BYTES, USUAL_RATIO * compressed);
  if (inflated <= allowed) return;
  const advice = maxBytes === undefined
    ? ". If it is what it claims, store it without compression (numpy.savez), or raise maxBytes"
    : "";
  throw new FormatError(
    `Cannot read competition file: its ${compressed} bytes claim to inflate to ${inflated}, expected at most ` +
      `${allowed}${advice}`,
    { file: npz.name },
  );
}
