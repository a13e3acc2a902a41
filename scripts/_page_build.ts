/** Builds the page: bundles its programs and puts all its files together. */

import { fileURLToPath } from "node:url";
import { type Bytes, sha256 } from "../src/base/bytes.ts";
import { CARRIED } from "../src/page/build/disk_files.ts";
import { EXAMPLE_LIST } from "../src/page/build/fetch_example.ts";
import { CONNECTING_PAGE, pageHeaders, pageKind } from "../src/page/build/policy.ts";
import type { PageFiles } from "../src/page/service_worker.ts";
import { geneScriptText } from "../src/report/report_files.ts";
import { bundlePrograms } from "./_page_bundler.ts";
import { makePage } from "./_page_html.ts";

/** The files of the page by their paths from its folder. */
export interface BuiltPage {
  readonly version: string;
  readonly files: ReadonlyMap<string, Bytes>;
  /** Paths of what is loaded before the page can be used. */
  readonly first: readonly string[];
}

/** Where the page's parts are. */
export interface PageSources {
  /** Folder of index.html, style.css and icon.svg. */
  readonly page: URL;
  /** Folder of the programs that begin: window, work, threads, disk_window and disk_work. */
  readonly entries: URL;
}

/** The page itself. */
export const PAGE_SOURCES: PageSources = {
  page: new URL("../src/page/", import.meta.url),
  entries: new URL("../src/page/build/", import.meta.url),
};

const START = fileURLToPath(new URL("../src/page/build/start.ts", import.meta.url));
const SERVICE_WORKER = fileURLToPath(new URL("../src/page/service_worker.ts", import.meta.url));
const EXAMPLE = new URL("../fixtures/genome/example/", import.meta.url);
/** Files of the example's folder that say how it was made, and others that no step of the page takes. */
const NOT_OF_EXAMPLE = /^(README\.md|make\.sh|edits\.tsv)$/;
const FONTS: Readonly<Record<string, string>> = {
  "inter-400.woff2": "@fontsource/inter/files/inter-latin-400-normal.woff2",
  "inter-600.woff2": "@fontsource/inter/files/inter-latin-600-normal.woff2",
};
/** Digits of the version, which is part of the addresses of files. */
const VERSION_DIGITS = 16;

/**
 * Builds the page in memory.
 *
 * @param sources Its parts.
 * @returns Its files: two pages and the service worker at the top, all else in a folder that is named by their content.
 */
export async function buildPage(sources: PageSources = PAGE_SOURCES): Promise<BuiltPage> {
  const example = await readExample();
  const programs = await bundleAll(sources.entries);
  const take = (name: string) => {
    const text = programs.get(name)!;
    programs.delete(name);
    return text;
  };
  const fonts = await readFonts();
  const geneScript = encode(geneScriptText());
  const carried = {
    example: mapValues(example, (bytes) => bytes.toBase64()),
    report: {
      "inter-400.woff2": fonts.get("inter-400.woff2")!.toBase64(),
      "gene_script.js": geneScript.toBase64(),
    },
  };
  const work = carry(carried) + take("disk_work.js");
  const disk = carry({ work }) + take("disk_window.js");
  const service = take("service_worker.js");
  const texts = new Map([...programs, ["disk.js", disk] as const]);
  const own = new Map<string, Bytes>([...texts].map(([name, text]) => [name, encode(text)]));
  own.set("style.css", encode(await joinStyle(new URL("style.css", sources.page))));
  own.set("icon.svg", await Deno.readFile(new URL("icon.svg", sources.page)));
  for (const [name, bytes] of fonts) own.set(name, bytes);
  own.set("gene_script.js", geneScript);
  for (const [name, bytes] of example) own.set(`example/${name}`, bytes);
  own.set(`example/${EXAMPLE_LIST}`, encode(JSON.stringify([...example.keys()])));
  const html = await Deno.readTextFile(new URL("index.html", sources.page));
  const version = await digestOf([...own, ["html", encode(html)], ["service", encode(service)]]);
  const folder = `${version}/`;
  const files = new Map([...own].map(([name, bytes]) => [folder + name, bytes]));
  for (const name of ["index.html", CONNECTING_PAGE]) {
    files.set(name, encode(makePage(html, { kind: pageKind(name), folder })));
  }
  const first = ["index.html", CONNECTING_PAGE, ...listFirst(texts).map((name) => folder + name)];
  const later = [...files.keys()].filter((path) =>
    !first.includes(path) && path !== `${folder}disk.js`
  );
  const list: PageFiles = { version, first, later };
  files.set("service_worker.js", encode(`self.histoneFiles=${JSON.stringify(list)};${service}`));
  files.set("_headers", encode(formatHeaders(version)));
  files.set("manifest.json", encode(await describeFiles({ version, files, first })));
  return { version, files, first };
}

/** Bundles all programs, `name.js` each, with the parts that they share. */
async function bundleAll(entries: URL): Promise<Map<string, string>> {
  const directory = await Deno.makeTempDir();
  const place = (name: string) => fileURLToPath(new URL(`${name}.ts`, entries));
  try {
    await bundlePrograms(["window", "work", "threads"].map(place), {
      kind: "modules",
      out: `${directory}/modules`,
    });
    await bundlePrograms(
      [...["disk_window", "disk_work"].map(place), START, SERVICE_WORKER],
      { kind: "scripts", out: `${directory}/scripts` },
    );
    const programs = new Map<string, string>();
    for (const folder of ["modules", "scripts"]) {
      for await (const path of filesBelow(`${directory}/${folder}`)) {
        // Entries lie in folders as their sources do, and all else beside them.
        programs.set(path.slice(path.lastIndexOf("/") + 1), await Deno.readTextFile(path));
      }
    }
    return programs;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function* filesBelow(directory: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) yield* filesBelow(`${directory}/${name}`);
    else yield `${directory}/${name}`;
  }
}

async function readExample(): Promise<Map<string, Bytes>> {
  const names = [...Deno.readDirSync(EXAMPLE)].map(({ name }) => name)
    .filter((name) => !NOT_OF_EXAMPLE.test(name)).sort();
  const files = new Map<string, Bytes>();
  for (const name of names) files.set(name, await Deno.readFile(new URL(name, EXAMPLE)));
  return files;
}

async function readFonts(): Promise<Map<string, Bytes>> {
  // A package is on disk only after one of its files is imported.
  await import("@fontsource/inter/package.json", { with: { type: "json" } });
  const fonts = new Map<string, Bytes>();
  for (const [name, font] of Object.entries(FONTS)) {
    fonts.set(name, await Deno.readFile(new URL(import.meta.resolve(font))));
  }
  return fonts;
}

/** Puts the style sheets that one imports in their places, so that the browser asks for one file. */
async function joinStyle(sheet: URL): Promise<string> {
  const text = await Deno.readTextFile(sheet);
  const imports = [...text.matchAll(/^@import url\("([^"]+)"\);\n/gm)];
  const parts = await Promise.all(
    imports.map(async ([, path]) =>
      // Addresses in it are relative to its own folder.
      (await Deno.readTextFile(new URL(path!, sheet))).replaceAll('url("../', 'url("')
    ),
  );
  return imports.reduce((joined, [line], place) => joined.replace(line, () => parts[place]!), text);
}

/** What a script carries, as a line before it. */
function carry(parts: object): string {
  return `globalThis.${CARRIED}=${JSON.stringify(parts)};\n`;
}

/** Lists what the page loads before it can be used: its programs with what they import, the style, and what that names. */
function listFirst(programs: ReadonlyMap<string, string>): string[] {
  const found = ["start.js", "window.js", "work.js"];
  for (const name of found) {
    // Minified imports that are not called as functions.
    for (const [, other] of programs.get(name)!.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) {
      if (!found.includes(other!)) found.push(other!);
    }
  }
  return [...found, "style.css", "icon.svg", ...Object.keys(FONTS)];
}

/** The headers of all answers, in the form that several hosts of static files read. */
function formatHeaders(version: string): string {
  const block = (path: string, headers: Readonly<Record<string, string>>) =>
    [path, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)].join("\n");
  const others = Object.entries(pageHeaders("closed"));
  const policy = "Content-Security-Policy";
  // Pages and the service worker have the same names in every version, so browsers ask whether they are still the same.
  const fresh = { "Cache-Control": "no-cache" };
  const isolation = Object.fromEntries(others.filter(([name]) => name !== policy));
  return [
    block("/*", isolation),
    ...["", "index.html", CONNECTING_PAGE].map((name) =>
      block(`/${name}`, { [policy]: pageHeaders(pageKind(name))[policy]!, ...fresh })
    ),
    block("/service_worker.js", fresh),
    block(`/${version}/*`, { "Cache-Control": "public, max-age=31536000, immutable" }),
    "",
  ].join("\n");
}

async function describeFiles({ version, files, first }: BuiltPage): Promise<string> {
  const described = [];
  for (const [path, bytes] of files) {
    const digest = (await sha256(bytes)).toHex();
    described.push({ path, bytes: bytes.length, sha256: digest, first: first.includes(path) });
  }
  return `${JSON.stringify({ version, files: described }, null, 2)}\n`;
}

async function digestOf(files: readonly (readonly [string, Bytes])[]): Promise<string> {
  const parts = [];
  for (const [name, bytes] of files.toSorted(([a], [b]) => a < b ? -1 : 1)) {
    parts.push(`${name} ${(await sha256(bytes)).toHex()}\n`);
  }
  return (await sha256(encode(parts.join("")))).toHex().slice(0, VERSION_DIGITS);
}

function encode(text: string): Bytes {
  return new TextEncoder().encode(text);
}

function mapValues<From, To>(
  map: ReadonlyMap<string, From>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries([...map].map(([key, value]) => [key, change(value)]));
}
