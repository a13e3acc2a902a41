/**
 * Runs that are killed at random moments, again and again, and resumed. `HISTONE_KILLS` is the number of kills of each
 * test; the quick form with twenty is in `tests/commands/resume_test.ts`.
 */

import { deepStrictEqual, match, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { writeStore } from "../helpers/store_folder.ts";
import { filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";

const KILLS = Number(Deno.env.get("HISTONE_KILLS") ?? 20);
/** Checkpoints all the time, and epochs of a few dozen milliseconds. */
const SETTINGS =
  "--preset experiment2 --epochs 40 --batch-size 50 --seed 5 --engine wasm --checkpoint-minutes 0.0001"
    .split(" ");

/** Each with the end of the names of those results that say nothing about time. */
const RUNS = [
  { task: "train", flags: ["--threads", "1"], timeless: "weights.bin" },
  { task: "train", flags: ["--threads", "2", "--ensemble", "3"], timeless: "weights.bin" },
  { task: "crossval", flags: ["--threads", "2", "--folds", "3"], timeless: "metrics.json" },
  // Samples that stay on disk.
  {
    task: "train",
    flags: ["--threads", "2", "--memory", "1B", "--window", "100"],
    timeless: "weights.bin",
    isStored: true,
  },
];

for (const { task, flags, timeless, isStored = false } of RUNS) {
  const call = [task, ...flags].join(" ");
  Deno.test(`${call}: ${KILLS} kills at random moments change no bit of the result`, async () => {
    await withDirectory(async (directory) => {
      const [alone, killed] = [`${directory}/alone`, `${directory}/killed`];
      const data = isStored ? ["--data", await storeFixture(directory)] : [];
      const args = [...SETTINGS, ...flags, ...data];
      const start = performance.now();
      strictEqual((await runTask(task, ...args, "--out", alone)).code, 0);
      // As long as the whole run, so that the kills hit its start, its end and all between.
      const longestMs = Math.ceil(performance.now() - start);
      const wanted = await digestsIn(alone, timeless);
      const random = new RandomStream(deriveKey(12, call));
      for (let kills = 0; kills < KILLS;) {
        const wait = { random, longestMs, most: KILLS - kills };
        kills += await killUntilItEnds([task, ...args], killed, wait);
        const where = `the run that ended after ${kills} kills`;
        deepStrictEqual(filesIn(killed), filesIn(alone), where);
        deepStrictEqual(await digestsIn(killed, timeless), wanted, where);
        await Deno.remove(killed, { recursive: true });
      }
    });
  });
}

/** Writes the data of the other runs as a store, in chunks of a few samples. */
async function storeFixture(directory: string): Promise<string> {
  const path = `${directory}/train.zarr`;
  await writeStore(path, await readDataset("fixtures/train.npz"));
  return path;
}

interface KillOptions {
  readonly random: RandomStream;
  /** The longest time before a kill, in milliseconds. */
  readonly longestMs: number;
  /** The number of kills after which the run is left alone. */
  readonly most: number;
}

/** Kills a run at random moments and resumes it until it ends by itself, and returns the number of kills. */
async function killUntilItEnds(
  [task = "", ...args]: readonly string[],
  directory: string,
  { random, longestMs, most }: KillOptions,
): Promise<number> {
  for (let kills = 0;; kills++) {
    // A run that was killed before it wrote its first file has nothing to resume. One that was killed after it removed the
    // file of its command, which it does last, is finished, and must say so.
    const hasStarted = await exists(`${directory}/checkpoints/command.json`) ||
      await exists(`${directory}/metrics.json`);
    const call = hasStarted ? ["--resume", directory] : [...args, "--out", directory];
    const child = taskCommand(task, call, { stdout: "null", stderr: "piped" }).spawn();
    const timer = kills < most
      ? setTimeout(() => killIfItRuns(child), random.below(longestMs))
      : undefined;
    const { code, signal, stderr } = await child.output();
    clearTimeout(timer);
    if (signal === "SIGKILL") continue;
    if (code !== 0) {
      // The last kill came after the results were written and before the program ended.
      const message = new TextDecoder().decode(stderr);
      match(message, /is finished; the results are in/);
    }
    return kills;
  }
}

/** Kills a program, which may have ended since the time for it was chosen. */
function killIfItRuns(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Digests of those files of a run whose names end so. */
async function digestsIn(run: string, end: string): Promise<readonly string[]> {
  const names = filesIn(run).filter((name) => name.endsWith(end));
  return await Promise.all(names.map(async (name) => {
    const bytes = await Deno.readFile(`${run}/${name}`);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    return `${name} ${digest}`;
  }));
}
