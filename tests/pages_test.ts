/** Checks what the pages of documentation show: JSON files, flags, links and paths. */

import { DIVIDED_NAMES } from "../src/commands/_divided.ts";
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { parseSpec } from "../src/model/parse_spec.ts";
import { parseRecord } from "../src/record.ts";
import { parseSpace } from "../src/search/parse_space.ts";
import { runTask } from "./helpers/command.ts";
import { blocksOf, commandsOf, listPages, readPage, ROOT } from "./helpers/pages.ts";

/** Pages by path. */
const pages = new Map(
  await Promise.all(
    listPages().map(async (page) => [page, await readPage(page)] as const),
  ),
);

/** What a JSON file in a page is for, and how it is read. */
const READERS = { model: parseSpec, space: parseSpace, record: parseRecord };

function kindOf(value: object): keyof typeof READERS | undefined {
  // A space may have branches, too.
  if ("blocks" in value) return "space";
  if ("layers" in value || "branches" in value) return "model";
  return "assembly" in value ? "record" : undefined;
}

/** A plan of another command: its own flags, that command, and that one's flags. */
const PLANNED = new RegExp(`\\bplan (--.*?) (${DIVIDED_NAMES.join("|")})\\b(.*)`);

/** The tasks' commands in a page: as tasks, or as `histone` runs them. */
function taskCommandsOf(text: string): { task: string; flags: string[] }[] {
  return commandsOf(text).flatMap((line) => {
    const [, task, rest = ""] = /^(?:deno|npx -y deno@\S+) task (?:-q )?([\w-]+)(.*)/.exec(line) ??
      /^(?:\S*\/)?histone (\w+)(.*)/.exec(line) ?? [];
    const flagsIn = (words: string) => words.match(/--[a-z][\w-]*/g) ?? [];
    // What follows the name of another command is that one's.
    const [, own, planned, others] = PLANNED.exec(line) ?? [];
    if (planned !== undefined) {
      return [{ task: "plan", flags: flagsIn(own!) }, { task: planned, flags: flagsIn(others!) }];
    }
    return task === undefined ? [] : [{ task, flags: flagsIn(rest) }];
  });
}

const OWN_TASKS = ["ok", "test", "test-all", "check", "completion", "bench", "fuzz", "release"];

Deno.test("JSON files in the pages are valid for their purpose", () => {
  const found = [...pages].flatMap(([page, text]) =>
    blocksOf(text, "json").flatMap((block) => {
      const value = JSON.parse(block);
      const kind = kindOf(value);
      if (kind !== undefined) READERS[kind](value, page);
      return kind ?? [];
    })
  );
  deepStrictEqual([...new Set(found)].sort(), ["model", "record", "space"]);
});

Deno.test("every flag in the pages belongs to the command that it is shown with", async () => {
  const commands = [...pages.values()].flatMap(taskCommandsOf)
    .filter(({ task }) => !OWN_TASKS.includes(task));
  ok(commands.length > 20);
  for (const task of new Set(commands.map(({ task }) => task))) {
    const { code, stdout } = await runTask(task, "--help");
    strictEqual(code, 0, task);
    const known = new Set(stdout.match(/--[a-z][\w-]*/g));
    const flags = commands.flatMap((command) => command.task === task ? command.flags : []);
    deepStrictEqual(flags.filter((flag) => !known.has(flag)), [], task);
  }
});

Deno.test("links between the pages have targets", async () => {
  for (const [page, text] of pages) {
    const here = new URL(page, ROOT);
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const target = new URL(link, here);
      const anchor = target.hash.slice(1);
      target.hash = "";
      const exists = await Deno.stat(target).then(() => true, () => false);
      ok(exists, `${page}: ${link}`);
      if (anchor === "") continue;
      ok(anchorsOf(await Deno.readTextFile(target)).includes(anchor), `${page}: ${link}`);
    }
  }
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-")
  );
}

Deno.test("every file and folder named in a page exists", async () => {
  const missing: string[] = [];
  for (const [page, text] of pages) {
    for (const [, path = ""] of text.matchAll(/`((?:src|tests|scripts|docs)\/[\w./-]+)`/g)) {
      const exists = await Deno.stat(new URL(path, ROOT)).then(() => true, () => false);
      if (!exists) missing.push(`${page}: ${path}`);
    }
  }
  deepStrictEqual(missing, []);
});

Deno.test("the page on embedding lists every entry point", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const page = pages.get("docs/embedding.md")!;
  const parts = Object.keys(exports).map((entry) => entry.slice(1)).filter((part) => part !== "");
  ok(parts.length > 20);
  // A row may have several, the first in full.
  const isListed = (part: string) =>
    page.includes(`\`@waka/histone${part}\``) || page.includes(`, \`${part}\``);
  deepStrictEqual(parts.filter((part) => !isListed(part)), []);
});

Deno.test("every page is linked from another one", () => {
  const linked = new Set<string>();
  for (const [page, text] of pages) {
    for (const [, link = ""] of text.matchAll(/\]\(([^)\s#]+)/g)) {
      const target = new URL(link, new URL(page, ROOT)).href;
      if (target !== new URL(page, ROOT).href) linked.add(target);
    }
  }
  const lonely = listPages().filter((page) => page !== "README.md")
    .filter((page) => !linked.has(new URL(page, ROOT).href));
  deepStrictEqual(lonely, []);
});
