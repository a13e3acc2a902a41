import { checkInteger } from "../base/check_integer.ts";
import { chooseThreads } from "../base/threads.ts";
import { checkWeights } from "../model/check_weights.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { SessionOptions } from "./engine.ts";

/**
 * Throws unless a session can be made with these options.
 *
 * @throws {ContractError} If weights do not fit the model.
 * @throws {RangeError} If a setting is out of range, or there are no members.
 */
export function checkSession(
  spec: ModelSpec,
  { members, batchSize, threads }: Pick<SessionOptions, "members" | "batchSize" | "threads">,
): void {
  // This throws if the number is out of range.
  chooseThreads(threads);
  checkInteger(batchSize, { action: "make session", name: "batchSize", least: 1 });
  if (members.length === 0) {
    throw new RangeError("Cannot make session: it has 0 members, expected 1 or more");
  }
  for (const { weights, seed, learningRate } of members) {
    checkWeights(spec, weights);
    checkInteger(seed, { action: "make session", name: "seed", least: 0 });
    if (Number.isFinite(learningRate)) continue;
    throw new RangeError(
      `Cannot make session: learningRate is ${learningRate}, expected a finite number`,
    );
  }
}
