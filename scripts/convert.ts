import { command } from "../src/commands/convert.ts";
import { runCommand } from "../src/commands/run_command.ts";

await runCommand(command, Deno.args);
