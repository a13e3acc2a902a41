/**
 * Compares the whole job of counting, from ten files to a table, with programs that people use: `deno task bench
 * --prepare`. Every peer's numbers are compared with ours before anything is said about its speed.
 */

import { findPython } from "./peer_python.ts";
import { type Agreement, type Cost, type JobFile, PrepareFolder, tenFiles } from "./prepare_job.ts";
import { measureMemory, type MemoryRow } from "./prepare_memory.ts";
import { findVersion, type PreparePeer, READ_PEERS, SIGNAL_PEERS } from "./prepare_peers.ts";
import { measureRemote, type RemoteRow } from "./prepare_remote.ts";
import { median } from "./statistics.ts";

/** What to measure. */
export interface PrepareBenchOptions {
  /** Number of windows. @default 17447 */
  readonly genes?: number;
  /** Reads of each BAM file. @default 2000000 */
  readonly reads?: number;
  /** Bases for each value of a bigWig file. @default 150 */
  readonly meanBp?: number;
  /** What the lengths of the human chromosomes are divided by. @default 1 */
  readonly shrink?: number;
  /** Pairs of ours and theirs; peers that take over a minute are run once. @default 3 */
  readonly rounds?: number;
  /** Whether the slowest peers count all windows too, which takes hours; else a share of them. @default false */
  readonly full?: boolean | undefined;
  /** A folder to keep the simulated files in, and to take them from if they are there. */
  readonly data?: string | undefined;
  readonly log: (line: string) => void;
}

/** One peer on one job. */
export interface PrepareRow {
  readonly job: string;
  readonly peer: string;
  readonly ours: Cost;
  /** For all windows: measured, or extrapolated from two shares of them. */
  readonly theirs: Cost;
  /** Median of the pairs, theirs to ours. */
  readonly ratio: number;
  readonly pairs: number;
  /** What share of the windows was counted, as 1 / n; of two, the line through both gives `theirs`. */
  readonly steps: readonly number[];
  /** Of its table with ours; none if it only decodes the files. */
  readonly agreement?: Agreement;
}

/** What {@linkcode benchPrepare} returns. */
export interface PrepareBench {
  readonly rows: readonly PrepareRow[];
  readonly memory: readonly MemoryRow[];
  readonly remote: readonly RemoteRow[];
  /** Peers that this machine lacks. */
  readonly missing: readonly string[];
}

/** A peer that takes longer is not run again. */
const LONG_SECONDS = 60;

/** Runs the comparisons. */
export async function benchPrepare(options: PrepareBenchOptions): Promise<PrepareBench> {
  const found = await findPython("import numpy, pyBigWig", "numpy and pyBigWig");
  if ("missing" in found) throw new Error(`Cannot bench: ${found.missing}`);
  const folder = new PrepareFolder(options.data ?? await Deno.makeTempDir(), {
    python: found.python,
    shrink: options.shrink,
  });
  try {
    await makeFiles(folder, options);
    const rows: PrepareRow[] = [];
    const missing: string[] = [];
    for (const [files, peers] of [[BAM, READ_PEERS], [BIG_WIG, SIGNAL_PEERS]] as const) {
      const job = `${files.length} ${files === BAM ? "BAM" : "bigWig"} files`;
      for (const peer of peers) {
        const version = await findVersion(peer);
        if (version === undefined) {
          missing.push(peer.name);
          options.log(`NOT MEASURED: ${peer.name}: not installed here`);
          continue;
        }
        options.log(`Counting ${job} with ${peer.name} ${version}`);
        const row = await comparePeer(folder, files, { ...options, peer });
        rows.push({ ...row, job, peer: `${peer.name} ${version}` });
        options.log(JSON.stringify(row));
      }
    }
    options.log("Measuring memory on other kinds and numbers of files");
    const memory = await measureMemory(folder, BAM, BIG_WIG);
    options.log("Counting ten genes of a file on a server");
    return { rows, memory, remote: await measureRemote(folder.path), missing };
  } finally {
    if (options.data === undefined) await Deno.remove(folder.path, { recursive: true });
  }
}

const BAM = tenFiles("bam");
const BIG_WIG = tenFiles("bw");

/** Simulates what is not there yet: ten files of reads, and two of signal under five names each. */
async function makeFiles(folder: PrepareFolder, options: PrepareBenchOptions): Promise<void> {
  const { genes = 17_447, reads = 2_000_000, meanBp = 150, log } = options;
  const steps = new Set([1, ...[...READ_PEERS, ...SIGNAL_PEERS].flatMap(({ steps }) => steps)]);
  await folder.simulate("windows", `${genes}`, ...[...steps].map(String));
  for (const [i, { name, mark }] of BAM.entries()) {
    if (await exists(`${folder.path}/${name}.bai`)) continue;
    log(`Simulating ${name}, ${reads.toLocaleString("en-US")} reads`);
    await folder.simulate("reads", name.slice(0, -4), mark, `${reads}`, `${11 + i}`);
  }
  for (const [i, { name }] of BIG_WIG.entries()) {
    const track = `track-${1 + i % 2}`;
    if (!await exists(`${folder.path}/${track}.bw`)) {
      log(`Simulating ${track}.bw`);
      await folder.simulate("signal", track, `${meanBp}`, `${1 + i % 2}`);
    }
    const path = `${folder.path}/${name}`;
    // Another name of the same file, and not a symbolic link, which the command refuses to count twice.
    if (!await exists(path)) await Deno.copyFile(`${folder.path}/${track}.bw`, path);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Runs pairs of ours and a peer, and compares what both wrote in the first. */
async function comparePeer(
  folder: PrepareFolder,
  files: readonly JobFile[],
  { peer, rounds = 3, full = false }: PrepareBenchOptions & { readonly peer: PreparePeer },
): Promise<Omit<PrepareRow, "job" | "peer">> {
  const names = files.map(({ name }) => name);
  const steps = full ? [1] : peer.steps;
  const pairs: { readonly ours: Cost; readonly theirs: Cost }[] = [];
  let agreement: Agreement | undefined;
  do {
    const flags = ["--signal", peer.rule, ...peer.ourFlags ?? []];
    const ours = await folder.measureOurs(files, flags);
    const costs: Cost[] = [];
    for (const step of steps) costs.push(await folder.measure(peer.command(names, step)));
    const step = steps.at(-1)!;
    if (peer.table !== undefined) {
      agreement ??= await folder.compare(peer.table, { step, tolerance: peer.tolerance });
    }
    pairs.push({ ours, theirs: extrapolate(costs, steps) });
  } while (pairs.length < rounds && pairs[0]!.theirs.seconds < LONG_SECONDS);
  return {
    ours: medianCost(pairs.map(({ ours }) => ours)),
    theirs: medianCost(pairs.map(({ theirs }) => theirs)),
    ratio: median(pairs.map(({ ours, theirs }) => theirs.seconds / ours.seconds)),
    pairs: pairs.length,
    steps,
    ...(agreement && { agreement }),
  };
}

/** What all windows cost: by the line through the times of two shares of them. */
export function extrapolate(costs: readonly Cost[], steps: readonly number[]): Cost {
  const [first, second = first] = costs as [Cost, Cost | undefined];
  if (costs.length === 1) return first;
  const [few, many] = steps.map((step) => 1 / step) as [number, number];
  const reach = (from: number, to: number) => to + (to - from) / (many - few) * (1 - many);
  return {
    seconds: reach(first.seconds, second.seconds),
    cpuSeconds: reach(first.cpuSeconds, second.cpuSeconds),
    // Memory is that of the larger share.
    megabytes: second.megabytes,
  };
}

function medianCost(costs: readonly Cost[]): Cost {
  return {
    seconds: median(costs.map(({ seconds }) => seconds)),
    cpuSeconds: median(costs.map(({ cpuSeconds }) => cpuSeconds)),
    megabytes: median(costs.map(({ megabytes }) => megabytes)),
  };
}
