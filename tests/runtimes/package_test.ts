/**
 * The npm package: built, packed, installed as a user does, and run on Node, on Bun and on Deno. Each run-time does the
 * same jobs, and finds the same to the bit as Deno does with the sources.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { bundle } from "./_bundle.ts";
import { findExamples, runnerOf } from "./_examples.ts";
import { RUN_TIMES, testOn } from "./_installed.ts";
import { buildPackage, type Output, ROOT, run } from "./_project.ts";

/** What the jobs found on a run-time. */
interface Found {
  /** How the engine computes there, which the bits of training depend on. */
  readonly arithmetic: string;
  /** By the names of the jobs: a digest, or an error. */
  readonly jobs: Readonly<Record<string, string>>;
}

async function doJobs(program: readonly string[], cwd: string | URL): Promise<Found> {
  const temporary = await Deno.makeTempDir();
  try {
    const [command = "", ...flags] = program;
    const args = [...flags, new URL("fixtures", ROOT).pathname, temporary];
    const { success, text } = await run(command, args, { cwd });
    ok(success, text);
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    const [{ arithmetic }, ...jobs] = lines.map((line) => JSON.parse(line));
    return {
      arithmetic,
      jobs: Object.fromEntries(jobs.map(({ name, digest, error }) => [name, error ?? digest])),
    };
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** As the tasks have it: docs/decisions/shared-numbers.md. */
const SOUND = "--v8-flags=--no-maglev-escape-analysis";
const PLAIN = "wasm, no fused multiply-add";
const expected = new Map<string, Promise<Found>>();

/** What Deno finds with the sources, in the same arithmetic. */
function expectedIn(arithmetic: string): Promise<Found> {
  const flags = arithmetic === PLAIN ? `${SOUND},--no-enable-fma3` : SOUND;
  const program = new URL("tests/runtimes/program.ts", ROOT).pathname;
  const found = expected.get(arithmetic) ??
    doJobs([...RUN_TIMES.deno, flags, "--cached-only", program], ROOT);
  expected.set(arithmetic, found);
  return found;
}

for (const runTime of ["node", "bun", "deno"] as const) {
  testOn(
    runTime,
    `${runTime} does all jobs with the package, and finds what Deno finds with the sources`,
    async (folder) => {
      const found = await doJobs([...RUN_TIMES[runTime], `${folder}/program.js`], folder);
      const wanted = await expectedIn(found.arithmetic);
      ok(Object.keys(wanted.jobs).length > 15);
      for (const [name, digest] of Object.entries(wanted.jobs)) {
        match(digest, /^[0-9a-f]{20}$/, name);
      }
      deepStrictEqual(found, wanted);
    },
  );
}

for (const runTime of ["node", "bun"] as const) {
  testOn(
    runTime,
    `${runTime} runs the examples of all exports with the package`,
    async (folder) => {
      const examples = await findExamples(ROOT);
      ok(examples.length > 300);
      const place = `${folder}/examples-${runTime}`;
      await Deno.mkdir(place);
      for (const { name, text } of examples) await Deno.writeTextFile(`${place}/${name}.mjs`, text);
      await Deno.writeTextFile(`${place}/run.mjs`, runnerOf(examples));
      const [command, ...args] = RUN_TIMES[runTime];
      const { text } = await run(command, [...args, `${place}/run.mjs`], { cwd: folder });
      strictEqual(text.trim().split("\n").at(-1), `${examples.length} of ${examples.length}`, text);
    },
  );
}

testOn("node", "the same sources give the same bytes", async (folder) => {
  await buildPackage(`${folder}/again`);
  const { success, text } = await run("diff", ["-r", "package", "again"], { cwd: folder });
  ok(success, text);
});

testOn(
  "node",
  "every entry point is there with its types, and depends on nothing that is not named",
  async (folder) => {
    const manifest = JSON.parse(await Deno.readTextFile(`${folder}/package/package.json`));
    const { exports: own, version } = JSON.parse(
      await Deno.readTextFile(new URL("deno.json", ROOT)),
    );
    strictEqual(manifest.version, version);
    deepStrictEqual(Object.keys(manifest.exports), [...Object.keys(own), "./package.json"]);
    for (const name of ["typescript", "fast-check", "axe-core", "commander", "@jax-js/jax"]) {
      strictEqual(manifest.dependencies[name], undefined);
    }
    const names = Object.keys(own).map((subpath) => `@waka/histone${subpath.slice(1)}`);
    const program = `
for (const name of ${JSON.stringify(names)}) {
  const found = await import(name).then((module) => Object.keys(module).length, ({ message }) => message);
  console.log(name, found);
}`;
    const { text } = await run("node", ["--input-type=module", "-e", program], { cwd: folder });
    const lines = text.trim().split("\n");
    strictEqual(lines.length, names.length, text);
    for (const line of lines) {
      if (line.startsWith("@waka/histone/cli ")) match(line, /they need Deno/);
      else match(line, /^\S+ \d+$/);
    }
  },
);

for (
  const [moduleResolution, module] of [["nodenext", "nodenext"], ["bundler", "esnext"]] as const
) {
  testOn(
    "node",
    `a strict TypeScript project compiles against the types, resolved as ${moduleResolution}`,
    async (folder) => {
      await Deno.copyFile(new URL("consumer.ts", import.meta.url), `${folder}/consumer.ts`);
      const config = {
        compilerOptions: {
          module,
          moduleResolution,
          target: "es2022",
          lib: ["es2023", "esnext.disposable", "dom", "dom.iterable"],
          types: ["node"],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: true,
          noEmit: true,
        },
        files: ["consumer.ts"],
      };
      await Deno.writeTextFile(`${folder}/${moduleResolution}.json`, JSON.stringify(config));
      const args = ["node_modules/typescript/bin/tsc", "-p", `${moduleResolution}.json`];
      const { success, text }: Output = await run("node", args, { cwd: folder });
      ok(success, text);
    },
  );
}

testOn(
  "node",
  "a program for browsers loads what it uses: numbers without readers and tf.js",
  async (folder) => {
    const one = await bundle(folder, { name: "pearson", from: "@waka/histone", splitting: false });
    ok(one.bytes < 10_000, `${one.bytes} bytes`);
    const metrics = { name: "pearson", from: "@waka/histone/metrics", splitting: true };
    ok((await bundle(folder, metrics)).bytes < 10_000);
  },
);

testOn(
  "node",
  "bundlers keep the program of threads, of which nothing is imported by name",
  async (folder) => {
    const { modules } = await bundle(folder, { from: "@waka/histone/worker", splitting: true });
    ok(modules.has("src/worker.js"));
  },
);

/** Packages that are loaded when they are needed, or never, and not at the start. */
const HEAVY = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-layers",
  "vega",
  "vega-lite",
  "zarrita",
  "@gmod/cram",
];

for (
  const [name, from, without] of [
    ["Dataset", "@waka/histone/data", ["@zip.js/zip.js"]],
    ["openPredictor", "@waka/histone/training", ["@zip.js/zip.js"]],
    ["fit", "@waka/histone/training", ["@zip.js/zip.js"]],
    ["prepare", "@waka/histone/genome", []],
    ["readDataset", "@waka/histone/data", []],
    ["loadModel", "@waka/histone/model", []],
  ] as const
) {
  testOn("node", `${name} of ${from} is bundled without what it does not need`, async (folder) => {
    const { modules } = await bundle(folder, { name, from, splitting: true });
    ok([...modules].some((module) => module.startsWith("src/")));
    for (const other of [...HEAVY, ...without]) ok(!modules.has(other), other);
  });
}
