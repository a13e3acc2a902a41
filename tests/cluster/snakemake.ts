/** The example for Snakemake as a user has it: its files in a folder of their own, with data, and a program `histone`. */

import { PROGRAM_FLAGS } from "../../src/commands/version.ts";
import { PROGRAM } from "../helpers/command.ts";
import type { SlurmCluster } from "./slurm_cluster.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const EXAMPLE = `${ROOT}docs/examples/snakemake/`;
const DATA = `${ROOT}fixtures/genome/example/`;
/** Each of them is a job in each of the two sheets. */
const MARKS = ["H3K36me3", "H3K4me3"];

/** A version of Snakemake that is installed here. */
export interface Snakemake {
  readonly version: "7" | "9";
  /** The Python that has it. */
  readonly python: string;
}

/** Finds Snakemake 7 as Debian has it, and 9 with its plugin for Slurm where `HISTONE_SNAKEMAKE9` says. */
export async function findSnakemake(version: Snakemake["version"]): Promise<Snakemake | undefined> {
  const nine = Deno.env.get("HISTONE_SNAKEMAKE9") ?? "/tmp/histone-ci/snakemake/bin/snakemake";
  const python = version === "7" ? "/usr/bin/python3" : nine.replace(/[^/]*$/, "python");
  const plugin = version === "7" ? "" : "import snakemake_executor_plugin_slurm; ";
  const found = await new Deno.Command(python, {
    args: ["-c", `${plugin}from snakemake import __version__; print(__version__)`],
    stderr: "null",
  }).output().catch(() => undefined);
  const isFound = found !== undefined && found.success &&
    new TextDecoder().decode(found.stdout).startsWith(`${version}.`);
  return isFound ? { version, python } : undefined;
}

/** Flags of the example's commands, so that a test can run them without Snakemake. */
export const FLAGS = {
  counting: "--signal reads --assembly hg38",
  labels: "--expression-transform log2p1",
  model: "--preset experiment1 --transform log1p --epochs 2 --batch-size 16",
  members: "2",
} as const;

/** Writes the example, its data and the program into a folder. */
export async function writeExample(folder: string): Promise<void> {
  await Deno.copyFile(`${EXAMPLE}Snakefile`, `${folder}/Snakefile`);
  const settings = { histone: `${folder}/histone`, mem_mb: "500", ...FLAGS };
  let config = await Deno.readTextFile(`${EXAMPLE}config.yaml`);
  for (const [name, value] of Object.entries(settings)) {
    const line = new RegExp(`^${name}: .*$`, "m");
    if (!line.test(config)) throw new Error(`config.yaml has no line "${name}"`);
    config = config.replace(line, `${name}: ${value}`);
  }
  await Deno.writeTextFile(`${folder}/config.yaml`, config);
  const program = ["run", "-q", ...PROGRAM_FLAGS, "--config", `${ROOT}deno.json`, PROGRAM];
  const words = [Deno.execPath(), ...program].map((word) => `'${word}'`).join(" ");
  // Snakemake has a home of its own here; what Deno has fetched is in the user's.
  const home = Deno.env.get("HOME") ?? "/";
  await writeScript(`${folder}/histone`, `HOME='${home}' exec ${words} "$@"`);
  for (const name of ["genes.gtf", "expression.tsv"]) {
    await Deno.copyFile(`${DATA}${name}`, `${folder}/${name}`);
  }
  await writeSheet(folder, "training.tsv", { cellType: "liver", endings: [".bam", ".bam.bai"] });
  await writeSheet(folder, "new.tsv", { cellType: "lung", endings: [".tagAlign.gz"] });
}

async function writeSheet(
  folder: string,
  name: string,
  { cellType, endings }: { readonly cellType: string; readonly endings: readonly string[] },
): Promise<void> {
  const rows = MARKS.map((mark) => `${cellType}\t${mark}\t${cellType}-${mark}${endings[0]}\n`);
  await Deno.writeTextFile(`${folder}/${name}`, `cell_type\tmark\tpath\n${rows.join("")}`);
  for (const mark of MARKS) {
    for (const ending of endings) {
      const file = `${cellType}-${mark}${ending}`;
      await Deno.copyFile(`${DATA}${file}`, `${folder}/${file}`);
    }
  }
}

/** Writes a program for the shell. */
export async function writeScript(path: string, line: string): Promise<void> {
  await Deno.writeTextFile(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
}

/**
 * Snakemake 7 asks Slurm about its jobs every 33 seconds, whatever its flags say, so that this example would take minutes.
 * Here it asks more often.
 */
const OFTEN = `
from snakemake import main
from snakemake.executors.slurm.slurm_submit import SlurmExecutor

start = SlurmExecutor.__init__


def start_often(self, *args, **kwargs):
    kwargs["max_status_checks_per_second"] = 2
    start(self, *args, **kwargs)


SlurmExecutor.__init__ = start_often
main()
`;

/** Flags with which each version hands its jobs to Slurm. */
const ON_SLURM = {
  7: "--slurm",
  9: "--executor slurm --slurm-no-account --slurm-status-command squeue " +
    "--slurm-init-seconds-before-status-checks 1 --seconds-between-status-checks 2",
} as const;

/** Runs Snakemake on this machine's cores, and returns what it printed. */
export function runOnCores(
  { python }: Snakemake,
  folder: string,
  ...more: readonly string[]
): Promise<string> {
  return run(python, ["-m", "snakemake", "--cores", "2", ...more], { folder, env: {} });
}

/** Runs Snakemake on Slurm, and returns what it printed. */
export async function runOnSlurm(
  { python, version }: Snakemake,
  folder: string,
  cluster: SlurmCluster,
): Promise<string> {
  const { env } = cluster;
  const program = `${folder}/often.py`;
  await Deno.writeTextFile(program, OFTEN);
  const start = version === "7" ? [program] : ["-m", "snakemake"];
  const flags = `${
    ON_SLURM[version]
  } --jobs 4 --default-resources slurm_partition=main --latency-wait 20`;
  // The plugin hides Slurm's variables from a job, one of which says where this cluster's configuration is.
  await Deno.mkdir(`${folder}/bin`);
  const conf = env.SLURM_CONF ?? "";
  await writeScript(`${folder}/bin/srun`, `SLURM_CONF='${conf}' exec /usr/bin/srun "$@"`);
  const own = { ...env, USER: "root", PATH: `${folder}/bin:${env.PATH}` };
  try {
    return await run(python, [...start, ...flags.split(" ")], { folder, env: own });
  } catch (error) {
    throw new Error(`${await logsOf(folder)}\n${await cluster.logs()}`, { cause: error });
  }
}

async function run(
  python: string,
  args: readonly string[],
  { folder, env }: { readonly folder: string; readonly env: Readonly<Record<string, string>> },
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [...args],
    cwd: folder,
    // Whole sentences, not lines of 80 columns.
    env: { ...env, COLUMNS: "10000", HOME: folder },
  }).output();
  const text = `${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`;
  if (!success) throw new Error(`snakemake ${args.join(" ")}\n${text}`);
  return text;
}

/** What jobs on Slurm printed. */
async function logsOf(folder: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", "find .snakemake/slurm_logs -type f | xargs tail -n 15"],
    cwd: folder,
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}
