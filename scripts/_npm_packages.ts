/** Finds the npm packages that a program needs, and their folders in Deno's cache. */

/** The fields of `deno info --json` that are read here. */
interface ProgramInfo {
  readonly modules: readonly { readonly kind?: string; readonly npmPackage?: string }[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

/** An npm package in Deno's cache. */
export interface NpmPackage {
  readonly name: string;
  /** Ids of the packages that it needs. */
  readonly dependencies: readonly string[];
  /** The registry from which it was fetched. */
  readonly registryUrl: string;
  /** The package's folder in the cache. */
  readonly localPath: string;
}

/** The parts of deno.lock that name npm packages. */
interface LockFile {
  readonly specifiers: Readonly<Record<string, string>>;
  readonly npm: Readonly<Record<string, unknown>>;
  readonly workspace: { readonly dependencies: readonly string[] };
}

/**
 * Finds every package that a program loads, and the packages that those need in turn.
 *
 * @param program Path of the program.
 * @returns The packages by their ids in deno.lock.
 * @throws {Error} If `deno info` fails.
 */
export async function findNpmPackages(program: string): Promise<ReadonlyMap<string, NpmPackage>> {
  const { modules, npmPackages } = await readInfo<ProgramInfo>(program);
  const found = new Map<string, NpmPackage>();
  const wanted = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  for (const id of wanted) {
    const npmPackage = npmPackages[id];
    if (npmPackage === undefined || found.has(id)) continue;
    found.set(id, npmPackage);
    wanted.push(...npmPackage.dependencies);
  }
  return found;
}

/**
 * Finds the folders of all packages that deno.lock names.
 *
 * @returns The folders by the packages' names; of several versions the one that deno.lock has last.
 * @throws {Error} If `deno info` fails.
 */
export async function findPackageFolders(program: string): Promise<ReadonlyMap<string, string>> {
  const { npmPackages } = await readInfo<ProgramInfo>(program);
  return new Map(Object.values(npmPackages).map(({ name, localPath }) => [name, localPath]));
}

/**
 * Formats an .npmrc that names the registries from which packages were fetched: Deno looks for them in the cache by
 * registry, and the user's own .npmrc may name another.
 */
export function formatRegistries(packages: ReadonlyMap<string, NpmPackage>): string {
  const lines = packages.values().map(({ name, registryUrl }) => {
    const scope = /^@[^/]+(?=\/)/.exec(name)?.[0];
    return `${scope === undefined ? "" : `${scope}:`}registry=${registryUrl}\n`;
  });
  return [...new Set(lines)].sort().join("");
}

/** Finds the path of Deno's cache. */
export async function findCache(): Promise<string> {
  const { denoDir } = await readInfo<{ readonly denoDir: string }>();
  return denoDir;
}

async function readInfo<Info>(...program: string[]): Promise<Info> {
  const { success, stdout, stderr } = await new Deno.Command("deno", {
    args: ["info", "--json", ...program],
  }).output();
  const text = new TextDecoder();
  if (!success) throw new Error(`Cannot find npm packages: deno info says ${text.decode(stderr)}`);
  return JSON.parse(text.decode(stdout));
}

/** Selects the entries of a lock file for some packages, since Deno checks that it has no others. */
export function selectLocked<Lock extends LockFile>(
  lock: Lock,
  packages: ReadonlyMap<string, NpmPackage>,
): Lock {
  const names = new Set(packages.values().map(({ name }) => name));
  const isWanted = (specifier: string) => names.has(nameOf(specifier));
  return {
    ...lock,
    specifiers: filterEntries(lock.specifiers, ([specifier]) => isWanted(specifier)),
    npm: filterEntries(lock.npm, ([id]) => packages.has(id)),
    workspace: { ...lock.workspace, dependencies: lock.workspace.dependencies.filter(isWanted) },
  };
}

/** Selects the imports of a deno.json that name some packages. */
export function selectImports(
  imports: Readonly<Record<string, string>>,
  packages: ReadonlyMap<string, NpmPackage>,
): Record<string, string> {
  const names = new Set(packages.values().map(({ name }) => name));
  return filterEntries(imports, ([, specifier]) => names.has(nameOf(specifier)));
}

/** The name in a specifier, such as `commander` in `npm:commander@^14.0.3`. */
function nameOf(specifier: string): string {
  return specifier.replace(/^npm:/, "").replace(/(?<=.)@.*$/, "");
}

function filterEntries<Value>(
  record: Readonly<Record<string, Value>>,
  isWanted: (entry: [string, Value]) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(isWanted));
}
