/** The flags of `search`, the settings that they stand for, and the directory to which they let it write. */

import type { Command } from "commander";
import { quotePath } from "../base/shell.ts";
import type { EngineName } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { checkDirectory } from "../files/directory.ts";
import { type Transform, TRANSFORMS } from "../record.ts";
import { readJson } from "../runs/json.ts";
import { refuseLiveRun } from "../runs/run_directory.ts";
import { holdsSearch, readSearchFile } from "../runs/search_files.ts";
import {
  DEFAULT_SPACE,
  parseSpace,
  SEARCH_METHODS,
  type SearchMethod,
  type SearchSettings,
} from "../search/mod.ts";
import { choice, declareCommon, integer, number, otherArithmetic } from "./flags.ts";
import { parseFlags } from "./_kept_flags.ts";
import { optimiserSettings, scheduleFlag, weightDecayFlag } from "./_optimiser_flags.ts";
import { readKeptFlags, type ResumeFlags } from "./_resume.ts";
import { chooseRunDirectory, refuseFile, refuseHeldRun } from "./_run_directory.ts";
import type { SequenceFlags } from "./_sequences.ts";
import { declareFolds, type SchemeFlags } from "./_scheme.ts";
import { windowFlag, type WindowFlags } from "./_window.ts";

/** Flags of the command. */
export interface SearchFlags extends ResumeFlags, SchemeFlags, SequenceFlags, WindowFlags {
  readonly record?: string | undefined;
  readonly data?: string | undefined;
  readonly space?: string | undefined;
  readonly method: SearchMethod;
  readonly trials?: number | undefined;
  readonly folds: number;
  readonly epochs: number;
  /** `true` for the flag without a number. */
  readonly halving?: number | true | undefined;
  readonly transform: Transform;
  readonly schedule?: string | undefined;
  readonly weightDecay?: number | undefined;
  readonly seed: number;
  readonly engine: EngineName;
  readonly checkpointMinutes: number;
}

const DEFAULT_KEPT_ONE_IN = 3;

/** Declares the flags. */
export function declareSearch(command: Command): Command {
  return declareCommon(
    declareFolds(command, "by-both")
      .option(
        "--data <path>",
        "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder of cell types; several with commas between them",
      )
      .option(
        "--space <file>",
        "JSON file of the choices (default: around wakawaka; search.json shows it)",
      )
      .option("--method <name>", "random or grid", choice(SEARCH_METHODS), "random")
      .option("--trials <n>", "models of a random search (default: 30)", integer(1))
      .option("--epochs <n>", "passes over the data", integer(1), 15)
      .option(
        "--halving [n]",
        `start with few epochs; train one model in n (${DEFAULT_KEPT_ONE_IN}) for n times as many`,
        integer(2),
      )
      .option(
        "--transform <name>",
        "transform of the counts: none, log1p, asinh",
        choice(TRANSFORMS),
        "none",
      )
      .addOption(scheduleFlag())
      .addOption(weightDecayFlag())
      .addOption(windowFlag())
      .option("--seed <n>", "seed of choices, folds, weights, order and dropout", integer(0), 0)
      .option("--out <dir>", "directory to write (default: a new one in runs/)")
      .option("--overwrite", "replace the search that --out already holds", false)
      .option(
        "--resume <dir>",
        "resume the stopped or finished search in this directory; flags that are left out " +
          "keep their values, and none may change what is searched, except --trials of a random search " +
          "without --halving",
      )
      .option(
        "--checkpoint-minutes <x>",
        "minutes between checkpoints of a trial",
        number(Number.MIN_VALUE),
        5,
      )
      .addOption(otherArithmetic()),
  );
}

/**
 * Chooses the flags to search with: with `--resume DIR` those that the search in DIR was started with, except where
 * others were given.
 *
 * @param flags All flags of the call.
 * @param given Names of the flags that were given.
 * @throws {ContractError} If DIR holds no search.
 */
export async function chooseFlags(
  flags: SearchFlags,
  given: ReadonlySet<string>,
): Promise<SearchFlags> {
  const { resume } = flags;
  if (resume === undefined) return flags;
  if (flags.out !== undefined || flags.overwrite) {
    throw new ContractError("Cannot resume into another --out, or --overwrite what is resumed");
  }
  const kept = await readKeptFlags<SearchFlags>("search", resume) ??
    parseFlags<SearchFlags>(await readSearchFile(resume));
  const typed = Object.fromEntries(Object.entries(flags).filter(([name]) => given.has(name)));
  return { ...flags, ...kept, ...typed, overwrite: false, out: undefined };
}

/** Reads the settings that the flags stand for, and the file of the space. */
export async function readSettings(flags: SearchFlags): Promise<SearchSettings> {
  const { method, trials, folds, scheme, stratified, epochs, halving, transform, seed } = flags;
  const { schedule, weightDecay, window } = optimiserSettings(flags);
  return {
    method,
    trials,
    folds,
    scheme,
    stratified,
    epochs,
    transform,
    seed,
    schedule,
    weightDecay,
    window,
    keepOneIn: halving === true ? DEFAULT_KEPT_ONE_IN : halving,
    space: flags.space === undefined
      ? DEFAULT_SPACE
      : parseSpace(await readJson(flags.space, "read space"), flags.space),
  };
}

/** Chooses the directory in which the search is written. */
export async function chooseSearchDirectory(flags: SearchFlags): Promise<string> {
  const { out, overwrite, resume } = flags;
  if (resume !== undefined) return resume;
  if (out !== undefined) {
    await checkDirectory(out);
    await refuseLiveRun(out);
    await refuseHeldSearch(flags);
  }
  return await chooseRunDirectory({ out, overwrite }, "search");
}

/**
 * Refuses a directory that holds a search or another run already, unless it is resumed or replaced.
 *
 * @throws {ContractError} If it holds one, or is a file.
 */
export async function refuseHeldSearch({ out, overwrite, resume }: SearchFlags): Promise<void> {
  if (out === undefined || resume !== undefined) return;
  await refuseFile(out);
  if (overwrite) return;
  if (await holdsSearch(out)) {
    throw new ContractError(
      `Cannot write to ${out}: it already holds a search. Resume it with --resume ${
        quotePath(out)
      }, name another --out, or add --overwrite`,
    );
  }
  await refuseHeldRun({ out, overwrite });
}
