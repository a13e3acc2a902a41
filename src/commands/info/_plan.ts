/** Plans: whose work is divided, and how much of it is done. */

import { unitFolder } from "../../cluster/plan.ts";
import { readPlan } from "../../cluster/plan_file.ts";
import { holdsDone } from "../../cluster/unit_folder.ts";
import { pathKind } from "../../files/file.ts";
import { type Description, grouped, listFacts } from "./facts.ts";

/** Numbers of units that are named. */
const MOST_NAMED = 20;

/** Whether a folder holds a plan. */
export async function holdsPlan(path: string): Promise<boolean> {
  const kinds = await Promise.all(
    ["plan.json", "units.jsonl"].map((name) => pathKind(`${path}/${name}`)),
  );
  return kinds.every((kind) => kind === "file");
}

/** Describes a plan by its own files, and by the folders of its units. */
export async function describePlan(path: string): Promise<Description> {
  const { command, units, flags: { out }, plannedIn, version } = await readPlan(path);
  const left: number[] = [];
  for (const { id, unit } of units) if (!await holdsDone(unitFolder(path, id))) left.push(unit);
  const done = units.length - left.length;
  const leftText = `${left.slice(0, MOST_NAMED).join(", ")}${
    left.length > MOST_NAMED ? ` and ${grouped(left.length - MOST_NAMED)} more` : ""
  }`;
  return {
    kind: "plan",
    what: "the work of a command in units, which work does and gather puts together",
    facts: listFacts([
      ["command", "command", command],
      ["units", "units", units.length, grouped(units.length)],
      ["done", "done", done, grouped(done)],
      ["left", "not done", left.length > 0 ? left : undefined, leftText],
      ["out", "result", typeof out === "string" ? out : undefined],
      ["plannedIn", "planned in", plannedIn],
      ["version", "version", version],
    ]),
  };
}
