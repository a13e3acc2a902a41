/** Folders of units: who works there, and what they have made. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import type { Plan, Unit } from "../../src/cluster/plan.ts";
import { checkMade, readDone, takeUnit } from "../../src/cluster/unit_folder.ts";
import {
  finishGathering,
  forgetGathering,
  isGathered,
  keepGathered,
  startGathering,
} from "../../src/cluster/gathering.ts";
import { withDirectory } from "../helpers/command.ts";

const UNIT: Unit = {
  unit: 1,
  id: "one",
  does: "one",
  needs: [],
  makes: ["a.txt"],
  threads: 1,
  settings: null,
};
const PLAN: Plan = {
  id: "0".repeat(64),
  command: "crossval",
  flags: {},
  args: [],
  given: [],
  plannedIn: "/",
  inputs: {},
  version: "0.1.0",
  units: [UNIT],
};

async function take(folder: string) {
  const owned = await takeUnit({ folder, plan: PLAN, unit: UNIT, onWarning: () => {} });
  ok(owned !== undefined);
  return owned;
}

Deno.test("a unit is done once it says so, with all its files and nothing else", async () => {
  await withDirectory(async (folder) => {
    {
      await using owned = await take(folder);
      await Deno.mkdir(`${owned.folder}/below`);
      await Deno.writeTextFile(`${owned.folder}/a.txt`, "abc");
      await Deno.writeTextFile(`${owned.folder}/below/b.txt`, "");
      // What a process that was killed had started to write.
      await Deno.writeTextFile(`${owned.folder}/a.txt.0a1b2c3d.part`, "ab");
      strictEqual(await readDone(folder, { plan: PLAN, unit: UNIT }), undefined);
      await owned.finish({ arithmetic: "wasm", seconds: 1.5 });
    }
    const done = await readDone(folder, { plan: PLAN, unit: UNIT });
    deepStrictEqual(done?.files.map(({ path, bytes }) => [path, bytes]), [
      ["a.txt", 3],
      ["below/b.txt", 0],
    ]);
    strictEqual(done.files[0]!.sha256.slice(0, 8), "ba7816bf");
    strictEqual(done.arithmetic, "wasm");
    await checkMade(folder, { unit: UNIT, done });
    await rejects(
      readDone(folder, { plan: { ...PLAN, id: "1".repeat(64) }, unit: UNIT }),
      /it was made for another plan/,
    );
    const other = { ...UNIT, settings: 1 };
    await rejects(readDone(folder, { plan: PLAN, unit: other }), /it was made for another plan/);
    // Of the same size.
    await Deno.writeTextFile(`${folder}/units/one/a.txt`, "bad");
    await rejects(checkMade(folder, { unit: UNIT, done }), /a\.txt: found 3 bytes, SHA-256 /);
    await Deno.remove(`${folder}/units/one/a.txt`);
    await rejects(checkMade(folder, { unit: UNIT, done }), /a\.txt: it is missing/);
  });
});

Deno.test("a unit whose folder was replaced while it was computed is not done", async () => {
  await withDirectory(async (folder) => {
    await using owned = await take(folder);
    await Deno.rename(owned.folder, `${folder}/away`);
    await Deno.mkdir(owned.folder);
    await rejects(owned.finish({ seconds: 1 }), /was moved away, removed or replaced/);
    strictEqual(await readDone(folder, { plan: PLAN, unit: UNIT }), undefined);
  });
});

Deno.test("a done.json that is damaged is an error, not a unit that is missing", async () => {
  await withDirectory(async (folder) => {
    await Deno.mkdir(`${folder}/units/one`, { recursive: true });
    for (const text of ["", "{}", '{"plan":1}']) {
      await Deno.writeTextFile(`${folder}/units/one/done.json`, text);
      await rejects(readDone(folder, { plan: PLAN, unit: UNIT }), {
        name: "FormatError",
        message: /done\.json.*\. Remove the folder .*\/units\/one, and do unit 1 again$/,
      });
    }
  });
});

Deno.test("gathering is known to be started, done, or to be done again where the result has changed", async () => {
  await withDirectory(async (folder) => {
    const out = `${folder}/out`;
    const state = (plan = PLAN) => isGathered(folder, { plan, out });
    strictEqual(await state(), "not");
    await startGathering(folder, PLAN);
    strictEqual(await state(), "started");
    strictEqual(await state({ ...PLAN, id: "1".repeat(64) }), "not");
    await Deno.writeTextFile(`${out}.part`, "1");
    await keepGathered(folder, { plan: PLAN, out: `${out}.part` });
    strictEqual(await state(), "started");
    await Deno.rename(`${out}.part`, out);
    strictEqual(await state(), "kept");
    await Deno.writeTextFile(out, "another's");
    strictEqual(await state(), "started");
    await Deno.remove(out);
    await Deno.mkdir(`${out}.part/a`, { recursive: true });
    await Deno.writeTextFile(`${out}.part/a/b`, "1");
    await keepGathered(folder, { plan: PLAN, out: `${out}.part` });
    await Deno.rename(`${out}.part`, out);
    strictEqual(await state(), "kept");
    await Deno.writeTextFile(`${out}/mine`, "1");
    strictEqual(await state(), "started");
    await Deno.remove(out, { recursive: true });
    await forgetGathering(folder);
    strictEqual(await state(), "not");
    await Deno.mkdir(out);
    await Deno.writeTextFile(`${out}/a`, "1");
    await finishGathering(folder, { plan: PLAN, out });
    strictEqual(await state(), "done");
    await Deno.writeTextFile(`${out}/report.html`, "made later");
    strictEqual(await state(), "done");
    await Deno.writeTextFile(`${out}/a`, "2");
    strictEqual(await state(), "not");
    await Deno.remove(out, { recursive: true });
    strictEqual(await state(), "not");
  });
});

Deno.test("a gathered.json that is damaged is named as the file to remove, after which gathering starts again", async () => {
  await withDirectory(async (folder) => {
    for (const text of ["", "{}", '{"plan":1}']) {
      await Deno.writeTextFile(`${folder}/gathered.json`, text);
      await rejects(isGathered(folder, { plan: PLAN, out: `${folder}/out` }), {
        name: "FormatError",
        message: /gathered\.json.*\. Remove this file, and gather again$/,
      });
    }
    await Deno.remove(`${folder}/gathered.json`);
    strictEqual(await isGathered(folder, { plan: PLAN, out: `${folder}/out` }), "not");
  });
});
