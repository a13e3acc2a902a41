/** Formats motifs as a table. */

import { formatCountOf } from "../base/count.ts";
import { listSome } from "../base/wording.ts";
import { consensusOf } from "../motifs/mod.ts";
import type { MotifRow } from "../report/motifs_page.ts";

/** More motifs than these are in the file only. */
const MOST_ROWS = 20;

/** More known motifs than these are not named. */
const MOST_NAMES = 10;
/** A match counts below this _p_ of all. */
const CLEAR = 0.05;

/** Puts motifs that match best, or say most, first. */
export function orderMotifs(rows: readonly MotifRow[]): MotifRow[] {
  return rows.toSorted((a, b) =>
    (a.match?.pOfAll ?? 1) - (b.match?.pOfAll ?? 1) || b.bits - a.bits
  );
}

/**
 * Says how many motifs are like known ones, and which of these.
 *
 * @param rows The motifs, with what each is most like.
 * @param known The names of the known motifs.
 */
export function describeMatches(rows: readonly MotifRow[], known: readonly string[]): string {
  const clear = rows.filter(({ match }) => match !== undefined && match.pOfAll < CLEAR);
  const matched = new Set(clear.map(({ match }) => match!.name));
  const found = known.filter((name) => matched.has(name));
  const missed = known.filter((name) => !matched.has(name));
  const chance = CLEAR * rows.length;
  const some = (names: readonly string[]) => listSome(names, MOST_NAMES);
  return `${formatCountOf(clear.length, "motif")} of ${rows.length.toLocaleString("en-US")} ` +
    `${clear.length === 1 ? "is" : "are"} like a known one (p of all below ${CLEAR}, ` +
    `where ${chance.toFixed(1)} would be by chance)` +
    (found.length === 0 ? "." : `: ${some(found)}.`) +
    (found.length === 0 || missed.length === 0 ? "" : ` Like no filter: ${some(missed)}.`);
}

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
