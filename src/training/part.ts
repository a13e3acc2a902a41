/**
 * Some of the runs of a call, which one of several machines trains: how their ends become one checkpoint again.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import type { FitCheckpoint, RunPart } from "./fit_types.ts";

/**
 * Thrown in place of results once the runs of `CheckpointOptions.part` are trained and kept, or have been surveyed.
 *
 * @example What training would take
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitEnsemble, PartFinished } from "@waka/histone/training";
 * import { ok, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const seeds: number[] = [];
 * const checkpoint = {
 *   save: () => Promise.resolve(),
 *   survey: async (runs: readonly { readonly seed: number }[]) => void seeds.push(...runs.map(({ seed }) => seed)),
 * };
 * const ended = await fitEnsemble("experiment1", data, { engine: "wasm", members: 3, checkpoint }).catch((error) => error);
 * ok(ended instanceof PartFinished);
 * strictEqual(seeds.join(), "0,1,2");
 * ```
 */
export class PartFinished extends Error {
  /** Name of the class. */
  override readonly name = "PartFinished";
}

/**
 * Joins the checkpoints of parts into one of all runs, from which nothing is left to train: a call that resumes from it
 * gives what it would give if it had trained all runs itself.
 *
 * @param checkpoints The last checkpoint of each part, in any order.
 * @returns The checkpoint for `FitOptions.resume`.
 * @throws {ContractError} If they are of different calls, a part is not finished, or the parts leave runs out or have some
 *   twice.
 *
 * @example Two members of an ensemble, as two machines train them
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { type FitCheckpoint, fitEnsemble, joinParts } from "@waka/histone/training";
 * import { deepStrictEqual, rejects } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const settings = { engine: "wasm", epochs: 1, members: 2 } as const;
 * const kept: FitCheckpoint[] = [];
 * for (const part of [[0, 1], [1, 2]] as const) {
 *   const checkpoint = { part, save: async (state: FitCheckpoint) => void (kept[part[0]] = structuredClone(state)) };
 *   await rejects(fitEnsemble("experiment1", data, { ...settings, checkpoint }), { name: "PartFinished" });
 * }
 * const joined = await fitEnsemble("experiment1", data, { ...settings, resume: joinParts(kept) });
 * const whole = await fitEnsemble("experiment1", data, settings);
 * deepStrictEqual(joined[1]!.model.weights, whole[1]!.model.weights);
 * ```
 */
export function joinParts(checkpoints: readonly FitCheckpoint[]): FitCheckpoint {
  const fail = (found: string): never => {
    throw new ContractError(`Cannot join parts: ${found}`);
  };
  const firstOf = ({ part }: FitCheckpoint) => part?.[0] ?? 0;
  const sorted = checkpoints.toSorted((a, b) => firstOf(a) - firstOf(b));
  const [first] = sorted;
  if (first === undefined) return fail("found no checkpoint, expected one at least");
  let end = 0;
  for (const checkpoint of sorted) {
    const { part, group, runs, identity } = checkpoint;
    if (part === undefined) return fail("a checkpoint is of all runs, expected some of them");
    if (identity !== first.identity) {
      return fail(`runs ${describePart(part)} are of another model, settings or samples`);
    }
    if (part[0] !== end) {
      return fail(`found runs ${describePart(part)}, expected runs from ${end + 1} on`);
    }
    if (group[0] !== part[1] - part[0] || runs.length !== group[0]) {
      return fail(`runs ${describePart(part)} are not finished`);
    }
    end = part[1];
  }
  const { part: _, ...shared } = first;
  return {
    ...shared,
    group: [end, end],
    arithmetic: [...new Set(sorted.flatMap(({ arithmetic }) => arithmetic))],
    runs: sorted.flatMap(({ runs }) => runs),
  };
}

function describePart([first, end]: RunPart): string {
  return `${first + 1} to ${end}`;
}

/**
 * Returns which runs are trained.
 *
 * @throws {RangeError} If they are not among those that there are.
 */
export function partOf(part: RunPart | undefined, count: number): RunPart {
  if (part === undefined) return [0, count];
  const [first, end] = part;
  if (
    Number.isInteger(first) && Number.isInteger(end) && first >= 0 && first < end && end <= count
  ) {
    return part;
  }
  throw new RangeError(
    `Cannot train runs ${describePart(part)}: there are ${count}, expected a part of these`,
  );
}
