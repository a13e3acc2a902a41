/** Names that another program has for a command's flags, such as deepTools' camel case. */

import type { Command } from "commander";

/** Another name of a flag. */
export interface FlagAlias {
  /** The names with their dashes, the long one first: `--binSize`, `-bs`. */
  readonly names: readonly string[];
  /** Whether a value follows. */
  readonly value: "always" | "perhaps" | "never";
  /** What it is called in `docs/counting.md`: the flag that it stands for, or why this program has no flag for it. */
  readonly does: string;
  /** The names of another alias without which this one does not say enough. */
  readonly needs?: readonly string[];
  /** Whether it is always refused. */
  readonly isRefused?: boolean;
  /**
   * Writes it as this command's own flags.
   *
   * @returns The words, none if the value asks for what happens anyway.
   * @throws {AliasError} If this program cannot do what it asks for.
   */
  readonly translate: (value: string | undefined) => readonly string[];
}

/** The error of another program's flag that means nothing here. */
export class AliasError extends Error {
  override readonly name = "AliasError";
}

/** Makes the alias of a flag that takes the same values. */
export function sameAs(flag: string, names: readonly string[]): FlagAlias {
  return { names, value: "always", does: flag, translate: (value = "") => [`${flag}=${value}`] };
}

/** Makes the alias of what this program does not do. */
export function refused(
  names: readonly string[],
  { why, value = "always" }: { readonly why: string; readonly value?: FlagAlias["value"] },
): FlagAlias {
  return {
    names,
    value,
    does: why,
    isRefused: true,
    translate() {
      throw new AliasError(why);
    },
  };
}

/** What is said of `--model`, a flag of `predict`, by commands that take the model as an argument. */
export const MODEL_ARGUMENT: FlagAlias = refused(["--model"], {
  why: "this command takes the run or model as its first word, without a flag",
});

/** A flag as it was given: by which name, and as which words. */
interface Given {
  readonly name: string;
  readonly words: readonly string[];
}

/**
 * Replaces other programs' names of flags by a command's own. A flag that is given by two names is refused, unless both
 * are aliases and ask for the same, as the two halves of a window do.
 *
 * @param command The parser of the command's own flags, which ends the program if an alias is refused.
 * @param args The command line.
 * @returns The command line with the command's own flags only.
 */
export function translateAliases(
  command: Command,
  args: readonly string[],
  aliases: readonly FlagAlias[],
): string[] {
  const byName = new Map(aliases.flatMap((alias) => alias.names.map((name) => [name, alias])));
  const given = new Map<string, Given>();
  const translated: string[] = [];
  const used: [name: string, alias: FlagAlias][] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word === "--") {
      translated.push(...args.slice(i));
      break;
    }
    const [name, ownValue] = splitFlag(word);
    const alias = byName.get(name);
    if (alias === undefined) {
      translated.push(word);
      note(command, given, { name, words: [word] });
      // The value of one of the command's own flags, which may look like a flag.
      if (ownValue === undefined && takesValue(command, name) && i + 1 < args.length) {
        translated.push(args[++i]!);
      }
      continue;
    }
    used.push([name, alias]);
    const value = ownValue ?? nextValue(alias, args[i + 1]);
    if (ownValue === undefined && value !== undefined) i++;
    for (const own of translate(command, alias, { name, value })) {
      if (note(command, given, { name, words: [own] })) translated.push(own);
    }
  }
  checkNeeds(command, used);
  return translated;
}

/** Ends the program if an alias was given without another that it needs. */
function checkNeeds(command: Command, used: readonly [name: string, alias: FlagAlias][]): void {
  for (const [name, { needs }] of used) {
    if (needs === undefined || used.some(([other]) => needs.includes(other))) continue;
    command.error(`error: ${name} needs ${needs[0]} beside it, and they must be equal`);
  }
}

/** Splits `--name=value`. */
function splitFlag(word: string): [name: string, value: string | undefined] {
  const at = word.startsWith("-") ? word.indexOf("=") : -1;
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function takesValue(command: Command, name: string): boolean {
  return command.options.some(({ long, short, required }) =>
    required && (long === name || short === name)
  );
}

/** The value that follows an alias; `undefined` if it takes none, or a flag follows that may be left without one. */
function nextValue({ value }: FlagAlias, next: string | undefined): string | undefined {
  if (value === "never") return undefined;
  return value === "perhaps" && next?.startsWith("-") ? undefined : next;
}

function translate(
  command: Command,
  alias: FlagAlias,
  { name, value }: { readonly name: string; readonly value: string | undefined },
): readonly string[] {
  if (alias.value === "always" && value === undefined) {
    command.error(`error: option '${name}' argument missing`);
  }
  if (alias.value === "never" && value !== undefined) {
    command.error(`error: option '${name}' takes no value`);
  }
  try {
    return alias.translate(value);
  } catch (error) {
    if (!(error instanceof AliasError)) throw error;
    const what = value === undefined ? name : `${name} ${value}`;
    return command.error(`error: ${what} cannot be used here: ${error.message}`);
  }
}

/** Notes a flag. Returns whether its words are new; refuses a flag that was given by another name. */
function note(command: Command, given: Map<string, Given>, found: Given): boolean {
  const [own] = splitFlag(found.words[0] ?? "");
  const other = given.get(own);
  if (other === undefined) {
    if (own.startsWith("-")) given.set(own, found);
    return true;
  }
  if (other.name === found.name) return true;
  const isSame = other.name !== own && found.name !== own && other.words[0] === found.words[0];
  if (isSame) return false;
  return command.error(
    `error: ${other.name} and ${found.name} are two names of one flag, ${own}: give one of them`,
  );
}
