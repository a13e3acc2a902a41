/** Bundles programs for browsers with `deno bundle`. */

import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { findCache } from "./_npm_packages.ts";

/** The package's directory, where `deno.json` says what imports mean. */
const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The esbuild that Deno 2.9 runs to bundle; deno.json has it, so that it is fetched with the other packages. */
const ESBUILD = "0.25.5";

/**
 * What no part of the page loads, though the package can: tf.js, since the page computes with its own engines, the
 * renderer of PNG files, and what only reads Zarr.
 */
const LEFT_OUT = ["@tensorflow/*", "@cf-wasm/resvg/*", "zarrita", "numcodecs/*"];

/** How programs are bundled. */
export interface BundleOptions {
  /** Modules that share what they have in common, or scripts that each have all in them. */
  readonly kind: "modules" | "scripts";
  /** Folder to write, which is flat: entries must have names of their own. */
  readonly out: string;
}

/**
 * Bundles programs.
 *
 * @param entries Paths of the programs.
 * @param options How, and where to.
 * @throws {Error} If one cannot be bundled, with what the bundler said.
 */
export async function bundlePrograms(
  entries: readonly string[],
  { kind, out }: BundleOptions,
): Promise<void> {
  await placeBundler();
  const form = kind === "modules" ? ["--code-splitting"] : ["--format", "iife"];
  const { success, stderr } = await new Deno.Command("deno", {
    args: [
      "bundle",
      "-q",
      "--no-remote",
      "--frozen",
      "--platform",
      "browser",
      "--minify",
      ...form,
      ...LEFT_OUT.flatMap((name) => ["--external", name]),
      "--outdir",
      out,
      ...entries.map((path) => relative(ROOT, path)),
    ],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  if (!success) {
    throw new Error(`Cannot bundle the page: ${new TextDecoder().decode(stderr).trim()}`);
  }
}

/**
 * Puts the bundler where Deno looks for it, from the packages that are fetched already. Deno would ask npm's registry
 * for it, even though the package is here.
 */
async function placeBundler(): Promise<void> {
  const cache = await findCache();
  const platform = platformName();
  const suffix = Deno.build.os === "windows" ? ".exe" : "";
  const place = `${cache}/dl/esbuild-${ESBUILD}-1`;
  const program = `${place}/esbuild-${platform}${suffix}`;
  if (await isThere(program)) return;
  const inPackage = suffix === "" ? "bin/esbuild" : "esbuild.exe";
  for await (const { name, isDirectory } of Deno.readDir(`${cache}/npm`)) {
    const fetched = `${cache}/npm/${name}/@esbuild/${platform}/${ESBUILD}/${inPackage}`;
    if (!isDirectory || !await isThere(fetched)) continue;
    await Deno.mkdir(place, { recursive: true });
    // Others may be placing it too.
    const unfinished = `${program}.${crypto.randomUUID()}`;
    await Deno.copyFile(fetched, unfinished);
    if (Deno.build.os !== "windows") await Deno.chmod(unfinished, 0o755);
    await Deno.rename(unfinished, program);
    return;
  }
}

function platformName(): string {
  const system = { windows: "win32", darwin: "darwin" }[Deno.build.os as string] ?? Deno.build.os;
  return `${system}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
}

async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
