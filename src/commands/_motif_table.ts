/** Formats motifs as a table. */

import { consensusOf } from "../motifs/mod.ts";
import type { MotifRow } from "../report/motifs_page.ts";

/** More motifs than these are in the file only. */
const MOST_ROWS = 20;

/**
 * Formats motifs as aligned lines: those that match best, or say most, first.
 *
 * @param rows The motifs.
 * @param width The most characters of a line.
 */
export function formatMotifTable(rows: readonly MotifRow[], width: number): string[] {
  const isMatched = rows.some(({ match }) => match !== undefined);
  const hasSites = rows.some(({ motif }) => motif.sites !== undefined);
  const shown = orderMotifs(rows).slice(0, MOST_ROWS);
  const header = [
    "motif",
    "spelt",
    "bits",
    ...(hasSites ? ["sites"] : []),
    ...(isMatched ? ["like", "strand", "p", "p of all"] : []),
  ];
  const cells = shown.map(({ motif, bits, match }) => [
    motif.name,
    consensusOf(motif),
    bits.toFixed(1),
    ...(hasSites ? [(motif.sites ?? 0).toLocaleString("en-US")] : []),
    ...(isMatched
      ? match === undefined
        ? ["–", "", "", ""]
        : [match.name, match.strand, match.p.toPrecision(2), match.pOfAll.toPrecision(2)]
      : []),
  ]);
  const table = [header, ...cells];
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd().slice(0, width)
  );
  const left = rows.length - shown.length;
  return left === 0 ? lines : [...lines, `… and ${left.toLocaleString("en-US")} more in the file`];
}

/** Orders motifs as people look at them: those that match best first, among equals those that say most. */
export function orderMotifs(rows: readonly MotifRow[]): MotifRow[] {
  return rows.toSorted((a, b) =>
    (a.match?.pOfAll ?? 1) - (b.match?.pOfAll ?? 1) || b.bits - a.bits
  );
}
