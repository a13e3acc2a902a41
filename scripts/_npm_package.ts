/** What stands in the npm package beside the compiled modules: its description and its texts. */

/** The fields of deno.json that are read here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

/** The entry point that needs Deno. */
export const COMMANDS = "./cli";
/** The module that stands in its place. */
export const NO_COMMANDS = "no_commands";
/** The program of threads that bundles import. */
const WORKER = "src/worker.ts";
/** The module that stands in place of deno.json. */
export const FACTS = "facts.js";

/** Node's oldest version that has `process.getBuiltinModule`. */
const OLDEST_NODE = ">=20.16";

/** The entry points that are compiled, relative to the project. */
export function listEntries({ exports }: Manifest): string[] {
  return Object.entries(exports).filter(([name]) => name !== COMMANDS)
    .map(([, path]) => path.replace(/^\.\//, ""));
}

/**
 * Formats package.json.
 *
 * @param manifest deno.json.
 * @param found The names of modules that the sources import from outside.
 * @param threads Modules that run as threads. They do something when they are loaded, so that bundlers may not leave them
 *   out although nothing of them is used; what tells tf.js of gradients comes with `buildModel` alone.
 * @throws {Error} If a package is imported that deno.json does not name.
 */
export function formatPackage(
  manifest: Manifest,
  found: ReadonlySet<string>,
  threads: readonly string[],
): string {
  const { name, version, license, exports } = manifest;
  const named = Object.entries(exports).map(([subpath, path]) => {
    const module = subpath === COMMANDS ? `./${NO_COMMANDS}` : path.replace(/\.ts$/, "");
    return [subpath, { types: `${module}.d.ts`, default: `${module}.js` }];
  });
  const text = {
    name,
    version,
    description: "Predicts gene expression from histone marks",
    license,
    type: "module",
    engines: { node: OLDEST_NODE },
    exports: { ...Object.fromEntries(named), "./package.json": "./package.json" },
    sideEffects: [WORKER, ...threads].map((path) => `./${path.replace(/\.ts$/, ".js")}`).sort(),
    dependencies: Object.fromEntries(listDependencies(manifest, found)),
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}

/** The packages that modules belong to, with their versions as deno.json has them, by name. */
function listDependencies(
  { imports }: Manifest,
  found: ReadonlySet<string>,
): [string, string][] {
  const names = new Set(
    [...found].filter((module) => !module.startsWith("node:"))
      .map((module) => module.split("/").slice(0, module.startsWith("@") ? 2 : 1).join("/")),
  );
  return [...names].sort().map((name) => {
    const version = /^npm:(?:@[^/]+\/)?[^@/]+@(.+)$/.exec(imports[name] ?? "")?.[1];
    if (version === undefined) {
      throw new Error(
        `Cannot make an npm package: found an import of ${name}, expected it in deno.json`,
      );
    }
    return [name, version];
  });
}

/** The module in place of deno.json: what the library reads of it. */
export function formatFacts({ name, version }: Manifest): string {
  return `export default ${JSON.stringify({ name, version })};\n`;
}

/** The modules in place of the commands: whoever imports them learns where they are. */
export function noCommands({ name, version }: Manifest): [string, string][] {
  const text =
    `Cannot run commands from the npm package of ${name} ${version}: they need Deno and stand ` +
    "in a clone of the project (deno task train), or in a folder that deno task bundle writes; " +
    "everything that they do is in the package's other entry points";
  return [
    [`${NO_COMMANDS}.js`, `throw new TypeError(${JSON.stringify(text)});\n`],
    [
      `${NO_COMMANDS}.d.ts`,
      "/** The commands need Deno: importing this module throws. */\nexport {};\n",
    ],
  ];
}

/**
 * Makes the project's README that of the package: it says first how the package is installed, and has no links to files
 * of the project, which are not in the package.
 */
export function packageReadme(readme: string, { name }: Manifest): string {
  const heading = /^# .*\n/m.exec(readme)?.[0] ?? "";
  const own = `
This is the package for Node, Bun and bundlers. Until it is on npm, make an archive of its folder, \`npm pack ./folder\`, and install that:
\`npm install path/to/waka-histone-*.tgz\`, or \`bun add\`. Then

\`\`\`js
import { fit, predict, readDataset } from "${name}";
\`\`\`

Commands (\`deno task …\`) need Deno and a clone of the project, whose README follows.
`;
  const unlinked = readme.replace(/!?\[([^\]]+)\]\((?!https?:)[^)]+\)/g, "$1");
  return unlinked.replace(heading, () => `${heading}${own}`);
}
