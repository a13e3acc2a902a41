import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { taskCommand } from "../helpers/command.ts";
import { testIf } from "../helpers/require.ts";

const LENT = new URL("../../src/files/lent.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;
/** The permissions with which commands ask. */
const COMPUTE = ["--no-prompt", "--cached-only", "-P=compute", "--config", CONFIG];

/** What a process prints as JSON that asks what it is lent: threads, memory. */
async function askProcess(
  { before = [], flags = COMPUTE, env = {} }: {
    readonly before?: readonly string[];
    readonly flags?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<{ readonly threads: number; readonly memory?: number }> {
  const program = `import { wholeMemory, lentThreads } from "${LENT}";
    console.log(JSON.stringify({ threads: lentThreads(), memory: wholeMemory() }));`;
  const module = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(module, program);
    const line = [...before, Deno.execPath(), "run", "-q", "--no-check", ...flags, module];
    const [name = "", ...args] = line;
    const { success, stdout, stderr } = await new Deno.Command(name, { args, env }).output();
    ok(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(module);
  }
}

const HAS_TASKSET = Deno.build.os === "linux" &&
  await new Deno.Command("taskset", { args: ["--version"], stdout: "null", stderr: "null" })
    .output().then(({ success }) => success, () => false);

testIf(HAS_TASKSET, "taskset", {
  name: "a process that may use one core is lent one thread",
  fn: async () => {
    strictEqual((await askProcess({ before: ["taskset", "-c", "0"] })).threads, 1);
    strictEqual((await askProcess({})).threads, navigator.hardwareConcurrency);
  },
});

Deno.test("a job of Slurm is lent what Slurm says, and never more than the machine has", async () => {
  const machine = await askProcess({});
  const slurm = (env: Readonly<Record<string, string>>) => askProcess({ env });
  strictEqual((await slurm({ SLURM_CPUS_PER_TASK: "1" })).threads, 1);
  strictEqual((await slurm({ SLURM_CPUS_PER_TASK: "4000" })).threads, machine.threads);
  // What is no count does not count.
  for (const odd of ["0", "-1", "two", "1.5", ""]) {
    strictEqual((await slurm({ SLURM_CPUS_PER_TASK: odd })).threads, machine.threads, odd);
  }
  strictEqual((await slurm({ SLURM_MEM_PER_NODE: "100" })).memory, 100 * 2 ** 20);
  const perCore = { SLURM_MEM_PER_CPU: "50", SLURM_CPUS_PER_TASK: "3" };
  strictEqual((await slurm(perCore)).memory, 150 * 2 ** 20);
});

Deno.test("memory that is lent is known by the permissions of the commands, and unknown without", async () => {
  const { memory = 0 } = await askProcess({});
  const total = /MemTotal: +(\d+) kB/.exec(await output("cat", "/proc/meminfo"))?.[1];
  ok(memory > 2 ** 26 && memory <= Number(total) * 1024, `${memory} bytes of ${total} kB`);
  // Neither the user is asked nor does anything fail.
  const flags = ["--no-prompt"];
  const env = { SLURM_CPUS_PER_TASK: "1" };
  deepStrictEqual(await askProcess({ flags, env }), { threads: navigator.hardwareConcurrency });
});

Deno.test("a command computes on the threads that are lent, and says so if more are asked for", async () => {
  const out = await Deno.makeTempDir();
  const line =
    "--data fixtures/train.npz --preset experiment1 --epochs 1 --engine wasm --overwrite";
  const train = async (...more: readonly string[]) => {
    const args = [...line.split(" "), "--out", out, ...more];
    const env = { SLURM_CPUS_PER_TASK: "1" };
    const { stdout, stderr } = await taskCommand("train", args, { env }).output();
    return [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)) as [string, string];
  };
  try {
    const [plain] = await train();
    match(plain, /\nEngine: wasm \(cpu, 1 thread,/);
    const [text, warnings] = await train("--threads", "2");
    match(text, /\nEngine: wasm \(cpu, 1 thread,/);
    match(warnings, /^warning: --threads 2 is more than the 1 core that this machine lends: 1 /m);
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

/** What a program prints, which may do what this test may not: Deno keeps /proc and /sys for programs that may do all. */
async function output(name: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(name, { args: [...args], stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}

const GROUP = `histone-test-${Deno.pid}`;
const CPU = `/sys/fs/cgroup/cpu/${GROUP}`;
const MEMORY = `/sys/fs/cgroup/memory/${GROUP}`;
const REMOVE = `rmdir ${CPU} ${MEMORY} 2>&-`;
/** Groups of version 1, which only root can make. */
const MAKE = `mkdir ${CPU} ${MEMORY} && echo 100000 > ${CPU}/cpu.cfs_period_us &&
  echo 100000 > ${CPU}/cpu.cfs_quota_us && echo ${2 ** 29} > ${MEMORY}/memory.limit_in_bytes`;
const HAS_GROUPS = Deno.build.os === "linux" &&
  await output("sh", "-c", `${MAKE} && echo made; ${REMOVE}`) === "made\n";

testIf(HAS_GROUPS, "cgroups", {
  name: "a process in a real control group is lent its quota and its memory",
  fn: async () => {
    await output("sh", "-c", MAKE);
    try {
      const enter =
        `echo $$ > ${CPU}/cgroup.procs && echo $$ > ${MEMORY}/cgroup.procs && exec "$@"`;
      const lent = await askProcess({ before: ["sh", "-c", enter, "sh"] });
      deepStrictEqual(lent, { threads: 1, memory: 2 ** 29 });
    } finally {
      await output("sh", "-c", REMOVE);
    }
  },
});
