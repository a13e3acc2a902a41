/** The flags with which a run is resumed. */

import { deepStrictEqual, match, rejects } from "node:assert";
import { ownParts, resumedFlags } from "../../src/commands/_resume.ts";
import { taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const FLAGS = { preset: "experiment1", threads: 1, overwrite: false, seed: 4 };

/** A run that was started with {@linkcode FLAGS}. */
async function startRun(directory: string): Promise<AsyncDisposable> {
  const run = await ownParts(directory, { command: "train", flags: FLAGS, inputs: {} });
  await run.begin();
  return run;
}

Deno.test("a run is resumed with its own flags, and with other threads if they are given", async () => {
  await withDirectory(async (directory) => {
    await using _run = await startRun(directory);
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

Deno.test("train --resume computes on the requested number of threads", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    const model = ["--data", "fixtures/train.npz", "--preset", "experiment2", "--engine", "wasm"];
    const args = [...model, "--epochs", "2000", "--threads", "2", "--out", out];
    await kill(await startUntilCheckpoint("train", args, { directory: out }));
    const resumed = taskCommand("train", ["--resume", out, "--threads", "1"], {
      stdout: "piped",
      stderr: "null",
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
