/** Plans on disk. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import type { PlanHead, PlannedUnit } from "../../src/cluster/plan.ts";
import { addUnits, readPlan, writePlan } from "../../src/cluster/plan_file.ts";
import { withDirectory } from "../helpers/command.ts";

const HEAD: PlanHead = {
  command: "crossval",
  flags: { folds: 2, out: "runs/é", threads: undefined },
  args: ["a b"],
  given: ["folds"],
  plannedIn: "/somewhere",
  inputs: {},
  arithmetic: undefined,
  version: "0.1.0",
};

function unit(id: string): PlannedUnit {
  return { id, does: `${id}, "quoted"`, needs: [], makes: ["a"], threads: 2, settings: { id } };
}

Deno.test("a plan reads back as it was written, and grows without changing what it is about", async () => {
  await withDirectory(async (folder) => {
    const plan = await writePlan(folder, HEAD, [unit("one"), unit("Zwei-ß")]);
    deepStrictEqual(plan.units.map(({ unit, id }) => [unit, id]), [[1, "one"], [2, "Zwei-ß"]]);
    deepStrictEqual(plan.flags, { folds: 2, out: "runs/é" });
    deepStrictEqual(await readPlan(folder), plan);
    const grown = await addUnits(folder, plan, [unit("three")]);
    strictEqual(grown.id, plan.id);
    deepStrictEqual(grown.units.slice(0, 2), plan.units);
    strictEqual(grown.units[2]!.unit, 3);
    deepStrictEqual(await readPlan(folder), grown);
    const other = await writePlan(`${folder}/other`, { ...HEAD, plannedIn: "/elsewhere" }, [
      unit("one"),
    ]);
    strictEqual(other.id === plan.id, false);
  });
});

Deno.test("lines of units that plan.json does not know, as a crash leaves them, are left out", async () => {
  await withDirectory(async (folder) => {
    const plan = await writePlan(folder, HEAD, [unit("one")]);
    const file = `${folder}/units.jsonl`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `${text}{"cut`);
    deepStrictEqual(await readPlan(folder), plan);
    const grown = await addUnits(folder, plan, [unit("two")]);
    strictEqual(grown.units.length, 2);
  });
});

Deno.test("a plan is refused if a character of it changed, it is there already, or units share a folder", async () => {
  await withDirectory(async (folder) => {
    await writePlan(folder, HEAD, [unit("one"), unit("two")]);
    await rejects(writePlan(folder, HEAD, [unit("one")]), /holds a plan already/);
    const other = `${folder}/other`;
    await rejects(writePlan(other, HEAD, [unit("a"), unit("a")]), /two units have one id/);
    await rejects(writePlan(other, HEAD, []), /it has no units/);
    await rejects(readPlan(other), /found no .*other\/plan\.json, expected what deno task plan/);
    for (const name of ["plan.json", "units.jsonl"]) {
      const bytes = await Deno.readFile(`${folder}/${name}`);
      for (let place = 0; place < bytes.length; place += 7) {
        await Deno.writeFile(`${folder}/${name}`, bytes.with(place, bytes[place]! ^ 1));
        // White space in plan.json means nothing.
        const isSpace = /\s/.test(String.fromCharCode(bytes[place]!));
        if (isSpace && name === "plan.json") continue;
        await rejects(readPlan(folder), `byte ${place} of ${name}`);
      }
      await Deno.writeFile(`${folder}/${name}`, bytes);
    }
    strictEqual((await readPlan(folder)).units.length, 2);
  });
});

Deno.test("a plan whose files have another layout is refused with the version that made it", async () => {
  await withDirectory(async (folder) => {
    await writePlan(folder, HEAD, [unit("one")]);
    const file = `${folder}/plan.json`;
    const content = JSON.parse(await Deno.readTextFile(file));
    const other = { ...content, format: 2, version: "9.8.7", added: true };
    await Deno.writeTextFile(file, JSON.stringify(other));
    await rejects(readPlan(folder), {
      name: "ContractError",
      message:
        /plan\.json has format 2, expected 1\. Version "9\.8\.7" of histone made it: use that one, or plan again/,
    });
    await Deno.writeTextFile(file, JSON.stringify({ ...content, format: "1" }));
    await rejects(readPlan(folder), { name: "FormatError", message: /format/ });
  });
});

Deno.test("an id that would lead out of the folder is refused", async () => {
  await withDirectory(async (folder) => {
    for (const id of ["../a", "a/b", "", ".", "-x", "a b"]) {
      await rejects(writePlan(`${folder}/plan`, HEAD, [unit(id)]), /expected a file name/);
      await Deno.remove(`${folder}/plan`, { recursive: true });
    }
  });
});
