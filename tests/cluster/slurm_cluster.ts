/** A real Slurm on this machine: a controller and two nodes of two processors each, in a folder of their own. */

/** The programs of Slurm and of munge, by which its parts know each other. */
const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "scancel", "scontrol", "squeue"];
/** Names of the nodes. */
export const NODES = ["n1", "n2"] as const;
/** An array has fewer tasks than this, so that eight units need two arrays. */
const MAX_ARRAY_SIZE = 6;
const POLL_MS = 200;
const LONGEST_WAIT_MS = 240_000;

/** Whether Slurm is installed, and this process may run its parts, which only root may. */
export const HAS_SLURM = Deno.build.os === "linux" && Deno.uid() === 0 &&
  await new Deno.Command("sh", {
    args: ["-c", `for p in ${PROGRAMS.join(" ")}; do command -v $p || exit 1; done; id munge`],
    env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin:/sbin` },
    stdout: "null",
    stderr: "null",
  }).output().then(({ success }) => success);

/**
 * Kills all processes of a cluster that have a variable, `$1`. A shell does it, since Deno may not look into /proc. All of
 * them stop before one ends: nobody is left to report the others' end.
 */
const KILL = `for process in /proc/[0-9]*; do
  has() { tr '\\0' '\\n' < $process/environ | grep -qxF "$1"; }
  if [ $process = /proc/$$ ] || ! has "$1" || ! has "SLURM_CONF=$SLURM_CONF"; then continue; fi
  found="\${process#/proc/} $found"
  # What looks after a job has written its title over its environment.
  parent=$(sed -n 's/^PPid:[^0-9]*//p' $process/status)
  [ "$(cat /proc/$parent/comm)" != slurmstepd ] || found="$parent $found"
done 2>&-
if [ -n "$found" ]; then kill -STOP $found; kill -KILL $found; fi 2>&-
true`;

/** A cluster that runs until it is disposed of. */
export interface SlurmCluster extends AsyncDisposable {
  /** Variables with which Slurm's commands find it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of Slurm's commands, or a script that calls them, and returns what it printed. */
  run(name: string, ...args: readonly string[]): Promise<string>;
  /** Kills a node with everything that runs on it, as a power cut does, and starts it again. */
  restartNode(name: typeof NODES[number]): Promise<void>;
  /** Starts jobs now that Slurm lets wait because they ran before: after a node has failed, for two minutes. */
  hurry(): Promise<void>;
  /** Waits until something is true; if that takes minutes, it throws what Slurm has said. */
  until(what: string, isTrue: () => Promise<boolean>): Promise<void>;
  /** Waits until no job is left. */
  finish(): Promise<void>;
  /** What its programs have written about their work. */
  logs(): Promise<string>;
}

/** Options for starting a cluster. */
export interface SlurmOptions {
  /**
   * Whether nodes are restarted or jobs queued again. The cluster then notices within seconds that a node does not answer,
   * which a busy machine's node may not either, and gives a job that is queued again to a node as soon.
   *
   * @default false
   */
  readonly losesJobs?: boolean;
}

/** Starts a cluster, and waits until its nodes are ready. */
export async function startSlurm({ losesJobs = false }: SlurmOptions = {}): Promise<SlurmCluster> {
  const folder = await Deno.makeTempDir({ prefix: "histone-slurm-" });
  const cluster = new LocalCluster(folder, losesJobs);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

class LocalCluster implements SlurmCluster {
  readonly env: Readonly<Record<string, string>>;
  readonly #folder: string;
  readonly #losesJobs: boolean;
  /** Kills everything after its input has ended, which it does even if this process is killed. */
  #guard: Deno.ChildProcess | undefined;
  /** The daemons, in the order in which they were started. */
  readonly #daemons = new Map<string, Deno.ChildProcess>();

  constructor(folder: string, losesJobs: boolean) {
    this.#folder = folder;
    this.#losesJobs = losesJobs;
    const path = `${Deno.env.get("PATH")}:/usr/sbin:/sbin`;
    // Jobs have it, too: whole sentences in their logs, not lines of 80 columns.
    this.env = { PATH: path, SLURM_CONF: `${folder}/slurm.conf`, COLUMNS: "10000" };
  }

  async start(): Promise<void> {
    const folder = this.#folder;
    this.#guard = new Deno.Command("setsid", {
      args: [
        "sh",
        "-c",
        `cat; ${KILL}; rm -r "$2"`,
        "sh",
        `SLURM_CONF=${folder}/slurm.conf`,
        folder,
      ],
      env: this.env,
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    // Munge runs as its own user, and refuses keys that others could have written.
    await this.run(
      "sh",
      "-c",
      `cd '${folder}' && chmod 755 . && mkdir munge log state &&
        head -c 128 /dev/urandom > munge/key && chmod 400 munge/key &&
        chown -R munge:munge munge && chmod 755 munge`,
    );
    await Deno.writeTextFile(`${folder}/slurm.conf`, await this.#configuration());
    const files = ["key-file", "pid-file", "log-file", "seed-file"].map((flag) =>
      `--${flag}=${folder}/munge/${flag.slice(0, -"-file".length)}`
    );
    files.push(`--socket=${folder}/munge/socket`);
    const asMunge = ["--reuid=munge", "--regid=munge", "--clear-groups"];
    this.#daemon("munged", ["setpriv", ...asMunge, "munged", "--foreground", ...files]);
    await this.until("munge is ready", () => exists(`${folder}/munge/socket`));
    this.#daemon("slurmctld", ["slurmctld", "-D", "-c"]);
    for (const node of NODES) this.#startNode(node);
    await this.#nodesAreReady();
  }

  async run(name: string, ...args: readonly string[]): Promise<string> {
    const command = new Deno.Command(name, { args: [...args], env: this.env });
    const { success, stdout, stderr } = await command.output();
    const text = new TextDecoder();
    if (success) return text.decode(stdout);
    throw new Error(`${name} ${args.join(" ")}: ${text.decode(stderr)}${text.decode(stdout)}`);
  }

  async restartNode(name: typeof NODES[number]): Promise<void> {
    await this.#kill(`SLURMD_NODENAME=${name}`);
    await this.#daemons.get(name)?.status;
    this.#startNode(name);
    await this.#nodesAreReady();
  }

  async finish(): Promise<void> {
    await this.until("all jobs have ended", async () => {
      await this.hurry();
      return await this.run("squeue", "--noheader") === "";
    });
  }

  async hurry(): Promise<void> {
    const jobs = await this.run("squeue", "--noheader", "--format=%i %r");
    for (const [, job] of jobs.matchAll(/^(\S+) BeginTime$/gm)) {
      await this.run("scontrol", "update", `JobId=${job}`, "StartTime=now").catch(() => {});
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#guard?.stdin.close();
    await this.#guard?.status;
    for (const process of this.#daemons.values()) await process.status;
  }

  #startNode(name: string): void {
    // -b: it says that it was started again, so that the controller does not wait for jobs of before.
    this.#daemon(name, ["slurmd", "-D", "-b", "-N", name], { SLURMD_NODENAME: name });
  }

  #daemon(name: string, [program = "", ...args]: readonly string[], more = {}): void {
    const command = new Deno.Command(program, {
      args,
      env: Object.assign({}, this.env, more),
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    this.#daemons.set(name, command.spawn());
  }

  async #nodesAreReady(): Promise<void> {
    await this.until("all nodes are ready", async () => {
      const states = await this.run("sinfo", "--noheader", "--Node", "--format=%T").catch(() => "");
      const ready = states.split("\n").filter((state) => /^(idle|mixed|allocated)$/.test(state));
      return ready.length === NODES.length;
    });
  }

  /** Kills all processes of this cluster that have a variable. */
  async #kill(variable: string): Promise<void> {
    await this.run("sh", "-c", KILL, "sh", variable);
  }

  async until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (!await isTrue()) {
      if (performance.now() - start > LONGEST_WAIT_MS) {
        throw new Error(`Slurm: waited in vain until ${what}\n${await this.logs()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  logs(): Promise<string> {
    const command = `squeue; sinfo; tail -n 30 ${this.#folder}/log/*`;
    return this.run("sh", "-c", command).catch(String);
  }

  async #configuration(): Promise<string> {
    const folder = this.#folder;
    const host = (await this.run("uname", "-n")).trim();
    const [control, ...nodes] = freePorts(1 + NODES.length);
    // Each requeued job waits for longer than its credential would have been valid.
    const [credentialS, answerS] = this.#losesJobs ? [5, 10] : [120, 300];
    return `ClusterName=histone
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${control}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge/socket,cred_expire=${credentialS}
SlurmUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldLogFile=${folder}/log/slurmctld
SlurmdLogFile=${folder}/log/slurmd-%n
ProctrackType=proctrack/pgid
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SlurmdParameters=config_overrides
ReturnToService=2
SlurmdTimeout=${answerS}
KillWait=2
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
MaxArraySize=${MAX_ARRAY_SIZE}
MpiDefault=none
${
      NODES.map((node, i) =>
        `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${
          nodes[i]
        } CPUs=2 RealMemory=8000`
      ).join("\n")
    }
PartitionName=main Nodes=${NODES.join(",")} Default=YES MaxTime=INFINITE State=UP
`;
  }
}

/** Ports that nothing listens on now. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => (addr as Deno.NetAddr).port);
  for (const listener of listeners) listener.close();
  return ports;
}

function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}
