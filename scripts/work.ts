import { command } from "../src/commands/work.ts";
import { runCommand } from "../src/commands/run_command.ts";

await runCommand(command, Deno.args);
