import { dotProduct, standardise } from "./_correlate.ts";
import type { CellTypeExpression } from "./_expression.ts";
import { biologyOf } from "./_marks.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 100;
/** What a cell type's marks must be closer to another's labels than to its own, at the least. */
const LEAST_MARGIN = 0.15;
/** The same in standard errors of a correlation: for all marks together, and for one of many. */
const MARGIN_ERRORS = 4.5;
const MARGIN_ERRORS_OF_ONE = 6;

/** How well the marks of each cell type fit the labels of each, `[marks of][labels of]`. */
type FitTable = readonly (readonly number[])[];

/**
 * Finds cell types whose labels, files or files of one mark were exchanged. Where a gene has more of an active mark in
 * one cell type than in the others it is expressed more there: over genes the difference of marks from the mean over
 * cell types correlates 0.33 to 0.57 with that of labels in real cell types (both for log2(RPKM + 1) and for the
 * competition's label), and at most 0.15 with those of another. Limits: needs 100 genes that all cell types have; sees no
 * exchange of cell types that are nearly the same, and cannot tell labels from files.
 *
 * @param cellTypes Cell types whose labels have to do with their marks.
 * @param doubtful Tracks that are wrong in themselves: their marks are left out.
 */
export function checkExchangedCellTypes(
  cellTypes: readonly CellTypeExpression[],
  doubtful: readonly TrackStatistics[],
): Finding[] {
  const compared = withDistinctLabels(cellTypes);
  const genes = sharedGenes(compared);
  if (compared.length < 2 || genes.length < LEAST_GENES) return [];
  const labels = residuals(compared.map(({ values }) => take(values, genes)));
  const marks = commonMarks(compared).filter((mark) =>
    doubtful.every((track) => track.mark !== mark)
  );
  const scores = marks.map((mark) => scoresOf(compared, mark, genes));
  const fits = scores.map((score) => fitTable(score, labels));
  const whole = fitTable(sumUp(scores, genes.length), labels);
  const marginOf = (errors: number) => Math.max(LEAST_MARGIN, errors / Math.sqrt(genes.length));
  const names = compared.map(({ cellType }) => cellType);
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const table of [whole, ...fits]) {
    const margin = marginOf(table === whole ? MARGIN_ERRORS : MARGIN_ERRORS_OF_ONE);
    for (const cycle of findCycles(table, margin)) {
      const key = cycle.toSorted((a, b) => a - b).join(" ");
      if (seen.has(key)) continue;
      seen.add(key);
      const gains = fits.map((fit) => prefersCycle(fit, cycle));
      const agreeing = marks.filter((_, i) => gains[i] >= margin);
      // Where a mark fits its own labels well, these are in their place, and the files of other marks are not.
      const isLabels = table === whole && gains.every((gain) => gain > -margin);
      const shown = isLabels ? [] : agreeing;
      const fit = shown.length === 0 ? whole : fits[marks.indexOf(shown[0])];
      findings.push(describeCycle(cycle, fit, { names, marks: shown }));
    }
  }
  return findings;
}

/** What {@linkcode checkExchangedCellTypes} could not look at; a single cell type has none to be exchanged with. */
export function skippedExchangedCellTypes(
  cellTypes: readonly CellTypeExpression[],
): SkippedCheck[] {
  const compared = withDistinctLabels(cellTypes);
  if (compared.length < 2) return [];
  const what = "exchanged cell types";
  return skipIfFewer(
    { check: "exchanged-cell-types", what, least: LEAST_GENES, noun: "gene" },
    sharedGenes(compared).length,
  );
}

/** Without cell types that have the labels of another, which are found elsewhere and would fit either. */
function withDistinctLabels(cellTypes: readonly CellTypeExpression[]): CellTypeExpression[] {
  const groups = Map.groupBy(cellTypes, ({ labels }) => labels.fingerprint);
  return [...groups.values()].filter(({ length }) => length === 1).flat();
}

/** Positions of the genes that every cell type has. */
function sharedGenes(cellTypes: readonly CellTypeExpression[]): Uint32Array {
  if (cellTypes.length === 0) return new Uint32Array(0);
  return Uint32Array.from(cellTypes[0].labels.values.keys()).filter((gene) =>
    cellTypes.every(({ labels }) => !Number.isNaN(labels.values[gene]))
  );
}

function take(values: Float64Array, places: Uint32Array): Float64Array {
  return Float64Array.from(places, (place) => values[place]);
}

/** The marks of known direction that have signal in every cell type. */
function commonMarks(cellTypes: readonly CellTypeExpression[]): string[] {
  const marks = cellTypes[0].tracks.map(({ mark }) => mark);
  return marks.filter((mark) =>
    biologyOf(mark).direction !== undefined &&
    cellTypes.every(({ tracks }) =>
      tracks.some((track) => track.mark === mark && track.least < track.largest)
    )
  );
}

/** What a mark says of expression in each cell type, less the mean over cell types, each of length 1. */
function scoresOf(
  cellTypes: readonly CellTypeExpression[],
  mark: string,
  genes: Uint32Array,
): Float64Array[] {
  const { direction = 1 } = biologyOf(mark);
  const levels = cellTypes.map(({ tracks }) => {
    const track = tracks.find((other) => other.mark === mark)!;
    return standardised(take(track.levels, genes)).map((value) => direction * value);
  });
  return residuals(levels);
}

function standardised(values: Float64Array): Float64Array {
  return standardise(values) ?? new Float64Array(values.length);
}

function residuals(columns: readonly Float64Array[]): Float64Array[] {
  const mean = new Float64Array(columns[0].length);
  for (const column of columns) {
    for (const [gene, value] of column.entries()) mean[gene] += value / columns.length;
  }
  return columns.map((column) => standardised(column.map((value, gene) => value - mean[gene])));
}

/** Scores of all marks together. */
function sumUp(scores: readonly (readonly Float64Array[])[], genes: number): Float64Array[] {
  const cellTypes = scores[0]?.length ?? 0;
  return Array.from({ length: cellTypes }, (_, i) => {
    const sum = new Float64Array(genes);
    for (const score of scores) {
      for (let gene = 0; gene < genes; gene++) sum[gene] += score[i][gene];
    }
    return standardised(sum);
  });
}

function fitTable(scores: readonly Float64Array[], labels: readonly Float64Array[]): FitTable {
  return scores.map((score) => labels.map((label) => dotProduct(score, label)));
}

/** Cell types each of which fits the labels of the next best, the last those of the first. */
function findCycles(fit: FitTable, margin: number): number[][] {
  const best = fit.map((row, own) => {
    const place = row.indexOf(Math.max(...row));
    return row[place] >= LEAST_MARGIN && row[place] - row[own] >= margin ? place : own;
  });
  const cycles: number[][] = [];
  const done = new Set<number>();
  for (const start of best.keys()) {
    const path: number[] = [];
    let at = start;
    for (; !done.has(at); at = best[at]) {
      done.add(at);
      path.push(at);
    }
    const cycle = path.includes(at) ? path.slice(path.indexOf(at)) : [];
    if (cycle.length > 1) cycles.push(cycle);
  }
  return cycles;
}

/** How much better, in the mean, the cell types of a cycle fit the labels of the next than their own. */
function prefersCycle(fit: FitTable, cycle: readonly number[]): number {
  const gains = cycle.map((from, i) => fit[from][cycle[(i + 1) % cycle.length]] - fit[from][from]);
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
}

function describeCycle(
  cycle: readonly number[],
  fit: FitTable,
  { names, marks }: { readonly names: readonly string[]; readonly marks: readonly string[] },
): Finding {
  const cellTypes = cycle.map((place) => names[place]).join(cycle.length === 2 ? " and " : " → ");
  const [from, to] = cycle;
  const what = marks.length === 0 ? "the marks" : marks.join(" and ");
  return {
    check: "exchanged-cell-types",
    severity: "warning",
    where: marks.length === 0 ? `labels of ${cellTypes}` : `${what} in ${cellTypes}`,
    message:
      `where ${what} of ${names[from]} differ from those of the other cell types, the labels ` +
      `of ${names[to]} do (correlation over genes ${fit[from][to].toFixed(2)}), not its own ` +
      `(${fit[from][from].toFixed(2)}), and ${
        cycle.length === 2 ? "the other way round" : "so on"
      }: they were most likely exchanged`,
    advice: marks.length === 0
      ? "Look at the columns of the expression table, and at the cell types of all files in the " +
        "sample sheet."
      : "Look at the paths of these files in the sample sheet.",
  };
}
