import { match, ok, strictEqual } from "node:assert";
import * as errors from "../src/errors.ts";
import { FormatError } from "../src/errors.ts";

Deno.test("text that a message quotes from a file is cut, and cannot control a terminal", () => {
  const { message } = new FormatError(`found "\x1b[2J\r\n${"9".repeat(100_000)}"`, { line: 3 });
  ok(message.length < 2100);
  ok(message.startsWith('found "\\x1b[2J\\r\\n999'), message.slice(0, 50));
  ok(message.endsWith("9… (line 3)"));
});

Deno.test("no error's message can control a terminal, reverse a line or be two lines", () => {
  const { FormatError: _, HistoneError: __, ...others } = errors;
  const text = "a\x1b]0;b\x07\x9b2J\n\u202ec\u2066\u2028";
  const shown = "a\\x1b]0;b\\x07\\x9b2J\\n\\u202ec\\u2066\\u2028";
  for (const Kind of Object.values(others)) strictEqual(new Kind(text).message, shown);
  strictEqual(new FormatError(text, { file: "\x1b[2J.csv" }).message, `${shown} (\\x1b[2J.csv)`);
  strictEqual(new errors.ContractError("x".repeat(1e6)).message.length, 2001);
});

Deno.test("tabs and letters of any language are kept", () => {
  strictEqual(new FormatError("found \tµ, 線").message, "found \tµ, 線");
});

Deno.test("a message is cut to the same length where control characters are spelled out", () => {
  const { message } = new FormatError("\x01".repeat(5000), { file: "a.bed", line: 2 });
  strictEqual(message, `${"\\x01".repeat(500)}… (a.bed, line 2)`);
});

Deno.test("every error has the name of its class, a unique code, and the common base class", () => {
  const { HistoneError, ...kinds } = errors;
  const made = Object.entries(kinds).map(([name, Kind]) => {
    const error = new Kind("a");
    strictEqual(error.name, name);
    ok(error instanceof HistoneError);
    match(error.code, /^HISTONE_[A-Z_]+$/);
    return error.code;
  });
  strictEqual(new Set(made).size, made.length);
});
