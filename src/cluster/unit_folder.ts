/** The folder of a unit: who works there, and `done.json`, with which it is done. */

import { field, integer, number, optional, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { relative } from "../base/paths.ts";
import { ContractError, FormatError } from "../errors.ts";
import { listFilesBelow } from "../files/directory_source.ts";
import { makeDirectory, pathKind } from "../files/file.ts";
import { type FileLock, takeLock } from "../files/lock.ts";
import { checkValue } from "../runs/check_value.ts";
import { describeInput } from "../runs/inputs.ts";
import { readJson, writeJson } from "../runs/json.ts";
import { UNFINISHED } from "../runs/run_files.ts";
import { digestJson } from "./digest.ts";
import { type Plan, type Unit, unitFolder } from "./plan.ts";

const ACTION = "read unit";
const DONE = "done.json";
const LOCK = "lock";

/** A file that a unit made. */
export interface MadeFile {
  /** Its path in the unit's folder. */
  readonly path: string;
  readonly bytes: number;
  /** The SHA-256 of its bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/** What a finished unit says of itself. */
export interface DoneUnit {
  /** The id of its plan. */
  readonly plan: string;
  /** The SHA-256 of the unit's line in the plan. */
  readonly unit: string;
  /** The arithmetic with which it was computed. */
  readonly arithmetic?: string | undefined;
  /** The seconds that it took, those before interruptions left out. */
  readonly seconds: number;
  /** All files that it made. */
  readonly files: readonly MadeFile[];
}

const HEX = field<string>(
  (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  "a digest",
);
const DONE_UNIT = object({
  plan: HEX,
  unit: HEX,
  arithmetic: optional(text),
  seconds: number,
  files: arrayOf(object({ path: text, bytes: integer(0), sha256: HEX })),
});

/** A unit that only this process works on until it is disposed of. */
export interface OwnedUnit extends AsyncDisposable {
  /** Its folder. */
  readonly folder: string;
  /** Writes `done.json`: all that is in the folder now is the unit's result. */
  finish(made: Pick<DoneUnit, "arithmetic" | "seconds">): Promise<void>;
}

/**
 * Takes a unit, so that no other process of this machine, or of one that shares the file system's locks, works on it.
 *
 * @param plan The plan and its folder.
 * @returns `undefined` if another process works on it.
 */
export async function takeUnit(
  { folder: planFolder, plan, unit, onWarning }: {
    readonly folder: string;
    readonly plan: Plan;
    readonly unit: Unit;
    readonly onWarning: (text: string) => void;
  },
): Promise<OwnedUnit | undefined> {
  const folder = unitFolder(planFolder, unit.id);
  await makeDirectory(folder);
  const lock = await takeLock(`${folder}/${LOCK}`, { onWarning });
  if (lock === undefined) return undefined;
  return {
    folder,
    async finish(made) {
      await checkInPlace(folder, lock);
      const done: DoneUnit = {
        plan: plan.id,
        unit: await digestJson(unit),
        ...made,
        files: await listMade(folder),
      };
      await writeJson(`${folder}/${DONE}`, done);
    },
    async [Symbol.asyncDispose]() {
      await lock.release({ remove: true }).catch(() => undefined);
    },
  };
}

async function checkInPlace(folder: string, lock: FileLock): Promise<void> {
  if (await lock.isInPlace()) return;
  throw new ContractError(`Cannot finish unit: ${folder} was moved away, removed or replaced`);
}

/** Digests the files of a unit; what is not its result is left out. */
async function listMade(folder: string): Promise<MadeFile[]> {
  const files: MadeFile[] = [];
  for (const file of await listFilesBelow(folder)) {
    const path = relative(folder, file).replaceAll("\\", "/");
    if (path === DONE || path === LOCK || UNFINISHED.test(path)) continue;
    const { bytes, sha256 } = (await describeInput(file))!;
    files.push({ path, bytes, sha256 });
  }
  return files;
}

/** Whether a unit's folder says that the unit is done; what it says is not read. */
export async function holdsDone(folder: string): Promise<boolean> {
  return await pathKind(`${folder}/${DONE}`) === "file";
}

/**
 * Reads what a unit says of itself.
 *
 * @returns `undefined` if it is not done.
 * @throws {ContractError} If it is a unit of another plan.
 * @throws {FormatError} If `done.json` is damaged.
 */
export async function readDone(
  planFolder: string,
  { plan, unit }: { readonly plan: Plan; readonly unit: Unit },
): Promise<DoneUnit | undefined> {
  const folder = unitFolder(planFolder, unit.id);
  const file = `${folder}/${DONE}`;
  if (await pathKind(file) === undefined) return undefined;
  const done = await readDoneFile(file).catch((cause) => {
    if (!(cause instanceof FormatError)) throw cause;
    const remedy = `Remove the folder ${folder}, and do unit ${unit.unit} again`;
    throw new FormatError(`${cause.message}. ${remedy}`, { cause });
  });
  if (done.plan === plan.id && done.unit === await digestJson(unit)) return done;
  throw new ContractError(
    `Cannot use ${folder}: it was made for another plan, expected one for ${planFolder}/plan.json. ` +
      "Remove the folder, and do the unit again",
  );
}

async function readDoneFile(file: string): Promise<DoneUnit> {
  return checkValue(await readJson(file, ACTION), DONE_UNIT, { purpose: ACTION, file });
}

/**
 * Checks the files of a unit that is done.
 *
 * @throws {ContractError} If one is missing or is no longer as it was.
 */
export async function checkMade(
  planFolder: string,
  { unit, done }: { readonly unit: Unit; readonly done: DoneUnit },
): Promise<void> {
  const folder = unitFolder(planFolder, unit.id);
  for (const { path, bytes, sha256 } of done.files) {
    const file = `${folder}/${path}`;
    const found = await describeInput(file);
    if (found?.bytes === bytes && found.sha256 === sha256) continue;
    const what = found === undefined
      ? "it is missing"
      : `found ${found.bytes.toLocaleString("en-US")} bytes, SHA-256 ${found.sha256.slice(0, 16)}…`;
    throw new ContractError(
      `Cannot use ${file}: ${what}, expected ${bytes.toLocaleString("en-US")} bytes, SHA-256 ${
        sha256.slice(0, 16)
      }… as ${DONE} says. Remove the folder of unit ${unit.unit}, and do it again`,
    );
  }
}
