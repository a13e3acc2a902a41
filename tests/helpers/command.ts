/** Runs the package's commands as a user would: a child process with the task's own permissions. */

const ROOT = new URL("../../", import.meta.url).pathname;

/** What a finished command left. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command `deno task NAME ARGS` stands for, not yet started. */
export function taskCommand(
  name: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Deno.Command {
  const flags = ["run", "-q", "--no-prompt", "--no-remote", "-P=command"];
  const line = [...flags, `scripts/${name}.ts`, ...args];
  return new Deno.Command(Deno.execPath(), { args: line, cwd: ROOT, ...options });
}

/** Runs a task to its end. */
export async function runTask(name: string, ...args: readonly string[]): Promise<CommandResult> {
  const { code, stdout, stderr } = await taskCommand(name, args).output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Every file below a directory, as sorted paths relative to it. */
export function filesIn(directory: string, below = ""): string[] {
  const entries = [...Deno.readDirSync(`${directory}/${below}`)];
  return entries.flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(directory, `${below}${name}/`) : [`${below}${name}`]
  ).sort();
}

/** Runs `body` with a new directory that is removed afterwards. */
export async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
