/** Lines that fit a terminal. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { wrapCommand, wrapLine, wrapText } from "../../src/commands/_wrap.ts";

Deno.test("a long line is broken at spaces, its continuation indented further; words are never broken", () => {
  deepStrictEqual(wrapLine("one two three", { width: 9 }), ["one two", "  three"]);
  deepStrictEqual(wrapLine("  one two three", { width: 9 }), ["  one two", "    three"]);
  deepStrictEqual(wrapLine("see /a/long/path now", { width: 8 }), [
    "see",
    "  /a/long/path",
    "  now",
  ]);
  deepStrictEqual(wrapLine("/a/long/path", { width: 4 }), ["/a/long/path"]);
});

Deno.test("short lines are unchanged, whatever spaces they hold", () => {
  strictEqual(wrapText("a   b\n\n  c ", { width: 9 }), "a   b\n\n  c ");
  deepStrictEqual(wrapLine("R² × 10 –", { width: 9 }), ["R² × 10 –"]);
});

Deno.test("a command is broken so that a shell joins it, and no quoted path is broken", () => {
  const command = "Next: histone train --data 'my data/train.npz' --out runs/first";
  const wrapped = wrapCommand(command, { width: 40 });
  strictEqual(
    wrapped,
    "Next: histone train \\\n  --data 'my data/train.npz' \\\n  --out runs/first",
  );
  // What prints it does not break it again.
  strictEqual(wrapText(wrapped, { width: 40 }), wrapped);
  strictEqual(wrapText(wrapped, { width: 10 }).split("\n")[0], "Next: histone train \\");
});

Deno.test("a flag and its value stay on one line if one line has room for both", () => {
  strictEqual(
    wrapCommand("histone predict --quiet --model m --data data.npz -o x", { width: 26 }),
    "histone predict --quiet \\\n  --model m \\\n  --data data.npz -o x",
  );
  strictEqual(
    wrapCommand("histone predict --data a/path/of/some/length.npz", { width: 26 }),
    "histone predict --data \\\n  a/path/of/some/length.npz",
  );
});

Deno.test("lines are as wide as a terminal shows them", () => {
  deepStrictEqual(wrapLine("日本 日本 語", { width: 9 }), ["日本 日本", "  語"]);
  // A letter and its accent apart.
  deepStrictEqual(wrapLine("e\u0301te\u0301 e\u0301te\u0301", { width: 7 }), [
    "e\u0301te\u0301 e\u0301te\u0301",
  ]);
});
