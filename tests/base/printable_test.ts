import { strictEqual } from "node:assert";
import { isPlainLine, printable, printableLine } from "../../src/base/printable.ts";

Deno.test("characters that a terminal might obey are spelled out", () => {
  const text = "a\x1b[2J\u202eb\u2028c\ud800\n\t線";
  strictEqual(printable(text), "a\\x1b[2J\\u202eb\\u2028c\\ud800\n\t線");
  strictEqual(printableLine(text), "a\\x1b[2J\\u202eb\\u2028c\\ud800\\n\t線");
});

Deno.test("a plain line has nothing to spell out, and no tabs", () => {
  for (const text of ["", "liver left", "肝臓", "a'\"b"]) {
    strictEqual(isPlainLine(text), true, text);
  }
  for (const text of ["a\n", "a\tb", "a\rb", "\x7f", "\u200f"]) {
    strictEqual(isPlainLine(text), false, JSON.stringify(text));
  }
});
