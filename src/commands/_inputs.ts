/** Digests the files that a run reads, with a progress line, and compares them when the run is resumed. */

import { basename } from "node:path";
import { ContractError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { readKeptCommand } from "../runs/command_file.ts";
import {
  describeContent,
  describeInputs,
  type DigestOptions,
  type Inputs,
  isSameInput,
} from "../runs/inputs.ts";
import { holdsSearch, readSearchFile } from "../runs/search_files.ts";
import { ProgressLine } from "./_progress.ts";

/** Paths by the names of their flags: `data`, `test`, …. */
export type InputPaths = Readonly<Record<string, string | undefined>>;

/** Calls a function with options that draw a progress line while files are digested. */
export async function withDigestProgress<Value>(
  digest: (options: DigestOptions) => Promise<Value>,
): Promise<Value> {
  const progress = new ProgressLine();
  const value = await digest({
    onProgress: ({ done, total, file }) =>
      progress.update({ done, total, label: `digesting ${basename(file)}` }),
  });
  progress.clear();
  return value;
}

/**
 * Digests the files that a run reads, and with `--resume` compares them with those that it was started with.
 *
 * @param paths The files' paths by the names of their flags.
 * @param resume Directory of the run that is resumed, if one is.
 * @param others What else it reads and has been digested already, such as a model.
 * @throws {ContractError} If one of them has changed or is missing.
 */
export async function inputsOfRun(
  paths: InputPaths,
  resume: string | undefined,
  others: Inputs = {},
): Promise<Inputs> {
  const files = await withDigestProgress((options) => describeInputs(paths, options));
  const now = { ...files, ...others };
  if (resume === undefined) return now;
  await refuseLostInputs(resume, { paths, now });
  const kept = await readKeptCommand(resume);
  if (kept !== undefined) refuseOtherInputs(resume, { former: kept.inputs, now });
  // A finished search can be resumed too, and keeps its inputs in a file of its own.
  else if (await holdsSearch(resume)) {
    const { inputs } = await readSearchFile(resume);
    refuseOtherInputs(resume, { former: inputs, now });
  }
  return now;
}

/**
 * Refuses to resume a run whose files are no longer those that it was started with.
 *
 * @param directory The run.
 * @param files The files that it was started with, if it kept their digests, and those that are there now.
 * @throws {ContractError} With the first file that has changed.
 */
function refuseOtherInputs(
  directory: string,
  { former, now }: { readonly former: Inputs | undefined; readonly now: Inputs },
): void {
  if (former === undefined) {
    console.warn(
      `warning: ${directory} was started by a version that kept no digests of its files, so it is unknown ` +
        "whether they are still the same",
    );
    return;
  }
  for (const [name, file] of Object.entries(now)) {
    const expected = former[name];
    if (expected === undefined) {
      throw new ContractError(
        `Cannot resume ${directory}: found --${name} ${file.path}, expected no --${name}, since the run was started ` +
          "without it",
      );
    }
    if (isSameInput(expected, file)) continue;
    throw new ContractError(
      `Cannot resume ${directory}: ${file.path} (--${name}) is not the file that the run was started with: ` +
        `found ${describeContent(file)}, expected ${
          describeContent(expected)
        }. Put that file back ` +
        "there, or start again: a run with another --out, or plan again",
    );
  }
}

/**
 * Refuses to resume a run if one of its files is no longer where it was.
 *
 * @throws {ContractError} With the first file that is not there.
 */
async function refuseLostInputs(
  directory: string,
  { paths, now }: { readonly paths: InputPaths; readonly now: Inputs },
): Promise<void> {
  for (const [name, path] of Object.entries(paths)) {
    // Several files that are read as one have no path of their own.
    if (path === undefined || now[name] !== undefined) continue;
    if (await pathKind(path).catch(() => undefined) !== undefined) continue;
    throw new ContractError(
      `Cannot resume ${directory}: ${path} (--${name}), which the run was started with, is not there. Put it ` +
        `back there, or say where it is now by --${name} PATH beside --resume`,
    );
  }
}
