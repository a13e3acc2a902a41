/** What commands make of errors, counts and paths. */

import { match, rejects, strictEqual } from "node:assert";
import { explain } from "../../scripts/_explain.ts";
import { quotePath } from "../../src/_shell.ts";
import { formatCountOf } from "../../src/_count.ts";
import { FormatError, WriteError } from "../../src/errors.ts";
import { withDirectory } from "../helpers/command.ts";

async function explainFailure(promise: Promise<unknown>): Promise<string> {
  let explained = "";
  await rejects(promise, (error) => {
    explained = explain(error);
    return true;
  });
  return explained;
}

Deno.test("what the system says of a file becomes an action, the file and the reason", async () => {
  await withDirectory(async (directory) => {
    const none = `${directory}/it's: none.json`;
    strictEqual(
      await explainFailure(Deno.readTextFile(none)),
      `Cannot read ${none}: no such file or directory`,
    );
    strictEqual(
      await explainFailure(Deno.readTextFile(directory)),
      `Cannot read ${directory}: it is a directory, expected a file`,
    );
    strictEqual(
      await explainFailure(Deno.mkdir(`${directory}/a/b`)),
      `Cannot create ${directory}/a/b: no such file or directory`,
    );
    const file = `${directory}/file`;
    await Deno.writeTextFile(file, "");
    strictEqual(
      await explainFailure(Deno.stat(`${file}/b`)),
      `Cannot find ${file}/b: a part of this path is a file, expected directories`,
    );
  });
});

Deno.test("words of our own before the system's stay, and other messages are left alone", () => {
  const full = new WriteError(
    "Cannot write a: b.csv: No space left on device (os error 28): open 'a: b.csv.12345678.part'",
  );
  strictEqual(explain(full), "Cannot write a: b.csv: no space left on device");
  // Some of the system's errors have no class of their own.
  strictEqual(
    explain(new Error("Read-only file system (os error 30): mkdir 'run'")),
    "Cannot create run: read-only file system",
  );
  const kept = 'Requires all access to "/dev/full/x", run again with the --allow-all flag';
  strictEqual(
    explain(new Deno.errors.NotCapable(kept)),
    "Cannot use /dev/full/x: Deno lets no command read or write there",
  );
  strictEqual(explain(new FormatError("Cannot read a", { line: 3 })), "Cannot read a (line 3)");
  match(explain(new Error("a mistake of ours")), /^Error: a mistake of ours\n +at /);
});

Deno.test("a path is quoted where a shell would not take it as it is", () => {
  strictEqual(quotePath("runs/first-2/model_1.json"), "runs/first-2/model_1.json");
  strictEqual(quotePath("my runs/$HOME"), "'my runs/$HOME'");
  strictEqual(quotePath("it's"), `'it'\\''s'`);
  strictEqual(quotePath(""), "''");
});

Deno.test("one thing is counted in the singular", () => {
  strictEqual(formatCountOf(1, "gene"), "1 gene");
  strictEqual(formatCountOf(0, "cell type"), "0 cell types");
  strictEqual(formatCountOf(1234, "sample"), "1,234 samples");
});
