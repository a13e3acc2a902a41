/** The examples in the documentation of exports, as programs for other run-times than Deno. */

import ts from "typescript";

/** An example that was found. */
export interface Example {
  /** File and number, a valid file name: `src__io__npz_0`. */
  readonly name: string;
  /** JavaScript. */
  readonly text: string;
}

/** Where no example is: commands need Deno, and the page is no entry point. */
const LEFT_OUT = /^src\/(commands|page)\//;

/**
 * Finds all examples of the sources, except those that are about Deno's own functions.
 *
 * @param root The project's folder.
 */
export async function findExamples(root: URL): Promise<Example[]> {
  const found: Example[] = [];
  for (const path of ["mod.ts", ...await listSources(root, "src")]) {
    if (LEFT_OUT.test(path)) continue;
    const text = await Deno.readTextFile(new URL(path, root));
    const examples = commentsOf(text).flatMap(codeOf).filter((code) => !/\bDeno\b/.test(code));
    const name = path.replace(/\.ts$/, "").replaceAll("/", "__");
    found.push(...examples.map((code, i) => ({ name: `${name}_${i}`, text: toJavaScript(code) })));
  }
  return found;
}

/** Makes JavaScript of TypeScript as Node 20 and bundlers take it. */
export function toJavaScript(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
    },
  }).outputText;
}

async function listSources(root: URL, folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await listSources(root, path));
    else if (name.endsWith(".ts")) found.push(path);
  }
  return found.sort();
}

function commentsOf(text: string): string[] {
  return (text.match(/\/\*\*[\s\S]*?\*\//g) ?? []).map((comment) =>
    comment.replace(/^ *\* ?/gm, "")
  );
}

function codeOf(comment: string): string[] {
  return [...comment.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
}

/** Formats a program that runs examples one after another and prints a line for each that fails, then their number. */
export function runnerOf(examples: readonly Example[]): string {
  return `
const names = ${JSON.stringify(examples.map(({ name }) => name))};
let passed = 0;
for (const name of names) {
  try {
    await import("./" + name + ".mjs");
    passed++;
  } catch (error) {
    console.log("FAILED", name, error?.stack ?? error);
  }
}
console.log(passed, "of", names.length);
process.exit(0);
`;
}
