import { command } from "../src/commands/gather.ts";
import { runCommand } from "../src/commands/run_command.ts";

await runCommand(command, Deno.args);
