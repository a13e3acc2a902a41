/** `deno task npm`: the npm package, made of the same sources. */

import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runCommand } from "../src/commands/run_command.ts";
import { ContractError } from "../src/errors.ts";
import { makeDirectory, pathKind } from "../src/files/file.ts";
import { compilePackage } from "./_npm_compile.ts";
import {
  FACTS,
  formatFacts,
  formatPackage,
  listEntries,
  type Manifest,
  noCommands,
  packageReadme,
} from "./_npm_package.ts";
import { findPackageFolders } from "./_npm_packages.ts";

interface NpmFlags {
  readonly out: string;
}

/** The project's folder. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));

await runCommand<NpmFlags>(
  {
    name: "npm",
    summary:
      "Writes the package for Node, Bun and bundlers: JavaScript modules with their types, made of the same sources. " +
      "The same sources give the same bytes. Pack the folder with npm pack and install the archive, or publish it with " +
      "npm publish.",
    examples: [[
      "deno task npm --out histone-npm",
      "then npm pack ./histone-npm, and elsewhere npm install path/to/waka-histone-*.tgz",
    ]],
    declare: (command) => command.requiredOption("--out <dir>", "folder to write; a new one"),
    run: writePackage,
  },
  Deno.args,
);

async function writePackage({ out }: NpmFlags): Promise<void> {
  if (await pathKind(out) !== undefined) {
    throw new ContractError(`Cannot write to ${out}: it is there already. Name another --out`);
  }
  const manifest: Manifest = JSON.parse(await readText("deno.json"));
  const { files, imports, threads } = await compilePackage({
    root: ROOT,
    entries: listEntries(manifest),
    packages: await findPackageFolders(`${ROOT}mod.ts`),
    jsonModules: new Map([["deno.json", FACTS]]),
  });
  const all = new Map([
    ...files,
    ...noCommands(manifest),
    [FACTS, formatFacts(manifest)],
    ["package.json", formatPackage(manifest, imports, threads)],
    ["README.md", packageReadme(await readText("README.md"), manifest)],
    ["LICENSE", await readText("LICENSE")],
    ["CHANGELOG.md", await readText("CHANGELOG.md")],
  ]);
  all.delete("deno.json");
  for (const directory of new Set([...all.keys()].map((path) => dirname(path)))) {
    await makeDirectory(`${out}/${directory}`);
  }
  let bytes = 0;
  for (const [path, text] of all) {
    await Deno.writeTextFile(`${out}/${path}`, text);
    bytes += text.length;
  }
  const megabytes = (bytes / 1e6).toFixed(1);
  console.info(
    `Written: ${out}/ (${all.size} files, ${megabytes} MB, ${manifest.name} ${manifest.version})`,
  );
}

async function readText(path: string): Promise<string> {
  return await Deno.readTextFile(`${ROOT}${path}`);
}
