/** The benchmark on real data: from the paths of files to tables. */

import { readDataset } from "../../../src/data/mod.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import type { EngineName } from "../../../src/engine/select.ts";
import type { PresetName } from "../../../src/model/mod.ts";
import { fingerprintDataset } from "../../../src/training/fingerprint.ts";
import { baselineContestants, LEFT_OUT, presetContestant } from "./contestants.ts";
import type { RealContestant } from "./contestant.ts";
import { runReal } from "./run.ts";
import { RealStore } from "./store.ts";
import { holdOutCellTypes, holdOutGenes, type RealFold, type Suite } from "./suite.ts";
import type { SuiteResult } from "./tables.ts";
import { findTreesPython, treesContestant } from "./trees.ts";

/** What to compare on which data. */
export interface RealBenchmarkOptions {
  /** Data sets by suite. */
  readonly data: Readonly<Partial<Record<"log2" | "competition" | "counts", string | undefined>>>;
  readonly presets: readonly PresetName[];
  readonly seeds: readonly number[];
  /** Presets that take the first seed alone. */
  readonly oneSeed: readonly PresetName[];
  /** Names of the cell types to hold out; all by default. */
  readonly folds?: readonly string[] | undefined;
  /** Only the first fold of each suite. */
  readonly quick: boolean;
  /** Whether boosted trees take part. */
  readonly trees: boolean;
  /** The Python that grows them. */
  readonly python?: string | undefined;
  readonly engine: EngineName;
  readonly threads: number;
  /** Folder of kept results. */
  readonly out: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What the data of a suite are. */
const TITLES: Readonly<Record<string, string>> = {
  log2: "log2(RPKM + 1)",
  competition: "The competition's label",
  counts: "Counts of few genes, new genes alone",
};

/** Runs the benchmark. */
export async function benchmarkReal(options: RealBenchmarkOptions): Promise<SuiteResult[]> {
  const suites: Suite[] = [];
  for (const [id, path] of Object.entries(options.data)) {
    if (path !== undefined) suites.push(await openSuite(id, path, options));
  }
  const { seeds, engine, threads, log, signal } = options;
  const contestants = await chooseContestants(options);
  const store = new RealStore(options.out, log);
  return await runReal({ suites, contestants, seeds, engine, threads, store, log, signal });
}

async function openSuite(id: string, path: string, options: RealBenchmarkOptions): Promise<Suite> {
  options.log(`Reading ${path}`);
  const data = await readDataset(path, { onWarning: options.log });
  const folds = chooseFolds(data, id, options);
  return { id, title: TITLES[id] ?? id, folds, digest: await fingerprintDataset(data) };
}

function chooseFolds(
  data: Dataset,
  id: string,
  { folds: wanted, quick }: RealBenchmarkOptions,
): RealFold[] {
  const folds = id === "counts" ? holdOutGenes(data) : holdOutCellTypes(data);
  const names = folds.map(({ name }) => name);
  const unknown = id === "counts" ? undefined : wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(
      `Cannot hold out ${unknown}: found ${names.join(", ")}, expected one of these`,
    );
  }
  const chosen = id === "counts" || wanted === undefined
    ? folds
    : folds.filter(({ name }) => wanted.includes(name));
  return quick ? chosen.slice(0, 1) : chosen;
}

async function chooseContestants(options: RealBenchmarkOptions): Promise<RealContestant[]> {
  const { presets, oneSeed, trees, python, log } = options;
  for (const name of presets) {
    const reason = LEFT_OUT[name];
    if (reason !== undefined) log(`Left out: ${reason}`);
  }
  const found = trees ? await findTreesPython(python) : undefined;
  if (trees && found === undefined) {
    log(
      `Left out: boosted trees, since ${python ?? "no Python here"} ${
        python === undefined ? "has" : "does not have"
      } numpy and scikit-learn (--python names one that has)`,
    );
  }
  return [
    ...baselineContestants(),
    ...(found === undefined ? [] : [treesContestant(found)]),
    ...presets.filter((name) => LEFT_OUT[name] === undefined).map((name) => ({
      ...presetContestant(name),
      ...(oneSeed.includes(name) && { seeds: 1 }),
    })),
  ];
}
