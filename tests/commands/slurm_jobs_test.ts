/** Directives of jobs for Slurm: sbatch splits them as a shell does, and reads each option as it was given. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { formatUnitsJob } from "../../src/commands/_slurm_jobs.ts";
import { endOf } from "../helpers/command.ts";

/** The words of a job's directives. A shell splits those without `$` and backquotes as sbatch does. */
async function wordsOf(folder: string, ...options: readonly string[]): Promise<string[]> {
  const job = formatUnitsJob({
    folder,
    plannedIn: "/",
    name: "job",
    work: "work",
    gather: "gather",
    cpus: 1,
    options,
  });
  const lines = job.split("\n").flatMap((line) => /^#SBATCH (.*)$/.exec(line)?.[1] ?? []);
  const args = ["-c", `printf '%s\\n' ${lines.join(" ")}`];
  const { code, stdout, stderr } = await endOf(new Deno.Command("sh", { args }));
  strictEqual(code, 0, stderr);
  return stdout.trimEnd().split("\n");
}

Deno.test("an option is one to sbatch, whatever characters its value has", async () => {
  const values = ["a b", `it's`, 'say "yes"', "back\\slash", "a #comment", "#1", "ü, x"];
  const given = values.map((value) => `--comment=${value}`);
  const words = await wordsOf("/plan", ...given, "--exclusive", "-plong", "--partition=a,b");
  deepStrictEqual(words.slice(-10), [...given, "--exclusive", "-plong", "--partition=a,b"]);
});

Deno.test("an option whose value stands after a space keeps it as a word of its own", async () => {
  const words = await wordsOf("/plan", "-A lab", "--comment two words");
  deepStrictEqual(words.slice(-4), ["-A", "lab", "--comment", "two words"]);
});

Deno.test("a plan's folder with quotes and spaces is one word of the option that names the log", async () => {
  const words = await wordsOf(`/a "b" 'c' #d`);
  strictEqual(words.at(-1), `--output=/a "b" 'c' #d/slurm/log/unit-%A_%a.txt`);
});
