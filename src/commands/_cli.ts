/** What every command shares: flags, help, exit codes, Ctrl-C. */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { formatCountOf } from "../base/count.ts";
import { chooseThreads } from "../base/threads.ts";
import { FOLD_SCHEMES, type FoldScheme } from "../data/kfold.ts";
import { ENGINE_NAMES } from "../engine/select.ts";
import { TRANSFORMS } from "../record.ts";
import { guardConsole } from "./_console.ts";
import { explain, stackOf } from "./_explain.ts";
import { knowFlags } from "./_flag_kinds.ts";
import { knowPaths, standWhereCalled, taskCall } from "./_place.ts";

/** What a command gets beside its flags. */
export interface CommandCall {
  /** Aborts when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** The arguments that are no flags, in their order. */
  readonly args: readonly string[];
  /** Names of the flags that the user gave; the others have their defaults. */
  readonly given: ReadonlySet<string>;
}

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
  /** Does the work. */
  readonly run: (flags: Flags, call: CommandCall) => Promise<void>;
}

/** Ended by Ctrl-C or a termination signal after what was finished had been kept. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

const EXIT_FAILED = 1;
const EXIT_BAD_FLAGS = 2;
/** 128 and the signal's number, as shells have it. */
const EXIT_INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/** Parses the command line, runs the command and ends the process with the right exit code. */
export async function runCommand<Flags>(
  definition: CommandDefinition<Flags>,
  args: readonly string[],
): Promise<never> {
  guardConsole();
  const command = describe(definition);
  knowFlags(command);
  const fail = (error: unknown): never => {
    console.error(`error: ${explain(error)}`);
    if (command.opts().stack) console.error(stackOf(error));
    Deno.exit(EXIT_FAILED);
  };
  // What nobody waited for.
  addEventListener("unhandledrejection", ({ reason }) => fail(reason));
  addEventListener("error", ({ error }) => fail(error));
  try {
    standWhereCalled();
    command.showHelpAfterError(`(${taskCall(definition.name)} --help lists the flags)`);
    command.parse(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : EXIT_BAD_FLAGS);
    fail(error);
  }
  quietVulkan();
  const interrupt = listenForInterrupt();
  const { stack: _, ...flags } = command.opts();
  try {
    knowPaths(command);
    tellThreads(command.opts().threads);
    await definition.run(flags as Flags, {
      signal: interrupt.signal,
      args: command.args,
      given: givenFlags(command),
    });
  } catch (error) {
    // Whoever read what was written to a pipe, such as `head`, has had enough.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    if (error instanceof Interrupted || interrupt.signal.aborted) {
      console.error(error instanceof Interrupted ? error.message : "Interrupted.");
      Deno.exit(interrupt.exitCode);
    }
    fail(error);
  }
  Deno.exit(0);
}

function describe<Flags>({ name, summary, examples, declare }: CommandDefinition<Flags>): Command {
  const lines = examples.map(([command, does]) => `  # ${does}\n  ${command}`).join("\n\n");
  return declare(new Command(`deno task ${name}`).description(summary))
    .option("--stack", "after an error, print where in the program it arose", false)
    .addHelpText("after", `\nExamples:\n${lines}`)
    .allowExcessArguments(false)
    // Without these commander reads environment variables, which the tasks have no permission for.
    .configureOutput({
      getOutHasColors: () => false,
      getErrHasColors: () => false,
      writeOut: (text) => console.log(text.trimEnd()),
      writeErr: (text) => console.error(text.trimEnd()),
    })
    .exitOverride();
}

/** Names of the flags that were given, on the command line or elsewhere, rather than left at their defaults. */
function givenFlags(command: Command): ReadonlySet<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => {
    const source = command.getOptionValueSource(name);
    return source !== undefined && source !== "default";
  }));
}

/** Says how many threads are used where more were asked for than there are cores. */
function tellThreads(asked: number | undefined): void {
  const cores = navigator.hardwareConcurrency;
  if (asked === undefined || asked <= cores) return;
  console.error(
    `warning: --threads ${asked} is more than the ${
      formatCountOf(cores, "core")
    } of this machine: ` +
      `${formatCountOf(chooseThreads(asked), "thread")} at most are used`,
  );
}

/** Where it is unset, as on most clusters, Mesa's Vulkan drivers print an error for each of them. */
function quietVulkan(): void {
  if (Deno.build.os === "linux" && !Deno.env.has("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  }
}

/** Whether, and by which signal, the command was asked to stop. */
interface Interrupt {
  readonly signal: AbortSignal;
  readonly exitCode: number;
}

/** A terminal signals all of its programs, and `deno task` passes on what it gets: one Ctrl-C comes twice. */
const SAME_SIGNAL_MS = 500;

/** Aborts on the first SIGINT or SIGTERM; a later one ends the process at once. */
function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  const interrupt = { signal: controller.signal, exitCode: EXIT_INTERRUPTED.SIGINT as number };
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM"] as const;
  let first = Infinity;
  for (const name of signals) {
    Deno.addSignalListener(name, () => {
      interrupt.exitCode = EXIT_INTERRUPTED[name];
      if (controller.signal.aborted) {
        if (performance.now() - first > SAME_SIGNAL_MS) Deno.exit(interrupt.exitCode);
        return;
      }
      first = performance.now();
      console.error("\nStopping; once more to stop at once.");
      controller.abort(new Interrupted("Interrupted."));
    });
  }
  return interrupt;
}

/** Parser of an integer flag. */
export function integer(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Expected an integer >= ${least}.`);
    }
    return value;
  };
}

/** Parser of a flag that takes a finite number from `least` to `most`. */
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

/** Parser of a flag that takes one of a few words. */
export function choice<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    if (!words.includes(text as Word)) {
      throw new InvalidArgumentError(`Expected one of ${words.join(", ")}.`);
    }
    return text as Word;
  };
}

/** Parser of a flag that takes words between commas. */
export function list(text: string): string[] {
  const words = text.split(",").map((word) => word.trim());
  if (words.includes("")) throw new InvalidArgumentError("Expected names between commas.");
  return words;
}

/** Flags of all commands that compute on data. */
export function declareCommon(command: Command): Command {
  return command.option(
    "--engine <name>",
    `where to compute: ${ENGINE_NAMES.join(", ")}`,
    choice(ENGINE_NAMES),
    "auto",
  ).option("--threads <n>", "for engine wasm (default: all cores)", integer(1))
    .option(
      "--record <file>",
      "JSON data record of the files (default: their own, else the competition's)",
    );
}

/** Flags of the commands that train. */
export function declareTraining(command: Command): Command {
  return declareCommon(
    command
      .option("--data <path>", "competition .npz, DeepChrome .csv, or a folder of cell types")
      .option("--preset <name>", "model to train", "wakawaka")
      .option("--epochs <n>", "passes over the data (default: the preset's)", integer(1))
      .option("--batch-size <n>", "samples of a step (default: the preset's)", integer(1))
      .option("--learning-rate <x>", "Adam's (default: the preset's)", number(Number.MIN_VALUE))
      .option(
        "--transform <name>",
        "of the counts: none, log1p, asinh (default: none)",
        choice(TRANSFORMS),
      )
      .option("--seed <n>", "of weights, order and dropout", integer(0), 0)
      .option("--out <dir>", "directory to write (default: a new one in runs/)")
      .option("--overwrite", "replace the run that --out already holds", false),
  );
}

/** Flags of the commands that train one model, beside those of `declareTraining`. */
export function declareModel(command: Command): Command {
  return command
    .addOption(
      new Option("--spec <file>", "JSON model to train, such as a search's best.json").conflicts(
        "preset",
      ),
    )
    .option(
      "--gene-effects",
      "add what each trained gene is above or below the network (waka2 does)",
    )
    .option("--no-gene-effects", "leave that out")
    .option("--tensorboard <dir>", "directory for event files that TensorBoard opens");
}

/** Flags that name files which a run reads and keeps digests of: with `--resume`, where they are now. */
const INPUT_FLAGS = ["data", "test", "labels", "record", "spec"] as const;

function isInputFlag(name: string): boolean {
  return INPUT_FLAGS.some((flag) => flag === name);
}

/** The flags, among some, that name files which a run reads. */
export function inputFlags<Flags extends object>(flags: Flags): Partial<Flags> {
  const given = Object.entries(flags)
    .filter(([name, value]) => isInputFlag(name) && value !== undefined);
  return Object.fromEntries(given) as Partial<Flags>;
}

/** Flags of the commands whose runs can be resumed; to be declared last, since `--resume` excludes most others. */
export function declareResume(command: Command): Command {
  const others = command.options.map((option) => option.attributeName())
    .filter((name) => name !== "threads" && !isInputFlag(name));
  return command
    .addOption(
      new Option(
        "--resume <dir>",
        "go on with a run that was killed or stopped; all flags are its own but --threads, --other-arithmetic and " +
          "those that say where its files are now",
      ).conflicts([...others, "checkpointMinutes"]),
    )
    .option(
      "--checkpoint-minutes <x>",
      "take checkpoints within epochs too (default: after each)",
      number(Number.MIN_VALUE),
    )
    .addOption(otherArithmetic());
}

/** Flag `--other-arithmetic`. */
export function otherArithmetic(): Option {
  return new Option(
    "--other-arithmetic",
    "go on although the processor or GPU rounds otherwise than the one so far; config.json then names both",
  ).default(false);
}

/** Flags of the commands that cross-validate, with the scheme that they divide by unless told otherwise. */
export function declareFolds(command: Command, scheme: FoldScheme): Command {
  return command
    .option("--folds <n>", "number of folds", integer(2), 4)
    .option(
      "--scheme <name>",
      `how to divide: ${FOLD_SCHEMES.join(", ")}`,
      choice(FOLD_SCHEMES),
      scheme,
    );
}

/** Flag `--ensemble`. */
export function declareEnsemble(command: Command): Command {
  return command.option(
    "--ensemble <n>",
    "models to train, from seeds --seed, --seed + 1, …; their predictions are averaged",
    integer(1),
    1,
  );
}

/** Flags that name labelled data to measure on. */
export function declareTest(command: Command): Command {
  return command
    .option("--test <path>", "labelled data that are not trained on, to measure on")
    .option("--labels <file>", "labels of --test, id,expression, if it has none");
}
