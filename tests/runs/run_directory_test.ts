import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { pathToFileURL } from "node:url";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { holdsUnfinishedRun, readKeptCommand } from "../../src/runs/command_file.ts";
import { loadModels } from "../../src/runs/models.ts";
import { clearFinishedRun, takeParts, takeRun } from "../../src/runs/run_directory.ts";
import { inspectRun } from "../../src/runs/run_state.ts";
import { readRun } from "../../src/runs/saved_run.ts";
import { fit } from "../../src/training/fit.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";

const DATA = new Dataset(
  simulateColumns({ cellTypes: 2, genes: 12, newGenes: 1, bins: 20 }).train,
);
const OPTIONS = { epochs: 4, batchSize: 8, seed: 3, engine: "wasm", threads: 1 } as const;

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

Deno.test("a program resumes its run to the same weights, from what the run kept", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/run`;
    const { model: { weights } } = await fit("experiment1", DATA, OPTIONS);
    const controller = new AbortController();
    {
      await using run = await takeRun(path, { command: "mine", flags: { seed: 3 } });
      deepStrictEqual(await inspectRun(path), { state: "running", command: undefined });
      await rejects(takeRun(path, { command: "mine" }), /another run is writing there/);
      await run.begin();
      const { history } = await fit("experiment1", DATA, {
        ...OPTIONS,
        ...run.options,
        stop: controller.signal,
        onEpoch: ({ epoch }) => epoch === 2 && controller.abort(),
      });
      strictEqual(history.length, 2);
    }
    deepStrictEqual(await inspectRun(path), { state: "unfinished", command: "mine" });
    const { id, flags, inputs } = await readKeptCommand(path) ?? {};
    deepStrictEqual([flags, inputs], [{ seed: 3 }, {}]);
    await using run = await takeRun(path, { command: "mine", resume: true });
    strictEqual(run.id, id);
    strictEqual(run.options.resume?.epoch, 2);
    await run.begin();
    const { model } = await fit("experiment1", DATA, { ...OPTIONS, ...run.options });
    deepStrictEqual(model.weights, weights);
    await run.finish();
    deepStrictEqual(filesIn(path), ["checkpoints/lock"]);
  });
});

Deno.test("a directory that was made for a run is removed if the run leaves nothing in it", async () => {
  await withDirectory(async (directory) => {
    for (const path of ["new/run", "old"].map((name) => `${directory}/${name}`)) {
      if (path.endsWith("old")) await Deno.mkdir(path);
      await using run = await takeRun(path, { command: "mine" });
      await run.begin();
    }
    deepStrictEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), [
      "new",
      "old",
    ]);
    deepStrictEqual([...Deno.readDirSync(`${directory}/new`)], []);
    deepStrictEqual([...Deno.readDirSync(`${directory}/old`)], []);
  });
});

Deno.test("a run that dies while it cleans up is finished, or can still be resumed", async () => {
  let seen = 0;
  for (let removals = 0; removals < 4; removals++) {
    await withDirectory(async (directory) => {
      await using run = await takeParts(directory, { command: "train" });
      await run.begin();
      await Deno.mkdir(`${directory}/checkpoints/part`);
      for (const name of ["000001", "000002", "part/000001"]) {
        await Deno.writeTextFile(`${directory}/checkpoints/${name}.checkpoint`, "");
      }
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

Deno.test("a failed clean-up does not hide why a run ended", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/run`;
    const { lstat, stat } = Deno;
    const end = async () => {
      await using run = await takeParts(path, { command: "train" });
      await run.begin();
      const fail = () => Promise.reject(new Deno.errors.PermissionDenied("locked (os error 13)"));
      Object.assign(Deno, { lstat: fail, stat: fail });
      await rejects(run.check(), { name: "PermissionDenied" });
      throw new Error("why it ended");
    };
    try {
      await rejects(end(), { name: "Error", message: "why it ended" });
    } finally {
      Object.assign(Deno, { lstat, stat });
    }
    ok(await holdsUnfinishedRun(path));
  });
});

Deno.test("a part whose checkpoints are all damaged starts over, with a warning", async () => {
  await withDirectory(async (directory) => {
    const warnings: string[] = [];
    const options = { command: "mine", onWarning: (text: string) => warnings.push(text) };
    {
      await using run = await takeParts(directory, options);
      await run.begin();
      await Deno.mkdir(`${directory}/checkpoints/part`);
      await Deno.writeTextFile(`${directory}/checkpoints/part/000001.checkpoint`, "damaged");
    }
    await using run = await takeParts(directory, { ...options, resume: true });
    const { options: { resume } } = await run.open("part");
    strictEqual(resume, undefined);
    strictEqual(warnings.length, 1);
    ok(warnings[0]?.endsWith("; this part starts over"), warnings[0]);
    deepStrictEqual(filesIn(directory), ["checkpoints/command.json", "checkpoints/lock"]);
  });
});

Deno.test("a run is not taken if onWarning is rejected, and may be taken then", async () => {
  await withDirectory(async (directory) => {
    const reason = new Error("no more");
    const options = { command: "mine", resume: true, onWarning: () => Promise.reject(reason) };
    const saved = { epochs: 2, batchSize: 8, engine: "wasm", threads: 1 } as const;
    {
      await using run = await takeRun(directory, { command: "mine" });
      await run.begin();
      await fit("experiment1", DATA, { ...saved, ...run.options });
    }
    await Deno.writeTextFile(`${directory}/checkpoints/999999.checkpoint`, "damaged");
    await Deno.mkdir(`${directory}/checkpoints/part`);
    await Deno.writeTextFile(`${directory}/checkpoints/part/000001.checkpoint`, "damaged");
    await rejects(takeRun(directory, options), reason);
    await using run = await takeParts(directory, options);
    await rejects(run.open("part"), reason);
  });
});

Deno.test("what a finished run left is removed if it can be, and a mistake in that is not hidden", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/config.json`, '{"command":"train"}');
    await Deno.mkdir(`${directory}/checkpoints`);
    const left = `${directory}/checkpoints/000001.checkpoint`;
    await Deno.writeTextFile(left, "");
    const { remove } = Deno;
    const removeWith = async (error: Error) => {
      Deno.remove = (path) => path === left ? Promise.reject(error) : remove(path);
      try {
        await clearFinishedRun(directory);
      } finally {
        Deno.remove = remove;
      }
    };
    await removeWith(Object.assign(new Error("read-only"), { code: "EROFS" }));
    for (const mistake of [new TypeError("mistake"), new Error("mistake")]) {
      await rejects(removeWith(mistake), mistake);
    }
    ok(filesIn(directory).includes("checkpoints/000001.checkpoint"));
    {
      await using _ = await takeRun(directory, { command: "train" });
      await clearFinishedRun(directory);
    }
    await clearFinishedRun(directory);
    deepStrictEqual(filesIn(directory), ["config.json"]);
  });
});

Deno.test("a run is refused where no directory can be, and after it was given back", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/file`, "mine");
    await Deno.symlink(`${directory}/nowhere`, `${directory}/link`);
    const refusals: [string, RegExp][] = [
      ["", /Cannot write run: the path of its directory is empty/],
      [`${directory}/file`, /it is a file, expected a directory/],
      [`${directory}/file/run`, /file is a file, expected a directory/],
      [`${directory}/link`, /it is a link that leads nowhere/],
    ];
    for (const [path, message] of refusals) {
      await rejects(takeRun(path, { command: "mine" }), { name: "ContractError", message });
    }
    for (const read of [inspectRun, readRun]) {
      await rejects(read(`${directory}/file`), { name: "ContractError", message: /is a file/ });
    }
    const run = await takeRun(`${directory}/run`, { command: "mine" });
    await run[Symbol.asyncDispose]();
    await run[Symbol.asyncDispose]();
    await rejects(run.begin(), { name: "ContractError", message: /it was given back/ });
    deepStrictEqual(filesIn(directory).sort(), ["file", "link"]);
  });
});

Deno.test("a part has a name of its own, which leads nowhere else", async () => {
  await withDirectory(async (directory) => {
    await using run = await takeParts(`${directory}/run`, { command: "mine" });
    await run.begin();
    for (
      const name of ["", ".", "..", "../../other", "a/b", "a\\b", "lock", "command.json", ".x"]
    ) {
      await rejects(run.open(name), { name: "ContractError", message: /Cannot open part/ });
    }
    for (const name of ["fold 1", "rung-1-trial-2-3", "größe"]) {
      await (await run.open(name)).finish();
    }
    deepStrictEqual(filesIn(directory), ["run/checkpoints/command.json", "run/checkpoints/lock"]);
  });
});

Deno.test("a run that does not name its command is damaged", async () => {
  await withDirectory(async (directory) => {
    for (const content of ["null", "3", "[]", "{}", '{"command":3}']) {
      await Deno.writeTextFile(`${directory}/config.json`, content);
      await rejects(inspectRun(directory), { name: "FormatError", message: /command is/ });
    }
  });
});

Deno.test("a run without a path or a command, and options that nothing reads, are refused", async () => {
  const cases: [unknown, unknown, RegExp][] = [
    ["unused", null, /command is missing, expected the name of the program$/],
    ["unused", { command: "" }, /command is "", expected the name of the program$/],
    ["unused", { command: "mine", resum: true }, /found option "resum", did you mean resume\?$/],
    // As a text, it would count as true.
    ["unused", { command: "mine", resume: "false" }, /resume is "false", expected true or false$/],
    [null, { command: "mine" }, /^Cannot use null: expected a path or a file: URL$/],
  ];
  for (const [directory, options, message] of cases) {
    for (const take of [takeRun, takeParts]) {
      const call = take(directory as string, options as never);
      await rejects(call, { name: "TypeError", message });
    }
  }
  for (const read of [readRun, loadModels]) {
    await rejects(read(null as never), { name: "TypeError", message: /^Cannot use null/ });
  }
});

Deno.test("a run's directory may be a URL of a file, as the message about others says", async () => {
  await withDirectory(async (directory) => {
    const url = pathToFileURL(`${directory}/run`);
    for (const take of [takeRun, takeParts]) {
      await using run = await take(url as never, { command: "mine" });
      await run.begin();
      strictEqual((await inspectRun(`${directory}/run`)).command, "mine");
    }
  });
});
