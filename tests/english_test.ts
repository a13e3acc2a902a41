/** Words that must not come back: each made readers stop. CONTRIBUTING.md has the glossary. */

import { deepStrictEqual } from "node:assert";
import { relative } from "node:path";

const ROOT = new URL("../", import.meta.url).pathname;

/** A pattern, and what to write in its place. */
const BANNED: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\bbehind\b/i, "after, following, past"],
  [/\bat once\b/i, "immediately; or together, at the same time"],
  [/\b(go|goes|going|went|gone) on\b/i, "continue, resume"],
  [/\b(is|are|was|were) none\b/i, "say what is missing"],
  [/\bnone is\b/i, "say what is missing"],
  [/\bno such\b(?! file or directory)/i, "say what is missing"],
  [/\b(likewise)\b/i, "also, in the same way"],
  [/\banew\b/i, "again"],
  [/\bof one's own\b/i, "your own"],
  [/\bshall\b/i, "must, will"],
  [/\b(find|finds|found) fault\b/i, "check, reject"],
  [/\bnow and then\b/i, "from time to time"],
  [/\bbegun\b/i, "started"],
  [/\b(whereto|thereof|therein|herein)\b/i, "to which, of it, in it"],
  [/\b(such has|such a one)\b/i, "name the thing"],
];

const FOLDERS = ["src", "scripts", "tests", "docs", "fixtures", ".github"];
const FILES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "deno.json", "mod.ts"];
/** The list itself. */
const EXEMPT = ["tests/english_test.ts", "CONTRIBUTING.md"];

function* textFiles(path: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    const below = `${path}/${name}`;
    if (isDirectory) yield* textFiles(below);
    else if (/\.(ts|md|json|sh|yml)$/.test(name)) yield below;
  }
}

/** The lines of a text with a banned word, as `path:line: word (instead: …)`. */
function findBanned(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, i) =>
    BANNED.flatMap(([pattern, instead]) => {
      const found = line.match(pattern);
      return found ? [`${path}:${i + 1}: "${found[0]}", better: ${instead}`] : [];
    })
  );
}

Deno.test("no banned word has come back", async () => {
  const folders = FOLDERS.map((folder) => `${ROOT}${folder}`).filter(exists);
  const paths = [
    ...folders.flatMap((folder) => [...textFiles(folder)]),
    ...FILES.map((file) => `${ROOT}${file}`).filter(exists),
  ].filter((path) => !EXEMPT.includes(relative(ROOT, path)));
  const found: string[] = [];
  for (const path of paths) {
    found.push(...findBanned(relative(ROOT, path), await Deno.readTextFile(path)));
  }
  deepStrictEqual(found, []);
});

Deno.test("a banned word is found in upper and lower case", () => {
  deepStrictEqual(findBanned("x.md", "All is well.\nWhat is Behind it"), [
    'x.md:2: "Behind", better: after, following, past',
  ]);
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
