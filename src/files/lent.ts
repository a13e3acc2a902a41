/**
 * What the machine, or the scheduler of a cluster, lends this process. What may not be read without asking the user does
 * not count.
 *
 * @module
 */

import { BUILTINS } from "../base/builtins.ts";
import { leastOf, readCgroupLimits } from "../base/cgroup.ts";
import { countCores } from "../base/threads.ts";

const IS_DENO = "Deno" in globalThis;
const BYTES_OF_MB = 2 ** 20;
/** Run-times give numbers near 2^64 where there is no limit. */
const NO_LIMIT_BYTES = 2 ** 60;

/**
 * The threads that the machine lends: the least of the affinity of this process, the quota of its control group, and what
 * Slurm says in `SLURM_CPUS_PER_TASK`.
 */
export function lentThreads(): number {
  return leastOf([countCores(), readCount("SLURM_CPUS_PER_TASK")])!;
}

/**
 * The memory that the machine lends when nobody else uses any, which is the same each time on one machine, in one job: the
 * least of what it has, the limits of the control groups of this process, and what Slurm says in `SLURM_MEM_PER_NODE` or
 * `SLURM_MEM_PER_CPU`.
 *
 * @returns Bytes; `undefined` if nothing is known, as in browsers, and in Deno without `--allow-sys=systemMemoryInfo` and
 * outside of Slurm.
 */
export function wholeMemory(): number | undefined {
  const { memoryBytes } = readCgroupLimits(readSystemText);
  return leastOf([memoryBytes, slurmBytes(), ...runtimeBytes()]);
}

/** Slurm gives a job memory by the node or by the processor; both in MB of 2^20 bytes. */
function slurmBytes(): number | undefined {
  const ofNode = readCount("SLURM_MEM_PER_NODE");
  const ofCore = readCount("SLURM_MEM_PER_CPU");
  if (ofNode !== undefined) return ofNode * BYTES_OF_MB;
  const cores = readCount("SLURM_CPUS_PER_TASK") ?? 1;
  return ofCore === undefined ? undefined : ofCore * cores * BYTES_OF_MB;
}

/** What the run-time knows: the memory of the machine, and the limit of the process's own control group. */
function runtimeBytes(): number[] {
  if (IS_DENO && !isGranted({ name: "sys", kind: "systemMemoryInfo" })) return [];
  const known = [
    BUILTINS.getBuiltinModule?.("node:os")?.totalmem(),
    BUILTINS.getBuiltinModule?.("node:process")?.constrainedMemory?.(),
  ];
  return known.filter((bytes) =>
    bytes !== undefined && bytes > 0 && bytes < NO_LIMIT_BYTES
  ) as number[];
}

/** Reads a variable of the environment that is a count; `undefined` if it is unset, or says anything else. */
function readCount(name: string): number | undefined {
  const text = readVariable(name);
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}

function readVariable(name: string): string | undefined {
  if (IS_DENO) {
    return isGranted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
  }
  return BUILTINS.getBuiltinModule?.("node:process")?.env[name];
}

/** Reads a file of the system. Deno gives those below /proc and /sys only to programs that may do everything. */
function readSystemText(path: string): string | undefined {
  try {
    if (!IS_DENO) return BUILTINS.getBuiltinModule?.("node:fs")?.readFileSync(path, "utf8");
    return isGranted({ name: "read" }) ? Deno.readTextFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether Deno lets this program do something without asking its user. */
function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}
