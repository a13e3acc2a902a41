/** Programs of users compile under the strictest rules for optional fields. */

import { ok, strictEqual } from "node:assert";
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
