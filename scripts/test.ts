/** `deno task test` and `deno task test-all`: the tests in groups. */

import { Command } from "commander";
import { chooseGroups, TEST_GROUPS } from "../tests/runner/groups.ts";
import { runGroups } from "../tests/runner/run_groups.ts";

const names = TEST_GROUPS.map(({ name, about, long }) =>
  `  ${name.padEnd(14)} ${about}${long ? " (only on request)" : ""}`
);

await new Command("deno task test")
  .description(
    "Runs tests in groups, and prints their progress and the output of those that failed.",
  )
  .argument("[groups...]", "names of groups, or all (default: those not marked below)")
  .option("--verbose", "print everything that the tests print", false)
  .option("--filter <text>", "only tests whose name contains the text")
  .addHelpText("after", `\nGroups:\n${names.join("\n")}`)
  .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false })
  .action(async (groups: string[], { verbose, filter }: { verbose: boolean; filter?: string }) => {
    const flags = filter === undefined ? [] : ["--filter", filter];
    const passed = await runGroups(chooseGroups(groups), { verbose, flags });
    Deno.exit(passed ? 0 : 1);
  })
  .parseAsync(Deno.args, { from: "user" });
