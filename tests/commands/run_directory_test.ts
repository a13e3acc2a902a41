/** One run at a time has a directory, and what is not the run's own in it or behind it stays as it is. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { holdsUnfinishedRun } from "../../src/runs/command_file.ts";
import { ownParts, ownRun, resumedFlags, type ResumeFlags } from "../../src/commands/_resume.ts";
import { takeLock } from "../../src/files/lock.ts";
import { refuseHeldRun } from "../../src/commands/_run_directory.ts";
import { openLog } from "../../src/commands/_event_log.ts";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const ROOT = new URL("../../", import.meta.url);
const QUICK = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "1"];
/** Long enough to be interfered with. */
const LONG = [
  ...["--data", "fixtures/train.npz", "--preset", "experiment2", "--epochs", "2000"],
  ...["--engine", "wasm", "--threads", "1"],
];

/** Takes a directory as a run that is begun there does. */
function own(out: string, flags: Partial<ResumeFlags> = {}) {
  const all = { out, overwrite: false, ...flags };
  return ownParts(out, {
    command: "train",
    flags: all,
    inputs: {},
    refuse: () => refuseHeldRun(all),
  });
}

/** Does something once, right after the lock of a run is opened by whoever opens it next. */
async function whenLockIsOpened(
  meanwhile: () => Promise<void>,
  body: () => Promise<void>,
): Promise<void> {
  const { open } = Deno;
  Deno.open = async (path, options) => {
    const file = await open(path, options);
    if (!`${path}`.endsWith("/lock")) return file;
    Deno.open = open;
    await meanwhile();
    return file;
  };
  try {
    await body();
  } finally {
    Deno.open = open;
  }
}

Deno.test("ten runs that begin at the same time without --out get a directory each", async () => {
  await withDirectory(async (directory) => {
    const program = `
      const { chooseRunDirectory } = await import("${new URL(
      "src/commands/_run_directory.ts",
      ROOT,
    )}");
      const choose = () => chooseRunDirectory({ overwrite: false }, "wakawaka");
      console.log(JSON.stringify(await Promise.all(Array.from({ length: 10 }, choose))));
    `;
    const args = ["eval", "--config", new URL("deno.json", ROOT).pathname, program];
    const { stdout, stderr } = await endOf(
      new Deno.Command(Deno.execPath(), { args, cwd: directory }),
    );
    const numbers = Array.from({ length: 10 }, (_, i) => i === 0 ? "" : `-${i + 1}`);
    const wanted = numbers.map((number) => `runs/wakawaka${number}`).sort();
    deepStrictEqual(JSON.parse(stdout).sort(), wanted, stderr);
  });
});

Deno.test("a run that ends while another looks at its directory is not replaced", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    // Between the look at the directory and its lock another run begins, ends, and leaves its results.
    const finish = async () => {
      await Deno.writeTextFile(`${out}/config.json`, '{"command": "train"}');
    };
    await whenLockIsOpened(finish, async () => {
      await rejects(own(out), /it already holds a run\. Name another --out/);
    });
    deepStrictEqual(filesIn(directory), ["run/config.json"]);
    await whenLockIsOpened(finish, async () => {
      await using run = await own(out, { overwrite: true });
      await run.begin();
    });
  });
});

Deno.test("a run that comes to its end while another resumes it is not begun anew", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    {
      await using run = await own(out);
      await run.begin();
    }
    const finish = async () => {
      await Deno.writeTextFile(`${out}/config.json`, '{"command": "train"}');
      await Deno.remove(`${out}/checkpoints/command.json`);
    };
    await whenLockIsOpened(finish, async () => {
      const flags = { out, resume: out, overwrite: false };
      const refuse = () => refuseHeldRun(flags);
      await rejects(
        ownRun(out, { command: "train", flags, inputs: {}, refuse }),
        /train is finished/,
      );
    });
    strictEqual(await Deno.readTextFile(`${out}/config.json`), '{"command": "train"}');
  });
});

Deno.test("a lock that its owner removes lets one other in, not two", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/run/lock`;
    const first = await takeLock(path);
    ok(first !== undefined);
    strictEqual(await takeLock(path), undefined);
    let second: Awaited<ReturnType<typeof takeLock>>;
    // The third opens the first's file, the first removes it and goes, and the second locks a new one.
    await whenLockIsOpened(async () => {
      await first.release({ remove: true });
      second = await takeLock(path);
    }, async () => strictEqual(await takeLock(path), undefined));
    strictEqual(await second!.isInPlace(), true);
    await second!.release({ remove: true });
    deepStrictEqual(filesIn(directory), []);
  });
});

Deno.test("a lock is made again where its directory is removed while it is taken, and is never a link", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/run/lock`;
    const remove = () => Deno.remove(`${directory}/run`, { recursive: true });
    await whenLockIsOpened(remove, async () => {
      const lock = await takeLock(path);
      strictEqual(await lock!.isInPlace(), true);
      await lock!.release({ remove: true });
    });
    await Deno.symlink(`${directory}/elsewhere`, path);
    await rejects(takeLock(path), /it is a link/);
    deepStrictEqual(filesIn(directory), ["run/lock"]);
  });
});

/** Changes a run's directory while it runs, and returns how the run ends. */
async function interfere(
  change: (out: string) => Promise<void>,
  directory: string,
): Promise<string> {
  const out = `${directory}/run`;
  const { resume, ended } = await startLong(out);
  await change(out);
  resume();
  const { code, stderr } = await ended;
  strictEqual(code, 1, stderr);
  match(stderr, /^error: .*\n$/);
  return stderr;
}

/** Starts a long run, stops it after its first checkpoint, and lets it go on later. */
async function startLong(out: string) {
  const child = taskCommand("train", [...LONG, "--out", out], {
    ...{ stdout: "null", stderr: "piped" },
  }).spawn();
  const ended = child.output().then(({ code, stderr }) => ({
    code,
    stderr: new TextDecoder().decode(stderr),
  }));
  while (!await Deno.stat(`${out}/checkpoints/000001.checkpoint`).then(() => true, () => false)) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill("SIGSTOP");
  return { ended, resume: () => child.kill("SIGCONT") };
}

Deno.test({
  name: "a run whose directory is moved away ends with that in a line, and goes on where it is now",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withDirectory(async (directory) => {
      const moved = `${directory}/moved`;
      const stderr = await interfere((out) => Deno.rename(out, moved), directory);
      match(stderr, /Cannot write to .*\/run: it was moved away, removed or replaced/);
      ok(filesIn(directory).every((name) => name.startsWith("moved/")), `${filesIn(directory)}`);
      const given: ResumeFlags = { resume: moved, overwrite: false };
      strictEqual((await resumedFlags("train", given)).out, moved);
    }),
});

Deno.test({
  name: "nothing is written where a link takes the place of a run's directory",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withDirectory(async (directory) => {
      const other = `${directory}/other`;
      const stderr = await interfere(async (out) => {
        await Deno.mkdir(`${other}/checkpoints`, { recursive: true });
        await Deno.writeTextFile(`${other}/checkpoints/000001.checkpoint`, "kept");
        await Deno.rename(out, `${directory}/moved`);
        await Deno.symlink(other, out);
      }, directory);
      match(stderr, /Cannot write to .*\/run: it was moved away, removed or replaced/);
      deepStrictEqual(filesIn(other), ["checkpoints/000001.checkpoint"]);
    }),
});

Deno.test("what links in a run's directory lead to is neither removed nor replaced", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    for (const name of ["checkpoints", "model", "models", "experiments"]) {
      const other = `${directory}/other`;
      await Deno.mkdir(other);
      for (const file of ["000001.checkpoint", "model.json", "a.json.12345678.part"]) {
        await Deno.writeTextFile(`${other}/${file}`, "kept");
      }
      await Deno.mkdir(out);
      await Deno.symlink(other, `${out}/${name}`);
      const command = ["train", ...QUICK, "--overwrite", "--out", out] as const;
      const { code, stderr } = await runTask(...command);
      strictEqual(code, 1);
      match(stderr, new RegExp(`^error: Cannot write to .*run/${name} is a link, expected a dir`));
      strictEqual(filesIn(other).length, 3);
      await Deno.remove(out, { recursive: true });
      await Deno.remove(other, { recursive: true });
    }
    // A part of a run's checkpoints that is a link; and the directory itself may be one.
    await Deno.mkdir(`${directory}/real/checkpoints`, { recursive: true });
    await Deno.mkdir(`${directory}/other`);
    await Deno.writeTextFile(`${directory}/other/000001.checkpoint`, "kept");
    await Deno.symlink(`${directory}/other`, `${directory}/real/checkpoints/part`);
    await Deno.symlink(`${directory}/real`, out);
    const { code, stderr } = await runTask("train", ...QUICK, "--overwrite", "--out", out);
    strictEqual(code, 0, stderr);
    ok(filesIn(`${directory}/real`).includes("model/weights.bin"));
    deepStrictEqual(filesIn(`${directory}/other`), ["000001.checkpoint"]);
  });
});

Deno.test("what a run that was killed in its last moments left goes when it is resumed", async () => {
  await withDirectory(async (directory) => {
    const out = `${directory}/run`;
    await Deno.mkdir(`${out}/checkpoints/part`, { recursive: true });
    await Deno.writeTextFile(`${out}/config.json`, '{"command": "train"}');
    for (const name of ["lock", "000003.checkpoint", "part/000001.checkpoint"]) {
      await Deno.writeTextFile(`${out}/checkpoints/${name}`, "");
    }
    const resume = { resume: out, overwrite: false };
    await rejects(resumedFlags("train", resume), /its run of train is finished/);
    deepStrictEqual([...Deno.readDirSync(out)].map(({ name }) => name), ["config.json"]);
    // Where there is no finished run, as in a directory of a program of one's own, nothing is touched.
    await Deno.remove(`${out}/config.json`);
    await Deno.mkdir(`${out}/checkpoints`);
    await Deno.writeTextFile(`${out}/checkpoints/000001.checkpoint`, "");
    await rejects(resumedFlags("train", resume), /no unfinished run/);
    deepStrictEqual(filesIn(out), ["checkpoints/000001.checkpoint"]);
  });
});

Deno.test("a directory that cannot be tidied up does not hide why a run ended", async () => {
  await withDirectory(async (directory) => {
    const { lstat, stat } = Deno;
    const run = async () => {
      await using run = await own(`${directory}/run`);
      await run.begin();
      const fail = () => Promise.reject(new Deno.errors.PermissionDenied("locked (os error 13)"));
      Object.assign(Deno, { lstat: fail, stat: fail });
      await rejects(run.check(), { name: "PermissionDenied" });
      throw new Error("why it ended");
    };
    try {
      await rejects(run(), { name: "Error", message: "why it ended" });
    } finally {
      Object.assign(Deno, { lstat, stat });
    }
    ok(await holdsUnfinishedRun(`${directory}/run`));
  });
});

Deno.test("a run that goes on replaces no event files but its own, wherever its own files lead", async () => {
  await withDirectory(async (directory) => {
    const [out, events] = [`${directory}/run`, `${directory}/events`];
    await Deno.mkdir(events);
    const foreign = `${events}/events.out.tfevents.1700000000.machine`;
    await Deno.writeTextFile(foreign, "kept");
    const child = await startUntilCheckpoint("train", [...LONG, "--out", out], { directory: out });
    await kill(child);
    // As a run that somebody else sent may have it.
    const path = `${out}/checkpoints/command.json`;
    const begun = JSON.parse(await Deno.readTextFile(path));
    match(begun.id, /^[0-9a-f]{12}$/);
    const flags = { ...begun.flags, tensorboard: events };
    const { warn, error } = console;
    const warnings: string[] = [];
    console.error = (text: string) => warnings.push(text);
    try {
      for (const id of [begun.id, begun.id, "0123456789ab"]) {
        const log = await openLog({ ...flags, resume: out }, id);
        log("", 1, { "loss/train": 1 });
      }
    } finally {
      Object.assign(console, { warn, error });
    }
    match(warnings[0], /also holds 1 event file that this run did not write/);
    const files = filesIn(events).map((name) => name.replace(/\d{10}/, "")).sort();
    const own = [`events.out.tfevents..histone-${begun.id}`, "events.out.tfevents..machine"];
    deepStrictEqual(files, ["events.out.tfevents..histone-0123456789ab", ...own].sort());
    strictEqual(await Deno.readTextFile(foreign), "kept");
  });
});
