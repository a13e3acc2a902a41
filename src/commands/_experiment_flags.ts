/** The flags of `experiments`, and the run to which they apply. */

import type { Command } from "commander";
import { listChanges } from "../base/list_changes.ts";
import { quotePath } from "../base/shell.ts";
import type { EngineName } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { checkDirectory } from "../files/directory.ts";
import { type Transform, TRANSFORMS } from "../record.ts";
import { refuseLiveRun } from "../runs/run_directory.ts";
import { commandOfRun } from "../runs/run_files.ts";
import { choice, declareCommon, declareResume, declareTest, integer, list } from "./flags.ts";
import { DNA_EXPERIMENTS, EXPERIMENTS } from "../training/experiments.ts";
import type { TestFlags } from "./_labels.ts";
import { flagOf } from "./_flag_name.ts";
import { absolutePaths } from "./_place.ts";
import { readKeptFlags, resumedFlags, type ResumeFlags } from "./_resume.ts";
import { declareScheme, type SchemeFlags } from "./_scheme.ts";
import { windowFlag, type WindowFlags } from "./_window.ts";

/** Flags of the command. */
export interface ExperimentsFlags extends TestFlags, ResumeFlags, SchemeFlags, WindowFlags {
  readonly data?: string | undefined;
  readonly record?: string | undefined;
  readonly threads?: number | undefined;
  readonly only?: readonly string[] | undefined;
  readonly epochs?: number | undefined;
  readonly transform?: Transform | undefined;
  readonly seed: number;
  readonly folds: number;
  readonly engine: EngineName;
  readonly out: string;
  readonly competition: boolean;
  readonly dna: boolean;
}

/** The experiments to run: those that are named, else all of the report or, with `--dna`, of the later one. */
export function experimentsOf({ only, dna }: ExperimentsFlags): readonly string[] {
  return only ?? (dna ? DNA_EXPERIMENTS : EXPERIMENTS);
}

/** Declares the flags. */
export function declareExperiments(command: Command): Command {
  return declareResume(declareCommon(
    declareScheme(
      declareTest(
        command.option(
          "--data <path>",
          "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder; several with commas between them",
        ),
      ),
      { scheme: "by-gene", does: "without --test, how to hold out" },
    )
      .option("--folds <n>", "without --test, one part of n is held out", integer(2), 10)
      .option("--only <names>", "presets to run, such as experiment1,experiment8", list)
      .option("--epochs <n>", "passes over the data (default: each preset's)", integer(1))
      .option(
        "--transform <name>",
        "transform of the counts: none, log1p, asinh (default: each preset's)",
        choice(TRANSFORMS),
      )
      .addOption(windowFlag())
      .option("--seed <n>", "seed of weights, order, dropout and held-out samples", integer(0), 0)
      .option("--competition", "the data are the competition's: show the report's figures", false)
      .option(
        "--dna",
        "the authors' later experiments, of marks and DNA, with their report's figures: seven models, for data with " +
          "sequences",
        false,
      )
      .option("--out <dir>", "directory to write, or to resume in", "runs/experiments")
      .option("--overwrite", "run finished experiments again", false),
  ));
}

/**
 * Chooses the flags to run with: those of the unfinished run that `--resume` names, else those that were given. The
 * latter also resume an unfinished run in `--out` that was started with the same flags.
 *
 * @throws {ContractError} If `--out` holds an unfinished run with other flags, or another command's run.
 */
export async function chooseFlags(flags: ExperimentsFlags): Promise<ExperimentsFlags> {
  const { out, overwrite, resume } = flags;
  if (resume !== undefined) return await resumedFlags("experiments", flags);
  await checkDirectory(out);
  if (overwrite) return flags;
  await refuseOtherRun(out);
  const kept = await readKeptFlags<ExperimentsFlags>("experiments", out);
  if (kept === undefined) return flags;
  const changes = listChanges(pickDecisiveFlags(kept), pickDecisiveFlags(flags), flagOf);
  if (changes.length === 0) return { ...flags, resume: out };
  await refuseLiveRun(out);
  throw new ContractError(
    `Cannot write to ${out}: it holds unfinished experiments that were started with other flags: ${
      changes.join("; ")
    }. Resume them with --resume ${quotePath(out)}, name another --out, or add --overwrite`,
  );
}

/** The flags that decide which experiments are run and what their results are. */
function pickDecisiveFlags(flags: ExperimentsFlags): object {
  const { data, record, sequences, test, labels, only, epochs, transform, seed, dna, ...others } =
    absolutePaths(
      flags,
    );
  const { scheme, folds, stratified, genes, groups, groupColumn, unknownBases, window } = others;
  const letters = { dna, sequences, unknownBases };
  const division = { scheme, folds, stratified, genes, groups, groupColumn };
  const shown = { data, record, test, labels, only, epochs, transform, window, seed };
  return { ...shown, ...letters, ...division };
}

async function refuseOtherRun(out: string): Promise<void> {
  const command = await commandOfRun(out);
  if (command === undefined || command === "experiments") return;
  throw new ContractError(
    `Cannot write to ${out}: it holds a run of ${command}. Name another --out, or add --overwrite`,
  );
}

/**
 * Refuses a directory in which another run started or ended since the flags were chosen.
 *
 * @param given The flags as they were given.
 * @param chosen What {@linkcode chooseFlags} made of them.
 * @throws {ContractError} If another run started or ended there.
 */
export async function refuseChange(
  given: ExperimentsFlags,
  { out, resume }: ExperimentsFlags,
): Promise<void> {
  if ((await chooseFlags(given)).resume === resume) return;
  throw new ContractError(`Cannot write to ${out}: another run was written there meanwhile`);
}
