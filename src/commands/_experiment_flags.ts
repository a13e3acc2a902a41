/** The flags of `deno task experiments`, and which run they are about. */

import { isDeepStrictEqual } from "node:util";
import type { FoldScheme } from "../data/kfold.ts";
import type { EngineName } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import type { Transform } from "../record.ts";
import { readKeptFlags, resumedFlags, type ResumeFlags } from "./_resume.ts";
import { refuseLiveRun } from "../runs/run_directory.ts";
import type { TestFlags } from "./_labels.ts";
import { checkDirectory } from "../files/directory.ts";
import { absolutePaths } from "./_place.ts";
import { commandOfRun } from "../runs/run_files.ts";
import { quotePath } from "../base/shell.ts";

/** Flags of the command. */
export interface ExperimentsFlags extends TestFlags, ResumeFlags {
  readonly data?: string;
  readonly only?: readonly string[];
  readonly epochs?: number;
  readonly transform?: Transform;
  readonly seed: number;
  readonly scheme: FoldScheme;
  readonly folds: number;
  readonly engine: EngineName;
  readonly out: string;
  readonly competition: boolean;
}

/**
 * The flags to run with: those of the unfinished run that `--resume` names, else those that were given, which go on
 * with an unfinished run that was begun with the same.
 *
 * @throws {ContractError} If `--out` holds an unfinished run of others, or another command's run.
 */
export async function chooseFlags(flags: ExperimentsFlags): Promise<ExperimentsFlags> {
  const { out, overwrite, resume } = flags;
  if (resume !== undefined) return await resumedFlags("experiments", flags);
  await checkDirectory(out);
  if (overwrite) return flags;
  await refuseOtherRun(out);
  const begun = await readKeptFlags<ExperimentsFlags>("experiments", out);
  if (begun === undefined) return flags;
  if (isDeepStrictEqual(decisive(begun), decisive(flags))) return { ...flags, resume: out };
  await refuseLiveRun(out);
  throw new ContractError(
    `Cannot write to ${out}: it holds unfinished experiments of other flags. Resume them with --resume ${
      quotePath(out)
    }, ` +
      "name another --out, or add --overwrite",
  );
}

/** The flags that decide what is run, and what comes of it. */
function decisive(flags: ExperimentsFlags): unknown {
  const { data, record, test, labels, only, epochs, transform, seed, scheme, folds } =
    absolutePaths(flags);
  return { data, record, test, labels, only, epochs, transform, seed, scheme, folds };
}

async function refuseOtherRun(out: string): Promise<void> {
  const command = await commandOfRun(out);
  if (command === undefined || command === "experiments") return;
  throw new ContractError(
    `Cannot write to ${out}: it holds a run of deno task ${command}. Name another --out, or add --overwrite`,
  );
}
