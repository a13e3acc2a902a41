/** The files of a run. */

import { text } from "../base/field.ts";
import { ContractError, FormatError } from "../errors.ts";
import { checkDirectory, directoryEntries, removeIfEmpty } from "../files/directory.ts";
import { pathKind, removeFile } from "../files/file.ts";
import { isLink } from "../files/path_kind.ts";
import { checkValue, part } from "./check_value.ts";
import { readJson } from "./json.ts";
import { findInnerFiles } from "./_inner_files.ts";

/** Finds the command whose run a directory holds, if it holds one; the text "undefined" if the run does not name it. */
export async function commandOfRun(directory: string): Promise<string | undefined> {
  const found = await findCommand(directory);
  return found && String(found.command);
}

/** Whether a directory holds a finished run. A configuration that is not JSON is no run's. */
export async function holdsRun(directory: string): Promise<boolean> {
  try {
    return await findCommand(directory) !== undefined;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/**
 * The command whose finished run a directory holds, if it holds one.
 *
 * @throws {FormatError} If the run's configuration is damaged.
 */
export async function readCommandOfRun(directory: string): Promise<string | undefined> {
  const found = await findCommand(directory);
  return found && checkValue(found, COMMAND, {
    purpose: "read run",
    file: `${directory}/config.json`,
  }).command;
}

const COMMAND = part({ command: text });

async function findCommand(directory: string): Promise<{ readonly command: unknown } | undefined> {
  if (await pathKind(`${directory}/search.json`) !== undefined) return { command: "search" };
  const path = `${directory}/config.json`;
  if (await pathKind(path) === undefined) return undefined;
  return { command: Object(await readJson(path, "read run")).command };
}

/**
 * Refuses a file in the place of a run's directory.
 *
 * @param action What cannot be done then.
 * @throws {ContractError} If it is one.
 */
export async function refuseFile(directory: string, action: string): Promise<void> {
  if (await pathKind(directory) !== "file") return;
  throw new ContractError(
    `Cannot ${action}: ${directory} is a file, expected the directory of a run`,
  );
}

/** All files that a run may have, except those whose names depend on it. */
const RUN_FILES = [
  "config.json",
  "metrics.json",
  "history.csv",
  "members.csv",
  "folds.csv",
  "regimes.json",
  "ensemble.json",
  "model/model.json",
  "model/weights.bin",
  "model/panel.npz",
  "models/panel.npz",
  "search.json",
  "trials.jsonl",
  "ranking.csv",
  "best.json",
  "experiments.csv",
  "experiments.json",
  // The old run's page would be taken for the new run's.
  "report.html",
];

/** Directories that only runs write to. */
const RUN_DIRECTORIES = ["checkpoints", "model", "models", "experiments"];

/**
 * Refuses a run directory of which a part is a link, since the run would remove or replace files that are not its own.
 * The directory itself may be a link.
 *
 * @throws {ContractError} If there is such a link.
 */
export async function refuseLinks(directory: string): Promise<void> {
  for (const name of RUN_DIRECTORIES) {
    const path = `${directory}/${name}`;
    if (!await isLink(path)) continue;
    throw new ContractError(
      `Cannot write to ${directory}: ${path} is a link, expected a directory of the run itself`,
    );
  }
}

/**
 * Refuses a path at which no run can have a directory.
 *
 * @throws {ContractError} If it is empty, a file, below a file, or a link that leads nowhere.
 * @throws {WriteError} If the system lets nothing be written there.
 */
export async function checkRunPlace(directory: string): Promise<void> {
  if (directory === "") {
    throw new ContractError("Cannot write run: the path of its directory is empty");
  }
  await checkDirectory(directory);
  if (await pathKind(directory) !== undefined || !await isLink(directory)) return;
  throw new ContractError(
    `Cannot write to ${directory}: it is a link that leads nowhere, expected a directory`,
  );
}

/** Matches the temporary name of a file while it is written. */
export const UNFINISHED = /\.[0-9a-f]{8}\.part$/;

/**
 * Removes the unfinished files of a run that was killed, but not those that other programs may be writing beside them.
 */
export async function removeLeftovers(directory: string): Promise<void> {
  for (const { name, isDirectory } of await directoryEntries(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory && RUN_DIRECTORIES.includes(name)) await removeUnfinished(path);
    else if (UNFINISHED.test(name) && RUN_FILES.includes(name.replace(UNFINISHED, ""))) {
      await removeFile(path);
    }
  }
}

async function removeUnfinished(directory: string): Promise<void> {
  for (const { name, isDirectory } of await directoryEntries(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) await removeUnfinished(path);
    else if (UNFINISHED.test(name)) await removeFile(path);
  }
}

/** Finds the first file that a run in a directory would replace or remove; `undefined` if nothing would be. */
export async function findRunFile(directory: string): Promise<string | undefined> {
  for (const name of RUN_FILES) {
    if (await pathKind(`${directory}/${name}`) !== undefined) return name;
  }
  return (await findInnerFiles(directory)).files[0];
}

/**
 * Removes the run that a directory holds, so that none of its files are taken for a part of the next run. Files of
 * somebody else stay, and so do the directories that they are in.
 */
export async function removeRun(directory: string): Promise<void> {
  const { files, directories } = await findInnerFiles(directory);
  // The report goes last, since it says whose the figures are.
  for (const name of [...files, ...RUN_FILES]) await removeFile(`${directory}/${name}`);
  for (const name of directories) await removeIfEmpty(`${directory}/${name}`);
}

/** Removes the run of another command that a directory holds, for a command that adds to its own. */
export async function removeOtherRun(directory: string, command: string): Promise<void> {
  if (!await holdsRun(directory) || await commandOfRun(directory) === command) return;
  await removeRun(directory);
}
