/** Programs of users compile: under the strictest rules for optional fields, and with the types that Deno has by itself. */

import { ok, strictEqual } from "node:assert";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };

const ROOT = new URL("../", import.meta.url);

Deno.test("README, pages and example programs compile under exactOptionalPropertyTypes", async () => {
  strictEqual(manifest.compilerOptions.exactOptionalPropertyTypes, true);
  const pages = [...Deno.readDirSync(new URL("docs/", ROOT))]
    .filter(({ name }) => name.endsWith(".md"))
    .map(({ name }) => `docs/${name}`);
  const programs = [...Deno.readDirSync(new URL("docs/examples/", ROOT))]
    .filter(({ name }) => name.endsWith(".ts"))
    .map(({ name }) => `docs/examples/${name}`);
  ok(pages.length > 10 && programs.length > 5);
  const check = async (args: readonly string[]) => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "-q", "--cached-only", "--frozen", ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    ok(success, new TextDecoder().decode(stderr));
  };
  await check(programs);
  await check(["--doc-only", "README.md", ...pages]);
});

Deno.test("a program of Deno's own libraries compiles that imports every export from the sources", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const names = Object.keys(manifest.exports).map((name) => `${manifest.name}${name.slice(1)}`);
    const imports = names.map((name, i) => `import * as part${i} from "${name}";`);
    const parts = names.map((_, i) => `part${i}`).join(", ");
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      `${imports.join("\n")}\nconsole.log([${parts}]);\n`,
    );
    // No library is named, so that neither the types of a page nor this project's settings are there.
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({
        links: [fileURLToPath(ROOT)],
        imports: { [manifest.name]: `jsr:${manifest.name}@^${manifest.version}` },
      }),
    );
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "-q", "--cached-only", "main.ts"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    ok(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
