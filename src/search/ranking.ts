import { sampleDeviation } from "../base/mean.ts";
import type { BranchPoint, ConvolutionPoint, SearchPoint } from "./space.ts";
import type { ScoredTrial, TrialRecord } from "./trial.ts";

/**
 * Ranks trials by their last records: those that reached a later rung before the others, within a rung by score, at
 * equal scores by number. Trials without a score come last.
 *
 * @param records Records of trials, in any order; a trial may have one in each rung.
 * @returns The last record of each trial, best first.
 *
 * @example A trial that failed ranks after one that has a score
 * ```ts
 * import { gridPoints, parseSpace, rankTrials, type TrialRecord } from "@waka/histone/search";
 * import { deepStrictEqual } from "node:assert";
 *
 * const [point] = gridPoints(parseSpace({ filters: [8], width: [3], blocks: [{}] }));
 * const plan = { rung: 1, epochs: 2, seed: 0, point: point! };
 * const scores = { foldScores: [3, 4], score: 3.5, parameters: 9, seconds: 1, engine: "wasm" };
 * const trials: TrialRecord[] = [
 *   { ...plan, trial: 1, status: "diverged", reason: "the loss is NaN" },
 *   { ...plan, trial: 2, status: "scored", ...scores },
 * ];
 * deepStrictEqual(rankTrials(trials).map(({ trial }) => trial), [2, 1]);
 * ```
 */
export function rankTrials(records: readonly TrialRecord[]): TrialRecord[] {
  const last = new Map<number, TrialRecord>();
  for (const record of records) {
    const known = last.get(record.trial);
    if (known === undefined || known.rung < record.rung) last.set(record.trial, record);
  }
  const isFailed = (record: TrialRecord) => Number(record.status !== "scored");
  const scoreOf = (record: TrialRecord) => record.status === "scored" ? record.score : 0;
  return [...last.values()].sort((a, b) =>
    isFailed(a) - isFailed(b) || b.rung - a.rung || scoreOf(a) - scoreOf(b) || a.trial - b.trial
  );
}

/**
 * Takes the best trial of a ranking.
 *
 * @param ranking What {@linkcode rankTrials} returned.
 * @returns The trial that ranks first, or `undefined` if no trial has a score.
 *
 * @example No trial, no best one
 * ```ts
 * import { bestTrial, rankTrials } from "@waka/histone/search";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(bestTrial(rankTrials([])), undefined);
 * ```
 */
export function bestTrial(ranking: readonly TrialRecord[]): ScoredTrial | undefined {
  const [first] = ranking;
  return first?.status === "scored" ? first : undefined;
}

/**
 * Describes a point in one line.
 *
 * @param point The point.
 * @returns Such as `3 × conv, filters 50, width 10 5 3, …`: one value where all convolutions have the same.
 *
 * @example A point of one convolution
 * ```ts
 * import { describePoint, gridPoints, parseSpace } from "@waka/histone/search";
 * import { match } from "node:assert";
 *
 * const [point] = gridPoints(parseSpace({ filters: [8], width: [3], blocks: [{}] }));
 * match(describePoint(point!), /^1 × conv, filters 8, width 3, dilation 1, pool 1, same, leakyRelu/);
 * ```
 */
export function describePoint(point: SearchPoint): string {
  const { convolutions, dense, dropout, learningRate } = point;
  const each = (name: keyof (typeof convolutions)[number]) => {
    const values = convolutions.map((convolution) => convolution[name]);
    return `${name} ${new Set(values).size === 1 ? values[0] : values.join(" ")}`;
  };
  return [
    `${convolutions.length} × conv`,
    each("filters"),
    each("width"),
    each("dilation"),
    each("pool"),
    point.padding,
    point.activation,
    point.batchNorm ? "batch norm" : undefined,
    point.linear && `linear ${listUnits(point.linear)}`,
    `dropout ${formatNumber(dropout)}`,
    point.signal && `signal ${listUnits(point.signal)}`,
    point.branches && describeBranches(point.branches),
    `dense ${[...dense, 1].join(" ")}`,
    `learning rate ${formatNumber(learningRate)}`,
    `batch ${point.batchSize}`,
  ].filter((part) => part !== undefined).join(", ");
}

function describeBranches(branches: readonly BranchPoint[]): string {
  return branches.map(({ input, convolution, units }) => {
    const before = convolution === undefined ? "" : `${describeConvolution(convolution)}, then `;
    return `${input} ${before}${listUnits(units)}`;
  }).join(", ");
}

function describeConvolution({ filters, width, dilation, pool }: ConvolutionPoint): string {
  const dilated = dilation === 1 ? "" : `, dilation ${dilation}`;
  return `conv ${filters} × ${width}${dilated}, pool ${pool}`;
}

function listUnits(units: readonly number[]): string {
  return units.length === 0 ? "none" : units.join(" ");
}

/** Three significant digits, without zeros after them. */
function formatNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/**
 * Formats the best of a ranking as a table.
 *
 * @param ranking What {@linkcode rankTrials} returned.
 * @param most Lines, at most, without the header.
 * @returns Lines of text: rank, trial, score with the folds' standard deviation, epochs, parameters, seconds, choices.
 *
 * @example A ranking without trials has a header alone
 * ```ts
 * import { formatRankingTable } from "@waka/histone/search";
 * import { match } from "node:assert";
 *
 * match(formatRankingTable([], 10), /^rank +trial +score +± folds +epochs +parameters +seconds +choices$/);
 * ```
 */
export function formatRankingTable(ranking: readonly TrialRecord[], most: number): string {
  const header = [
    "rank",
    "trial",
    "score",
    "± folds",
    "epochs",
    "parameters",
    "seconds",
    "choices",
  ];
  const scored = ranking.filter((record) => record.status === "scored");
  const rows = scored.slice(0, most).map((record, index) => [
    String(index + 1),
    String(record.trial),
    record.score.toFixed(4),
    sampleDeviation(record.foldScores).toFixed(4),
    String(record.epochs),
    record.parameters.toLocaleString("en-US"),
    record.seconds.toFixed(1),
    describePoint(record.point),
  ]);
  const table = [header, ...rows];
  const last = header.length - 1;
  const widths = header.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const format = (row: readonly string[]) =>
    row.map((text, column) => column === last ? text : text.padStart(widths[column]!)).join("  ");
  return table.map(format).join("\n");
}

const CSV_HEADER = [
  "rank",
  "trial",
  "status",
  "score",
  "fold_scores",
  "rung",
  "epochs",
  "parameters",
  "seconds",
  "seed",
  "filters",
  "width",
  "dilation",
  "pool",
  "padding",
  "activation",
  "batch_norm",
  "dropout",
  "dense",
  "learning_rate",
  "batch_size",
];

/** Columns for choices that few spaces have, each left out where no trial has it. */
const RARE_COLUMNS: Readonly<Record<string, (point: SearchPoint) => string | undefined>> = {
  linear: ({ linear }) => linear?.join(" "),
  signal: ({ signal }) => signal?.join(" "),
  branches: ({ branches }) =>
    branches?.map(({ input, convolution, units }) => {
      const { filters, width, dilation, pool } = convolution ?? {};
      const before = convolution === undefined
        ? []
        : [`conv ${filters} × ${width} dilation ${dilation} pool ${pool}`];
      return [input, ...before, ...units].join(" ");
    }).join("; "),
};

/**
 * Formats a ranking as CSV, including failed trials and their reasons. Lists, such as the filters of each convolution,
 * are in one field, separated by spaces.
 *
 * @param ranking What {@linkcode rankTrials} returned.
 * @returns A header and one line per trial.
 *
 * @example One trial that failed
 * ```ts
 * import { formatRankingCsv, gridPoints, parseSpace } from "@waka/histone/search";
 * import { match } from "node:assert";
 *
 * const [point] = gridPoints(parseSpace({ filters: [8], width: [3], blocks: [{}] }));
 * const trial = { trial: 1, rung: 1, epochs: 2, seed: 0, point: point! } as const;
 * const csv = formatRankingCsv([{ ...trial, status: "skipped", reason: "too deep" }]);
 * match(csv, /^rank,trial,.*\n1,1,skipped,.*,8,3,1,1,same,.*,"too deep"\n$/);
 * ```
 */
export function formatRankingCsv(ranking: readonly TrialRecord[]): string {
  const rare = Object.entries(RARE_COLUMNS)
    .filter(([, of]) => ranking.some(({ point }) => of(point) !== undefined));
  const rows = ranking.map((record, index) => {
    const { trial, status, rung, epochs, seed, point } = record;
    const result = record.status === "scored"
      ? [record.score, record.foldScores.join(" "), rung, epochs, record.parameters, record.seconds]
      : ["", "", rung, epochs, "", ""];
    const chosen = [...pointFields(point), ...rare.map(([, of]) => of(point) ?? "")];
    const reason = record.status === "scored" ? "" : quote(record.reason);
    return [index + 1, trial, status, ...result, seed, ...chosen, reason];
  });
  const header = [...CSV_HEADER, ...rare.map(([name]) => name), "reason"];
  return [header, ...rows].map((row) => row.join(",") + "\n").join("");
}

function pointFields(point: SearchPoint): (string | number | boolean)[] {
  const { convolutions, padding, activation, batchNorm, dropout, dense } = point;
  return [
    convolutions.map(({ filters }) => filters).join(" "),
    convolutions.map(({ width }) => width).join(" "),
    convolutions.map(({ dilation }) => dilation).join(" "),
    convolutions.map(({ pool }) => pool).join(" "),
    padding,
    activation,
    batchNorm,
    dropout,
    dense.join(" "),
    point.learningRate,
    point.batchSize,
  ];
}

/** Quotes a field of CSV as in RFC 4180. */
function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
