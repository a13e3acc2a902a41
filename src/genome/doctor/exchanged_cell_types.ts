import { groupBy } from "../../base/group_by.ts";
import { dotProduct, standardise } from "./_correlate.ts";
import type { CellTypeExpression } from "./_expression.ts";
import { biologyOf } from "./_marks.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, type SkippedCheck } from "./skipped_check.ts";

const LEAST_GENES = 100;
/** A cell type's marks must fit another's labels better than its own by at least this much. */
const LEAST_MARGIN = 0.15;
/** The margin in standard errors of a correlation, for all marks together. */
const MARGIN_ERRORS = 4.5;
/** The margin in standard errors of a correlation, for one of many marks. */
const MARGIN_ERRORS_OF_ONE = 6;

/** How well the marks of each cell type fit the labels of each, `[marks of][labels of]`. */
type FitTable = readonly (readonly number[])[];

/**
 * Finds cell types whose labels, files or files of one mark were exchanged. A gene with more of an active mark in one
 * cell type than in the others is also expressed more there. Over genes, the differences of marks from their mean over
 * cell types correlate 0.33 to 0.57 with the differences of labels in real cell types (both for log2(RPKM + 1) and for
 * the competition's label), and at most 0.15 with those of another cell type. Limits: needs 100 genes that all cell
 * types have; does not find exchanges of cell types that are nearly the same, and cannot say whether labels or files
 * were exchanged.
 *
 * @param cellTypes Cell types whose labels are related to their marks.
 * @param doubtful Tracks that are known to be wrong; their marks are left out.
 */
export function checkExchangedCellTypes(
  cellTypes: readonly CellTypeExpression[],
  doubtful: readonly TrackStatistics[],
): Finding[] {
  const compared = withDistinctLabels(cellTypes);
  const genes = sharedGenes(compared);
  if (countGroups(compared) < 2 || genes.length < LEAST_GENES) return [];
  const groups = compared.map(({ group }) => group);
  const labels = residuals(compared.map(({ values }) => selectGenes(values, genes)));
  const marks = commonMarks(compared).filter((mark) =>
    doubtful.every((track) => track.mark !== mark)
  );
  const scores = marks.map((mark) => scoresOf(compared, mark, genes));
  const fits = scores.map((score, i) => ({ mark: marks[i]!, fit: fitTable(score, labels) }));
  const whole = fitTable(sumUp(scores, genes.length), labels);
  const marginOf = (errors: number) => Math.max(LEAST_MARGIN, errors / Math.sqrt(genes.length));
  const names = compared.map(({ cellType }) => cellType);
  const findings: Finding[] = [];
  const seen = new Set<string>();
  for (const table of [whole, ...fits.map(({ fit }) => fit)]) {
    const margin = marginOf(table === whole ? MARGIN_ERRORS : MARGIN_ERRORS_OF_ONE);
    for (const cycle of findCycles(table, groups, margin)) {
      const key = cycle.toSorted((a, b) => a - b).join(" ");
      if (seen.has(key)) continue;
      seen.add(key);
      const gains = fits.map(({ mark, fit }) => ({ mark, fit, gain: gainOfCycle(fit, cycle) }));
      const agreeing = gains.filter(({ gain }) => gain >= margin);
      // If a mark fits its own labels well, the labels are in the right place, and the files of other marks are not.
      const isLabels = table === whole && gains.every(({ gain }) => gain > -margin);
      const shown = isLabels ? [] : agreeing;
      const fit = shown[0]?.fit ?? whole;
      findings.push(describeCycle(cycle, fit, { names, marks: shown.map(({ mark }) => mark) }));
    }
  }
  return findings;
}

/** Lists the checks that {@linkcode checkExchangedCellTypes} had to skip. A single cell type cannot be exchanged. */
export function skippedExchangedCellTypes(
  cellTypes: readonly CellTypeExpression[],
): SkippedCheck[] {
  const compared = withDistinctLabels(cellTypes);
  if (countGroups(compared) < 2) return [];
  const what = "exchanged cell types";
  return skipIfFewer(
    { check: "exchanged-cell-types", what, least: LEAST_GENES, noun: "gene" },
    sharedGenes(compared).length,
  );
}

function countGroups(cellTypes: readonly CellTypeExpression[]): number {
  return new Set(cellTypes.map(({ group }) => group)).size;
}

/**
 * Leaves out cell types with the same labels as another that is no replicate: another check reports them, and they would
 * fit both.
 */
function withDistinctLabels(cellTypes: readonly CellTypeExpression[]): CellTypeExpression[] {
  const groups = groupBy(cellTypes, ({ labels }) => labels.fingerprint);
  return [...groups.values()].filter((members) => countGroups(members) === 1).flat();
}

/** Finds the indices of the genes that every cell type has. */
function sharedGenes(cellTypes: readonly CellTypeExpression[]): Uint32Array {
  const genes = cellTypes[0]?.labels.values.keys() ?? [];
  return Uint32Array.from(genes).filter((gene) =>
    cellTypes.every(({ labels }) => !Number.isNaN(labels.values[gene]))
  );
}

function selectGenes(values: Float64Array, genes: Uint32Array): Float64Array {
  return Float64Array.from(genes, (gene) => values[gene]!);
}

/** Lists the marks with a known direction that have signal in every cell type. */
function commonMarks(cellTypes: readonly CellTypeExpression[]): string[] {
  const marks = (cellTypes[0]?.tracks ?? []).map(({ mark }) => mark);
  return marks.filter((mark) =>
    biologyOf(mark).direction !== undefined &&
    cellTypes.every(({ tracks }) =>
      tracks.some((track) => track.mark === mark && track.least < track.largest)
    )
  );
}

/** Expression as a mark predicts it in each cell type, minus the mean over cell types, each scaled to length 1. */
function scoresOf(
  cellTypes: readonly CellTypeExpression[],
  mark: string,
  genes: Uint32Array,
): Float64Array[] {
  const { direction = 1 } = biologyOf(mark);
  const levels = cellTypes.map(({ tracks }) => {
    const { levels } = tracks.find((other) => other.mark === mark)!;
    return standardiseOrZero(selectGenes(levels, genes)).map((value) => direction * value);
  });
  return residuals(levels);
}

function standardiseOrZero(values: Float64Array): Float64Array {
  return standardise(values) ?? new Float64Array(values.length);
}

/** The differences of columns from their mean, each scaled to length 1. */
function residuals(columns: readonly Float64Array[]): Float64Array[] {
  const mean = new Float64Array(columns[0]?.length ?? 0);
  for (const column of columns) {
    for (const [gene, value] of column.entries()) mean[gene]! += value / columns.length;
  }
  return columns.map((column) =>
    standardiseOrZero(column.map((value, gene) => value - mean[gene]!))
  );
}

/** The scores of all marks together. */
function sumUp(scores: readonly (readonly Float64Array[])[], genes: number): Float64Array[] {
  const cellTypes = scores[0]?.length ?? 0;
  return Array.from({ length: cellTypes }, (_, i) => {
    const sum = new Float64Array(genes);
    for (const score of scores) {
      const values = score[i]!;
      for (let gene = 0; gene < genes; gene++) sum[gene]! += values[gene]!;
    }
    return standardiseOrZero(sum);
  });
}

function fitTable(scores: readonly Float64Array[], labels: readonly Float64Array[]): FitTable {
  return scores.map((score) => labels.map((label) => dotProduct(score, label)));
}

/**
 * Finds the cell type whose labels fit the marks of each best, `[cell type]`: itself unless another fits clearly better.
 * Replicates have the same labels, so they are not compared; of the replicates of another cell type it is one whose marks
 * fit the first's labels in return, if there is one.
 */
function findBest(fit: FitTable, groups: readonly string[], margin: number): number[] {
  const wanted = fit.map((row, own) => {
    const rivals = row.map((value, to) =>
      to === own || groups[to] !== groups[own] ? value : -Infinity
    );
    const most = Math.max(...rivals);
    return most >= LEAST_MARGIN && most - row[own]! >= margin ? rivals.indexOf(most) : own;
  });
  return wanted.map((to, own) => {
    const members = [...groups.keys()].filter((member) => groups[member] === groups[to]);
    return to === own ? own : members.find((member) => groups[wanted[member]!] === groups[own]) ??
      members.find((member) => wanted[member] !== member) ?? to;
  });
}

/**
 * Finds cycles of cell types: the marks of each fit the labels of the next best, those of the last the first's labels.
 */
function findCycles(fit: FitTable, groups: readonly string[], margin: number): number[][] {
  const best = findBest(fit, groups, margin);
  const cycles: number[][] = [];
  const done = new Set<number>();
  for (const start of best.keys()) {
    const path: number[] = [];
    let at = start;
    for (; !done.has(at); at = best[at]!) {
      done.add(at);
      path.push(at);
    }
    const cycle = path.includes(at) ? path.slice(path.indexOf(at)) : [];
    if (cycle.length > 1) cycles.push(cycle);
  }
  return cycles;
}

/**
 * The mean gain of a cycle: how much better the cell types' marks fit the labels of the next cell type than their own.
 */
function gainOfCycle(fit: FitTable, cycle: readonly number[]): number {
  const gains = cycle.map((from, i) => {
    const to = cycle[(i + 1) % cycle.length]!;
    return fitOf(fit, from, to) - fitOf(fit, from, from);
  });
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
}

/** How well the marks of one cell type fit the labels of another. */
function fitOf(fit: FitTable, marksOf: number, labelsOf: number): number {
  return fit[marksOf]![labelsOf]!;
}

function describeCycle(
  cycle: readonly number[],
  fit: FitTable,
  { names, marks }: { readonly names: readonly string[]; readonly marks: readonly string[] },
): Finding {
  const cellTypes = cycle.map((place) => names[place]).join(cycle.length === 2 ? " and " : " → ");
  const [from = 0, to = 0] = cycle;
  const what = marks.length === 0 ? "the marks" : marks.join(" and ");
  return {
    check: "exchanged-cell-types",
    severity: "warning",
    where: marks.length === 0 ? `labels of ${cellTypes}` : `${what} in ${cellTypes}`,
    message:
      `where ${what} of ${names[from]} differ from those of the other cell types, the labels ` +
      `of ${names[to]} do (correlation over genes ${
        fitOf(fit, from, to).toFixed(2)
      }), not its own ` +
      `(${fitOf(fit, from, from).toFixed(2)}), and ${
        cycle.length === 2 ? "the other way round" : "so on"
      }: they were most likely exchanged`,
    advice: marks.length === 0
      ? "Check the columns of the expression table, and the cell types of all files in the " +
        "sample sheet."
      : "Check the paths of these files in the sample sheet.",
  };
}
