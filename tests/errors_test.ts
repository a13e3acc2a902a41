import { ok, strictEqual } from "node:assert";
import { FormatError } from "../src/errors.ts";

Deno.test("what a message quotes of a file is cut, and cannot speak to a terminal", () => {
  const { message } = new FormatError(`found "\x1b[2J\r\n${"9".repeat(100_000)}"`, { line: 3 });
  ok(message.length < 1100);
  ok(message.startsWith('found "\ufffd[2J\ufffd\ufffd999'));
  ok(message.endsWith("9… (line 3)"));
});

Deno.test("tabs, and letters of any language, stay", () => {
  strictEqual(new FormatError("found \tµ, 線").message, "found \tµ, 線");
});
