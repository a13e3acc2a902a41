/**
 * What docs/examples/service.ts answers on this machine: the service, its 32 clients and a hand-kept session with a mutex
 * are processes of their own. Each figure is measured in turns.
 */

import { simulateColumns } from "../../../src/simulate/mod.ts";
import { findPreset, initialWeights, presetSpec } from "../../../src/model/mod.ts";
import { saveModel } from "../../../src/model/save_load.ts";
import { withDirectory } from "../../helpers/command.ts";
import { type RunningService, startService } from "../../helpers/service.ts";
import type { BenchOptions } from "../bench.ts";
import { SERVICE } from "../figures.ts";
import type { Row } from "../report.ts";
import { median } from "../statistics.ts";
import type { BodyKind } from "./bodies.ts";
import { type LoadResult, putLoad } from "./load.ts";

const MUTEX = "session with a mutex";
const CLIENTS = 32;
/** A sample of the load lasts so long at least: a quarter of it is what compilers need. */
const LEAST_SECONDS = 3;

interface Case {
  readonly name: string;
  readonly kind: BodyKind;
  readonly samples: number;
  readonly clients: number;
  /** Whether the peer takes these bodies. */
  readonly hasPeer: boolean;
}

const CASES: readonly Case[] = [
  { name: "alone", kind: "json", samples: 1, clients: 1, hasPeer: true },
  { name: "one-sample", kind: "json", samples: 1, clients: CLIENTS, hasPeer: true },
  { name: "batches-json", kind: "json", samples: 64, clients: CLIENTS, hasPeer: true },
  { name: "batches-npz", kind: "npz", samples: 256, clients: CLIENTS, hasPeer: false },
  { name: "batches-arrow", kind: "arrow", samples: 256, clients: CLIENTS, hasPeer: false },
];

/** Rows on all threads: requests or samples a second, and the median time to an answer. */
export async function measureService(
  { rounds, seconds, signal, log }: Pick<BenchOptions, "rounds" | "seconds" | "signal" | "log">,
): Promise<Row[]> {
  const rows: Row[] = [];
  await withDirectory(async (directory) => {
    await saveWakawaka(`${directory}/model`);
    await using ours = await startService([directory, "--quiet"]);
    await using peer = await startService([directory], "tests/bench/service/mutex_server.ts");
    for (const one of CASES) {
      log(`Timing the service: ${one.name}, ${one.clients} clients`);
      const sides = one.hasPeer ? [ours, peer] : [ours];
      const results: LoadResult[][] = sides.map(() => []);
      for (let round = 0; round < rounds; round++) {
        for (const [side, service] of sides.entries()) {
          signal.throwIfAborted();
          results[side]!.push(await loadOn(service, one, Math.max(seconds, LEAST_SECONDS)));
        }
      }
      rows.push(...rowsOf(one, results));
    }
  });
  return rows;
}

/** A model of the usual size with random weights, which cost the same. */
export async function saveWakawaka(directory: string): Promise<void> {
  const { record } = simulateColumns({ cellTypes: 1, genes: 1, newGenes: 1 }).train;
  const { learningRate, batchSize } = findPreset("wakawaka").training;
  const spec = presetSpec("wakawaka");
  await saveModel({
    spec,
    weights: initialWeights(spec, 1),
    record: { ...record, transform: "log1p" },
    inputRecord: record,
    training: { engine: "wasm", seed: 1, epochs: 0, batchSize, learningRate, samples: 1 },
  }, directory);
}

async function loadOn(
  { port }: RunningService,
  { kind, samples, clients }: Case,
  seconds: number,
): Promise<LoadResult> {
  const result = await putLoad({
    port,
    kind,
    samples,
    clients,
    seconds,
    requests: Number.MAX_SAFE_INTEGER,
  });
  const { 200: answered = 0 } = result.statuses;
  if (answered === result.requests) return result;
  throw new Error(`Cannot measure the service: it answered ${JSON.stringify(result.statuses)}`);
}

function rowsOf({ name, samples }: Case, results: readonly LoadResult[][]): Row[] {
  const rate = (result: LoadResult) =>
    (samples === 1 ? result.requests : result.samples) / result.seconds;
  const time = ({ medianMs }: LoadResult) => medianMs;
  const figure = `${SERVICE}-${name}`;
  return [
    makeRow({ figure, unit: samples === 1 ? "requests/s" : "samples/s" }, results, rate),
    makeRow({ figure: `${figure}-median`, unit: "ms" }, results, time),
  ];
}

/** The medians of the rounds, since the best of them is not what a client meets. */
function makeRow(
  { figure, unit }: Pick<Row, "figure" | "unit">,
  results: readonly LoadResult[][],
  of: (result: LoadResult) => number,
): Row {
  const [ours, theirs] = results.map((own) => own.map(of));
  const row = { figure, unit, threads: navigator.hardwareConcurrency, ours: median(ours!) };
  if (theirs === undefined) return { ...row, peer: "none", theirs: null, ratio: null };
  const ratios = ours!.map((own, round) =>
    unit === "ms" ? theirs[round]! / own : own / theirs[round]!
  );
  return { ...row, peer: MUTEX, theirs: median(theirs), ratio: median(ratios) };
}
