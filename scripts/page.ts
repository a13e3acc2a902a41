/** `deno task page`: the page in the browser, served on this machine or written as a folder. */

import { dirname } from "node:path";
import { formatBytes } from "../src/base/byte_count.ts";
import type { Bytes } from "../src/base/bytes.ts";
import { integer } from "../src/commands/flags.ts";
import { runCommand } from "../src/commands/run_command.ts";
import { ContractError } from "../src/errors.ts";
import { makeDirectory, pathKind } from "../src/files/file.ts";
import { buildPage, type BuiltPage } from "./_page_build.ts";
import { servePage } from "./_page_server.ts";

interface PageFlags {
  readonly out?: string;
  readonly port: number;
}

const PORT = 8765;

await runCommand<PageFlags>(
  {
    name: "page",
    summary:
      "Serves the page that counts, trains, predicts and explains in the browser, on this machine alone; or writes it as a " +
      "folder that any web server can hold, and that opens from a disk.",
    examples: [
      ["deno task page", "then open the address that it prints"],
      ["deno task page --out histone-page", "static files: copy them to a web server"],
    ],
    declare: (command) =>
      command
        .option("--out <dir>", "folder to write, a new one or one that was written so before")
        .option("--port <n>", "port to serve on", integer(1), PORT),
    async run({ out, port }, { signal }) {
      const built = await buildPage();
      for (const line of await describeSizes(built)) console.info(line);
      if (out !== undefined) return await writePage(out, built);
      const { address, finished } = servePage(built.files, { port, signal });
      console.info(`Open ${address} in a browser. Ctrl+C ends it.`);
      await finished;
    },
  },
  Deno.args,
);

/** Writes the files; those of other versions that were written there go. */
async function writePage(out: string, { files, version }: BuiltPage): Promise<void> {
  const kind = await pathKind(out);
  const earlier = kind === undefined ? undefined : await readVersion(out);
  for (const [path, bytes] of files) {
    // What names the others comes last.
    if (path.includes("/")) await writeFile(`${out}/${path}`, bytes);
  }
  for (const [path, bytes] of files) {
    if (!path.includes("/")) await writeFile(`${out}/${path}`, bytes);
  }
  if (earlier !== undefined && earlier !== version) {
    await Deno.remove(`${out}/${earlier}`, { recursive: true });
  }
  console.info(`Written: ${out}/ (index.html and ${files.size - 1} files beside it)`);
}

async function writeFile(path: string, bytes: Bytes): Promise<void> {
  await makeDirectory(dirname(path));
  await Deno.writeFile(path, bytes);
}

/** The version of the page that a folder holds. */
async function readVersion(out: string): Promise<string> {
  try {
    const { version } = JSON.parse(await Deno.readTextFile(`${out}/manifest.json`));
    if (/^[0-9a-f]{16}$/.test(version)) return version;
  } catch {
    // It is not ours.
  }
  throw new ContractError(
    `Cannot write to ${out}: it is there already, and does not hold this page. Name another --out`,
  );
}

/** Says how large the page is, and what of it is loaded first. */
async function describeSizes({ files, first }: BuiltPage): Promise<string[]> {
  const sizes = new Map<string, number>();
  for (const [path, bytes] of files) sizes.set(path, await compressedBytes(bytes));
  const sum = (paths: Iterable<string>) =>
    [...paths].reduce((total, path) => total + sizes.get(path)!, 0);
  const largest = [...sizes].filter(([path]) => !first.includes(path) && !path.endsWith("/disk.js"))
    .sort(([, a], [, b]) => b - a).slice(0, 3)
    .map(([path, bytes]) => `${path.slice(path.indexOf("/") + 1)} ${formatBytes(bytes)}`);
  const disk = [...sizes.keys()].filter((path) => path.endsWith("/disk.js"));
  return [
    `Page: ${files.size} files; compressed, ${formatBytes(sum(first))} to start, ${
      formatBytes(sum([...sizes.keys()].filter((path) => !disk.includes(path))))
    } in all, ${formatBytes(sum(disk))} for pages on a disk`,
    `Loaded when needed, the largest: ${largest.join(", ")}`,
  ];
}

async function compressedBytes(bytes: Bytes): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).bytes()).length;
}
