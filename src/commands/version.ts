/** The package's version, and how to install it. */

import { fileURLToPath } from "node:url";
import packageJson from "../../deno.json" with { type: "json" };
import { ROADMAP_HOST } from "../atlas/roadmap_tree.ts";
import { quotePath } from "../base/shell.ts";
import { wrapCommand } from "./_wrap.ts";

/** Version of the package. */
export const VERSION = packageJson.version;

/** The flag of V8 without which objects can share their numbers: see docs/decisions/shared-numbers.md. */
export const SOUND_V8_FLAG = "--no-maglev-escape-analysis";

/** It, and flags that keep memory flat over many epochs: the tasks have them, and installations should too. */
export const V8_FLAGS = `${SOUND_V8_FLAG},--max-semi-space-size=1,--expose-gc`;

/**
 * Deno's flags for the program: permissions and V8's flags. Only tasks use the sets of permissions in a deno.json.
 */
export const PROGRAM_FLAGS = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  `--allow-net=${ROADMAP_HOST}`,
  "--allow-sys=systemMemoryInfo",
  // Three flags, each of which fits a line: of the terminal, of what a scheduler lends, and which task of a job this is.
  "--allow-env=COLUMNS,XDG_RUNTIME_DIR",
  "--allow-env=SLURM_CPUS_PER_TASK,SLURM_MEM_PER_CPU,SLURM_MEM_PER_NODE",
  "--allow-env=JOB_COMPLETION_INDEX,SGE_TASK_ID,SLURM_ARRAY_TASK_ID",
  `--v8-flags=${V8_FLAGS}`,
] as const;

/** Formats the command that installs this version, with its permissions and V8's flags. */
function formatInstallation(): string {
  return [
    "deno install --global --force --name histone",
    ...PROGRAM_FLAGS,
    ...findSource(),
  ].join(" ");
}

/** Finds the module to install or run: the fetched package, or the clone's file with the deno.json that maps its imports. */
export function findSource(): string[] {
  const path = (file: string) => quotePath(fileURLToPath(new URL(file, import.meta.url)));
  if (!import.meta.url.startsWith("file:")) return [`jsr:${packageJson.name}@${VERSION}/cli`];
  return [`--config=${path("../../deno.json")}`, path("./cli.ts")];
}

/** Options for printing `histone --version`. */
interface VersionOptions {
  /** Characters that a line may have. */
  readonly width: number;
  /** Whether the program is installed by Deno rather than run by a bundle's launcher. */
  readonly isInstalled: boolean;
}

/** Formats the version and, except in a bundle or a compiled program, how to install it. */
export function formatVersion({ width, isInstalled }: VersionOptions): string {
  if (!isInstalled || Deno.build.standalone) return `histone ${VERSION}`;
  const line = wrapCommand(formatInstallation(), { width: width - 2, indent: "  " });
  return [
    `histone ${VERSION}`,
    "",
    "Installed by:",
    ...line.split("\n").map((part) => `  ${part}`),
  ].join("\n");
}
