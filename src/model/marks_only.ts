import { UnsupportedModelError } from "../errors.ts";
import { branchesOf } from "./_join.ts";
import { readsSequence } from "./inputs.ts";
import { isBranched, type ModelSpec } from "./spec.ts";

/**
 * Takes the DNA out of a model: the same branches over the marks and the same head, without the branches that read the
 * sequence. How much better a model is than this twin of it is what DNA adds.
 *
 * @param spec A model that reads marks and DNA.
 * @returns Its twin, whose name says so.
 * @throws {UnsupportedModelError} If it reads no sequence, or nothing else.
 *
 * @example
 * ```ts
 * import { marksOnly, presetSpec, readsSequence } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * const twin = marksOnly(presetSpec("waka-dna"));
 * strictEqual(twin.name, "waka-dna-marks-only");
 * strictEqual(readsSequence(twin), false);
 * ```
 */
export function marksOnly(spec: ModelSpec): ModelSpec {
  if (!isBranched(spec) || !readsSequence(spec)) {
    throw new UnsupportedModelError(
      `Cannot take the DNA out of "${spec.name}": it reads none, expected a model of marks and DNA`,
    );
  }
  const removed = new Set<string>();
  for (const { name, input, encoder } of spec.branches) {
    if (input === "sequence" || (encoder !== undefined && removed.has(encoder))) removed.add(name);
  }
  const branches = spec.branches.filter(({ name }) => !removed.has(name));
  if (branches.length === 0) {
    throw new UnsupportedModelError(
      `Cannot take the DNA out of "${spec.name}": it reads nothing else, expected a model of marks and DNA`,
    );
  }
  return {
    ...spec,
    name: `${spec.name}-marks-only`,
    inputs: spec.inputs.filter(({ name }) => name !== "sequence"),
    branches,
    head: {
      ...spec.head,
      join: spec.head.join.filter((term) => branchesOf(term).every((name) => !removed.has(name))),
    },
  };
}
