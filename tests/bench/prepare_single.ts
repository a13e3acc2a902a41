/**
 * Counting one file, whole programs in turns: a bigWig beside pybigtools, and a BAM beside `samtools view -c`, which only
 * decodes it.
 */

import { ContractError } from "../../src/errors.ts";
import { compareRates } from "./contest.ts";
import { findPython } from "./peer_python.ts";
import { type Cost, type JobFile, PrepareFolder } from "./prepare_job.ts";
import { findVersion, SIGNAL_PEERS } from "./prepare_peers.ts";
import type { Row } from "./report.ts";

/** Names of these figures. */
export const SINGLE_FIGURES = ["prepare-bigwig", "prepare-bam"] as const;
/** Name of one of them. */
export type SingleFigure = typeof SINGLE_FIGURES[number];

/** How to measure. */
export interface SingleOptions {
  readonly rounds: number;
  /** The checkout that ours is of. @default this one */
  readonly ours?: string | undefined;
  /** A folder to keep the simulated files in, and to take them from if they are there. */
  readonly files?: string | undefined;
  /** Number of windows. @default 17447 */
  readonly genes?: number;
  /** Reads of the BAM file. @default 5000000 */
  readonly reads?: number;
  /** Bases for each value of the bigWig file. @default 150 */
  readonly meanBp?: number;
  /** What the lengths of the human chromosomes are divided by. @default 1 */
  readonly shrink?: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

const MARK = "H3K4me3";

/** Measures some of the figures. */
export async function benchSingle(
  figures: readonly SingleFigure[],
  options: SingleOptions,
): Promise<Row[]> {
  const needs = "import numpy, pyBigWig";
  const found = await findPython(needs, "numpy and pyBigWig");
  if ("missing" in found) {
    options.log(`NOT MEASURED: ${figures.join(", ")}: ${found.missing}`);
    return [];
  }
  const { files, shrink, ours } = options;
  if (files !== undefined) await Deno.mkdir(files, { recursive: true });
  const path = files ?? await Deno.makeTempDir({ prefix: "histone_bench_" });
  try {
    const folder = new PrepareFolder(path, { python: found.python, shrink, root: ours });
    await folder.simulate("windows", `${options.genes ?? 17_447}`, "1");
    const rows: Row[] = [];
    for (const figure of figures) {
      rows.push(
        await (figure === "prepare-bam"
          ? countReads(folder, options)
          : countSignal(folder, options)),
      );
    }
    return rows;
  } finally {
    if (files === undefined) await Deno.remove(path, { recursive: true });
  }
}

async function countReads(folder: PrepareFolder, options: SingleOptions): Promise<Row> {
  const { reads = 5_000_000, log } = options;
  if (!await exists(`${folder.path}/one.bam.bai`)) {
    log(`Simulating one.bam, ${reads.toLocaleString("en-US")} reads`);
    await folder.simulate("reads", "one", MARK, `${reads}`, "7");
  }
  const version = await versionOf("samtools --version");
  const row = { figure: "prepare-bam", peer: "samtools view -@2 -c" } as const;
  if (version === undefined) return { ...row, ...ABSENT };
  const command = "samtools view -@ 2 -c one.bam > count.txt";
  const compared = await takeTurns(folder, { name: "one.bam", flags: ["--signal", "reads"] }, {
    ...options,
    command,
  });
  const counted = Number(await Deno.readTextFile(`${folder.path}/count.txt`));
  if (counted !== reads) {
    throw new ContractError(
      `Cannot compare with samtools: it found ${counted} reads, expected ${reads}`,
    );
  }
  return { ...row, peer: `samtools ${version} view -@2 -c, which only decodes`, ...compared };
}

async function countSignal(folder: PrepareFolder, options: SingleOptions): Promise<Row> {
  const { meanBp = 150, log } = options;
  if (!await exists(`${folder.path}/one.bw`)) {
    log("Simulating one.bw");
    await folder.simulate("signal", "one", `${meanBp}`, "1");
  }
  const peer = SIGNAL_PEERS[0]!;
  const version = await findVersion(peer);
  const row = { figure: "prepare-bigwig", peer: peer.name } as const;
  if (version === undefined) return { ...row, ...ABSENT };
  const command = peer.command(["one.bw"], 1);
  const compared = await takeTurns(folder, { name: "one.bw", flags: ["--signal", "mean"] }, {
    ...options,
    command,
  });
  const agreement = await folder.compare(peer.table, { step: 1, tolerance: peer.tolerance });
  if (agreement.different > 0 || agreement.total === 0) {
    throw new ContractError(
      `Cannot compare with ${peer.name}: ${agreement.different} of ${agreement.values} values differ, expected none`,
    );
  }
  return { ...row, peer: `pybigtools ${version} values(bins=100, exact)`, ...compared };
}

const ABSENT = { unit: "s", threads: 2, ours: null, theirs: null, ratio: null } as const;

/** The best of both sides, in turns, each after a run that does not count and leaves the files in memory. */
async function takeTurns(
  folder: PrepareFolder,
  { name, flags }: { readonly name: string; readonly flags: readonly string[] },
  { command, rounds, signal, log }: SingleOptions & { readonly command: string },
): Promise<Omit<Row, "figure" | "peer">> {
  const file: JobFile = { cellType: "E003", mark: MARK, name };
  const [ours, theirs]: Cost[][] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    log(round === 0 ? `Counting ${name}` : `Counting ${name}, round ${round} of ${rounds}`);
    ours!.push(await folder.measureOurs([file], flags));
    theirs!.push(await folder.measure(command));
  }
  const speeds = (costs: readonly Cost[]) => costs.slice(1).map(({ seconds }) => 1 / seconds);
  const { medians, ...best } = compareRates(speeds(ours!), speeds(theirs!));
  return {
    unit: "s",
    threads: 2,
    ours: 1 / best.ours,
    theirs: 1 / best.theirs,
    ratio: best.ratio,
    medians: { ours: 1 / medians.ours, theirs: 1 / medians.theirs, ratio: medians.ratio },
  };
}

async function versionOf(command: string): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("bash", { args: ["-c", command] }).output();
  return success ? /\d+(\.\d+)+/.exec(new TextDecoder().decode(stdout))?.[0] : undefined;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
