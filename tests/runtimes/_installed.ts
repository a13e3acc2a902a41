/** Tests that need the installed package: it is made once, when the first of them runs. */

import { type Requirement, testIf } from "../helpers/require.ts";
import { copyModules, hasRegistry, hasVersion, installPackage } from "./_project.ts";

/** How each run-time starts a program. */
export const RUN_TIMES = {
  node: ["node"],
  bun: ["bun", "run"],
  deno: [Deno.execPath(), "run", "-q", "-A", "--no-check"],
} as const;

/** A run-time that the package is for. */
export type RunTime = keyof typeof RUN_TIMES;

const HAS_NODE = await hasVersion("node", [20, 16]) && await hasRegistry();
const HAS: Readonly<Record<RunTime, boolean>> = {
  node: HAS_NODE,
  bun: HAS_NODE && await hasVersion("bun", [1, 2]),
  deno: HAS_NODE,
};

let installed: Promise<string> | undefined;

async function makeProject(): Promise<string> {
  const folder = `${await Deno.makeTempDir({ prefix: "histone-npm-" })}/project`;
  addEventListener("unload", () => Deno.removeSync(`${folder}/..`, { recursive: true }));
  await installPackage(folder);
  await copyModules(folder, ["program", "job", "digest", "data_jobs", "model_jobs"]);
  return folder;
}

/** A test that needs the installed package, whose project's folder it is given, and a run-time for it. */
export function testOn(
  runTime: RunTime,
  name: string,
  fn: (folder: string) => Promise<void>,
): void {
  const requirement: Requirement = runTime === "bun" ? "bun" : "node";
  testIf(HAS[runTime], requirement, {
    name,
    fn: async () => await fn(await (installed ??= makeProject())),
  });
}
