import { command } from "../src/commands/explain.ts";
import { runCommand } from "../src/commands/run_command.ts";

await runCommand(command, Deno.args);
