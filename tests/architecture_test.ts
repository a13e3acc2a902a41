/** Rules on the source itself; see "Layout" in the README. */

import { deepStrictEqual, ok } from "node:assert";

const ROOT = new URL("../", import.meta.url);

/** What each part of `src` may import, beside itself and the modules at the top of `src`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  io: [],
  metrics: [],
  data: ["io", "metrics"],
  simulate: ["io", "metrics"],
  genome: ["io"],
  model: ["io"],
  engine: ["model"],
  training: ["engine", "model", "data", "metrics", "io"],
  search: ["training", "engine", "model", "data", "io"],
  validation: ["data", "metrics", "io"],
  report: ["training", "validation", "model", "data", "metrics", "io", "engine"],
};

/** Entry points that together reach all of `src`; the root module leaves out what needs Vega. */
const ENTRIES = [
  "mod.ts",
  ...["genome", "report", "search", "simulate", "validation"].map((part) => `src/${part}/mod.ts`),
];

/** Entry points that must start in milliseconds and run in a browser. */
const LIGHT_ENTRIES = [
  "io",
  "data",
  "metrics",
  "model",
  "engine",
  "simulate",
  "training",
  "validation",
  "search",
  "genome",
  "report",
];

/** Packages that take long to load: tf.js, Vega and Vega-Lite, the renderer of PNG. */
const HEAVY = /tensorflow|npm:\/?vega|resvg/;

interface ModuleInfo {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly type?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

async function moduleGraph(entry: string): Promise<readonly ModuleInfo[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", new URL(entry, ROOT).href],
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).modules;
}

function sourceFiles(directory: URL): URL[] {
  return [...Deno.readDirSync(directory)].flatMap(({ name, isDirectory }) =>
    isDirectory ? sourceFiles(new URL(`${name}/`, directory)) : [new URL(name, directory)]
  );
}

/** The part of `src` that a module belongs to, or `undefined` for one at its top or outside. */
function partOf(specifier: string): string | undefined {
  const path = specifier.split(`${ROOT.pathname}src/`)[1];
  return path?.includes("/") ? path.split("/")[0] : undefined;
}

Deno.test("imports point in one direction", async () => {
  const wrong = new Set<string>();
  const modules = (await Promise.all(ENTRIES.map(moduleGraph))).flat();
  for (const { specifier, dependencies = [] } of modules) {
    const from = partOf(specifier);
    for (const dependency of dependencies) {
      const target = dependency.code?.specifier ?? dependency.type?.specifier ?? "";
      const to = partOf(target);
      if (from === undefined || to === undefined || from === to) continue;
      if (!MAY_IMPORT[from].includes(to)) wrong.add(`${specifier} → ${target}`);
    }
  }
  deepStrictEqual([...wrong], []);
});

Deno.test("every part of src has a rule", () => {
  const parts = [...Deno.readDirSync(new URL("src/", ROOT))].filter((entry) => entry.isDirectory);
  deepStrictEqual(parts.map(({ name }) => name).sort(), Object.keys(MAY_IMPORT).sort());
});

Deno.test("the parts load heavy packages only when they are needed", async () => {
  for (const part of LIGHT_ENTRIES) {
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

Deno.test("only src/io/file.ts names Deno", () => {
  const naming = sourceFiles(new URL("src/", ROOT))
    .filter((file) => /\bDeno\.(?!test\b)/.test(withoutComments(Deno.readTextFileSync(file))))
    .map((file) => file.pathname.split("/src/").at(-1));
  deepStrictEqual(naming, ["io/file.ts"]);
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

Deno.test("nothing is imported from a registry that a mirror of npm does not hold", () => {
  const lock = Deno.readTextFileSync(new URL("deno.lock", ROOT));
  ok(!/https?:\/\//.test(lock), "deno.lock names a host");
  ok(!/"jsr:/.test(lock), "deno.lock names a package of JSR");
});
