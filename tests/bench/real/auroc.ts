/** High or low expression, by DeepChrome's rules, beside its published figures: `benchmark-real --auroc`. */

import { basename } from "node:path";
import { type Dataset, readDataset } from "../../../src/data/mod.ts";
import type { EngineName } from "../../../src/engine/select.ts";
import { auroc } from "../../../src/metrics/mod.ts";
import { PRESETS } from "../../../src/model/mod.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { DEEPCHROME_AUROC } from "../../../src/report/published.ts";
import { fingerprintDataset } from "../../../src/training/fingerprint.ts";
import { fit, labelHighLow, predict } from "../../../src/training/mod.ts";
import { hideLabels, makeRidge } from "../../../src/validation/mod.ts";
import { formatMarkdown } from "../report.ts";
import type { RealContestant } from "./contestant.ts";
import { presetContestant, PRODUCT_STRETCHES } from "./contestants.ts";
import type { Entry } from "./scores.ts";
import { collectEntries, runCells } from "./run.ts";
import { RealStore } from "./store.ts";
import { holdOutThird, type RealFold, type Suite } from "./suite.ts";

const BOOTSTRAP_SAMPLES = 300;

/** What to compare. */
export interface AurocOptions {
  /** Labelled data, each of some cell types. */
  readonly paths: readonly string[];
  readonly seeds: readonly number[];
  readonly engine: EngineName;
  readonly threads: number;
  readonly out: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The figures of a cell type in one data set. */
export interface AurocRow {
  readonly data: string;
  readonly cellType: string;
  /** Genes to judge by. */
  readonly genes: number;
  /** DeepChrome's figure; absent for a cell type that it does not have. */
  readonly published?: number | undefined;
  /** By contestant: the mean over the seeds, and its standard error over genes. */
  readonly ours: Readonly<
    Record<string, { readonly auroc: number; readonly standardError: number }>
  >;
}

/** Trains on a third of the genes and judges by another, for each data set. */
export async function benchmarkAuroc(options: AurocOptions): Promise<AurocRow[]> {
  const rows: AurocRow[] = [];
  const store = new RealStore(options.out, options.log);
  for (const path of options.paths) {
    options.log(`Reading ${path}`);
    const data = await readDataset(path, { onWarning: options.log });
    const fold = holdOutThird(data);
    const digest = await fingerprintDataset(data);
    const suite: Suite = { id: "auroc", title: basename(path), folds: [fold], digest };
    // A panel of one cell type has no references for its own samples.
    const several = new Set(fold.train.cellTypeIndices()).size > 1;
    const contestants = [
      deepchrome(),
      ridgeByCellType(),
      ...(several ? [presetContestant("waka3")] : []),
    ];
    const results = await runCells({ ...options, suites: [suite], contestants, store });
    const entries = collectEntries(suite, results).filter(({ dropped }) => dropped === undefined);
    rows.push(...scoreCellTypes(suite, entries));
  }
  return rows;
}

/** The preset `deepchrome`, trained for each cell type by itself, as DeepChrome was. */
function deepchrome(): RealContestant {
  const { training } = PRESETS.deepchrome;
  return {
    name: "deepchrome",
    kind: "preset",
    usesSeed: true,
    identity: PRESETS.deepchrome,
    expectSeconds: ({ train }) => training.epochs * train.length / 8000,
    run: ({ fold, seed, engine, threads, signal }) => {
      const compute = { engine, threads, signal };
      return eachCellType(labelHighLow(fold), async (train, test) => {
        const { model, interrupted } = await fit("deepchrome", train, { ...compute, seed });
        if (interrupted) throw signal?.reason;
        return await predict(model, test, compute);
      });
    },
  };
}

/** Ridge regression on the labels themselves, for each cell type; its predictions rank genes. */
function ridgeByCellType(): RealContestant {
  return {
    name: "ridge with squares and products",
    kind: "baseline",
    usesSeed: false,
    identity: { PRODUCT_STRETCHES },
    expectSeconds: ({ train }) => 2.3e-4 * train.length,
    run: ({ fold }) =>
      eachCellType(fold, (train, test) => {
        const fitted = makeRidge({ productStretches: PRODUCT_STRETCHES }).fit(train);
        return Promise.resolve(fitted.predict(test).values);
      }),
  };
}

/** Learns from and predicts the samples of each cell type by themselves. */
async function eachCellType(
  { train, test }: Pick<RealFold, "train" | "test">,
  run: (train: Dataset, test: Dataset) => Promise<ArrayLike<number>>,
): ReturnType<RealContestant["run"]> {
  const values = new Float32Array(test.length);
  const places = test.cellTypeIndices();
  for (const place of new Set(places)) {
    const positions = Uint32Array.from(places.keys()).filter((row) => places[row] === place);
    const own = train.cellTypeIndices();
    const training = train.filter((row) => own[row] === place);
    const predicted = await run(training, hideLabels(test.subset(positions)));
    positions.forEach((row, i) => values[row] = predicted[i]!);
  }
  return [{ reading: "none", values }];
}

function scoreCellTypes({ folds: [fold], title }: Suite, entries: readonly Entry[]): AurocRow[] {
  const { test } = labelHighLow(fold!);
  const classes = test.labels();
  const places = test.cellTypeIndices();
  return [...new Set(places)].map((place): AurocRow => {
    const rows = Uint32Array.from(places.keys()).filter((row) => places[row] === place);
    const cellType = test.columns.cellTypes[place]!;
    const labels = rows.map((row) => classes[row]!);
    const ours = entries.map((entry) => {
      const scores = entry.values.map(([values]) =>
        Float64Array.from(rows, (row) => values![row]!)
      );
      return [nameOf(entry), scoreOf(labels, scores)] as const;
    });
    const published = DEEPCHROME_AUROC[cellType];
    return { data: title, cellType, genes: rows.length, published, ours: Object.fromEntries(ours) };
  });
}

function nameOf({ name, reading }: Entry): string {
  return reading === "none" ? name : `${name} ${reading} the panel`;
}

/** The mean of the seeds' areas, and what it varies by if other genes are drawn. */
function scoreOf(
  labels: Uint32Array,
  scores: readonly Float64Array[],
): { auroc: number; standardError: number } {
  const areaOf = (rows: Uint32Array) =>
    scores.reduce((sum, of) => sum + auroc(rows.map((row) => labels[row]!), gather(of, rows)), 0) /
    scores.length;
  const stream = new RandomStream(deriveKey(0, "real benchmark", "areas"));
  const draws = Array.from(
    { length: BOOTSTRAP_SAMPLES },
    () => areaOf(labels.map(() => stream.below(labels.length))),
  ).filter((area) => !Number.isNaN(area));
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  const squares = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0);
  return {
    auroc: areaOf(Uint32Array.from(labels.keys())),
    standardError: Math.sqrt(squares / (draws.length - 1)),
  };
}

function gather(values: Float64Array, rows: Uint32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

/** Formats the figures as Markdown. */
export function formatAuroc(rows: readonly AurocRow[]): string[] {
  if (rows.length === 0) return [];
  const names = [...new Set(rows.flatMap(({ ours }) => Object.keys(ours)))];
  return [
    "**High or low expression, area under the ROC curve.** A class is whether a gene is above the median of its cell type. A third of the genes was trained on, another judged; ± standard " +
    "error over genes.",
    formatMarkdown(
      ["cell type", "data", "genes judged", "DeepChrome, published", ...names],
      rows.map(({ cellType, data, genes, published, ours }) => [
        cellType,
        data,
        genes.toLocaleString("en-US"),
        published?.toFixed(2) ?? "",
        ...names.map((name) => formatArea(ours[name])),
      ]),
    ),
  ];
}

function formatArea(area: AurocRow["ours"][string] | undefined): string {
  return area === undefined ? "" : `${area.auroc.toFixed(3)} ± ${area.standardError.toFixed(3)}`;
}
