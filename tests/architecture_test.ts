/** Rules for the source itself; docs/architecture.md explains them. */

import { deepStrictEqual, ok } from "node:assert";
import manifest from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);
const SOURCE = new URL("src/", ROOT);

/** What each part of `src` may import, besides itself and the modules at the top of `src`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  base: [],
  files: ["base"],
  text: ["files", "base"],
  io: ["text", "files", "base"],
  metrics: ["base"],
  data: ["io", "metrics", "files", "base"],
  simulate: ["validation", "data", "atlas", "io", "metrics", "files", "base"],
  genome: ["io", "metrics", "text", "files", "base"],
  atlas: ["genome", "io", "text", "files", "base"],
  panel: ["data", "atlas", "io", "files", "base"],
  model: ["panel", "io", "files", "base"],
  engine: ["model", "base"],
  motifs: ["model", "text", "files", "base"],
  exchange: ["model", "panel", "io", "files", "base"],
  starter: ["model", "panel", "io", "files", "base"],
  training: [
    "validation",
    "engine",
    "model",
    "panel",
    "data",
    "metrics",
    "io",
    "text",
    "files",
    "base",
  ],
  explain: [
    "training",
    "validation",
    "engine",
    "model",
    "panel",
    "data",
    "metrics",
    "atlas",
    "genome",
    "io",
    "text",
    "files",
    "base",
  ],
  search: ["training", "engine", "model", "data", "io", "base"],
  validation: ["model", "data", "metrics", "io", "base"],
  report: [
    "explain",
    "training",
    "validation",
    "motifs",
    "model",
    "data",
    "metrics",
    "io",
    "engine",
    "files",
    "base",
  ],
  runs: [
    "starter",
    "report",
    "search",
    "validation",
    "training",
    "engine",
    "model",
    "panel",
    "data",
    "io",
    "text",
    "files",
    "base",
  ],
  cluster: ["runs", "files", "base"],
  commands: [
    "cluster",
    "exchange",
    "runs",
    "explain",
    "starter",
    "report",
    "search",
    "simulate",
    "motifs",
    "training",
    "validation",
    "engine",
    "model",
    "panel",
    "data",
    "metrics",
    "atlas",
    "genome",
    "io",
    "text",
    "files",
    "base",
  ],
};

/** The page may use every part but the commands, and only the build of the page uses it. */
MAY_IMPORT.page = Object.keys(MAY_IMPORT).filter((part) => part !== "commands");

/** Modules with which the page's programs begin, beside the entry points of the package. */
const PAGE_PROGRAMS = [
  ...["window", "work", "threads", "disk_window", "disk_work", "start"].map((name) =>
    `./src/page/build/${name}.ts`
  ),
  "./src/page/service_worker.ts",
];

/** Parts that only others of this package use: they have no entry point, and `mod.ts` files may re-export from them. */
const INTERNAL = ["base", "files", "text", "cluster"];

/** Packages that few need and that take time to load: tf.js, Vega and Vega-Lite, the PNG renderer, Parquet and Zarr. */
const HEAVY = /tensorflow|npm:\/?vega|resvg|hyparquet|zarrita|@gmod\/cram/;

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly type?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

/** The programs of threads, which are named by their addresses. */
const THREAD_PROGRAMS = [
  "./src/engine/wasm/engine_thread.ts",
  "./src/genome/signal/count_thread.ts",
  "./src/io/decode_thread.ts",
];

async function moduleGraph(entry: string): Promise<readonly ModuleInfo[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL(entry, ROOT).href],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

/** The modules of `src` that each of them imports, whether values or types, statically or dynamically. */
async function sourceImports(): Promise<Map<string, Set<string>>> {
  const entries = [...Object.values(manifest.exports), ...PAGE_PROGRAMS, ...THREAD_PROGRAMS];
  const graphs = await Promise.all(entries.map(moduleGraph));
  const imports = new Map<string, Set<string>>();
  for (const { specifier, dependencies = [] } of graphs.flat()) {
    if (!specifier.startsWith(SOURCE.href)) continue;
    const targets = dependencies.flatMap(({ code, type }) =>
      code?.specifier ?? type?.specifier ?? []
    );
    const own = targets.filter((target) => target.startsWith(SOURCE.href)).map(pathOf);
    imports.set(pathOf(specifier), new Set(own));
  }
  return imports;
}

/** A module's path in `src`. */
function pathOf(specifier: string): string {
  return specifier.slice(SOURCE.href.length);
}

/** At least one circle of each group of modules that import each other. */
function findCircles(imports: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const circles: string[] = [];
  const finished = new Set<string>();
  const visit = (module: string, path: readonly string[]) => {
    if (path.includes(module)) {
      circles.push([...path.slice(path.indexOf(module)), module].join(" → "));
      return;
    }
    if (finished.has(module)) return;
    for (const next of imports.get(module) ?? []) visit(next, [...path, module]);
    finished.add(module);
  };
  for (const module of imports.keys()) visit(module, []);
  return circles;
}

function sourceFiles(directory: URL): URL[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory ? sourceFiles(new URL(`${name}/`, directory)) : [new URL(name, directory)]
  );
}

/** The part of `src` that a module belongs to, or `undefined` for one at its top. */
function partOf(path: string): string | undefined {
  return path.includes("/") ? path.split("/")[0] : undefined;
}

Deno.test("imports point in one direction", async () => {
  const wrong: string[] = [];
  for (const [module, targets] of await sourceImports()) {
    const from = partOf(module);
    for (const target of targets) {
      const to = partOf(target);
      if (from === undefined || to === undefined || from === to) continue;
      if (!MAY_IMPORT[from]?.includes(to)) wrong.push(`${module} → ${target}`);
    }
  }
  deepStrictEqual(wrong, []);
});

Deno.test("no modules import each other in a circle, not even types", async () => {
  deepStrictEqual(findCircles(await sourceImports()), []);
});

Deno.test("modules whose names begin with _ are imported from their own folder only", async () => {
  const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);
  const strangers: string[] = [];
  for (const [module, targets] of await sourceImports()) {
    for (const target of targets) {
      const isPrivate = target.slice(folderOf(target).length).startsWith("_");
      if (isPrivate && folderOf(target) !== folderOf(module)) {
        strangers.push(`${module} → ${target}`);
      }
    }
  }
  deepStrictEqual(strangers, []);
});

/** Folders of tests that are about no folder of src. */
const OTHER_TESTS = [
  "bench",
  "bench/gpu",
  "bench/intervals",
  "bench/peers",
  "bench/real",
  "bench/results",
  "bench/service",
  "engine/webgpu/device",
  "engine/webgpu/golden",
  "fuzz",
  "fuzz/targets",
  "helpers",
  "lint",
  "page/build/tiny",
  "page/build/tiny/newer",
  "page/browser",
  "runner",
  "runtimes",
  "scripts",
  "service",
];

Deno.test("tests mirror the folders of the sources", () => {
  const foldersOf = (root: URL, below = ""): string[] =>
    [...Deno.readDirSync(new URL(below, root))].filter(({ isDirectory }) => isDirectory)
      // A folder whose files have moved can stay in a checkout, empty.
      .filter(({ name }) => [...Deno.readDirSync(new URL(`${below}${name}`, root))].length > 0)
      .flatMap(({ name }) => [`${below}${name}`, ...foldersOf(root, `${below}${name}/`)]);
  const known = new Set([...foldersOf(SOURCE), ...OTHER_TESTS]);
  deepStrictEqual(
    foldersOf(new URL("tests/", ROOT)).filter((folder) => !known.has(folder)),
    [],
  );
});

/** Numbers in base64, which nobody reads. */
const DATA_FILE = /\/(starter\/_starter_model|atlas\/_genes_hg\d\d)\.ts$/;

Deno.test("files of src have under 300 lines, but for data", () => {
  const long = sourceFiles(SOURCE)
    .map((file) => ({ file, lines: Deno.readTextFileSync(file).split("\n").length - 1 }))
    .filter(({ file, lines }) => lines > 300 && !DATA_FILE.test(file.href));
  deepStrictEqual(long.map(({ file, lines }) => `${pathOf(file.href)}: ${lines}`), []);
});

Deno.test("every module of src belongs to an entry point", async () => {
  const files = sourceFiles(SOURCE).map(({ href }) => pathOf(href))
    .filter((path) => path.endsWith(".ts"));
  deepStrictEqual([...(await sourceImports()).keys()].sort(), files.sort());
});

Deno.test("every folder of src has a rule", () => {
  const parts = [...Deno.readDirSync(SOURCE)].filter((entry) => entry.isDirectory);
  deepStrictEqual(parts.map(({ name }) => name).sort(), Object.keys(MAY_IMPORT).sort());
});

Deno.test("the parts load heavy packages only when they are needed", async () => {
  for (
    const part of Object.keys(MAY_IMPORT).filter((part) =>
      !INTERNAL.includes(part) && part !== "commands" && part !== "page"
    )
  ) {
    const graph = await moduleGraph(`src/${part}/mod.ts`);
    const modules = new Map(graph.map((module) => [module.specifier, module]));
    const reached = new Set<string>();
    const visit = (specifier: string) => {
      if (reached.has(specifier)) return;
      reached.add(specifier);
      for (const { code, isDynamic } of modules.get(specifier)?.dependencies ?? []) {
        if (code !== undefined && isDynamic !== true) visit(code.specifier);
      }
    };
    visit(new URL(`src/${part}/mod.ts`, ROOT).href);
    deepStrictEqual([...reached].filter((specifier) => HEAVY.test(specifier)), [], part);
    ok(reached.size > 1);
  }
});

Deno.test("only the commands and src/files name Deno", () => {
  const naming = sourceFiles(SOURCE)
    .filter((file) => /\bDeno\.(?!test\b)/.test(withoutComments(Deno.readTextFileSync(file))))
    .map(({ href }) => pathOf(href))
    .filter((path) => partOf(path) !== "commands");
  deepStrictEqual(naming.filter((path) => partOf(path) !== "files"), []);
});

/** What Node 20, browsers of 2024 or Bun lack, and where it may be named: functions there do it on all of them. */
const NEW_NAMES: readonly (readonly [name: RegExp, where: readonly string[]])[] = [
  [/\.(toHex|toBase64)\(|Uint8Array\.from(Hex|Base64)\(|\.setFrom(Hex|Base64)\(/, [
    "base/platform.ts",
  ]],
  [/\bPromise\.(try|withResolvers)\b|\bPromiseWithResolvers\b/, []],
  [/\.transfer(ToFixedLength)?\(/, ["base/platform.ts"]],
  [/\bnew Float16Array\b/, []],
  [/\bnew (Response|Blob)\([^)]*\)\.bytes\(/, []],
  [/\bURL\.parse\(|\bReadableStream\.from\(|\bArray\.fromAsync\(/, []],
  [/\bnew Worker\(/, [
    "base/workers.ts",
    "page/build/disk_files.ts",
    "page/build/inherit_policy.ts",
  ]],
  [/\bnew SharedArrayBuffer\(|\bnew WebAssembly\.Memory\(/, [
    "base/shared_memory.ts",
  ]],
];

Deno.test("what older run-times and browsers lack is named in one place", () => {
  const naming = sourceFiles(SOURCE).flatMap((file) => {
    const path = pathOf(file.href);
    const source = withoutComments(Deno.readTextFileSync(file));
    return NEW_NAMES.filter(([name, where]) => name.test(source) && !where.includes(path))
      .map(([name]) => `${path}: ${name.exec(source)![0]}`);
  });
  deepStrictEqual(naming, []);
});

Deno.test("only the commands import modules of Node, which browsers cannot load", () => {
  const importing = sourceFiles(SOURCE)
    .filter((file) => /\bfrom "node:/.test(withoutComments(Deno.readTextFileSync(file))))
    .map(({ href }) => pathOf(href))
    // An import of types alone is left out of what runs.
    .filter((path) => partOf(path) !== "commands" && path !== "files/_node_system.ts");
  deepStrictEqual(importing, []);
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

Deno.test("deno.lock names no host and no package of JSR", () => {
  const lock = Deno.readTextFileSync(new URL("deno.lock", ROOT));
  ok(!/https?:\/\//.test(lock), "deno.lock names a host");
  ok(!/"jsr:/.test(lock), "deno.lock names a package of JSR");
});
