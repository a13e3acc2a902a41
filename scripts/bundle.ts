/** `deno task bundle`: a folder that runs wherever it is moved to, without a network. */

import { cpSync } from "node:fs";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ContractError } from "../src/errors.ts";
import { makeDirectory, pathKind } from "../src/files/file.ts";
import { runCommand } from "../src/commands/run_command.ts";
import { V8_FLAGS } from "../src/commands/version.ts";
import {
  findCache,
  findNpmPackages,
  formatRegistries,
  selectImports,
  selectLocked,
} from "./_npm_packages.ts";

interface BundleFlags {
  readonly out: string;
}

/** The package's directory. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const PROGRAM = "src/commands/cli.ts";
/** The program's sources, without its configuration. */
const SOURCES = ["LICENSE", "README.md", "mod.ts", "src"];

await runCommand<BundleFlags>(
  {
    name: "bundle",
    summary:
      "Writes a folder for machines without a network: Deno's own binary, the packages, the sources and a launcher, " +
      "histone. The folder may be moved, copied to machines of the same kind, and read-only.",
    examples: [["deno task bundle --out histone-bundle", "then histone-bundle/histone --help"]],
    declare: (command) => command.requiredOption("--out <dir>", "folder to write; a new one"),
    run: writeBundle,
  },
  Deno.args,
);

async function writeBundle({ out }: BundleFlags): Promise<void> {
  if (await pathKind(out) !== undefined) {
    throw new ContractError(`Cannot write to ${out}: it is there already. Name another --out`);
  }
  const packages = await findNpmPackages(`${ROOT}${PROGRAM}`);
  const cache = await findCache();
  await makeDirectory(`${out}/app`);
  await makeDirectory(`${out}/bin`);
  cpSync(Deno.execPath(), `${out}/bin/deno`);
  for (const { localPath } of packages.values()) {
    cpSync(localPath, resolve(out, "cache", relative(cache, localPath)), {
      recursive: true,
      // Only debuggers read these files.
      filter: (path) => !path.endsWith(".map"),
    });
  }
  for (const source of SOURCES) {
    cpSync(`${ROOT}${source}`, `${out}/app/${source}`, { recursive: true });
  }
  const config = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const imports = selectImports(config.imports, packages);
  await writeJson(`${out}/app/deno.json`, { ...config, imports });
  const lock = JSON.parse(await Deno.readTextFile(`${ROOT}deno.lock`));
  await writeJson(`${out}/app/deno.lock`, selectLocked(lock, packages));
  await Deno.writeTextFile(`${out}/app/.npmrc`, formatRegistries(packages));
  await Deno.writeTextFile(`${out}/histone`, formatLauncher(config), { mode: 0o755 });
  console.info(`Written: ${out}/ (histone, bin/deno, app/, cache/ with ${packages.size} packages)`);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** What of a `deno.json` says with which permissions each command runs. */
interface TaskConfig {
  readonly tasks: Readonly<Record<string, { readonly command: string }>>;
  readonly permissions: Readonly<Record<string, { readonly run?: unknown }>>;
}

/** Formats the shell script that runs the program with the permissions that each command has as a task. */
function formatLauncher({ tasks, permissions }: TaskConfig): string {
  const sets = Object.entries(tasks).flatMap(([name, { command }]) => {
    const set = /^deno run .*-P=(\w+).* scripts\/\w+\.ts$/.exec(command)?.[1];
    // Tasks that run other programs are no commands of this one.
    const isCommand = set !== undefined && permissions[set]?.run === undefined;
    return isCommand ? [`  ${name}) permissions=${set} ;;`] : [];
  });
  return `#!/bin/sh
# Runs histone from this folder, wherever it is. Nothing is fetched, and nothing is written here.
here=$(dirname -- "$(readlink -f -- "$0")")
export DENO_DIR="$here/cache" DENO_NO_UPDATE_CHECK=1
# By it Deno would look for the packages elsewhere in the cache.
unset NPM_CONFIG_REGISTRY
# Before the command, --allow-net=HOSTS lets it reach servers that a sample sheet names.
network=
case "$1" in
  --allow-net=?*) network=$1; shift ;;
esac
case "$1" in
${sets.join("\n")}
  *) permissions=examine ;;
esac
exec "$here/bin/deno" run --quiet --no-prompt --no-remote --cached-only --frozen \\
  --config "$here/app/deno.json" "-P=$permissions" \${network:+"$network"} --v8-flags=${V8_FLAGS} \\
  "$here/app/${PROGRAM}" "--called-as=$0" "$@"
`;
}
