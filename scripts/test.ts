/** `deno task test` and `deno task test-all`: the tests in groups. */

import { Command } from "commander";
import { chooseGroups, TEST_GROUPS, type TestGroup } from "../tests/runner/groups.ts";
import { runGroups } from "../tests/runner/run_groups.ts";

const lines = TEST_GROUPS.map(({ name, about, long }) =>
  `  ${name.padEnd(14)} ${about}${long ? " (only on request)" : ""}`
);

await new Command("deno task test")
  .description(
    "Runs tests in groups, and prints their progress and the output of those that failed.",
  )
  .argument("[groups...]", "names of groups, or all (default: all but those on request)")
  .option("--verbose", "print everything that the tests print", false)
  .option("--filter <text>", "only tests whose name contains the text")
  .addHelpText("after", `\nGroups:\n${lines.join("\n")}`)
  .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false })
  .action(async (names: string[], { verbose, filter }: { verbose: boolean; filter?: string }) => {
    const flags = filter === undefined ? [] : ["--filter", filter];
    const passed = await runGroups(groupsOrExit(names), { verbose, flags });
    Deno.exit(passed ? 0 : 1);
  })
  .parseAsync(Deno.args, { from: "user" });

/** The groups with these names; a name that is unknown ends the program with a line that lists the known ones. */
function groupsOrExit(names: readonly string[]): readonly TestGroup[] {
  try {
    return chooseGroups(names);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(2);
  }
}
