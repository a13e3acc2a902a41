/** What `explain` was asked for, as it keeps it beside finished blocks, so that it resumes only what is the same. */

import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";
import { field, integer, text } from "../base/field.ts";
import { arrayOf } from "../base/fields.ts";
import { ContractError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { checkValue, part } from "../runs/check_value.ts";
import { readJson, writeJson } from "../runs/json.ts";

/** What is explained, and how: whatever the results depend on, in the order in which it is compared. */
export type Plan = Readonly<Record<string, string | number | null>>;

/** The value of a setting. */
const SETTING = field<Plan[string]>(
  (value) => value === null || typeof value === "string" || Number.isFinite(value),
  "a text, a number or null",
);
const PLAN = part({
  version: integer(1, 1),
  settings: arrayOf(part({ name: text, value: SETTING })),
});

/**
 * Reads the plan that a stopped command kept.
 *
 * @param file Its path.
 * @returns The plan; `undefined` without one.
 * @throws {FormatError} If it is damaged.
 */
export async function readPlan(file: string): Promise<Plan | undefined> {
  if (await pathKind(file) !== "file") return undefined;
  const kept = await readJson(file, "resume");
  const { settings } = checkValue(kept, PLAN, { purpose: "resume", file });
  return Object.fromEntries(settings.map(({ name, value }) => [name, value]));
}

/** Keeps a plan. */
export async function writePlan(file: string, plan: Plan): Promise<void> {
  const settings = Object.entries(plan).map(([name, value]) => ({ name, value }));
  await writeJson(file, { version: 1, settings });
}

/** The first setting in which two plans differ; `undefined` if they are the same. */
export function findDifference(former: Plan, now: Plan): string | undefined {
  const names = [...new Set([...Object.keys(now), ...Object.keys(former)])];
  return names.find((name) => (former[name] ?? null) !== (now[name] ?? null));
}

/** The error about work that was started with other settings. */
export function otherSettings(out: string, former: Plan, now: Plan): ContractError {
  const name = findDifference(former, now)!;
  const show = (value: string | number | null | undefined) => value ?? "not given";
  return new ContractError(
    `Cannot resume in ${out}: ${name} is ${show(now[name])}, expected ${
      show(former[name])
    }, with which it was started. Name another --out, or add --overwrite`,
  );
}

/** The digest of a plan. */
export async function digestOfPlan(plan: Plan): Promise<string> {
  return toHex(await sha256(new TextEncoder().encode(JSON.stringify(plan))));
}
