/** A project of somebody who installs the package: built, packed and installed once for all tests. */

import { toJavaScript } from "./_examples.ts";

/** The project's own folder. */
export const ROOT: URL = new URL("../../", import.meta.url);

/** Development tools of the project, with the versions with which this is tried. */
const TOOLS = ["esbuild@0.28.1", "typescript@6.0.3", "@types/node@22"];

/** What a program printed. */
export interface Output {
  readonly success: boolean;
  /** Standard output, and the end of the errors' output where it failed. */
  readonly text: string;
}

/** Runs a program in a folder, with the time that it may take: a run-time that does not end is a fault. */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string | URL; readonly env?: Record<string, string> } = {},
): Promise<Output> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args],
      ...cwd !== undefined && { cwd },
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", ...env },
    }).output();
    const [out, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { success, text: success ? out! : `${out}${errors}` };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { success: false, text: `no ${program}` };
    throw error;
  }
}

/** Whether a program is here that is at least of some version. */
export async function hasVersion(
  program: string,
  least: readonly [number, number],
): Promise<boolean> {
  const { success, text } = await run(program, ["--version"]);
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(text) ?? [];
  return success &&
    (Number(major) > least[0] || Number(major) === least[0] && Number(minor) >= least[1]);
}

/** Whether npm is here and reaches a registry: whatever else fails later is a fault of the package. */
export async function hasRegistry(): Promise<boolean> {
  return (await run("npm", ["view", "esbuild@0.28.1", "version"])).text.includes("0.28.1");
}

/** Builds the package into `folder`. */
export async function buildPackage(folder: string): Promise<void> {
  mustSucceed(await run(Deno.execPath(), ["task", "-q", "npm", "--out", folder], { cwd: ROOT }));
}

/** Builds the package, packs it and installs it into `project`, a folder that is made. */
export async function installPackage(project: string): Promise<void> {
  await Deno.mkdir(project, { recursive: true });
  await buildPackage(`${project}/package`);
  mustSucceed(
    await run("npm", ["pack", "--silent", "--pack-destination", project], {
      cwd: `${project}/package`,
    }),
  );
  const [archive] = [...Deno.readDirSync(project)].filter(({ name }) => name.endsWith(".tgz"));
  await Deno.writeTextFile(`${project}/package.json`, JSON.stringify({ type: "module" }));
  const flags = ["--silent", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"];
  const wanted = [`./${archive!.name}`, ...TOOLS];
  mustSucceed(await run("npm", ["install", ...flags, ...wanted], { cwd: project }));
}

function mustSucceed({ success, text }: Output): void {
  if (!success) throw new Error(text);
}

/** Writes TypeScript modules of this folder into the project as JavaScript. */
export async function copyModules(project: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const text = await Deno.readTextFile(new URL(`${name}.ts`, import.meta.url));
    await Deno.writeTextFile(`${project}/${name}.js`, toJavaScript(text));
  }
}
