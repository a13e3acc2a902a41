import { strictEqual, throws } from "node:assert";
import { appendToFile, removeFileNow } from "../../src/files/sync_file.ts";
import { withDirectory } from "../helpers/command.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

Deno.test("bytes are appended in order, to a file that is made on request", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/below/log`;
    throws(() => appendToFile(path, bytesOf("a")), { name: "WriteError", message: /below\/log: / });
    appendToFile(path, bytesOf("a"), { create: true });
    appendToFile(path, bytesOf("b"), { flush: true });
    strictEqual(await Deno.readTextFile(path), "ab");
    removeFileNow(path);
    throws(() => appendToFile(path, bytesOf("c")), { name: "WriteError" });
  });
});
