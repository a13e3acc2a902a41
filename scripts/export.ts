import { command } from "../src/commands/export.ts";
import { runCommand } from "../src/commands/run_command.ts";

await runCommand(command, Deno.args);
