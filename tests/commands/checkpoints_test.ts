/** What a run directory tells of its run while it is begun, gone on with and finished. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { holdsUnfinishedRun } from "../../src/runs/command_file.ts";
import { ownParts, resumedFlags } from "../../src/commands/_resume.ts";
import { filesIn, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const FLAGS = { preset: "experiment1", threads: 1, overwrite: false, seed: 4 };

/** A run that was begun with {@linkcode FLAGS} and has checkpoints, its own and a part's. */
async function beginRun(directory: string): Promise<AsyncDisposable & { finish(): Promise<void> }> {
  const run = await ownParts(directory, { command: "train", flags: FLAGS, inputs: {} });
  await run.begin();
  await Deno.mkdir(`${directory}/checkpoints/part`);
  for (const name of ["000001", "000002", "part/000001"]) {
    await Deno.writeTextFile(`${directory}/checkpoints/${name}.checkpoint`, "");
  }
  return run;
}

/** Has the process "die" when it is about to remove the file number `removals`; returns how many were removed before. */
async function dieWhileRemoving(removals: number, body: () => Promise<void>): Promise<number> {
  const { remove } = Deno;
  let done = 0;
  Deno.remove = async (path, options) => {
    if (done === removals) throw new Error("died");
    await remove(path, options);
    done++;
  };
  try {
    await body();
  } catch (error) {
    strictEqual((error as Error).message, "died");
  } finally {
    Deno.remove = remove;
  }
  return done;
}

Deno.test("a run that dies while it clears up is finished, or has all that it goes on from", async () => {
  let seen = 0;
  for (let removals = 0; removals < 4; removals++) {
    await withDirectory(async (directory) => {
      await using run = await beginRun(directory);
      const checkpoints = () => filesIn(directory).filter((name) => name.endsWith(".checkpoint"));
      const all = checkpoints();
      strictEqual(all.length, 3);
      strictEqual(await dieWhileRemoving(removals, () => run.finish()), removals);
      if (await holdsUnfinishedRun(directory)) deepStrictEqual(checkpoints(), all);
      else seen++;
    });
  }
  ok(seen > 0, "it never came to an end");
});

Deno.test("a run goes on with its own flags, and with other threads where they are given", async () => {
  await withDirectory(async (directory) => {
    await using _run = await beginRun(directory);
    const resume = { resume: directory, overwrite: false };
    const own = { resume: directory, out: directory, otherArithmetic: undefined };
    const kept = { ...FLAGS, ...own };
    deepStrictEqual(await resumedFlags("train", resume), kept);
    deepStrictEqual(await resumedFlags("train", { ...resume, threads: 3 }), {
      ...kept,
      threads: 3,
    });
    await rejects(resumedFlags("crossval", resume), /started with train/);
  });
});

Deno.test("train --resume computes on the threads that it is told to", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    const args = [
      ...["--data", "fixtures/train.npz", "--preset", "experiment2", "--engine", "wasm"],
      ...["--epochs", "2000", "--threads", "2", "--out", out],
    ];
    await kill(await startUntilCheckpoint("train", args, { directory: out }));
    const resumed = taskCommand("train", ["--resume", out, "--threads", "1"], {
      ...{ stdout: "piped", stderr: "null" },
    }).spawn();
    const printed = await readUntil(resumed, /Engine: .*\n/);
    await kill(resumed);
    match(printed, /Engine: wasm \(cpu, 1 thread,/);
  });
});

/** What a process prints until it has printed a text, or ends. */
async function readUntil({ stdout }: Deno.ChildProcess, wanted: RegExp): Promise<string> {
  let printed = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    printed += text;
    if (wanted.test(printed)) break;
  }
  return printed;
}
