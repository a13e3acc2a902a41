/**
 * Compares counting into bins with `bedtools multicov` and with pyBigWig: 5 million simulated reads and a track of 18
 * million values, 17,447 windows of 100 bins. Outputs are compared before anything is said about speed.
 */

import { findPythonWith } from "../helpers/require.ts";

/** What to measure. */
export interface PrepareBenchOptions {
  /** Whether the peers count all windows, which takes bedtools many minutes; else every tenth. */
  readonly full: boolean;
  readonly log: (line: string) => void;
}

/** One comparison. */
export interface PrepareRow {
  readonly figure: string;
  readonly peer: string;
  /** Seconds for all windows. */
  readonly ours: number;
  /** Seconds for all windows: measured, or those of every tenth window times ten. */
  readonly theirs: number;
  /** Peaks of resident memory, in MB. */
  readonly ourMegabytes: number;
  readonly theirMegabytes: number;
}

interface Measurement {
  readonly seconds: number;
  readonly megabytes: number;
}

const READS = 5_000_000;
const GENES = 17_447;
const BINS = 100;
const STEP = 10;
const PEER = new URL("prepare_peer.py", import.meta.url).pathname;
const OURS = new URL("prepare_count.ts", import.meta.url).pathname;
const SCRIPT = new URL("../../scripts/prepare.ts", import.meta.url).pathname;
const V8_FLAGS = "--v8-flags=--max-semi-space-size=1,--expose-gc";
const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];

/** Runs the comparisons, and the whole command on ten files of reads. */
export async function benchPrepare(
  options: PrepareBenchOptions,
): Promise<{ readonly rows: readonly PrepareRow[]; readonly command: Measurement }> {
  const { full, log } = options;
  const python = await findPythonWith("pyBigWig");
  if (python === undefined) throw new Error("Cannot bench: no Python with numpy and pyBigWig here");
  const ask = async (...args: string[]) => JSON.parse(await output(python, [PEER, ...args]));
  const folder = await Deno.makeTempDir();
  const step = full ? 1 : STEP;
  try {
    log(`Simulating ${READS.toLocaleString("en-US")} reads and a signal track (some minutes)`);
    await ask("simulate", folder, String(READS), String(GENES));
    const compare = async (row: Comparison): Promise<PrepareRow> => {
      log(`Counting ${row.file} with ${row.peer}, ${full ? "all windows" : "every tenth window"}`);
      const theirs: Measurement = await ask(row.command, folder, String(step));
      log(`Counting ${row.file} with ours, all windows`);
      const ours = await countOurs(ask, folder, row);
      await checkAgreement(folder, row, step);
      return {
        figure: row.figure,
        peer: row.peer,
        ours: ours.seconds,
        theirs: theirs.seconds * step,
        ourMegabytes: ours.megabytes,
        theirMegabytes: theirs.megabytes,
      };
    };
    const rows = [await compare(COMPARISONS[0]!), await compare(COMPARISONS[1]!)];
    log("Running the whole command on 2 cell types × 5 marks");
    return { rows, command: await measureCommand(ask, folder) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

interface Comparison {
  readonly figure: string;
  readonly peer: string;
  readonly command: string;
  readonly file: string;
  readonly rule: string;
  /** Largest relative difference. */
  readonly tolerance: number;
}

const COMPARISONS: readonly Comparison[] = [
  {
    figure: "reads of BAM",
    peer: "bedtools multicov",
    command: "multicov",
    file: "reads.bam",
    rule: "reads",
    tolerance: 0,
  },
  {
    figure: "mean of bigWig",
    peer: "pyBigWig exact",
    command: "pybigwig",
    file: "signal.bw",
    rule: "mean",
    tolerance: 1e-6,
  },
];

type Ask = (...args: string[]) => Promise<Measurement>;

async function countOurs(
  ask: Ask,
  folder: string,
  { file, rule }: Comparison,
): Promise<Measurement> {
  const program = [Deno.execPath(), "run", "-q", V8_FLAGS, "--allow-read", "--allow-write", OURS];
  // The time that starting Deno takes is part of it, as it is of bedtools'.
  return await ask("measure", ...program, folder, file, rule);
}

async function checkAgreement(
  folder: string,
  { peer, command, tolerance }: Comparison,
  step: number,
): Promise<void> {
  const read = async (name: string) =>
    new Float64Array((await Deno.readFile(`${folder}/${name}.f64`)).buffer);
  const [ours, theirs] = [await read("ours"), await read(command)];
  const windows = Math.ceil(GENES / step);
  if (theirs.length !== windows * BINS) throw new Error(`${peer} gave ${theirs.length} values`);
  for (let i = 0; i < theirs.length; i++) {
    const found = ours[Math.floor(i / BINS) * step * BINS + i % BINS];
    const wanted = Number.isNaN(theirs[i]) ? 0 : theirs[i];
    if (Math.abs(found! - wanted!) <= tolerance * Math.abs(wanted!)) continue;
    throw new Error(`Value ${i}: ours is ${found}, that of ${peer} is ${wanted}`);
  }
}

async function measureCommand(ask: Ask, folder: string): Promise<Measurement> {
  const rows = ["cell_type\tmark\tpath"];
  for (const cellType of ["a", "b"]) {
    for (const mark of MARKS) {
      const name = `${cellType}-${mark}.bam`;
      // Another name of the same file, and not a link, which the command would refuse.
      await Deno.link(`${folder}/reads.bam`, `${folder}/${name}`);
      await Deno.link(`${folder}/reads.bam.bai`, `${folder}/${name}.bai`);
      rows.push(`${cellType}\t${mark}\t${name}`);
    }
  }
  await Deno.writeTextFile(`${folder}/sheet.tsv`, rows.join("\n"));
  const program = [Deno.execPath(), "run", "-q", "-P=write", V8_FLAGS, SCRIPT];
  const inputs = ["--samples", `${folder}/sheet.tsv`, "--genes", `${folder}/genes.tsv`];
  const out = ["--signal", "reads", "--out", `${folder}/data.npz`];
  return await ask("measure", ...program, ...inputs, ...out);
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(program, {
    args: [...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${program} ${args[1]} failed`);
  return new TextDecoder().decode(stdout);
}

/** The result as a Markdown table and a line on the whole command. */
export function formatPrepare(
  { rows, command }: Awaited<ReturnType<typeof benchPrepare>>,
): string {
  const cells = rows.map(({ figure, peer, ours, theirs, ourMegabytes, theirMegabytes }) =>
    `| ${figure} | ${ours.toFixed(1)} s, ${Math.round(ourMegabytes)} MB | ${peer} | ` +
    `${theirs.toFixed(1)} s, ${Math.round(theirMegabytes)} MB | ${(theirs / ours).toFixed(1)}× |`
  );
  return [
    "| counting | ours | peer | theirs | ratio |",
    "| --- | --- | --- | --- | --- |",
    ...cells,
    `deno task prepare on 10 such files: ${command.seconds.toFixed(1)} s, ` +
    `${Math.round(command.megabytes)} MB`,
  ].join("\n");
}
