/** What every export of the package has to say about itself, by `deno doc --json`. */

import { deepStrictEqual, match, ok } from "node:assert";
import manifest from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);

interface Tag {
  readonly kind: string;
  readonly name?: string;
  readonly doc?: string;
}

interface Declaration {
  readonly kind: string;
  readonly location: { readonly filename: string; readonly line: number };
  readonly jsDoc?: { readonly doc?: string; readonly tags?: readonly Tag[] };
  readonly def?: {
    readonly params?: readonly Parameter[];
    readonly returnType?: unknown;
  };
}

interface Parameter {
  readonly name?: string;
  readonly left?: { readonly name?: string };
  readonly arg?: { readonly name?: string };
}

interface Documented {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

interface DocumentedModule {
  readonly module_doc?: { readonly doc?: string };
  readonly symbols: readonly Documented[];
}

/** Runs `deno doc` over all entry points. */
function runDoc(flag: string): Promise<Deno.CommandOutput> {
  return new Deno.Command(Deno.execPath(), {
    args: ["doc", flag, ...Object.values(manifest.exports)],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
}

/** The modules of all entry points, by URL. */
async function readDocs(): Promise<Readonly<Record<string, DocumentedModule>>> {
  const { stdout } = await runDoc("--json");
  return JSON.parse(new TextDecoder().decode(stdout)).nodes;
}

const sources = new Map<string, string>();

async function readSource(url: string): Promise<string> {
  const source = sources.get(url) ?? await Deno.readTextFile(new URL(url));
  sources.set(url, source);
  return source;
}

const ASSERTION = /\b(ok|assert\w*|equal|strictEqual|deepStrictEqual|rejects|throws|match)\(/;

/** What the documentation of a declaration lacks. */
function findGaps({ kind, jsDoc, def, location }: Declaration, source: string): string[] {
  const tags = jsDoc?.tags ?? [];
  const gaps = jsDoc?.doc ? [] : ["a description"];
  if (kind !== "function" && kind !== "class") return gaps;
  const examples = tags.filter((tag) => tag.kind === "example");
  if (examples.length === 0) gaps.push("@example");
  else if (!examples.some(({ doc }) => ASSERTION.test(doc ?? ""))) {
    gaps.push("an assertion in @example");
  }
  if (kind === "class") return gaps;
  for (const parameter of def?.params ?? []) {
    const name = parameter.name ?? parameter.left?.name ?? parameter.arg?.name;
    const described = tags.some((tag) => tag.kind === "param" && tag.name === name);
    if (name !== undefined && !described) gaps.push(`@param ${name}`);
  }
  const returns = JSON.stringify(def?.returnType ?? "");
  if (!/"(void|never)"/.test(returns) && !tags.some((tag) => tag.kind === "return")) {
    gaps.push("@returns");
  }
  const throws = tags.some((tag) => tag.kind === "throws");
  if (!throws && /\bthrow new\b/.test(bodyOf(location, source))) gaps.push("@throws");
  return gaps;
}

/** The lines of a declaration: to the first brace that closes a line of its own at the margin. */
function bodyOf({ line }: Declaration["location"], source: string): string {
  const lines = source.split("\n").slice(line - 1);
  return lines.slice(0, lines.findIndex((text) => text.startsWith("}")) + 1).join("\n");
}

Deno.test("every export has a description, its parameters, what it returns and throws, and an example that asserts", async () => {
  const modules = await readDocs();
  const lacking = new Set<string>();
  let examined = 0;
  for (const { symbols } of Object.values(modules)) {
    for (const { name, declarations } of symbols) {
      for (const declaration of declarations) {
        // Exported by another entry point first, which is examined there.
        if (declaration.kind === "reference") continue;
        examined++;
        const { filename, line } = declaration.location;
        const gaps = findGaps(declaration, await readSource(filename));
        if (gaps.length === 0) continue;
        lacking.add(
          `${filename.slice(ROOT.href.length)}:${line}: ${name} lacks ${gaps.join(", ")}`,
        );
      }
    }
  }
  ok(examined > 200, `only ${examined} exports were found`);
  deepStrictEqual([...lacking], []);
});

Deno.test("no public type refers to one that no entry point exports", async () => {
  const { stderr } = await runDoc("--lint");
  const report = new TextDecoder().decode(stderr);
  deepStrictEqual(Array.from(report.matchAll(/^error\[.*/gm), ([line]) => line), []);
  match(report, /Checked \d+ files/);
});

Deno.test("every entry point says what it is for", async () => {
  const modules = Object.entries(await readDocs());
  const silent = modules.filter(([, { module_doc }]) => !module_doc?.doc).map(([url]) => url);
  deepStrictEqual(silent, []);
});

Deno.test("a function without an example or with an undescribed parameter is noticed", () => {
  const declaration: Declaration = {
    kind: "function",
    location: { filename: "", line: 1 },
    jsDoc: { doc: "Adds.", tags: [{ kind: "param", name: "a" }, { kind: "return" }] },
    def: { params: [{ name: "a" }, { name: "b" }], returnType: { kind: "keyword" } },
  };
  deepStrictEqual(findGaps(declaration, "throw new Error();\n}"), [
    "@example",
    "@param b",
    "@throws",
  ]);
});
