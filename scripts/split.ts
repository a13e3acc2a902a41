import { runTask } from "../src/commands/cli.ts";

await runTask("split");
