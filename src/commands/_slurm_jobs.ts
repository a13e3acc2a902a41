/** The texts of the jobs for Slurm, and of the script that submits them. */

import { quotePath } from "../base/shell.ts";

/** What the jobs are. */
export interface SlurmJobs {
  /** The plan's folder, absolute. */
  readonly folder: string;
  /** The folder in which the plan was made. */
  readonly plannedIn: string;
  readonly name: string;
  /** Words of a shell that call `work` and `gather`. */
  readonly work: string;
  readonly gather: string;
  /** What a unit gets; where something is absent, the cluster's own default holds. */
  readonly cpus: number;
  readonly memory?: string | undefined;
  readonly time?: string | undefined;
  /**
   * Seconds before the time limit at which a unit is asked to keep a checkpoint, to be queued again; absent for one that would
   * start over, time after time.
   */
  readonly warningSeconds?: number | undefined;
  /** Units that run at the same time. */
  readonly cap?: number | undefined;
  /** Further options of sbatch. They come last, so that they win. */
  readonly options: readonly string[];
}

/** Formats the job of an array of units. */
export function formatUnitsJob(jobs: SlurmJobs): string {
  return `#!/bin/sh
# A unit of the plan for each task of an array. submit.sh submits it, with the number of units before the first task.
${
    formatOptions(jobs, {
      name: jobs.name,
      log: "unit-%A_%a.txt",
      own: jobs.warningSeconds === undefined ? [] : [`--signal=B:USR1@${jobs.warningSeconds}`],
    })
  }
set -u
cd ${quotePath(jobs.plannedIn)} || exit
unit=$((\${1:-0} + SLURM_ARRAY_TASK_ID))
${jobs.warningSeconds === undefined ? formatPlainWork(jobs) : formatResumedWork(jobs)}
`;
}

function formatPlainWork({ work, folder }: SlurmJobs): string {
  return `# A unit that meets the time limit has failed: it would start over if it were queued again.
exec ${work} --plan ${quotePath(folder)} --unit "$unit"`;
}

function formatResumedWork({ work, folder }: SlurmJobs): string {
  return `# Slurm signals this shell before the time limit, and the unit keeps a checkpoint. Deno itself would open its debugger at USR1.
asked=
trap 'asked=1; kill -TERM "$worker" 2>/dev/null' USR1
${work} --plan ${quotePath(folder)} --unit "$unit" &
worker=$!
# A signal ends wait before the unit has ended.
while
  wait "$worker"
  code=$?
  kill -0 "$worker" 2>/dev/null
do :; done
[ "$code" -eq 0 ] && exit
# It is queued again, and resumes then.
if [ -n "$asked" ]; then scontrol requeue "$SLURM_JOB_ID"; fi
exit "$code"`;
}

/** Formats the job that gathers the units. */
export function formatGatherJob(jobs: SlurmJobs): string {
  const folder = quotePath(jobs.folder);
  return `#!/bin/sh
# Puts the units together. Where that plans further units, such as the next rung of a search, they are submitted.
${formatOptions(jobs, { name: `${jobs.name}-gather`, log: "gather-%j.txt", own: [] })}
set -u
cd ${quotePath(jobs.plannedIn)} || exit
units=$(cksum < ${folder}/units.jsonl)
${jobs.gather} --plan ${folder} || exit
[ "$(cksum < ${folder}/units.jsonl)" = "$units" ] || exec sh ${folder}/slurm/submit.sh
`;
}

/** Formats the directives that both jobs have. */
function formatOptions(
  { folder, cpus, memory, time, options }: SlurmJobs,
  { name, log, own }: {
    readonly name: string;
    readonly log: string;
    readonly own: readonly string[];
  },
): string {
  const path = `${folder}/slurm/log/`.replaceAll("%", "%%");
  const lines = [
    `--job-name=${name}`,
    `--cpus-per-task=${cpus}`,
    ...memory === undefined ? [] : [`--mem=${memory}`],
    ...time === undefined ? [] : [`--time=${time}`],
    // After a node has failed, or whoever has more right to it took it; what is kept stays in the log.
    "--requeue",
    "--open-mode=append",
    `--output=${quoteAll(`${path}${log}`)}`,
    ...own,
    ...options.map(formatOption),
  ];
  return lines.map((line) => `#SBATCH ${line}`).join("\n");
}

/** Formats an option so that sbatch, which splits a directive at spaces and ends it at `#`, reads its value as one word. */
function formatOption(option: string): string {
  const [, name = "", value = option] = /^(--?[A-Za-z][\w-]*(?:=|\s+))(.*)$/.exec(option) ?? [];
  return /[\s"'\\#]/.test(value) ? `${name}${quoteAll(value)}` : option;
}

/** In double quotes, in which sbatch takes what follows a backslash as it is. */
function quoteAll(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** Formats the script that submits what is not done. */
export function formatSubmit({ folder, cap }: SlurmJobs): string {
  return `#!/bin/sh
# Submits to Slurm what is not done of the plan: its units as arrays, and a job that gathers them after all have succeeded.
# It may be run again whenever none of these jobs is left, and submits what is missing then.
set -eu
export plan=${quotePath(folder)}
# An array numbers its tasks from 1 to less than this; a longer plan has several, each after the one before.
most=$(scontrol show config | sed -n 's/^MaxArraySize *= *//p')
export size=$((\${most:-1001} - 1))
count=$(sed -n 's/^ *"count": *\\([0-9]*\\).*/\\1/p' "$plan/plan.json" | tail -n 1)
if [ -z "$count" ]; then
  echo "Cannot submit: found no plan in $plan, expected the folder where it was planned" >&2
  exit 1
fi
# A line for each array: the units before its first, and its tasks as 1-3,7.
arrays=$(head -n "$count" "$plan/units.jsonl" | awk '
  function flush() {
    if (first) list = list (list == "" ? "" : ",") (first == last ? first : first "-" last)
    first = 0
  }
  function finish() { flush(); if (list != "") print before, list; list = "" }
  {
    if (NR - before > ENVIRON["size"]) { finish(); before = NR - 1 }
    match($0, /"id":"[^"]*"/)
    done = ENVIRON["plan"] "/units/" substr($0, RSTART + 6, RLENGTH - 7) "/done.json"
    if ((getline line < done) >= 0) { close(done); next }
    task = NR - before
    if (first && task == last + 1) { last = task; next }
    flush()
    first = last = task
  }
  BEGIN { before = 0 }
  END { finish() }')
previous= needs=
while read -r before tasks; do
  [ -n "$before" ] || continue
  job=$(sbatch --parsable --array="$tasks${cap === undefined ? "" : `%${cap}`}" \\
    \${previous:+--dependency=afterany:$previous} "$plan/slurm/units.sbatch" "$before")
  job=\${job%%;*}
  echo "Submitted: job $job, tasks $tasks after $before units"
  previous=$job needs=$needs:$job
done <<END
$arrays
END
# If a unit fails, there is nothing to gather: this job is removed, and submit.sh submits it again with what is missing.
job=$(sbatch --parsable \${needs:+--dependency=afterok$needs --kill-on-invalid-dep=yes} "$plan/slurm/gather.sbatch")
echo "Submitted: job \${job%%;*}, which gathers"
`;
}
