/**
 * The grouped path of a model: a program for each chain of layers that it serves, and their weights.
 *
 * @module
 */

import { sharedBuffer } from "../../../base/shared_memory.ts";
import { type LayerChain, modelGraph } from "../../../model/graph.ts";
import { weightShapes } from "../../../model/shapes.ts";
import { isBranched, type ModelSpec } from "../../../model/spec.ts";
import { fusesMultiplyAdd } from "../arithmetic.ts";
import { cutEncoder } from "../plan/encoder.ts";
import type { EncoderChain } from "../plan/types.ts";
import type { GroupedProgram } from "./group.ts";
import { assembleGroupedKernels } from "./module.ts";
import { planGrouped } from "./plan.ts";
import { packWeights } from "./weights.ts";

/** By index of the chain among all of a plan: its program, if groups serve it. */
export type GroupedPrograms = readonly (GroupedProgram | undefined)[];

/**
 * Assembles and compiles the grouped path of a model; `undefined` if no chain can be served.
 *
 * @param spec The model.
 * @param encoders The chains of its encoders. Those that look letters up in tables, or read entries where another chain has
 * left them, are left to the direct path.
 */
export async function makePrograms(
  spec: ModelSpec,
  encoders: readonly EncoderChain[],
): Promise<GroupedPrograms | undefined> {
  const shapes = weightShapes(spec);
  const plans = chainsOfModel(spec).map((chain, index) => {
    const planned = encoders[index];
    const isDirect = planned?.input.codes === true || planned?.follows?.copies === false;
    return isDirect ? undefined : planGrouped(chain, shapes);
  });
  if (plans.every((plan) => plan === undefined)) return undefined;
  return await Promise.all(plans.map(async (plan) => {
    if (plan === undefined) return undefined;
    const { bytes, constants } = assembleGroupedKernels(plan, fusesMultiplyAdd());
    return { plan, module: await WebAssembly.compile(bytes), constants };
  }));
}

/** The chains in the order of `chainsOf(plan)`. */
function chainsOfModel(spec: ModelSpec): readonly LayerChain[] {
  const graph = modelGraph(spec);
  if (!isBranched(spec)) return graph.encoders;
  return [...graph.encoders.flatMap((encoder) => cutEncoder(graph, encoder)), graph.head];
}

/** Makes room for the weights of each program, in memory that threads share. */
export function createImages(programs: GroupedPrograms): Float32Array[] {
  return programs.map((program) => {
    return new Float32Array(sharedBuffer(program?.plan.weights.bytes ?? 0));
  });
}

/** Packs the weights of each program, given in the order of `weightShapes`. */
export function packImages(
  programs: GroupedPrograms,
  weights: readonly Float32Array[],
  images: readonly Float32Array[],
): void {
  for (const [chain, program] of programs.entries()) {
    if (program !== undefined) packWeights(program.plan, weights, images[chain]!);
  }
}
