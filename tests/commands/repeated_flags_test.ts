/** A flag of several values that is given twice. */

import { deepStrictEqual } from "node:assert";
import { Command } from "commander";
import { watchRepeatedFlags } from "../../src/commands/_repeated_flags.ts";

/** The warnings for a command line. */
function warningsOf(line: string): readonly string[] {
  const command = new Command()
    .option("--data <path>", "a file; several with commas between them")
    .option("--between <names>", "that are parsed", (text) => text.split(","))
    .option("--seeds <list>", "of each model")
    .option("--rows <n,…>", "which")
    .option("--epochs <n>", "one", Number)
    .option("--marks <names>", "gathered", (text, before: string[] = []) => [...before, text]);
  const warnOfRepeats = watchRepeatedFlags(command);
  command.parse(line.split(" "), { from: "user" });
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => void warnings.push(text);
  try {
    warnOfRepeats();
  } finally {
    console.warn = warn;
  }
  return warnings;
}

Deno.test("a warning says that of a flag of several values, given twice, the last counts", () => {
  const counts = (flag: string, last: string) =>
    `warning: ${flag} is given more than once, and the last one counts: ${last}. ` +
    "Several values stand in one flag, with commas between them";
  const lines: readonly [line: string, ...warnings: string[]][] = [
    ["--data a.npz --data b.npz", counts("--data", "b.npz")],
    ["--data=a.npz --epochs 3 --data b.npz", counts("--data", "b.npz")],
    ["--between a,b --between=b,c", counts("--between", "b,c")],
    ["--rows 1 --rows 2 --seeds 1 --seeds 2", counts("--seeds", "2"), counts("--rows", "2")],
    ["--data a --data a --data b", counts("--data", "b")],
  ];
  for (const [line, ...warnings] of lines) deepStrictEqual(warningsOf(line), warnings, line);
});

Deno.test("there is no warning of a flag that says the same twice, of one that has one value, or of one that gathers them", () => {
  const lines = ["--data a.npz --data a.npz", "--epochs 3 --epochs 4", "--data a,b"];
  for (const line of [...lines, "--marks K4 --marks K27"]) {
    deepStrictEqual(warningsOf(line), [], line);
  }
});
