/** Puts blocks of attributions one after another. */

import type { InputName } from "../model/spec.ts";
import type { Attributions, InputAttributions } from "./types.ts";

/** What blocks have in common, and the samples of all. */
export type WholeAttributions = Pick<Attributions, "method" | "baseline" | "rows" | "models">;

/** The attributions of all blocks, in their order; of no inputs if there are no blocks. */
export function joinBlocks(
  blocks: readonly Attributions[],
  { method, baseline, rows, models }: WholeAttributions,
): Attributions {
  const [first] = blocks;
  const names = Object.keys(first?.inputs ?? {}) as InputName[];
  const inputs = names.map((name) => {
    const parts = blocks.map((block) => block.inputs[name]!);
    const deviations = joinIfThere(parts.map(({ standardDeviations }) => standardDeviations));
    const qValues = joinIfThere(parts.map(({ qValues }) => qValues));
    const joined: InputAttributions = {
      shape: parts[0]!.shape,
      values: joinFloats(parts.map(({ values }) => values)),
      ...(deviations && { standardDeviations: deviations }),
      ...(qValues && { qValues }),
    };
    return [name, joined] as const;
  });
  const baselines = joinIfThere(blocks.map((block) => block.baselinePredictions));
  const errors = joinIfThere(blocks.map((block) => block.completenessErrors));
  return {
    method,
    ...(baseline !== undefined && { baseline }),
    rows,
    models,
    predictions: joinFloats(blocks.map(({ predictions }) => predictions)),
    ...(baselines && { baselinePredictions: baselines }),
    inputs: Object.fromEntries(inputs),
    ...(errors && { completenessErrors: errors }),
  };
}

function joinIfThere(
  parts: readonly (Float32Array | undefined)[],
): Float32Array<ArrayBuffer> | undefined {
  const there = parts.filter((part) => part !== undefined);
  return there.length === 0 ? undefined : joinFloats(there);
}

function joinFloats(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
