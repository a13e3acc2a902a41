/**
 * What a control group of Linux lends its processes: containers and schedulers of clusters bound processor time and memory
 * by them. Both versions are known; the limits of all groups above count, too.
 *
 * @module
 */

/** Where Linux shows the groups of the process, and where the groups stand. */
const OWN_GROUPS = "/proc/self/cgroup";
const ROOT = "/sys/fs/cgroup";
/** Version 1 writes a number near 2^63 for no limit. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Limits of the groups; `undefined` where nothing is limited, or the limit cannot be read. */
export interface CgroupLimits {
  /** Processors whose whole time may be used, at least 1. */
  readonly cores: number | undefined;
  readonly memoryBytes: number | undefined;
}

/**
 * Reads the limits of the groups that this process is in.
 *
 * @param readText Reads a file of the system; `undefined` if it is not there or may not be read.
 */
export function readCgroupLimits(
  readText: (path: string) => string | undefined,
): CgroupLimits {
  const read = (path: string) => readText(path)?.trim();
  const cores: number[] = [];
  const memory: number[] = [];
  for (const { controllers, path } of groupsOf(read(OWN_GROUPS) ?? "")) {
    const has = (name: string) => controllers.includes(name);
    // Version 2 has all controllers in one tree, which it lists without names.
    if (has("")) {
      for (const folder of foldersOf(ROOT, path)) {
        cores.push(...coresOf(read(`${folder}/cpu.max`)?.split(" ")));
        memory.push(...bytesOf(read(`${folder}/memory.max`)));
      }
    }
    if (has("cpu")) {
      for (const folder of foldersOf(`${ROOT}/cpu`, path)) {
        const names = ["quota", "period"].map((name) => `${folder}/cpu.cfs_${name}_us`);
        cores.push(...coresOf(names.map((name) => read(name) ?? "")));
      }
    }
    if (has("memory")) {
      for (const folder of foldersOf(`${ROOT}/memory`, path)) {
        memory.push(...bytesOf(read(`${folder}/memory.limit_in_bytes`)));
      }
    }
  }
  return { cores: leastOf(cores), memoryBytes: leastOf(memory) };
}

/** Least of some numbers; `undefined` without values. */
export function leastOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** The lines `4:cpu,cpuacct:/a/b`: number of a tree, its controllers, and the group in it. */
function groupsOf(text: string) {
  return text.split("\n").flatMap((line) => {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return controllers === undefined || path === undefined
      ? []
      : [{ controllers: controllers.split(","), path }];
  });
}

/**
 * The folders of a group and of those above it. In a container the tree may begin at its own group, so that the lower
 * folders are not there.
 */
function foldersOf(root: string, path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  return Array.from(
    { length: names.length + 1 },
    (_, count) => [root, ...names.slice(0, count)].join("/"),
  );
}

/** From microseconds that may be used and the period in which; "max" and -1 are no limit. */
function coresOf([quota, period]: readonly string[] = []): number[] {
  const cores = Number(quota || NaN) / Number(period || NaN);
  return cores > 0 && cores < Infinity ? [Math.max(1, Math.floor(cores))] : [];
}

function bytesOf(text: string | undefined): number[] {
  const bytes = Number(text || NaN);
  return bytes > 0 && bytes < NO_LIMIT_BYTES ? [bytes] : [];
}
