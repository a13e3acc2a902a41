import { deepStrictEqual } from "node:assert";
import { readCgroupLimits } from "../../src/base/cgroup.ts";

/** What a system shows with these files. */
function limitsOf(files: Readonly<Record<string, string>>) {
  return readCgroupLimits((path) => files[path]);
}

const NONE = { cores: undefined, memoryBytes: undefined };

Deno.test("limits of version 2 are the least of the group's own and of those above it", () => {
  deepStrictEqual(
    limitsOf({
      "/proc/self/cgroup": "0::/slurm/job_7/step_0/task_0\n",
      "/sys/fs/cgroup/slurm/job_7/step_0/task_0/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/slurm/job_7/step_0/task_0/memory.max": "max\n",
      "/sys/fs/cgroup/slurm/job_7/step_0/cpu.max": "350000 100000\n",
      "/sys/fs/cgroup/slurm/job_7/memory.max": "1000000000\n",
      "/sys/fs/cgroup/slurm/cpu.max": "800000 100000\n",
      "/sys/fs/cgroup/memory.max": "16000000000\n",
    }),
    { cores: 3, memoryBytes: 1e9 },
  );
});

Deno.test("limits of version 1 stand in a tree for each controller", () => {
  deepStrictEqual(
    limitsOf({
      "/proc/self/cgroup": "9:name=systemd:/\n4:memory:/job/7\n2:cpu,cpuacct:/job\n0::/\n",
      "/sys/fs/cgroup/memory/job/7/memory.limit_in_bytes": "9223372036854771712\n",
      "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "2000000000\n",
      "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "200000\n",
      "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    }),
    { cores: 2, memoryBytes: 2e9 },
  );
});

Deno.test("in a container whose tree begins at its own group, the limits stand at the top", () => {
  deepStrictEqual(
    limitsOf({
      "/proc/self/cgroup": "0::/docker/0123\n",
      "/sys/fs/cgroup/cpu.max": "50000 100000\n",
      "/sys/fs/cgroup/memory.max": "536870912\n",
    }),
    // Half a core is one thread.
    { cores: 1, memoryBytes: 2 ** 29 },
  );
});

Deno.test("a system without groups, or whose files say nothing that is known, has no limits", () => {
  deepStrictEqual(limitsOf({}), NONE);
  const odd = {
    "/proc/self/cgroup": "0::/a\nx\n1:cpu\n",
    "/sys/fs/cgroup/a/cpu.max": "many 100000",
    "/sys/fs/cgroup/a/memory.max": "",
    "/sys/fs/cgroup/cpu.max": "",
  };
  deepStrictEqual(limitsOf(odd), NONE);
});
