/** One run at a time has a directory, and what is not the run's own stays as it is, in the directory or where links lead. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { ownParts, ownRun, resumedFlags, type ResumeFlags } from "../../src/commands/_resume.ts";
import { refuseHeldRun } from "../../src/commands/_run_directory.ts";
import { openLog } from "../../src/commands/_event_log.ts";
import { whenLockIsOpened } from "../helpers/when_lock_is_opened.ts";
import { endOf, filesIn, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { kill, startUntilCheckpoint } from "./_resume.ts";

const ROOT = new URL("../../", import.meta.url);
const QUICK = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "1"];
/** A run that lasts long enough to be interfered with. */
const LONG =
  "--data fixtures/train.npz --preset experiment2 --epochs 2000 --engine wasm --threads 1".split(
    " ",
  );

/** Takes a directory as a run that starts there does. */
function own(out: string, flags: Partial<ResumeFlags> = {}) {
  const all = { out, overwrite: false, ...flags };
  return ownParts(out, {
    command: "train",
    flags: all,
    inputs: {},
    refuse: () => refuseHeldRun(all),
  });
}

Deno.test("ten runs that start at the same time without --out get different directories", async () => {
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
    // Between the look at the directory and its lock another run starts, ends, and leaves its results.
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

Deno.test("a folder with files of somebody else that have a run's names is not written to", async () => {
  await withDirectory(async (directory) => {
    const names = [
      "report.html",
      "history.csv",
      "model/model.json",
      "config.json",
      "models/3/weights.bin",
    ];
    for (const [i, name] of names.entries()) {
      const out = `${directory}/${i}`;
      for (const folder of ["model", "models/3"]) {
        await Deno.mkdir(`${out}/${folder}`, { recursive: true });
      }
      await Deno.writeTextFile(`${out}/${name}`, "mine");
      await rejects(
        own(out),
        new RegExp(`it holds ${name}, which is of no run .*or add --overwrite`),
      );
      strictEqual(await Deno.readTextFile(`${out}/${name}`), "mine");
    }
    await using _ = await own(`${directory}/0`, { overwrite: true });
  });
});

Deno.test("a run that ends while another process resumes it does not start again", async () => {
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

/** Starts a long run, stops it after its first checkpoint, and lets it resume later. */
async function startLong(out: string) {
  const streams = { stdout: "null", stderr: "piped" } as const;
  const child = taskCommand("train", [...LONG, "--out", out], streams).spawn();
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
  name:
    "a run whose directory is moved away ends with a message, and can be resumed at the new place",
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
  name: "nothing is written if a link replaces a run's directory",
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

Deno.test("the targets of links in a run's directory are neither removed nor replaced", async () => {
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

Deno.test("a run that replaces another leaves no model and no figure of it, and keeps what is somebody else's", async () => {
  await withDirectory(async (directory) => {
    const [out, other] = [`${directory}/run`, `${directory}/other`];
    const replace = async (task: string, ...args: string[]) => {
      const { code, stderr } = await runTask(task, ...QUICK, ...args, "--overwrite", "--out", out);
      strictEqual(code, 0, stderr);
    };
    const test = ["--test", "fixtures/eval.npz", "--labels", "fixtures/eval_labels.csv"];
    await replace("train", "--ensemble", "4", ...test);
    strictEqual((await runTask("report", out, ...test)).code, 0);
    ok(filesIn(out).includes("figures/regimes.svg"));
    await Deno.mkdir(other);
    await Deno.writeTextFile(`${other}/model.json`, "kept");
    await Deno.symlink(other, `${out}/models/9`);
    await Deno.mkdir(`${out}/models/best`);
    const foreign = ["figures/figure-4-mine.svg", "models/3/notes.txt", "models/best/model.json"];
    for (const name of foreign) await Deno.writeTextFile(`${out}/${name}`, "kept");
    const numbered = () => filesIn(out).filter((name) => /^(models|figures)/.test(name)).sort();

    await replace("train", "--ensemble", "2");
    const member = (n: number) =>
      ["model.json", "weights.bin"].map((file) => `models/${n}/${file}`);
    const withLink = [...foreign, "models/9"];
    deepStrictEqual(numbered(), [...withLink, ...member(1), ...member(2)].sort());
    await replace("train");
    deepStrictEqual(numbered(), withLink.toSorted());
    deepStrictEqual(filesIn(other), ["model.json"]);
    for (const name of ["figures", "models"]) {
      await Deno.remove(`${out}/${name}`, { recursive: true });
    }
    await Deno.mkdir(`${out}/figures`);
    await Deno.writeTextFile(`${out}/figures/residuals.png`, "no report's");
    await replace("crossval", "--folds", "2", "--scheme", "by-gene");
    strictEqual(await Deno.readTextFile(`${out}/figures/residuals.png`), "no report's");
    strictEqual((await runTask("report", out)).code, 0);
    ok(filesIn(out).includes("figures/figure-3-cross-validation.svg"));
    await Deno.remove(`${out}/figures/residuals.png`);
    await replace("crossval", "--folds", "2", "--scheme", "by-gene");
    const left = [...Deno.readDirSync(out)].map(({ name }) => name).sort();
    deepStrictEqual(left, ["config.json", "folds.csv", "metrics.json"]);
    const table = ["--data", "fixtures/train.npz", "--epochs", "1", "--only", "experiment1"];
    const run = await runTask("experiments", ...table, "--overwrite", "--out", out);
    strictEqual(run.code, 0, run.stderr);
    const tables = ["config.json", "experiments.csv", "experiments.json"];
    deepStrictEqual(filesIn(out), [...tables, "experiments/experiment1.json"]);
  });
});

Deno.test("files left by a run that was killed in its last moments are removed when it is resumed", async () => {
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
    // Where there is no finished run, as in a directory of the user's own program, nothing is touched.
    await Deno.remove(`${out}/config.json`);
    await Deno.mkdir(`${out}/checkpoints`);
    await Deno.writeTextFile(`${out}/checkpoints/000001.checkpoint`, "");
    await rejects(resumedFlags("train", resume), /no unfinished run/);
    deepStrictEqual(filesIn(out), ["checkpoints/000001.checkpoint"]);
  });
});

Deno.test("a resumed run replaces only its own event files, whatever paths its files contain", async () => {
  await withDirectory(async (directory) => {
    const [out, events] = [`${directory}/run`, `${directory}/events`];
    await Deno.mkdir(events);
    const foreign = `${events}/events.out.tfevents.1700000000.machine`;
    await Deno.writeTextFile(foreign, "kept");
    const child = await startUntilCheckpoint("train", [...LONG, "--out", out], { directory: out });
    await kill(child);
    // A run that somebody else sent may name any directory.
    const path = `${out}/checkpoints/command.json`;
    const kept = JSON.parse(await Deno.readTextFile(path));
    match(kept.id, /^[0-9a-f]{12}$/);
    const flags = { ...kept.flags, tensorboard: events };
    const { warn } = console;
    const warnings: string[] = [];
    console.warn = (text: string) => warnings.push(text);
    try {
      for (const id of [kept.id, kept.id, "0123456789ab"]) {
        const log = await openLog({ ...flags, resume: out }, id);
        log("", 1, { "loss/train": 1 });
      }
    } finally {
      console.warn = warn;
    }
    match(warnings[0] ?? "", /also holds 1 event file that this run did not write/);
    const files = filesIn(events).map((name) => name.replace(/\d{10}/, "")).sort();
    const own = [`events.out.tfevents..histone-${kept.id}`, "events.out.tfevents..machine"];
    deepStrictEqual(files, ["events.out.tfevents..histone-0123456789ab", ...own].sort());
    strictEqual(await Deno.readTextFile(foreign), "kept");
  });
});
