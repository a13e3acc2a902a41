/** A plan on disk: `plan.json` says what is done, and `units.jsonl` has a line for each unit. */

import { type Field, field, integer, number, optional, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { quotePath } from "../base/shell.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError, FormatError } from "../errors.ts";
import { pathKind, writeFileAtomic } from "../files/file.ts";
import { checkValue } from "../runs/check_value.ts";
import { parseInputs } from "../runs/inputs.ts";
import { readJson, readText, writeJson } from "../runs/json.ts";
import { digestJson, digestText } from "./digest.ts";
import type { Json, Plan, PlanHead, PlannedUnit, Unit } from "./plan.ts";

const ACTION = "read plan";
const ADVICE = "Plan again into another folder";
/** The layout of these files. */
const FORMAT = 1;
/** A million units have a line of a few hundred bytes each. */
const MOST_UNITS_BYTES = 2 ** 30;

const UNIT_ID = /^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u;

const DIGEST = field<string>(
  (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  "64 hexadecimal digits",
);
const ANY = field<Json>(() => true, "a value");
const PLAN_FILE = object({
  format: integer(FORMAT, FORMAT),
  command: text,
  flags: field<Readonly<Record<string, unknown>>>(isObject, "an object"),
  args: arrayOf(text),
  given: arrayOf(text),
  plannedIn: text,
  inputs: ANY,
  arithmetic: optional(text),
  mostBytes: optional(integer(1)),
  version: text,
  units: object({ count: integer(1), characters: integer(1), sha256: DIGEST }),
  sha256: DIGEST,
});
const UNIT = object({
  unit: integer(1),
  id: field<string>((value) => typeof value === "string" && UNIT_ID.test(value), "a file name"),
  does: text,
  needs: arrayOf(text),
  makes: arrayOf(text),
  seed: optional(integer(0)),
  threads: integer(1),
  memoryBytes: optional(number),
  seconds: optional(number),
  settings: ANY,
}) as Field<Unit>;

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Writes a new plan.
 *
 * @throws {ContractError} If the folder holds a plan already, or two units have one id.
 * @throws {WriteError} If it cannot be written.
 */
export async function writePlan(
  folder: string,
  head: PlanHead,
  units: readonly PlannedUnit[],
): Promise<Plan> {
  if (await pathKind(planFile(folder)) !== undefined) {
    throw new ContractError(
      `Cannot write plan: ${folder} holds a plan already, expected another --plan`,
    );
  }
  return await write(folder, head, units);
}

/**
 * Adds units to a plan, as the next rung of a search. What is done already stays done.
 *
 * @throws {ContractError} If two units have one id.
 * @throws {WriteError} If it cannot be written; the plan is as it was then.
 */
export async function addUnits(
  folder: string,
  { units, id: _, ...head }: Plan,
  added: readonly PlannedUnit[],
): Promise<Plan> {
  return await write(folder, head, [...units, ...added]);
}

async function write(
  folder: string,
  head: PlanHead,
  planned: readonly PlannedUnit[],
): Promise<Plan> {
  const units = planned.map((unit, i): Unit => ({ ...unit, unit: i + 1 }));
  const ids = new Set(units.map(({ id }) => id));
  if (units.length === 0) throw new ContractError("Cannot write plan: it has no units");
  if (ids.size < units.length) {
    throw new ContractError("Cannot write plan: two units have one id, expected one for each");
  }
  const lines = formatUnits(units);
  // The plan names as many units as it has: if this process ends between the two, the lines that are more do no harm.
  await writeFileAtomic(unitsFile(folder), lines);
  const content = contentOf(head, {
    count: units.length,
    characters: lines.length,
    sha256: await digestText(lines),
  });
  await writeJson(planFile(folder), { ...content, sha256: await digestJson(content) });
  return await readPlan(folder);
}

/** What the digest in `plan.json` is of. */
function contentOf(
  { command, flags, args, given, plannedIn, inputs, arithmetic, mostBytes, version }: PlanHead,
  units: { readonly count: number; readonly characters: number; readonly sha256: string },
) {
  return {
    format: FORMAT,
    command,
    flags,
    args,
    given,
    plannedIn,
    inputs,
    arithmetic,
    mostBytes,
    version,
    units,
  };
}

function formatUnits(units: readonly Unit[]): string {
  return units.map(({ unit, ...others }) => `${JSON.stringify({ unit, ...others })}\n`).join("");
}

/**
 * Reads a plan.
 *
 * @throws {ContractError} If the folder holds no plan, one that was changed by hand, or one of a version with other files.
 * @throws {FormatError} If a file of it is damaged.
 */
export async function readPlan(folder: string): Promise<Plan> {
  const file = planFile(folder);
  if (await pathKind(file) !== "file") {
    throw new ContractError(
      `Cannot ${ACTION}: found no ${file}, expected what deno task plan --plan ${
        quotePath(folder)
      } writes`,
    );
  }
  const kept = await readJson(file, ACTION, { advice: `. ${ADVICE}` });
  refuseOtherFormat(kept, file);
  const { sha256, ...content } = checkValue(kept, PLAN_FILE, { purpose: ACTION, file });
  const { format: _format, units: described, inputs: keptInputs, ...others } = content;
  const inputs = parseInputs(keptInputs);
  if (inputs === undefined) {
    throw new FormatError(
      `Cannot ${ACTION}: its inputs are damaged, expected those that were planned. ${ADVICE}`,
      { file },
    );
  }
  const head: PlanHead = { ...others, inputs };
  if (await digestJson(contentOf(head, described)) !== sha256) throw wasChanged(file);
  const units = await readUnits(folder, described);
  const { units: _, ...identified } = contentOf(head, described);
  const id = await digestJson(identified);
  return { ...head, id, units };
}

/** Refuses a plan whose files have another layout, before it is taken for a damaged one. */
function refuseOtherFormat(kept: unknown, file: string): void {
  const { format, version } = Object(kept) as { readonly [name: string]: unknown };
  if (!Number.isSafeInteger(format) || format === FORMAT) return;
  throw new ContractError(
    `Cannot ${ACTION}: ${file} has format ${format}, expected ${FORMAT}. Version ${
      showValue(version)
    } of histone made it: use that one, or plan again into another folder`,
  );
}

async function readUnits(
  folder: string,
  { count, characters, sha256 }: {
    readonly count: number;
    readonly characters: number;
    readonly sha256: string;
  },
): Promise<Unit[]> {
  const file = unitsFile(folder);
  const found = (await readText(file, { mostBytes: MOST_UNITS_BYTES })).slice(0, characters);
  if (await digestText(found) !== sha256) throw wasChanged(file);
  const lines = found.trimEnd().split("\n");
  const units = lines.map((line, i) =>
    checkValue(parseLine(line, { file, line: i + 1 }), UNIT, { purpose: ACTION, file })
  );
  if (units.length !== count || units.some(({ unit }, i) => unit !== i + 1)) throw wasChanged(file);
  return units;
}

function parseLine(
  text: string,
  place: { readonly file: string; readonly line: number },
): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`Cannot ${ACTION}: found ${showValue(text)}, expected JSON`, {
      ...place,
      cause,
    });
  }
}

function wasChanged(file: string): ContractError {
  return new ContractError(
    `Cannot ${ACTION}: ${file} is not as deno task plan wrote it, expected the file with its own digest. ` +
      ADVICE,
  );
}

function planFile(folder: string): string {
  return `${folder}/plan.json`;
}

function unitsFile(folder: string): string {
  return `${folder}/units.jsonl`;
}
