/** Checks what the README shows; the documentation tests run its programs. */

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { parseSpec } from "../src/model/parse_spec.ts";
import { parseRecord } from "../src/record.ts";
import { parseSpace } from "../src/search/parse_space.ts";
import { runTask } from "./helpers/command.ts";

const ROOT = new URL("../", import.meta.url);
const PAGES = ["README.md", "docs/engines.md", "docs/experiments.md"];
const readme = await Deno.readTextFile(new URL("README.md", ROOT));

function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))]
    .map(([, text = ""]) => text);
}

Deno.test("the README's JSON files are valid for the flags beside them", () => {
  const found = blocksOf("json").map((text) => {
    const value = JSON.parse(text);
    const kind = "layers" in value ? "model" : "blocks" in value ? "space" : "record";
    ({ model: parseSpec, space: parseSpace, record: parseRecord })[kind](value, "README.md");
    return kind;
  });
  deepStrictEqual(found.sort(), ["model", "record", "space"]);
});

Deno.test("every flag in the README belongs to the task that it is shown with", async () => {
  const commands = blocksOf("sh").join("").replaceAll("\\\n", " ").split("\n").flatMap((line) => {
    const [, task, rest = ""] = /deno task (\w+) (.*)/.exec(line.replace(/#.*/, "")) ?? [];
    return task === undefined ? [] : [{ task, flags: rest.match(/--[a-z][\w-]*/g) ?? [] }];
  });
  ok(commands.length > 10);
  for (const task of new Set(commands.map(({ task }) => task))) {
    const { code, stdout } = await runTask(task, "--help");
    strictEqual(code, 0, task);
    const known = new Set(stdout.match(/--[a-z][\w-]*/g));
    const flags = commands.flatMap((command) => command.task === task ? command.flags : []);
    deepStrictEqual(flags.filter((flag) => !known.has(flag)), [], task);
  }
});

Deno.test("links between the pages have targets", async () => {
  const headings = (text: string) =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase().replace(/[^\p{L}\p{N} -]/gu, "").replaceAll(" ", "-")
    );
  for (const page of PAGES) {
    const here = new URL(page, ROOT);
    const text = await Deno.readTextFile(here);
    for (const [, link = ""] of text.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https?:/.test(link)) continue;
      const target = new URL(link, here);
      const anchor = target.hash.slice(1);
      target.hash = "";
      ok((await Deno.stat(target)).isFile, `${page}: ${link}`);
      if (anchor === "") continue;
      ok(headings(await Deno.readTextFile(target)).includes(anchor), `${page}: ${link}`);
    }
  }
});
