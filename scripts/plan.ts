import { command } from "../src/commands/plan.ts";
import { runCommand } from "../src/commands/run_command.ts";

await runCommand(command, Deno.args);
