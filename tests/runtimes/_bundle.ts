/** What esbuild makes of a program that imports a part of the package. */

import { run } from "./_project.ts";

/** A bundle for browsers. */
export interface Bundle {
  /** Bytes that are loaded at the start, without what is imported later. */
  readonly bytes: number;
  /** The package's own modules in it, relative to the package, and the names of others: `vega`. */
  readonly modules: ReadonlySet<string>;
}

/** The parts of esbuild's metafile that are read here. */
interface Metafile {
  readonly outputs: Readonly<
    Record<string, {
      readonly bytes: number;
      readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
      readonly imports: readonly { readonly path: string; readonly kind: string }[];
    }>
  >;
}

/**
 * Bundles `import { NAME } from "MODULE"` for browsers, and says what is loaded at the start.
 *
 * @param project The folder with the installed package.
 * @param wanted The name, if not the module alone is imported, the module, and whether what is imported later becomes files of its own; without that
 *   esbuild leaves out what is never imported.
 */
export async function bundle(
  project: string,
  { name, from, splitting }: {
    readonly name?: string;
    readonly from: string;
    readonly splitting: boolean;
  },
): Promise<Bundle> {
  const out = `${name ?? "all"}-${from.replaceAll("/", "-")}-${splitting ? "split" : "whole"}`;
  await Deno.writeTextFile(
    `${project}/${out}.mjs`,
    name === undefined
      ? `import "${from}";`
      : `import { ${name} } from "${from}"; console.log(${name});`,
  );
  const { success, text } = await run("node_modules/.bin/esbuild", [
    `${out}.mjs`,
    "--bundle",
    "--format=esm",
    "--minify",
    "--platform=browser",
    "--external:node:*",
    ...splitting ? ["--splitting"] : [],
    `--outdir=${out}`,
    "--metafile=" + `${out}.json`,
    "--log-level=error",
  ], { cwd: project });
  if (!success) throw new Error(text);
  const { outputs }: Metafile = JSON.parse(await Deno.readTextFile(`${project}/${out}.json`));
  const loaded = new Set([`${out}/${out}.js`]);
  for (const path of loaded) {
    for (const { path: next, kind } of outputs[path]!.imports) {
      if (kind === "import-statement" && outputs[next] !== undefined) loaded.add(next);
    }
  }
  const inputs = [...loaded].flatMap((path) => Object.entries(outputs[path]!.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return {
    bytes: [...loaded].reduce((sum, path) => sum + outputs[path]!.bytes, 0),
    modules: new Set(used.map(([path]) => nameOf(path))),
  };
}

/** The package of a file, or the module of this package. */
function nameOf(path: string): string {
  const own = path.split("node_modules/@waka/histone/")[1];
  if (own !== undefined) return own;
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path;
}
