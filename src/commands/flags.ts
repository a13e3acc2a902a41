/** The definition of a command, and the flags that several commands share. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { parseBytes } from "../base/byte_count.ts";
import { MOST_THREADS } from "../base/threads.ts";
import { ENGINE_NAMES } from "../engine/engine_names.ts";
import { ContractError } from "../errors.ts";
import { TRANSFORMS, UNKNOWN_BASES } from "../record.ts";
import type { CommandCall } from "./_command_call.ts";
import type { FlagAlias } from "./_flag_aliases.ts";
import type { UnitKind } from "./_units.ts";

export type { CommandCall };

/** A command of the package. */
export interface CommandDefinition<Flags> {
  /** Name of the task. */
  readonly name: string;
  /** What it does, in a sentence or two. */
  readonly summary: string;
  /** Command lines to copy, each with what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Declares the flags. */
  readonly declare: (command: Command) => Command;
  /** Names that another program has for the flags. */
  readonly aliases?: readonly FlagAlias[];
  /** Does the work. */
  readonly run: (flags: Flags, call: CommandCall) => Promise<void>;
  /** How `plan` divides the work into units; absent where it cannot be divided. */
  readonly units?: UnitKind<Flags>;
}

/** An error for a command that Ctrl-C or a termination signal ended after it had kept what was finished. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** An error about flags that the parser could not see: the command ends as with an unknown flag, with exit code 2. */
export class FlagsError extends ContractError {}

/** Makes the parser of a flag that takes an integer from `least` to `most`. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || !(value >= least && value <= most)) {
      const range = most === Number.MAX_SAFE_INTEGER ? "" : ` and <= ${most}`;
      throw new InvalidArgumentError(`Expected an integer >= ${least}${range}.`);
    }
    return value;
  };
}

/** Parses a number of threads. */
export const threadCount: (text: string) => number = integer(1, MOST_THREADS);

/** Makes the parser of a flag that takes a finite number from `least` to `most`. */
export function number(least: number, most = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !(value >= least && value <= most)) {
      const low = least === Number.MIN_VALUE ? "> 0" : `>= ${least}`;
      const range = most === Number.MAX_VALUE ? low : `${low} and <= ${most}`;
      throw new InvalidArgumentError(`Expected a number ${range}.`);
    }
    return value;
  };
}

/** The words that completion offers for a parser. */
const choices = new WeakMap<object, readonly string[]>();

/** Makes the parser of a flag that takes one of a few words. */
export function choice<Word extends string>(words: readonly Word[]): (text: string) => Word {
  const parse = (text: string) => {
    if (!words.includes(text as Word)) {
      throw new InvalidArgumentError(`Expected one of ${words.join(", ")}.`);
    }
    return text as Word;
  };
  return suggestWords(parse, words);
}

/** Names the words that completion offers for a parser that takes other texts too. */
export function suggestWords<Parser extends object>(
  parse: Parser,
  words: readonly string[],
): Parser {
  choices.set(parse, words);
  return parse;
}

/** The words that completion offers for a flag; empty if it takes any other value, or no value. */
export function choicesOf({ parseArg }: Option): readonly string[] {
  return parseArg === undefined ? [] : choices.get(parseArg) ?? [];
}

/** Parses a flag that takes words between commas. */
export function list(text: string): string[] {
  const words = text.split(",").map((word) => word.trim());
  if (words.includes("")) throw new InvalidArgumentError("Expected names between commas.");
  return words;
}

/** Parses a flag that takes a number of bytes. */
export function byteCount(text: string): number {
  const bytes = parseBytes(text);
  if (bytes === undefined) {
    throw new InvalidArgumentError("Expected a number of bytes, such as 4GB or 500MB.");
  }
  return bytes;
}

/** Declares the flags of all commands that read data sets. */
export function declareReading(command: Command): Command {
  return command.option(
    "--memory <size>",
    "most memory for the signal of a data set, such as 4GB; larger data stay on disk (default: half of what the machine lends)",
    byteCount,
  );
}

/** Declares the flags of the commands that read data sets, and those that name DNA for data which have none. */
export function declareSequences(command: Command): Command {
  return declareReading(command)
    .option(
      "--sequences <file>",
      "the genes' DNA as gene_id,sequence, such as seq_data.csv, for data without it",
    )
    .option(
      "--unknown-bases <name>",
      "what N in --sequences becomes: none, which models see as four zeros, or A (default: none)",
      choice(UNKNOWN_BASES),
    );
}

/** Declares the flags of all commands that compute on data. */
export function declareCommon(command: Command): Command {
  return declareSequences(
    command.option(
      "--engine <name>",
      `where to compute: ${ENGINE_NAMES.join(", ")}`,
      choice(ENGINE_NAMES),
      "auto",
    ).option(
      "--threads <n>",
      "threads of engine wasm (default: all that the machine lends)",
      threadCount,
    )
      .option(
        "--record <file>",
        "JSON data record of the files (default: their own, else the competition's)",
      ),
  );
}

/** Declares the flags of the commands that train. */
export function declareTraining(command: Command): Command {
  return declareCommon(
    command
      .option(
        "--data <path>",
        "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder of cell types; several with commas between them",
      )
      .option("--preset <name>", "model to train", "wakawaka")
      .option("--epochs <n>", "passes over the data (default: the preset's)", integer(1))
      .option("--batch-size <n>", "samples in a step (default: the preset's)", integer(1))
      .option(
        "--learning-rate <x>",
        "Adam's learning rate (default: the preset's)",
        number(Number.MIN_VALUE),
      )
      .option(
        "--transform <name>",
        "transform of the counts: none, log1p, asinh (default: the preset's)",
        choice(TRANSFORMS),
      )
      .option("--seed <n>", "seed of weights, order and dropout", integer(0), 0)
      .option("--out <dir>", "directory to write (default: a new one in runs/)")
      .option("--overwrite", "replace the run that --out already holds", false),
  );
}

/** Declares the flags of the commands that train one model, in addition to those of `declareTraining`. */
export function declareModel(command: Command): Command {
  return command
    .addOption(
      new Option("--spec <file>", "JSON model to train, such as a search's best.json").conflicts(
        "preset",
      ),
    )
    .option(
      "--gene-effects",
      "add each trained gene's mean deviation from the network's prediction (on for waka2)",
    )
    .option("--no-gene-effects", "leave gene effects out")
    .option("--tensorboard <dir>", "directory for event files that TensorBoard opens");
}

/**
 * Flags that name files which a run reads and whose digests it keeps. With `--resume` they say where the files are now.
 */
const INPUT_FLAGS = [
  "data",
  "test",
  "labels",
  "validation",
  "weights",
  "record",
  "sequences",
  "spec",
  "panel",
  "genes",
  "groups",
] as const;

function isInputFlag(name: string): boolean {
  return INPUT_FLAGS.some((flag) => flag === name);
}

/** Selects the flags that name files which a run reads. */
export function inputFlags<Flags extends object>(flags: Flags): Partial<Flags> {
  const given = Object.entries(flags)
    .filter(([name, value]) => isInputFlag(name) && value !== undefined);
  return Object.fromEntries(given) as Partial<Flags>;
}

/**
 * Declares the flags of the commands whose runs can be resumed. Call it last, since `--resume` excludes most other
 * flags.
 */
export function declareResume(command: Command): Command {
  const others = command.options.map((option) => option.attributeName())
    .filter((name) => name !== "threads" && !isInputFlag(name));
  return command
    .addOption(
      new Option(
        "--resume <dir>",
        "resume a run that was killed or stopped; it keeps its flags except --threads, --other-arithmetic and " +
          "those that say where its files are now",
      ).conflicts([...others, "checkpointMinutes"]),
    )
    .option(
      "--checkpoint-minutes <x>",
      "minutes between checkpoints within epochs (default: only after each epoch)",
      number(Number.MIN_VALUE),
    )
    .addOption(otherArithmetic());
}

/** Makes the flag `--other-arithmetic`. */
export function otherArithmetic(): Option {
  return new Option(
    "--other-arithmetic",
    "resume even if this processor or GPU rounds differently from the previous one; config.json then names both",
  ).default(false);
}

/** Declares the flag `--ensemble`. */
export function declareEnsemble(command: Command): Command {
  return command.option(
    "--ensemble <n>",
    "models to train, from seeds --seed, --seed + 1, …; their predictions are averaged",
    integer(1),
    1,
  );
}

/** Declares the flag that names labelled data to measure on after each epoch. */
export function declareValidation(command: Command): Command {
  return command.option(
    "--validation <path>",
    "labelled data to measure the loss on after each epoch; they are not trained on",
  );
}

/** Declares the flags that name labelled data to measure on. */
export function declareTest(command: Command): Command {
  return command
    .option("--test <path>", "labelled data to measure on; they are not trained on")
    .option("--labels <file>", "labels for --test, as id,expression, if the data lack them");
}
