/** The groups in which the tests run: what each newcomer and each commit needs, and what takes longer. */

import { findTestFiles } from "./test_files.ts";

/** Some tests that run in one process, or a task of deno.json that tests. */
export interface TestGroup {
  /** Name, as `deno task test-all NAME` takes it. */
  readonly name: string;
  /** What they show. */
  readonly about: string;
  /** Files and folders; a folder stands for all tests below it that no other group names. */
  readonly paths: readonly string[];
  /** A task with its arguments that is run instead of test files; `paths` is then empty. */
  readonly task?: readonly string[];
  /** Whether the examples in documentation, which stand in `paths`, are the tests. */
  readonly documentation?: boolean;
  /** Whether test files run side by side. */
  readonly parallel?: boolean;
  /**
   * Whether types are not checked first, as `deno task check` does: Linux counts the checker's memory to the peak of the
   * processes that the tests start.
   */
  readonly unchecked?: boolean;
  /** Whether `deno task test` leaves the group to `deno task test-all`. */
  readonly long?: boolean;
  /** How often it is tried. */
  readonly attempts?: number;
  /** Environment variables beside the caller's. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Lets WebGPU find no adapter: Deno looks for a driver that this system does not have. Drivers in software start
 * threads and print lines whenever a test asks which engines there are.
 */
const NO_ADAPTER = { DENO_WEBGPU_BACKEND: "metal" };

/**
 * Mesa's driver in software crashes from time to time when a device is lost, whatever is computed. What fails twice
 * fails for a reason of its own.
 */
const ON_DEVICE = { attempts: 2 };

/** All groups, those of `deno task test` first. */
export const TEST_GROUPS: readonly TestGroup[] = [
  {
    name: "library",
    about: "readers, metrics, models, training, search, validation, reports",
    paths: ["tests"],
    parallel: true,
    env: NO_ADAPTER,
  },
  {
    name: "commands",
    about: "the commands as child processes, with the permissions of their tasks",
    paths: [
      "tests/commands",
      "tests/least_privilege_test.ts",
      "tests/examples_test.ts",
      "tests/pages_test.ts",
      "tests/python_test.ts",
      "tests/readme_test.ts",
    ],
    parallel: true,
    env: NO_ADAPTER,
  },
  {
    name: "runtimes",
    about: "the npm package on Node, Bun and Deno, its types, and bundles of it",
    paths: ["tests/runtimes"],
    env: NO_ADAPTER,
  },
  {
    name: "documentation",
    about: "every example in the README, the guides and the documentation of exports",
    paths: ["README.md", "docs", "mod.ts", "src"],
    documentation: true,
    parallel: true,
    env: NO_ADAPTER,
  },
  {
    name: "page",
    about: "the page in Chromium: its window, and the whole path from files to a report",
    paths: ["tests/page/browser", "tests/page/build", "tests/scripts/page_test.ts"],
    parallel: true,
    env: NO_ADAPTER,
  },
  {
    name: "cluster",
    about: "plans that a real Slurm does, with failures, and the example for Snakemake 7 and 9",
    paths: ["tests/cluster/slurm_test.ts", "tests/cluster/snakemake_test.ts"],
    env: NO_ADAPTER,
  },
  {
    name: "webgpu",
    about: "the engine on a GPU, or on a driver in software",
    paths: ["tests/engine/webgpu/device/engine_test.ts", "tests/explain/webgpu_test.ts"],
    ...ON_DEVICE,
  },
  {
    name: "webgpu-members",
    about: "what models compute between two others in a session, on a GPU",
    paths: ["tests/engine/webgpu/device/between_others_test.ts"],
    ...ON_DEVICE,
    long: true,
  },
  {
    name: "webgpu-tfjs",
    about: "the same suite on tf.js' WebGPU backend",
    paths: ["tests/engine/webgpu/device/tfjs_test.ts"],
    ...ON_DEVICE,
    long: true,
  },
  {
    name: "members",
    about: "what models compute between two others in a session, on the processor",
    paths: ["tests/engine/between_others_test.ts"],
    env: NO_ADAPTER,
    long: true,
  },
  {
    name: "memory",
    about:
      "memory over 300 epochs on each engine that needs no GPU, of counting many windows, and of a service",
    paths: ["tests/memory_test.ts", "tests/service/memory_test.ts"],
    unchecked: true,
    env: NO_ADAPTER,
    long: true,
  },
  {
    name: "fuzz",
    about: "200,000 damaged files, the same ones each time",
    paths: [],
    task: ["fuzz", "--cases", "200000", "--seed", "29"],
    long: true,
  },
  {
    name: "kills",
    about: "runs that are killed at random moments, 60 times each, and resumed to the same bits",
    paths: ["tests/runs/kills_test.ts"],
    env: { ...NO_ADAPTER, HISTONE_KILLS: "60" },
    long: true,
  },
  {
    name: "starter",
    about: "whether the shipped starter model is what its command makes of the data",
    paths: ["tests/starter/retrain_test.ts"],
    env: NO_ADAPTER,
    long: true,
  },
  {
    name: "page-large",
    about: "a file of 300 MB on the page: its window, its memory, its digest",
    paths: ["tests/page/browser/large_test.ts"],
    env: NO_ADAPTER,
    long: true,
  },
  {
    name: "scale",
    about: "the commands at a tenth of the competition's size, within a bound on memory",
    paths: ["tests/commands/scale_test.ts"],
    env: NO_ADAPTER,
    long: true,
  },
  {
    name: "peers",
    about: "whether PyTorch, tf.js and jax-js compute the same",
    paths: ["tests/bench/peers_test.ts", "tests/engine/tfjs/golden_test.ts"],
    env: NO_ADAPTER,
    long: true,
  },
];

/** The groups with these names; those of `deno task test` if no names are given. */
export function chooseGroups(names: readonly string[]): readonly TestGroup[] {
  if (names.length === 0) return TEST_GROUPS.filter(({ long }) => long !== true);
  if (names.length === 1 && names[0] === "all") return TEST_GROUPS;
  return names.map((name) => {
    const group = TEST_GROUPS.find((group) => group.name === name);
    if (group !== undefined) return group;
    const known = TEST_GROUPS.map(({ name }) => name).join(", ");
    throw new RangeError(`Cannot run tests "${name}": expected all or some of ${known}`);
  });
}

/**
 * The test files of a group, but for those that it leaves to others. `deno test --ignore` will not do: where a file is named
 * beside folders, it ignores nothing.
 */
export function filesOf(group: TestGroup): readonly string[] {
  return findTestFiles(group.paths, pathsOfOthers(group));
}

function pathsOfOthers(group: TestGroup): string[] {
  return TEST_GROUPS.filter((other) => other !== group && other.documentation !== true)
    .flatMap(({ paths }) => paths)
    .filter((path) => group.paths.some((own) => path.startsWith(`${own}/`)));
}
