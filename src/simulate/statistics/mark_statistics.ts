import { meanOf } from "../../base/mean.ts";
import type { Dataset } from "../../data/dataset.ts";
import { pearson } from "../../metrics/pearson.ts";
import { type Grid, mapPairs, pearsonOfChanges, varianceOf } from "./_grid.ts";
import { type MarkInCellType, measureSample } from "./_mark_in_cell_type.ts";
import type { Statistic } from "./statistic.ts";

/** Distances from the middle of the window for which mean counts are told, in bins of a window of 100 bins of 100 bp. */
const ZONES = [
  { name: "up to 0.5 kb away", from: 0, to: 5 },
  { name: "0.5 to 1.5 kb away", from: 5, to: 15 },
  { name: "1.5 to 5 kb away", from: 15, to: 50 },
];

const LAGS = [1, 2, 5, 20];

/** Measures the counts of each mark, and how marks go together. */
export function measureMarks(data: Dataset, grid: Grid): Statistic[] {
  const measured = data.marks.map((_, mark) =>
    grid.positions.map((positions) => measureSample(data, positions, mark))
  );
  const labels = data.hasLabels ? labelsOf(data, grid) : undefined;
  const zones = data.bins === 100 && data.record.binSizeBp === 100 ? ZONES : [];
  return [
    ...data.marks.flatMap((name, mark) => measureMark(name, measured[mark]!, { labels, zones })),
    ...data.marks.flatMap((first, i) =>
      data.marks.slice(i + 1).map((second, j): Statistic => ({
        of: "pairs of marks",
        name: `r of ${first} and ${second}`,
        values: grid.cellTypes.map((_, cellType) =>
          pearson(measured[i]![cellType]!.levels, measured[i + 1 + j]![cellType]!.levels)
        ),
      }))
    ),
  ];
}

/** The labels by cell type, `[cellType][gene]`. */
export function labelsOf(data: Dataset, { positions }: Grid): Float64Array[] {
  const labels = data.labels();
  return positions.map((own) => Float64Array.from(own, (position) => labels[position]!));
}

function measureMark(
  of: string,
  cells: readonly MarkInCellType[],
  { labels, zones }: {
    readonly labels: readonly Float64Array[] | undefined;
    readonly zones: typeof ZONES;
  },
): Statistic[] {
  const each = (name: string, valueOf: (cell: MarkInCellType) => number): Statistic => ({
    of,
    name,
    values: cells.map(valueOf),
  });
  const { length: bins } = cells[0]!.profile;
  return [
    each("mean count of a bin", ({ mean }) => mean),
    each("sd of a bin's count", ({ deviation }) => deviation),
    each("share of empty bins", ({ empty }) => empty),
    ...zones.map(({ name, from, to }) =>
      each(`mean count ${name}`, ({ profile }) => meanOfZone(profile, from, to))
    ),
    each("sd of genes' levels", ({ levels }) => Math.sqrt(varianceOf(levels))),
    each("variance of neighbours by mean", ({ neighbours }) => neighbours),
    ...LAGS.filter((lag) => lag < bins).map((lag) =>
      each(`autocorrelation, lag ${lag}`, ({ autocorrelationAt }) => autocorrelationAt(lag))
    ),
    ...measureWithOthers(of, cells, labels),
  ];
}

/** Measures how a mark's level goes with that in other cell types, and with the label. */
function measureWithOthers(
  of: string,
  cells: readonly MarkInCellType[],
  labels: readonly Float64Array[] | undefined,
): Statistic[] {
  const both = cells.map(({ levels }, i) => ({
    levels,
    labels: labels?.[i] ?? new Float64Array(),
  }));
  const between: Statistic = {
    of,
    name: "r of two cell types",
    values: mapPairs(both, (a, b) => pearson(a.levels, b.levels)),
  };
  const withLabels: Statistic[] = labels === undefined ? [] : [
    { of, name: "r with the label", values: both.map((cell) => pearson(cell.levels, cell.labels)) },
    {
      of,
      name: "r of changes with the label's",
      values: mapPairs(
        both,
        (a, b) => pearsonOfChanges([a.levels, b.levels], [a.labels, b.labels]),
      ),
    },
  ];
  return [between, ...withLabels].filter(({ values }) => values.length > 0);
}

/** Mean of the bins whose distance from the middle is in a zone, on either side. */
function meanOfZone(profile: Float64Array, from: number, to: number): number {
  const middle = profile.length / 2;
  return meanOf([
    ...profile.subarray(middle - to, middle - from),
    ...profile.subarray(middle + from, middle + to),
  ]);
}
