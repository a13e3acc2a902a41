/** Spelling, by the program `typos`. */

import { strictEqual } from "node:assert";
import { testIf } from "./helpers/require.ts";

const ROOT = new URL("../", import.meta.url);

async function runTypos(...args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command("typos", { args: [...args], cwd: ROOT }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

testIf(await runTypos("--version") !== undefined, "typos", {
  name: "sources, tests and documentation have no misspelt words that typos knows",
  fn: async () => strictEqual(await runTypos("--format", "brief"), ""),
});
