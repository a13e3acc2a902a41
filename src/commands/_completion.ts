/** Completion of command lines in bash, zsh and fish, made from the commands' definitions. */

import type { Command, Option } from "commander";
import { WriteError } from "../errors.ts";
import { choicesOf } from "./flags.ts";
import { briefOf, COMMAND_NAMES, loadCommand } from "./_commands.ts";
import { makeCommand } from "./_describe.ts";

/** The shells whose completion can be printed. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell whose completion can be printed. */
export type Shell = typeof SHELLS[number];

/** A flag as shells complete it. */
interface CompletedFlag {
  /** As it is typed, such as `--data`. */
  readonly name: string;
  readonly description: string;
  /** What follows the flag: nothing, the name of a file, one of some words, or text that no shell can complete. */
  readonly value: "none" | "path" | "text" | readonly string[];
}

/** A command as shells complete it. */
interface CompletedCommand {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly CompletedFlag[];
  /** The words that an argument may be, such as the names of shells; absent where it is the name of a file. */
  readonly words?: readonly string[];
}

/** Whether a word is the name of a shell whose completion can be printed. */
export function isShell(word: string): word is Shell {
  return SHELLS.some((shell) => shell === word);
}

/** Prints the script that makes a shell complete this program's command lines. */
export async function writeCompletion(shell: Shell): Promise<void> {
  const commands = await listCommands();
  const format = { bash: formatBash, zsh: formatZsh, fish: formatFish }[shell];
  // Not to the console, which breaks long lines.
  try {
    await new Blob([format(commands)]).stream().pipeTo(Deno.stdout.writable);
  } catch (cause) {
    if (cause instanceof Deno.errors.BrokenPipe) throw cause;
    throw new WriteError(`Cannot write to standard output: ${(cause as Error).message}`, { cause });
  }
}

async function listCommands(): Promise<CompletedCommand[]> {
  const commands: CompletedCommand[] = [];
  for (const name of COMMAND_NAMES) {
    const command = makeCommand(await loadCommand(name));
    commands.push({ name, description: briefOf(name), flags: listFlags(command) });
  }
  const completion = { name: "completion", description: "Print the completion of a shell" };
  const help = { name: "help", description: "Print the help of a command" };
  return [
    ...commands,
    { name: completion.name, description: completion.description, flags: [], words: SHELLS },
    { name: help.name, description: help.description, flags: [], words: COMMAND_NAMES },
  ];
}

function listFlags(command: Command): CompletedFlag[] {
  const flags = command.options.filter(({ hidden }) => !hidden).map((option) => ({
    name: option.long ?? option.flags,
    description: option.description,
    value: valueOf(option),
  }));
  return [...flags, { name: "--help", description: "list the flags", value: "none" }];
}

function valueOf(option: Option): CompletedFlag["value"] {
  if (option.isBoolean() || option.negate) return "none";
  if (/<(file|path|dir)>/.test(option.flags)) return "path";
  const words = choicesOf(option);
  return words.length > 0 ? words : "text";
}

function namesOf(named: readonly { readonly name: string }[]): string {
  return named.map(({ name }) => name).join(" ");
}

/** Quotes a text as one word of bash and zsh. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Quotes a text as one word of fish. */
function quoteForFish(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

function formatBash(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ name, flags }) =>
    flags.filter(({ value }) => value !== "none").map(({ name: flag, value }) => {
      if (value === "path") return `    "${name} ${flag}") return ;;`;
      const words = value === "text" ? "" : (value as readonly string[]).join(" ");
      return `    "${name} ${flag}") _histone_words "${words}"; return ;;`;
    })
  );
  const flags = commands.map(({ name, flags, words }) =>
    words === undefined
      ? `    ${name}) [[ $word == -* ]] && _histone_words "${namesOf(flags)}" ;;`
      : `    ${name}) _histone_words "${words.join(" ")}" ;;`
  );
  return `# Completion of histone for bash: source <(histone completion bash)
_histone_words() {
  compopt +o default
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

_histone() {
  local word=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  # Bash takes the sign of --flag=value for a word of its own.
  [[ $word == = ]] && word=
  ((COMP_CWORD > 2)) && [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD - 2]}
  if ((COMP_CWORD == 1)); then
    _histone_words "${namesOf(commands)} --help --version"
    return
  fi
  # After a flag that takes a value; without an answer bash completes the name of a file.
  case "\${COMP_WORDS[1]} $previous" in
${values.join("\n")}
  esac
  case \${COMP_WORDS[1]} in
${flags.join("\n")}
  esac
}

complete -o default -F _histone histone
`;
}

function formatZsh(commands: readonly CompletedCommand[]): string {
  /** Escapes a text that is written between brackets or after a colon. */
  const escape = (text: string) => text.replaceAll(/[[\]:\\]/g, "\\$&");
  const action = ({ value }: CompletedFlag) => {
    if (value === "none") return "";
    if (value === "path") return ":file:_files";
    return value === "text" ? ":value: " : `:value:(${(value as readonly string[]).join(" ")})`;
  };
  const cases = commands.map(({ name, flags, words }) => {
    const specs = flags.map((flag) =>
      `      ${quote(`${flag.name}[${escape(flag.description)}]${action(flag)}`)}`
    );
    const rest = words === undefined ? "'*:file:_files'" : `'1:word:(${words.join(" ")})'`;
    return `    ${name})\n      _arguments \\\n${
      [...specs, `      ${rest}`].join(" \\\n")
    }\n      ;;`;
  });
  const list = commands.map(({ name, description }) =>
    `    ${quote(`${name}:${escape(description)}`)}`
  );
  return `#compdef histone
# Completion of histone for zsh: histone completion zsh > a folder of fpath, as _histone
_histone() {
  local -a commands
  commands=(
${list.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  shift words
  ((CURRENT--))
  case $words[1] in
${cases.join("\n")}
  esac
}

compdef _histone histone
`;
}

function formatFish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, description, flags, words }) => {
    const start = `complete -c histone -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c histone -n __fish_use_subcommand -f -a ${name} -d ${quoteForFish(description)}`,
      ...flags.map((flag) =>
        `${start} -l ${flag.name.slice(2)}${fishValue(flag)} -d ${quoteForFish(flag.description)}`
      ),
      ...(words === undefined ? [] : [`${start} -f -a '${words.join(" ")}'`]),
    ];
  });
  return `# Completion of histone for fish: histone completion fish | source
${lines.join("\n")}
`;
}

function fishValue({ value }: CompletedFlag): string {
  if (value === "none") return "";
  if (value === "path") return " -r -F";
  return value === "text" ? " -x" : ` -x -a '${(value as readonly string[]).join(" ")}'`;
}
