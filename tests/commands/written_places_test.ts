/** Places that nothing can be written to are refused before a command does anything. */

import { match, strictEqual } from "node:assert";
import { runTask } from "../helpers/command.ts";

Deno.test("an address, or no path at all, is refused as what is to be written, and nothing is made", async () => {
  const data = "fixtures/train.npz";
  const calls: readonly (readonly [flag: string, ...words: string[]])[] = [
    ["--out", "train", "--data", data],
    ["--out", "crossval", "--data", data],
    ["--out", "simulate"],
    ["--page", "doctor", data],
  ];
  for (const [flag, task = "", ...words] of calls) {
    const address = await runTask(task, ...words, flag, "https://user:secret@localhost/x?key=1");
    strictEqual(address.code, 1, task);
    match(
      address.stderr,
      RegExp(`^error: Cannot use ${flag} https://localhost/x.*: it is an address`),
    );
    strictEqual(/secret|key=1|bug/.test(address.stderr), false, address.stderr);
    const empty = await runTask(task, ...words, flag, "");
    strictEqual(empty.code, 1, task);
    match(empty.stderr, RegExp(`^error: Cannot use ${flag}: it is empty, expected a path`));
  }
  strictEqual([...Deno.readDirSync(".")].some(({ name }) => name.startsWith("http")), false);
});
