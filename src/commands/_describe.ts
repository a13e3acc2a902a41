/** Turns a command's definition into a commander parser with its flags, arguments and help. */

import { Command, type ErrorOptions, Help, type Option, type OutputConfiguration } from "commander";
import { choicesOf, type CommandDefinition } from "./flags.ts";
import type { FlagAlias } from "./_flag_aliases.ts";
import { showCalls } from "./_place.ts";
import { outputWidth, wrapCommand, wrapLine } from "./_wrap.ts";

/** Flags that every command has, which say how it is run rather than what it does. */
export interface RunFlags {
  readonly config?: string;
  readonly quiet: boolean;
  readonly stack: boolean;
}

/** A parser that names the words of a choice that must be made, as it does where another word was given. */
class FlagParser extends Command {
  override error(message: string, options?: ErrorOptions): never {
    const isMissing = options?.code === "commander.missingMandatoryOptionValue";
    const missing = isMissing
      ? this.options.find((option) =>
        option.mandatory && this.getOptionValue(option.attributeName()) === undefined
      )
      : undefined;
    const words = missing === undefined ? [] : choicesOf(missing);
    const advice = words.length === 0 ? "" : `. Expected one of ${words.join(", ")}.`;
    return super.error(`${message}${advice}`, options);
  }
}

/** Makes the parser of a command's flags and arguments. */
export function makeCommand<Flags>(definition: CommandDefinition<Flags>): Command {
  const { name, summary, examples, declare } = definition;
  const width = outputWidth();
  const lines = examples.map((example) => formatExample(example, width)).join("\n\n");
  return declare(new FlagParser(showCalls(`deno task ${name}`)).description(summary))
    .optionsGroup("Flags of every command:")
    .option("--config <file>", "JSON object of long flag names; flags on the line win")
    .option("--quiet", "print nothing but errors and results", false)
    .option("--stack", "after an error, print where in the program it arose", false)
    .helpOption("-h, --help", "print this help")
    .addHelpText(
      "after",
      `\n${describeAliases(definition.aliases ?? [], width)}Examples:\n${lines}`,
    )
    .allowExcessArguments(false)
    .configureHelp({ optionDescription: describeOption })
    .configureOutput(makeOutputConfiguration(width))
    .exitOverride();
}

/** Names of the flags that were given, on the command line or in a file, rather than left at their defaults. */
export function givenFlags(command: Command): ReadonlySet<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => {
    const source = command.getOptionValueSource(name);
    return source !== undefined && source !== "default";
  }));
}

/** Lists in a paragraph the names that another program has for the flags; empty without any. */
function describeAliases(aliases: readonly FlagAlias[], width: number): string {
  const names = aliases.flatMap(({ names, isRefused }) => isRefused ? [] : names.slice(0, 1));
  if (names.length === 0) return "";
  const line = `deepTools' names of flags are understood too: ${names.join(", ")}.`;
  return `${wrapLine(line, { width, indent: "" }).join("\n")}\n\n`;
}

/** Describes an option. A default of `false` is not shown, since every flag is off unless it is given. */
function describeOption(option: Option): string {
  return option.defaultValue === false ? option.description : new Help().optionDescription(option);
}

/** Tells commander where, and in what width, to print. */
export function makeOutputConfiguration(width: number): OutputConfiguration {
  return {
    getOutHelpWidth: () => width,
    getErrHelpWidth: () => width,
    // Without these commander reads environment variables, which the tasks have no permission for.
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    writeOut: (text) => console.log(text.trimEnd()),
    writeErr: (text) => console.error(text.trimEnd()),
  };
}

function formatExample(
  [command, does]: CommandDefinition<unknown>["examples"][number],
  width: number,
): string {
  const title = wrapLine(`  # ${does}`, { width, indent: "  # " });
  const line = wrapCommand(showCalls(command), { width: width - 2, indent: "    " });
  return [...title, ...line.split("\n").map((part) => `  ${part}`)].join("\n");
}
