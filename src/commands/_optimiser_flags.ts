/** The flags that say how a model is fitted: loss, learning rate over time, weight decay, early stopping. */

import { type Command, InvalidArgumentError, Option } from "commander";
import { parseSchedule, type Schedule } from "../model/schedule.ts";
import type { Loss } from "../model/spec.ts";
import { BATCH_BY, type BatchBy } from "../model/trained_model.ts";
import type { SettingsLayer } from "../training/settings.ts";
import { choice, integer, number, suggestWords } from "./flags.ts";
import { windowFlag, type WindowFlags } from "./_window.ts";

/** Flags of {@linkcode declareOptimiser}. */
export interface OptimiserFlags extends WindowFlags {
  /** A loss with its parameter, as {@linkcode parseLoss} reads it. */
  readonly loss?: string | undefined;
  /** A schedule with its parameter, as {@linkcode parseScheduleText} reads it. */
  readonly schedule?: string | undefined;
  readonly weightDecay?: number | undefined;
  readonly batchBy?: BatchBy | undefined;
}

/** Flags of {@linkcode declareEarlyStopping}. */
export interface EarlyStoppingFlags {
  readonly earlyStopping?: number | undefined;
  readonly restoreBest?: boolean | undefined;
}

/** The words of `--schedule`, and the types that they stand for. */
const SCHEDULES: Readonly<Record<string, Schedule["type"]>> = {
  constant: "constant",
  "one-cycle": "oneCycle",
  cosine: "cosine",
  linear: "linear",
  exponential: "exponential",
};

/** Declares the flags of the optimiser. */
export function declareOptimiser(command: Command): Command {
  return command
    .option(
      "--loss <name>",
      "what training minimises: mse, huber (huber:2 is linear beyond an error of 2; default 1), or rank (predictions " +
        "are then scores, whose order alone means something) (default: the model's)",
      suggestWords((text: string) => checkText(text, parseLoss), ["mse", "huber", "rank"]),
    )
    .addOption(scheduleFlag("the preset's"))
    .addOption(weightDecayFlag("the preset's, else 0"))
    .option(
      "--batch-by <name>",
      "order of the samples: sample, at random, or gene, a gene's samples together, which models of DNA train faster " +
        "(default: sample)",
      choice(BATCH_BY),
    )
    .addOption(windowFlag());
}

/** Makes the flag `--schedule`. */
export function scheduleFlag(otherwise = "constant"): Option {
  const parse = suggestWords(
    (text: string) => checkText(text, parseScheduleText),
    Object.keys(SCHEDULES),
  );
  return new Option(
    "--schedule <name>",
    "how the learning rate changes over all steps: constant, one-cycle, cosine, linear (one-cycle:0.2 rises in 20% of " +
      `the steps), or exponential:0.01, which falls to 1% (default: ${otherwise})`,
  ).argParser(parse);
}

/** Makes the flag `--weight-decay`. */
export function weightDecayFlag(otherwise = "0"): Option {
  return new Option(
    "--weight-decay <x>",
    `decoupled weight decay of kernels, as in AdamW (default: ${otherwise})`,
  ).argParser(number(0));
}

/** Declares the flags of early stopping. */
export function declareEarlyStopping(command: Command): Command {
  return command
    .option(
      "--early-stopping <n>",
      "end n epochs after the least validation loss, and keep that epoch's model",
      integer(1),
    )
    .addOption(
      new Option("--no-restore-best", "with --early-stopping: keep the last epoch's model instead"),
    );
}

/** The settings that the flags give. */
export function optimiserSettings(
  { loss, schedule, weightDecay, batchBy, window, earlyStopping: patience, restoreBest = true }:
    & OptimiserFlags
    & EarlyStoppingFlags,
): SettingsLayer {
  return {
    loss: loss === undefined ? undefined : parseLoss(loss),
    schedule: schedule === undefined ? undefined : parseScheduleText(schedule),
    weightDecay,
    batchBy,
    window,
    earlyStopping: patience === undefined ? undefined : { patience, restoreBest },
  };
}

/** Returns a text that can be parsed, since flags are kept as they were written. */
function checkText(text: string, parse: (text: string) => unknown): string {
  try {
    parse(text);
    return text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** Reads a loss, such as `huber:2`. */
export function parseLoss(text: string): Loss {
  const [name, delta] = splitNumber(text);
  if (name === "mse" && delta === undefined) return "meanSquaredError";
  if (name === "rank" && delta === undefined) return "rank";
  if (name === "huber" && (delta === undefined || delta >= 1e-6 && delta <= 1e6)) {
    return { type: "huber", delta: delta ?? 1 };
  }
  throw new RangeError(
    "Expected mse, rank, huber, or huber: and an error from 0.000001 to 1000000.",
  );
}

/** Reads a schedule, such as `one-cycle:0.2`. */
export function parseScheduleText(text: string): Schedule {
  const [name, share] = splitNumber(text);
  const type = Object.hasOwn(SCHEDULES, name) ? SCHEDULES[name] : undefined;
  const wanted = new RangeError(
    "Expected constant, one-cycle, cosine, linear, each of the last three with a colon and a share from 0 to less than " +
      "1 if need be, or exponential: and a share above 0.",
  );
  if (type === undefined || type === "constant" && share !== undefined) throw wanted;
  try {
    if (type === "exponential") return parseSchedule({ type, end: share });
    return parseSchedule(share === undefined ? { type } : { type, warmUp: share });
  } catch (error) {
    throw error instanceof RangeError ? wanted : error;
  }
}

/** Splits a word from the number after its colon; NaN stands for what is not a number. */
function splitNumber(text: string): [word: string, number?: number] {
  const colon = text.indexOf(":");
  if (colon < 0) return [text];
  const digits = text.slice(colon + 1);
  return [text.slice(0, colon), digits.trim() === "" ? NaN : Number(digits)];
}
