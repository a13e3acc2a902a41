/** What a unit needs to be like the others of its plan: the same files, and the same arithmetic. */

import type { Plan } from "../cluster/plan.ts";
import { type EngineName, selectEngine } from "../engine/select.ts";
import { ContractError, UnsupportedModelError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import { describeContent, type Inputs, isSameInput } from "../runs/inputs.ts";
import { checkArithmetic } from "../training/check_arithmetic.ts";

/**
 * Says how the engines of some models round on this machine: results of machines for which it says the same may be put
 * together. Models that no engine can run are left out.
 *
 * @returns `undefined` if no engine can run any of them.
 */
export async function arithmeticOf(
  name: EngineName,
  specs: readonly ModelSpec[],
): Promise<string | undefined> {
  const kinds = new Set<string>();
  for (const spec of specs) {
    try {
      const { engine } = await selectEngine(name, spec);
      kinds.add(await engine.arithmetic());
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) throw error;
    }
  }
  return kinds.size === 0 ? undefined : [...kinds].sort().join("; ");
}

/**
 * Refuses to do a unit on a machine that rounds differently from that of the plan.
 *
 * @throws {ContractError} With both kinds of arithmetic.
 */
export function checkPlannedArithmetic(plan: Plan, ours: string | undefined): void {
  if (plan.arithmetic === ours || ours === undefined) return;
  checkArithmetic(plan.arithmetic === undefined ? [] : [plan.arithmetic], ours, {
    action: "do the unit",
    subject: "the others of its plan are",
    advice: ". Do it on a machine like theirs, or plan again on one like this",
  });
}

/**
 * Refuses files that are no longer those of the plan.
 *
 * @param plan The plan.
 * @param now The files that are there now.
 * @throws {ContractError} Naming the first that is missing or was changed.
 */
export function checkPlannedInputs({ inputs }: Pick<Plan, "inputs">, now: Inputs): void {
  for (const [name, planned] of Object.entries(inputs)) {
    const found = now[name];
    if (found !== undefined && isSameInput(planned, found)) continue;
    const what = found === undefined ? "it is not there" : `found ${describeContent(found)}`;
    throw new ContractError(
      `Cannot use ${planned.absolutePath} (${name}) of the plan: ${what}, expected ${
        describeContent(planned)
      }. Put that file back there, or plan again`,
    );
  }
}
